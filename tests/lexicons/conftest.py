from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lexicons() -> Path:
    """The folder of the committed documents."""
    return ROOT / "lexicons"


@pytest.fixture(scope="session")
def committed(lexicons: Path) -> dict[str, dict[str, Any]]:
    """The committed documents by NSID, read without any of the project's code."""
    files = (file for file in lexicons.rglob("*.json") if file.name != "lexicons.json")
    documents = [json.loads(file.read_text("utf-8")) for file in files]
    return {document["id"]: document for document in documents}
