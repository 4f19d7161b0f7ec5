"""A test kit: an AT Protocol server in the same process, and values of any definition for property tests."""

from __future__ import annotations

from atlex.testing._accounts import Account
from atlex.testing._methods import Call
from atlex.testing._pds import FakePds
from atlex.testing._values import values
from atlex.testing._wire import LoggedRequest, PdsError, PdsFault

__all__ = ["Account", "Call", "FakePds", "LoggedRequest", "PdsError", "PdsFault", "values"]
