"""The pytest plugin, which pytest loads by its entry point: fixtures for tests of programs that use atlex.

Nothing is imported before a fixture is used, so that a run without them pays nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from atlex.testing import FakePds, RecordAnswers

__all__ = ["pytest_addoption", "pytest_configure"]

_HANDLE: Final = "alice.test"
_PASSWORD: Final = "password"  # noqa: S105 - of a server that exists for one test

# Plugins for web frameworks have a fixture of this name, which their users mean.
_OTHER_CLIENTS: Final = ("django", "flask", "pytest_django.plugin", "pytest_flask.plugin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that records, and the setting that names the package under test."""
    group = parser.getgroup("atlex")
    group.addoption(
        "--record-answers",
        action="store_true",
        help="ask real servers, and keep their responses for the fixture record_answers",
    )
    parser.addini(
        "atlex_package", "The generated package whose clients the fixtures make", default="atlex_sdk"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Leave the name ``client`` to a web framework's plugin where there is one."""
    if not any(config.pluginmanager.hasplugin(name) for name in _OTHER_CLIENTS):
        config.pluginmanager.register(_Clients(), "atlex-clients")


@pytest.fixture
def fake_pds(request: pytest.FixtureRequest) -> Generator[FakePds]:
    """A `FakePds` with the account ``alice.test`` (password ``password``), checked when the test ends."""
    from atlex.testing import FakePds

    with FakePds(_package(request)) as pds:
        pds.create_account(_HANDLE, _PASSWORD)
        yield pds


@pytest.fixture
def atlex_client(request: pytest.FixtureRequest, fake_pds: FakePds) -> Generator[Any]:
    """A client of the package under test, logged in to ``fake_pds`` as ``alice.test``."""
    from atlex import PasswordSession

    with (
        fake_pds.client() as http,
        PasswordSession.login(
            fake_pds.url, identifier=_HANDLE, password=_PASSWORD, http_client=http
        ) as session,
    ):
        yield _package(request).Client(session)


@pytest.fixture
def async_client(request: pytest.FixtureRequest, fake_pds: FakePds) -> Any:
    """An asynchronous client of the package under test, logged in to ``fake_pds`` as ``alice.test``."""
    from atlex import AsyncPasswordSession, SessionData

    data = {**fake_pds.create_session(_HANDLE), "service": fake_pds.url}
    # It goes by no network, and so leaves nothing to close.
    http = fake_pds.async_client()
    session = AsyncPasswordSession(SessionData.model_validate(data), http_client=http)
    return _package(request).AsyncClient(session)


@pytest.fixture
def record_answers(request: pytest.FixtureRequest) -> Generator[RecordAnswers]:
    """Makes agents whose responses come from a file beside the test, or from a server with ``--record-answers``.

    The file is ``answers/MODULE/TEST.json``, in the folder of the test's module.
    """
    from atlex.testing import RecordAnswers

    node: pytest.Item = request.node
    name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in node.name)
    path = node.path.parent / "answers" / node.path.stem / f"{name}.json"
    recorder = RecordAnswers(path, recording=bool(request.config.getoption("--record-answers")))
    yield recorder
    recorder.save()


class _Clients:
    """The fixture with the short name."""

    @pytest.fixture
    def client(self, atlex_client: Any) -> Any:
        """A client of the package under test, logged in to ``fake_pds`` as ``alice.test``."""
        return atlex_client


def _package(request: pytest.FixtureRequest) -> Any:
    return import_module(request.config.getini("atlex_package"))
