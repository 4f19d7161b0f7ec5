"""Request bodies as HTTP libraries take them: bytes, or chunks with their length where it is known."""

from __future__ import annotations

from atlex._upload._async import open_body_async
from atlex._upload._files import Content, peek
from atlex._upload._sync import open_body

__all__ = ["Content", "open_body", "open_body_async", "peek"]
