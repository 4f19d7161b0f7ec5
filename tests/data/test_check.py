"""What the data model allows where no lexicon says anything."""

from __future__ import annotations

from typing import Any

import pytest

from atlex.data import Blob, CidLink, LegacyBlob, faults_of, is_sound

CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
BLOB: dict[str, Any] = {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 4}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (BLOB, None),
        ({**BLOB, "size": 4.0}, None),
        ({**BLOB, "size": -1}, "has no size"),
        ({**BLOB, "size": 2**53}, "has a size beyond 53 bits"),
        ({**BLOB, "mimeType": "png"}, "not a MIME type"),
        ({**BLOB, "ref": {"$link": CID}}, "not the CID of raw bytes"),
        ({**BLOB, "ref": {"$link": "x"}}, "not a valid CID"),
        ({**BLOB, "alt": "text"}, "members that blobs don't have"),
        ({**BLOB, "ref": RAW}, "expected a blob"),
        ({"$link": CID}, None),
        ({"$link": CID, "a": 1}, "expected a link"),
        ({"$bytes": "AQI"}, None),
        ({"$bytes": "*"}, "expected bytes"),
        (Blob(CidLink(RAW), "image/png", 4), None),
        (Blob(CidLink(CID), "image/png", 4), "not the CID of raw bytes"),
        (CidLink(CID), None),
        (CidLink("x"), "expected a link"),
        (LegacyBlob("x", ""), None),
    ],
)
def test_links_bytes_and_blobs_are_well_formed_or_refused(value: Any, reason: str | None) -> None:
    for holder in ([value], {"a": {"b": value}}):
        found = [fault.reason for fault in faults_of(holder)]
        assert len(found) == (reason is not None)
        assert reason is None or reason in found[0]
        assert not (is_sound(holder) and reason)
