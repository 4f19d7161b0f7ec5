from __future__ import annotations

import pytest
from tests.client._fakes import Twin


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def twin(request):
    return Twin(request.param)
