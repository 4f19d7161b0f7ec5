"""``atlex login``, ``logout``, ``whoami`` and ``accounts``."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from atlex._printable import printable
from atlex.errors import AtlexError, InputError, LexAuthFactorError
from atlex_cli._accounts import Account, AccountError, Accounts, folder, scope_of, server_url
from atlex_cli._output import failing_with_a_sentence, print_json, say
from atlex_codegen.cli._ask import ask, is_terminal

if TYPE_CHECKING:
    from atlex.session import PasswordSession, SessionData

__all__ = ["accounts_app", "login_command", "logout_command", "whoami_command"]

_LONGEST: Final = 4096
"""The most bytes that a password may have: a stream that never ends isn't one."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_RIGHTS: Final = {
    "com.atproto.access": "the account's own password",
    "com.atproto.appPass": "an app password",
    "com.atproto.appPassPrivileged": "an app password that may use chats",
}
"""What a session was begun with, by the scope of its access token."""


def login_command(
    identifier: Annotated[
        str | None,
        typer.Argument(
            metavar="HANDLE", help="The account's handle or DID; its e-mail address with --service."
        ),
    ] = None,
    *,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="SERVER",
            help="The account's server, such as bsky.social. Without it, the one that the handle leads to.",
        ),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Log in, and keep the session for the commands to come.

    The password is asked for, or read from standard input with --password-stdin, or from the environment variable
    ATLEX_PASSWORD; an app password is best. A file that only you can read keeps the session. Nothing keeps the password.

    Example: atlex login alice.example.com
    """
    with failing_with_a_sentence():
        identifier = (identifier or ask("Handle", otherwise="as an argument")).strip().removeprefix("@")
        accounts = Accounts(folder())
        accounts.make_folder()
        # Before the password is asked for, so that it can be seen where that goes.
        service = _server_of(identifier) if service is None else server_url(service)
        password = _password(f"Password of {printable(identifier)} at {service}", is_piped=password_stdin)
        session = _begin(service, identifier, password)
        try:
            accounts.add(session.data)
        except BaseException:
            session.logout()
            raise
        finally:
            session.close()
        say([f"Logged in as {_description(session.data)}"])
        _tell_of_environment()


def logout_command(
    account: Annotated[
        str | None,
        typer.Argument(
            help="A handle or DID, or its beginning. Without it, the current account.", show_default=False
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Log all accounts out.")] = False,
) -> None:
    """Log out: end the session at the server, and delete it here.

    Example: atlex logout
    """
    if every and account is not None:
        raise typer.BadParameter("--all goes without an account")
    with failing_with_a_sentence():
        accounts = Accounts(folder())
        failures = [
            failure
            for found in (accounts.all() if every else [accounts.named(account)])
            if (failure := _log_out(accounts, found)) is not None
        ]
        if failures:
            raise failures[0]


def whoami_command(
    *,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT", help="A handle or DID, or its beginning. Without it, the current account."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say who is logged in. The server is asked whether that is still so.

    Example: atlex whoami
    """
    from atlex_sdk import Client

    with failing_with_a_sentence(), Accounts(folder()).open(account) as session:
        now = Client(session).com.atproto.server.get_session()
        data = session.data.model_copy(
            update={"handle": now.handle, "email": now.email, "active": now.active, "status": now.status}
        )
        if as_json:
            print_json({**_summary(data), "email": data.email, "active": data.active is not False})
        else:
            say([_description(data)])


accounts_app: typer.Typer = typer.Typer()


@accounts_app.callback(invoke_without_command=True)
def list_command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List the accounts that are logged in, the current one with a star. Nothing is sent."""
    if context.invoked_subcommand is not None:
        return
    with failing_with_a_sentence():
        accounts = Accounts(folder())
        found = accounts.all()
        try:
            current = accounts.current().did
        except AccountError:
            current = None
        if as_json:
            print_json([{**_entry(account), "current": account.did == current} for account in found])
            return
        width = max((len(account.title) for account in found), default=0)
        for account in found:
            rest = account.fault if account.data is None else f"{account.did}  {account.data.service}"
            say([f"{'*' if account.did == current else ' '} {account.title:{width}}  {rest}"])
        if not found:
            say(["Nobody is logged in: atlex login HANDLE"], err=True)


@accounts_app.command("use")
def use_command(
    account: Annotated[str, typer.Argument(help="A handle or DID, or its beginning.")],
) -> None:
    """Make an account the current one, which commands use that name none.

    Example: atlex accounts use alice.example.com
    """
    with failing_with_a_sentence():
        accounts = Accounts(folder())
        found = accounts.find(account)
        accounts.choose(found.did)
        say([f"Commands use {found.title} now"])
        _tell_of_environment()


def _log_out(accounts: Accounts, account: Account) -> AtlexError | None:
    """Log one account out, and say so; why that failed, or None."""
    try:
        failure = accounts.remove(account)
    except AtlexError as error:
        return error
    say([f"Logged out: {account.title}"])
    if failure is not None:
        say([f"The server couldn't be told, where the session may last for a while: {failure}"], err=True)
    return None


def _tell_of_environment() -> None:
    if name := os.environ.get("ATLEX_ACCOUNT"):
        say([f"ATLEX_ACCOUNT is set: in this shell, commands use {name} all the same"], err=True)


def _begin(service: str, identifier: str, password: str) -> PasswordSession:
    from atlex.session import PasswordSession

    try:
        return PasswordSession.login(service, identifier=identifier, password=password)
    except LexAuthFactorError:
        if not is_terminal():
            raise InputError(
                "The account asks for a code, which has been sent by e-mail: log in at a terminal, or with an app "
                "password, which takes none"
            ) from None
    say(["The server has sent a code by e-mail"], err=True)
    code = ask("Code", otherwise="as an argument")
    return PasswordSession.login(service, identifier=identifier, password=password, auth_factor_token=code)


def _server_of(identifier: str) -> str:
    if "@" in identifier:
        raise InputError(
            "An e-mail address doesn't tell where the account is: add --service, such as bsky.social"
        )
    from atlex_cli._identities import open_resolver

    with open_resolver() as resolver:
        return resolver.resolve(identifier).server()


def _password(question: str, *, is_piped: bool) -> str:
    # Never an argument: the list of processes shows those, and so does the shell's history.
    if is_piped and not is_terminal():
        password = _piped_password()
    else:
        password = os.environ.get("ATLEX_PASSWORD") or ask(
            question, otherwise="by --password-stdin or in ATLEX_PASSWORD", hidden=True
        )
    # Two lines of a file, or a key of the terminal that should have pasted.
    if _CONTROL.search(password):
        raise InputError("The password holds a line's end or another control character")
    return password


def _piped_password() -> str:
    data = b"" if sys.stdin is None else sys.stdin.buffer.read(_LONGEST + 1)
    try:
        # Windows puts a mark before a text, and nearly everything a line's end behind it.
        text = data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or len(data) > _LONGEST:
        raise InputError("Standard input doesn't hold a password: one line of UTF-8")
    return text


def _description(data: SessionData) -> str:
    means = _RIGHTS.get(scope_of(data), "")
    state = "" if data.active is not False else f"; the account is {data.status or 'not active'}"
    return f"{data.handle} ({data.did}) at {data.service}{means and f', with {means}'}{state}"


def _summary(data: SessionData) -> dict[str, Any]:
    return {"did": data.did, "handle": data.handle, "service": data.service, "scope": scope_of(data) or None}


def _entry(account: Account) -> dict[str, Any]:
    return {"did": account.did, "fault": account.fault} if account.data is None else _summary(account.data)
