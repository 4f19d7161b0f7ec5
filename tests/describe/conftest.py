import pytest
from tests.describe._folder import LEXICONS

from atlex.lexicon import Lexicons
from atlex_codegen._describe._sources import of_folder


@pytest.fixture(scope="session")
def lexicons():
    return Lexicons.load(LEXICONS)


@pytest.fixture(scope="session")
def descriptions():
    describer = of_folder(LEXICONS, "atlex_sdk")
    return [each for nsid in describer.nsids for each in describer.document(nsid)]
