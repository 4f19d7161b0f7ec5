"""The call that fetches a blob, held to the official lexicon by a test, and the check of its bytes."""

from __future__ import annotations

from typing import Annotated, Final

from atlex._effects import Flow
from atlex.client._cid_check import CidCheck
from atlex.client._core import Call, Core
from atlex.model import Params, String
from atlex.xrpc import Query

__all__ = ["GET_BLOB", "GetBlobParams", "get_blob"]


class GetBlobParams(Params):
    """com.atproto.sync.getBlob, the parameters."""

    did: Annotated[str, String(format="did")]
    cid: Annotated[str, String(format="cid")]


GET_BLOB: Final[Query[GetBlobParams, bytes]] = Query(
    "com.atproto.sync.getBlob", params=lambda: GetBlobParams, output=lambda: bytes, output_encoding="*/*"
)


def get_blob(core: Core, did: str, cid: str, *, verify: bool) -> Flow[bytes]:
    """Fetch a blob's bytes whole."""
    check = CidCheck(cid) if verify else None
    response = yield from core.call(core.declared(GET_BLOB), Call(params={"did": did, "cid": cid}))
    if check is not None:
        check.update(response.content)
        check.finish(response.status, response.headers, GET_BLOB.nsid)
    return response.content
