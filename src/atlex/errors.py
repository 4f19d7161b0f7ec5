"""Every error that atlex raises, in one tree.

    AtlexError
    ├── InputError                      a value was refused before anything was sent (also a ValueError)
    ├── FileError                       a file failed in the middle of a call (also an OSError)
    ├── FetchError                      a URL that a stranger named couldn't be fetched; the cause is attached if any
    │   └── FetchRefusedError           it may not be fetched: a private address, a port, a scheme
    ├── IdentityError                   a handle or DID leads to no account: .identifier
    │   ├── IdentityNotFoundError       there is none of this name
    │   ├── IdentityAmbiguousError      the handle names more than one DID
    │   ├── IdentityMismatchError       the handle names a DID whose document names another handle
    │   └── IdentityFailedError         it couldn't be found out; the cause is attached if any
    ├── LexiconError                    Lexicon documents are broken or contradict each other
    ├── SessionStoreError               a session store can't be read, written or locked
    ├── CursorStoreError                a stored position can't be read, written or locked
    ├── InterfaceVersionError           a generated package was made for another atlex (also an ImportError)
    ├── BasePackageError                a generated package was built on another version of a package, or on one that
    │                                   is missing (also an ImportError)
    └── XrpcError                       a call failed: .error (a code), .message, .method
        ├── XrpcResponseError           the server responded with an error: .status, .headers, .body
        │   ├── XrpcAuthenticationError status 401: .www_authenticate
        │   ├── RateLimitError          status 429: .limit, .remaining, .reset, .policy, .retry_after
        │   ├── LexAuthFactorError      the login needs a second factor
        │   ├── InvalidSwapError        the repository has moved on since
        │   └── RecordNotFoundError     there is no such record
        ├── XrpcInvalidResponseError    the server broke the protocol ("InvalidResponse"): .status, .headers, .body
        │   ├── XrpcResponseValidationError   the response doesn't match its lexicon: .issues
        │   └── CidMismatchError        the bytes aren't those asked for: .expected_cid, .found_cid
        └── XrpcInternalError           the call got no response, or none that can be used ("NoResponse")
            ├── XrpcFetchError          the network failed ("NetworkError", "Timeout"): .sent; the cause is attached
            ├── RefreshError            the token has expired and can't be refreshed now ("RefreshFailed"); as above
            └── LoggedOutError          the session has ended ("LoggedOut")

The codes in quotation marks are atlex's own. All other codes come from servers, or stand for a status.

Errors that a lexicon declares are classes of the generated package, below XrpcResponseError; those of the last two
names, which the record calls know without a generated package, are below the classes here. One that comes with status
401 or 429 is an instance of the class for that status as well.

No message, repr or attribute that a message is made of holds a token or a password.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, TypedDict, Unpack

from atlex._rate_limit import RateLimit

__all__ = [
    "AtlexError",
    "BasePackageError",
    "CidMismatchError",
    "CursorStoreError",
    "FetchError",
    "FetchRefusedError",
    "FileError",
    "IdentityAmbiguousError",
    "IdentityError",
    "IdentityFailedError",
    "IdentityMismatchError",
    "IdentityNotFoundError",
    "InputError",
    "InterfaceVersionError",
    "InvalidSwapError",
    "Issue",
    "LexAuthFactorError",
    "LexiconError",
    "LoggedOutError",
    "RateLimitError",
    "RecordNotFoundError",
    "RefreshError",
    "SessionStoreError",
    "XrpcAuthenticationError",
    "XrpcError",
    "XrpcFetchError",
    "XrpcInternalError",
    "XrpcInvalidResponseError",
    "XrpcResponseError",
    "XrpcResponseValidationError",
]

_ISSUES_SHOWN: Final = 5

_MOMENTS: Final = range(1_000_000_000, 10_000_000_000)
"""Numbers that are seconds since 1970. Smaller ones are seconds from now, which other servers send."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of a value.

    Attributes:
        path: Where it is, from the value that was checked: ``embed.images[2].alt``. Empty for the value itself.
        reason: What is wrong, in a few words.
        raw: The value at fault as it came. It isn't part of the issue's text.
    """

    path: str
    reason: str
    raw: Any = None

    def __repr__(self) -> str:
        return f"Issue(path={self.path!r}, reason={self.reason!r})"

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


def _sentence(opening: str, issues: Sequence[Issue]) -> str:
    shown = "; ".join(str(issue) for issue in issues[:_ISSUES_SHOWN])
    more = len(issues) - _ISSUES_SHOWN
    return f"{opening}: {shown}" + (f"; and {more} more" if more > 0 else "")


def _unfilled(class_: type[BaseException], args: tuple[object, ...]) -> BaseException:
    return class_.__new__(class_, *args)


class AtlexError(Exception):
    """The base of every error that atlex raises. All of them can be copied and pickled."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        # Exception would call the class with `args` alone, and most classes here need keywords as well.
        return _unfilled, (type(self), self.args), self.__dict__


class InputError(AtlexError, ValueError):
    """A value was refused before anything was sent.

    Attributes:
        issues: Every fault of the value, each with its path.
    """

    def __init__(self, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(_sentence(message, issues) if issues else message)
        self.issues: tuple[Issue, ...] = tuple(issues)


class FileError(AtlexError, OSError):
    """A file, or another body to send, couldn't be read to its end, or a download couldn't be written to its own.

    Something may have been sent by then; the cause is attached, and ``errno`` is that of the cause.
    """

    @classmethod
    def of(cls, what: str, cause: Exception) -> FileError:
        """The error for a file's own.

        Args:
            what: What couldn't be done, as the beginning of a sentence.
            cause: What the file raised.
        """
        if isinstance(cause, OSError) and cause.errno is not None:
            return cls(cause.errno, f"{what}: {cause.strerror}")
        return cls(f"{what}: {cause}")


class FetchError(AtlexError):
    """A URL that a stranger named couldn't be fetched; the cause is attached if there is one."""


class FetchRefusedError(FetchError):
    """A URL, or one that it redirects to, may not be fetched: it leads to a private address, or isn't of a kind that may.

    The message doesn't tell addresses: it may be shown to whoever named the URL.
    """


class IdentityError(AtlexError):
    """A handle or a DID leads to no account that can be used.

    Attributes:
        identifier: The handle or the DID that was looked up.
    """

    def __init__(self, message: str, *, identifier: str) -> None:
        super().__init__(message)
        self.identifier = identifier


class IdentityNotFoundError(IdentityError):
    """There is no account of this name, or none any more."""


class IdentityAmbiguousError(IdentityError):
    """A handle names more than one DID, and which is meant can't be known."""


class IdentityMismatchError(IdentityError):
    """A handle names a DID whose document names another handle, or none: anybody can point a name at an account."""


class IdentityFailedError(IdentityError):
    """Whose name it is couldn't be found out: the network failed, or what came is broken. It may work later."""


class LexiconError(AtlexError):
    """Lexicon documents are broken, or contradict each other.

    Attributes:
        diagnostics: What was found, one entry a fault, as printable values. The text shows the first errors of them.
    """

    def __init__(self, message: str, diagnostics: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.diagnostics: tuple[object, ...] = tuple(diagnostics)

    def __str__(self) -> str:
        errors = [str(found) for found in self.diagnostics if getattr(found, "is_error", True)]
        more = [f"and {len(errors) - _ISSUES_SHOWN} more"] if len(errors) > _ISSUES_SHOWN else []
        return "\n  ".join([super().__str__(), *errors[:_ISSUES_SHOWN], *more])


class SessionStoreError(AtlexError):
    """A session store can't be read, written or locked, or holds what it shouldn't; the cause is attached if any."""


class CursorStoreError(AtlexError):
    """A stored position can't be read, written or locked, or isn't the expected one; the cause is attached if any."""


class InterfaceVersionError(AtlexError, ImportError):
    """A generated package was made for another version of the generated-code interface."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        # Some of an ImportError's attributes live outside its __dict__.
        return ImportError.__reduce__(self)


class BasePackageError(AtlexError, ImportError):
    """A generated package was built on another version of a package, or on one that isn't installed."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        # As above.
        return ImportError.__reduce__(self)


class XrpcError(AtlexError):
    """A call failed.

    Attributes:
        error: The error code, such as ``ExpiredToken``.
        message: The sentence that came with it.
        method: The NSID of the method called, or None outside a call.
        expected: Whether the method's lexicon declares the code.
    """

    _shown: ClassVar[tuple[str, ...]] = ("error", "message", "method")

    def __init__(self, error: str, message: str, *, method: str | None = None) -> None:
        super().__init__(error, message)
        self.error = error
        self.message = message
        self.method = method
        self.expected = False

    def __str__(self) -> str:
        return (
            f"{self.method}: {self.error}: {self.message}" if self.method else f"{self.error}: {self.message}"
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shown)})"
        )


class _Received(TypedDict, total=False):
    """The details of the response and of the call that an error comes from."""

    headers: Mapping[str, str] | None
    body: bytes
    method: str | None


class _ReceivedError(XrpcError):
    """A call whose response is the failure."""

    def __init__(
        self,
        error: str,
        message: str,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        method: str | None = None,
        expected: bool = False,
    ) -> None:
        super().__init__(error, message, method=method)
        self.expected = expected
        self.status = status
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.body = body


class XrpcResponseError(_ReceivedError):
    """The server responded with an error (status 400 and above).

    Attributes:
        status: The HTTP status.
        headers: The response's headers; look-ups ignore case.
        body: The response's body as it came.
    """

    _shown = ("error", "message", "status", "method")


class XrpcAuthenticationError(XrpcResponseError):
    """The server wants other credentials (status 401)."""

    @property
    def www_authenticate(self) -> Mapping[str, Mapping[str, str] | str]:
        """The challenges of the ``WWW-Authenticate`` header (RFC 9110, section 11.6.1).

        Maps a scheme to its parameters, or to its token68 value. Empty when there is no such header, or none
        that can be read without guessing.
        """
        from atlex._www_authenticate import parse_www_authenticate

        return parse_www_authenticate(self.headers.get("www-authenticate")) or {}


class RateLimitError(XrpcResponseError):
    """Too many requests (status 429). The message says until when, if the server does."""

    def __str__(self) -> str:
        told, reset = super().__str__(), self.reset
        if reset is None or reset not in _MOMENTS:
            return told
        return f"{told} (until {datetime.fromtimestamp(reset, UTC):%Y-%m-%dT%H:%M:%SZ})"

    @property
    def rate_limit(self) -> RateLimit:
        """The figures of the server's ``RateLimit`` headers."""
        return RateLimit.of(self.headers)

    @property
    def limit(self) -> int | None:
        """How many requests the window allows, or None where the server doesn't say."""
        return self.rate_limit.limit

    @property
    def remaining(self) -> int | None:
        """How many requests the window has left, or None where the server doesn't say."""
        return self.rate_limit.remaining

    @property
    def reset(self) -> int | None:
        """When the window ends, in seconds since 1970, or None where the server doesn't say."""
        return self.rate_limit.reset

    @property
    def policy(self) -> str | None:
        """The server's policy as it came, such as ``3000;w=300``, or None where it doesn't say."""
        return self.rate_limit.policy

    @property
    def retry_after(self) -> str | None:
        """The ``Retry-After`` header as it came (seconds or an HTTP date), or None."""
        return self.headers.get("retry-after")


class LexAuthFactorError(XrpcResponseError):
    """The login needs a second factor: log in again with ``auth_factor_token``."""


class InvalidSwapError(XrpcResponseError):
    """The repository or the record isn't at the version that the call was made for."""


class RecordNotFoundError(XrpcResponseError):
    """There is no such record."""


class XrpcInvalidResponseError(_ReceivedError):
    """The server's response breaks the protocol: a wrong content type, a body that isn't JSON, a stray status.

    Attributes:
        status: The HTTP status.
        headers: The response's headers; look-ups ignore case.
        body: The response's body as it came.
    """

    _shown = ("message", "status", "method")

    def __init__(self, message: str, *, status: int, **received: Unpack[_Received]) -> None:
        super().__init__("InvalidResponse", message, status=status, **received)


class XrpcResponseValidationError(XrpcInvalidResponseError):
    """The response doesn't match its lexicon, beyond what the reading level can give up.

    Attributes:
        issues: Every fault, each with its path.
    """

    def __init__(self, issues: Sequence[Issue], *, status: int = 200, **received: Unpack[_Received]) -> None:
        sentence = _sentence("The data doesn't match its lexicon", issues)
        super().__init__(sentence, status=status, **received)
        self.issues: tuple[Issue, ...] = tuple(issues)


class CidMismatchError(XrpcInvalidResponseError):
    """The bytes that the server sent have another CID than those that were asked for.

    Attributes:
        expected_cid: The CID that was asked for.
        found_cid: The CID of what came.
    """

    def __init__(
        self, expected_cid: str, found_cid: str, *, status: int = 200, **received: Unpack[_Received]
    ) -> None:
        sentence = f"The bytes have the CID {found_cid}, and not {expected_cid}, which was asked for"
        super().__init__(sentence, status=status, **received)
        self.expected_cid = expected_cid
        self.found_cid = found_cid


class XrpcInternalError(XrpcError):
    """The call got no response, or none that can be used; the cause is attached where there is one."""

    def __init__(self, message: str, *, method: str | None = None, error: str = "NoResponse") -> None:
        super().__init__(error, message, method=method)


class XrpcFetchError(XrpcInternalError):
    """The network failed: no connection, a broken one, or no response in time.

    Attributes:
        error: ``Timeout`` where something took longer than it may, else ``NetworkError``.
        sent: False where the server certainly got nothing of the request, True where it may have got it, and may
            have done what was asked.
    """

    def __init__(
        self, message: str, *, method: str | None = None, error: str = "NetworkError", sent: bool = True
    ) -> None:
        super().__init__(message, method=method, error=error)
        self.sent = sent


class RefreshError(XrpcInternalError):
    """The access token has expired, and the session can't be refreshed for now; it goes on. The cause is attached."""

    def __init__(self, message: str, *, method: str | None = None) -> None:
        super().__init__(message, method=method, error="RefreshFailed")


class LoggedOutError(XrpcInternalError):
    """The session has ended, by a logout or because the server no longer knows it."""

    def __init__(self, message: str = "Logged out", *, method: str | None = None) -> None:
        super().__init__(message, method=method, error="LoggedOut")
