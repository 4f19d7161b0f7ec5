"""``com.atproto.server.*`` and ``com.atproto.identity.*``: accounts, sessions and handles."""

from __future__ import annotations

from typing import Any, Final

from atlex.syntax import is_valid_did
from atlex.testing._accounts import Account, normalised_handle
from atlex.testing._methods import Call, Methods, method
from atlex.testing._sessions import TokenPair
from atlex.testing._tokens import TAKENDOWN_SCOPE
from atlex.testing._wire import PdsError

__all__ = ["ServerMethods"]

_MAX_PASSWORD: Final = 512
_MAX_SERVICE_LIFE: Final = 60 * 60
_MAX_BROAD_LIFE: Final = 60
_CREATE_ACCOUNT: Final = "com.atproto.server.createAccount"
# What only the account's server itself may be asked for.
_PROTECTED: Final = frozenset(
    {
        "com.atproto.admin.sendEmail",
        "com.atproto.identity.requestPlcOperationSignature",
        "com.atproto.identity.signPlcOperation",
        "com.atproto.identity.updateHandle",
        "com.atproto.server.activateAccount",
        "com.atproto.server.confirmEmail",
        "com.atproto.server.createAppPassword",
        "com.atproto.server.deactivateAccount",
        "com.atproto.server.getAccountInviteCodes",
        "com.atproto.server.getSession",
        "com.atproto.server.listAppPasswords",
        "com.atproto.server.requestAccountDelete",
        "com.atproto.server.requestEmailConfirmation",
        "com.atproto.server.requestEmailUpdate",
        "com.atproto.server.revokeAppPassword",
        "com.atproto.server.updateEmail",
    }
)
_WRONG: Final = "Invalid identifier or password"
_TAKEN_DOWN: Final = "Account has been taken down"


class ServerMethods(Methods):
    """The methods that begin, renew and end sessions, and those that make and find accounts."""

    @method("com.atproto.server.createAccount")
    def create_account(self, call: Call) -> Any:
        """Make an account and begin its first session."""
        wanted = call.input
        if wanted.get("plcOp") is not None:
            raise PdsError(400, message='Unsupported input: "plcOp"')
        account = self.state.accounts.sign_up(
            wanted["handle"], wanted.get("password"), wanted.get("email"), did=wanted.get("did")
        )
        tokens = self.state.sessions.create(account)
        return {
            "accessJwt": tokens.access,
            "refreshJwt": tokens.refresh,
            "handle": account.handle,
            "did": account.did,
            **self._did_document(account),
        }

    @method("com.atproto.server.createSession")
    def create_session(self, call: Call) -> Any:
        """Log in with a handle, an e-mail address or a DID."""
        wanted = call.input
        if len(wanted["password"]) > _MAX_PASSWORD:
            raise PdsError(401, message="Password too long. Consider resetting your password.")
        account = self._log_in(wanted["identifier"], wanted["password"])
        if account.takendown and not wanted.get("allowTakendown"):
            raise PdsError(401, "AccountTakedown", _TAKEN_DOWN)
        if account.auth_factor is not None:
            self._check_factor(account, wanted.get("authFactorToken"))
        return self.session(account)

    def session(self, account: Account) -> dict[str, Any]:
        """A new session of an account, as a login returns it."""
        return self._session(account, self.state.sessions.create(account))

    @method("com.atproto.server.refreshSession", auth="refresh")
    def refresh_session(self, call: Call) -> Any:
        """Give a session new tokens."""
        account = self.state.caller(call)
        if account.takendown:
            raise PdsError(401, "AccountTakedown", _TAKEN_DOWN)
        return self._session(account, self.state.sessions.rotate(self._token_id(call)))

    @method("com.atproto.server.deleteSession", auth="expired refresh")
    def delete_session(self, call: Call) -> None:
        """End a session, also one that has ended already."""
        self.state.sessions.revoke(self._token_id(call))

    @method("com.atproto.server.getSession", auth="access")
    def get_session(self, call: Call) -> Any:
        """Say who is logged in."""
        account = self.state.caller(call)
        if account.takendown:
            raise PdsError(400, message=f"Could not find user info for account: {account.did}")
        return self._identity(account)

    @method("com.atproto.server.getServiceAuth", auth="access", takendown=True)
    def get_service_auth(self, call: Call) -> Any:
        """Give a token for another service."""
        audience, lxm = call.params["aud"], call.params.get("lxm")
        expires_at = call.params.get("exp")
        if not is_valid_did(audience.partition("#")[0]):
            raise PdsError(400, message="aud must be a valid atproto DID or did#serviceId reference")
        if (call.claims or {})["scope"] == TAKENDOWN_SCOPE and lxm != _CREATE_ACCOUNT:
            raise PdsError(400, "InvalidToken", "Bad token scope")
        if expires_at:
            left = expires_at - self.state.clock.now()
            longest = _MAX_SERVICE_LIFE if lxm else _MAX_BROAD_LIFE
            if not 0 <= left <= longest:
                fault = "is in the past" if left < 0 else f"is more than {longest} seconds ahead"
                raise PdsError(400, "BadExpiration", f"The expiration {fault}")
        if lxm in _PROTECTED:
            message = f"cannot request a service auth token for the following protected method: {lxm}"
            raise PdsError(400, message=message)
        sessions = self.state.sessions
        return {"token": sessions.service_token(call.did or "", audience, lxm, expires_at or None)}

    @method("com.atproto.server.describeServer")
    def describe_server(self, _: Call) -> Any:
        """Say what the server is."""
        return {
            "did": self.state.service_did,
            "availableUserDomains": list(self.state.user_domains),
            "inviteCodeRequired": False,
            "blobUploadLimit": self.state.blob_limit,
            "links": {},
            "contact": {},
        }

    @method("com.atproto.identity.resolveHandle")
    def resolve_handle(self, call: Call) -> Any:
        """Find the DID of a handle."""
        handle = normalised_handle(call.params["handle"])
        did = self.state.accounts.resolve(handle)
        if did is None:
            error = "HandleNotFound" if self.state.accounts.is_user_domain(handle) else "InvalidRequest"
            raise PdsError(400, error, "Unable to resolve handle")
        return {"did": did}

    @method("com.atproto.identity.resolveDid")
    def resolve_did(self, call: Call) -> Any:
        """Give the DID document of an account of this server."""
        return {"didDoc": self._known(call.params["did"]).did_document(self.state.url())}

    @method("com.atproto.identity.resolveIdentity")
    def resolve_identity(self, call: Call) -> Any:
        """Find an account of this server by its handle or DID."""
        return self._identity_info(call.params["identifier"])

    @method("com.atproto.identity.refreshIdentity")
    def refresh_identity(self, call: Call) -> Any:
        """Find an account of this server again; nothing is cached here."""
        return self._identity_info(call.input["identifier"])

    @method("com.atproto.identity.updateHandle", auth="access", active=True)
    def update_handle(self, call: Call) -> None:
        """Give the caller another handle."""
        self.state.accounts.rename(self.state.caller(call), call.input["handle"])

    def _known(self, identifier: str) -> Account:
        account = self.state.accounts.find(identifier)
        if account is None:
            error = "DidNotFound" if is_valid_did(identifier) else "HandleNotFound"
            raise PdsError(400, error, f"Could not find {identifier}")
        if not account.active:
            raise PdsError(400, "DidDeactivated", f"The account isn't in use: {identifier}")
        return account

    def _identity_info(self, identifier: str) -> dict[str, Any]:
        account = self._known(identifier)
        document = account.did_document(self.state.url())
        return {"did": account.did, "handle": account.handle, "didDoc": document}

    def _log_in(self, identifier: str, password: str) -> Account:
        accounts = self.state.accounts
        lowered = identifier.lower()
        account = accounts.find_email(lowered) if "@" in lowered else accounts.find(lowered)
        if account is None or account.password is None or account.password != password:
            raise PdsError(401, message=_WRONG)
        return account

    def _check_factor(self, account: Account, token: str | None) -> None:
        if token is None:
            message = "A sign in code has been sent to your email address"
            raise PdsError(401, "AuthFactorTokenRequired", message)
        if token != account.auth_factor:
            raise PdsError(400, "InvalidToken", "Token is invalid")

    def _token_id(self, call: Call) -> str:
        return str((call.claims or {})["jti"])

    def _session(self, account: Account, tokens: TokenPair) -> dict[str, Any]:
        return {"accessJwt": tokens.access, "refreshJwt": tokens.refresh, **self._identity(account)}

    def _identity(self, account: Account) -> dict[str, Any]:
        identity: dict[str, Any] = {
            "did": account.did,
            **self._did_document(account),
            "handle": account.handle,
            "emailConfirmed": False,
            "active": account.active,
        }
        if account.email is not None:
            identity["email"] = account.email
        if account.auth_factor is not None:
            identity["emailAuthFactor"] = True
        if account.status is not None:
            identity["status"] = account.status
        return identity

    def _did_document(self, account: Account) -> dict[str, Any]:
        if not self.state.send_did_documents:
            return {}
        return {"didDoc": account.did_document(self.state.url())}
