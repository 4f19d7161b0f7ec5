"""The runtime of a typed Python SDK for the AT Protocol: sessions, calls, records, errors.

    from atlex import PasswordSession
    from atlex_sdk import Client

    with PasswordSession.login(
        "https://bsky.social", identifier="alice.bsky.social", password="app-password"
    ) as session:
        client = Client(session)
        print(client.app.bsky.actor.get_profile(actor=session.did).display_name)

Every name here, and every public module, loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex import client as client
    from atlex import cursors as cursors
    from atlex import data as data
    from atlex import errors as errors
    from atlex import fetch as fetch
    from atlex import identity as identity
    from atlex import interface as interface
    from atlex import model as model
    from atlex import session as session
    from atlex import syntax as syntax
    from atlex import xrpc as xrpc
    from atlex._agent import Agent as Agent
    from atlex._agent import AsyncAgent as AsyncAgent
    from atlex._agent import Body as Body
    from atlex._agent import Headers as Headers
    from atlex._agent import Request as Request
    from atlex._agent import Response as Response
    from atlex._agent import SyncBody as SyncBody
    from atlex._version import __version__ as __version__
    from atlex._watch._events import AsyncEventHooks as AsyncEventHooks
    from atlex._watch._events import EventHooks as EventHooks
    from atlex._watch._events import RefreshEvent as RefreshEvent
    from atlex._watch._events import RequestEvent as RequestEvent
    from atlex._watch._events import ResponseEvent as ResponseEvent
    from atlex._watch._events import RetryEvent as RetryEvent
    from atlex._watch._events import WaitEvent as WaitEvent
    from atlex.client import AsyncPaginator as AsyncPaginator
    from atlex.client import Create as Create
    from atlex.client import Delete as Delete
    from atlex.client import Paginator as Paginator
    from atlex.client import Update as Update
    from atlex.client._async_agent import AsyncServiceAgent as AsyncServiceAgent
    from atlex.client._sync_agent import ServiceAgent as ServiceAgent
    from atlex.data import OMIT as OMIT
    from atlex.data import Blob as Blob
    from atlex.data import CidLink as CidLink
    from atlex.data import LegacyBlob as LegacyBlob
    from atlex.data import Omit as Omit
    from atlex.data import UnknownObject as UnknownObject
    from atlex.errors import AtlexError as AtlexError
    from atlex.errors import BasePackageError as BasePackageError
    from atlex.errors import CursorStoreError as CursorStoreError
    from atlex.errors import FetchError as FetchError
    from atlex.errors import FetchRefusedError as FetchRefusedError
    from atlex.errors import FileError as FileError
    from atlex.errors import IdentityAmbiguousError as IdentityAmbiguousError
    from atlex.errors import IdentityError as IdentityError
    from atlex.errors import IdentityFailedError as IdentityFailedError
    from atlex.errors import IdentityMismatchError as IdentityMismatchError
    from atlex.errors import IdentityNotFoundError as IdentityNotFoundError
    from atlex.errors import InputError as InputError
    from atlex.errors import InterfaceVersionError as InterfaceVersionError
    from atlex.errors import InvalidSwapError as InvalidSwapError
    from atlex.errors import Issue as Issue
    from atlex.errors import LexAuthFactorError as LexAuthFactorError
    from atlex.errors import LexiconError as LexiconError
    from atlex.errors import LoggedOutError as LoggedOutError
    from atlex.errors import RateLimitError as RateLimitError
    from atlex.errors import RecordNotFoundError as RecordNotFoundError
    from atlex.errors import RefreshError as RefreshError
    from atlex.errors import SessionStoreError as SessionStoreError
    from atlex.errors import XrpcAuthenticationError as XrpcAuthenticationError
    from atlex.errors import XrpcError as XrpcError
    from atlex.errors import XrpcFetchError as XrpcFetchError
    from atlex.errors import XrpcInternalError as XrpcInternalError
    from atlex.errors import XrpcInvalidResponseError as XrpcInvalidResponseError
    from atlex.errors import XrpcResponseError as XrpcResponseError
    from atlex.errors import XrpcResponseValidationError as XrpcResponseValidationError
    from atlex.identity import AsyncIdentityResolver as AsyncIdentityResolver
    from atlex.identity import Identity as Identity
    from atlex.identity import IdentityResolver as IdentityResolver
    from atlex.model import issues as issues
    from atlex.model import read_as as read_as
    from atlex.session import AsyncPasswordSession as AsyncPasswordSession
    from atlex.session import FileSessionStore as FileSessionStore
    from atlex.session import PasswordSession as PasswordSession
    from atlex.session import RedisSessionStore as RedisSessionStore
    from atlex.session import SessionData as SessionData
    from atlex.session import SessionStore as SessionStore
    from atlex.syntax import now as now
    from atlex.xrpc import XrpcResponse as XrpcResponse
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex._agent": "Agent AsyncAgent Body Headers Request Response SyncBody",
            "atlex._version": "__version__",
            "atlex._watch._events": (
                "AsyncEventHooks EventHooks RefreshEvent RequestEvent ResponseEvent RetryEvent WaitEvent"
            ),
            "atlex.client": "AsyncPaginator Create Delete Paginator Update",
            "atlex.client._async_agent": "AsyncServiceAgent",
            "atlex.client._sync_agent": "ServiceAgent",
            "atlex.data": "Blob CidLink LegacyBlob OMIT Omit UnknownObject",
            "atlex.errors": (
                "AtlexError BasePackageError CursorStoreError FetchError FetchRefusedError FileError "
                "IdentityAmbiguousError IdentityError IdentityFailedError IdentityMismatchError "
                "IdentityNotFoundError InputError InterfaceVersionError InvalidSwapError Issue "
                "LexAuthFactorError LexiconError LoggedOutError RateLimitError RecordNotFoundError "
                "RefreshError SessionStoreError XrpcAuthenticationError XrpcError XrpcFetchError "
                "XrpcInternalError XrpcInvalidResponseError XrpcResponseError XrpcResponseValidationError"
            ),
            "atlex.identity": "AsyncIdentityResolver Identity IdentityResolver",
            "atlex.model": "issues read_as",
            "atlex.session": (
                "AsyncPasswordSession FileSessionStore PasswordSession RedisSessionStore SessionData "
                "SessionStore"
            ),
            "atlex.syntax": "now",
            "atlex.xrpc": "XrpcResponse",
        },
        "client cursors data errors fetch identity interface lexicon model session syntax testing xrpc",
    )
