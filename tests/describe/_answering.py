"""An agent that checks what it is asked against the documents, and answers with the least that they allow."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from atlex import Response
from atlex.lexicon import Lexicons, Procedure
from atlex.testing._builder import _Builder


class Answering:
    """Knows every method of the documents, and keeps the NSIDs of those that were called."""

    did = "did:plc:exampleaccount2345672345"

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons
        self.called: list[str] = []

    def send(self, request, /):
        self.called.append(request.nsid)
        method = self.lexicons.method(request.nsid)
        assert not self.lexicons.parse_params(request.nsid, parse_qsl(request.query))[1]
        if isinstance(method, Procedure):
            content_type = request.headers.get("content-type")
            is_json = content_type == "application/json"
            body = json.loads(request.body) if is_json else None
            assert not self.lexicons.validate_input(request.nsid, content_type, body)
        output = method.output
        if output is None:
            return Response(200)
        content = {} if output.schema is None else _Builder(self.lexicons).build(output.schema)
        if request.nsid == "com.atproto.repo.uploadBlob":
            content["blob"]["mimeType"] = request.headers["content-type"].partition(";")[0]
        encoding = output.encoding.replace("*", "x")
        return Response(200, {"content-type": encoding}, json.dumps(content).encode())
