"""Which commands there are, and where: a table that loads none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["COMMANDS", "LEXICON", "Command"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        help: What the list of commands says about it.
        home: The module that has it.
        attribute: Its name there: a function, or an application for a command with commands of its own.
        extra: The extra that brings what it needs.
        completes: What its arguments are, for the shells' completion.
    """

    help: str
    home: str
    attribute: str
    extra: Literal["cli", "codegen"] = "cli"
    completes: Literal["accounts", "documents", "files", "methods", "records", "shells", "subcommands"] = (
        "files"
    )


COMMANDS: Final[Mapping[str, Command]] = {
    "accounts": Command(
        "List the accounts that are logged in, or choose one.",
        "atlex_cli._login",
        "accounts_app",
        completes="subcommands",
    ),
    "build": Command(
        "Generate a typed package from Lexicon documents.",
        "atlex_codegen.cli._build",
        "build_command",
        "codegen",
    ),
    "call": Command(
        "Call a method, and print its answer as JSON.", "atlex_cli._call", "call_command", completes="methods"
    ),
    "check": Command(
        "Lint Lexicon documents, by the language and by its style guide.",
        "atlex_codegen.cli._check",
        "check_command",
        "codegen",
    ),
    "completion": Command(
        "Print what makes a shell complete atlex.",
        "atlex_cli._completion",
        "completion_command",
        completes="shells",
    ),
    "demo": Command(
        "Show the whole way, from a build to a call.",
        "atlex_codegen.cli._demo",
        "demo_command",
        "codegen",
    ),
    "diff": Command(
        "List the changes between two sets of Lexicon documents.",
        "atlex_codegen.cli._diff",
        "diff_command",
        "codegen",
    ),
    "docs": Command(
        "Show what a method, a record or a definition is.",
        "atlex_cli._docs",
        "docs_command",
        completes="documents",
    ),
    "init": Command(
        "Make a start that builds and runs.",
        "atlex_codegen.cli._init",
        "init_command",
        "codegen",
    ),
    "install": Command(
        "Bring Lexicon documents into a folder, and pin them.",
        "atlex_codegen.cli._install",
        "install_command",
        "codegen",
    ),
    "lexicon": Command(
        "Work with Lexicons: build, check, diff, init, install, migrate.",
        "atlex_cli._app",
        "lexicon_app",
        "codegen",
        completes="subcommands",
    ),
    "login": Command(
        "Log in, and keep the session.", "atlex_cli._login", "login_command", completes="accounts"
    ),
    "logout": Command("End a session.", "atlex_cli._login", "logout_command", completes="accounts"),
    "migrate": Command(
        "Bring a program up to newer documents.",
        "atlex_codegen.cli._migrate",
        "migrate_command",
        "codegen",
    ),
    "record": Command(
        "Read, list, write and delete records.", "atlex_cli._record", "record_app", completes="records"
    ),
    "resolve": Command("Find an account by its handle or DID.", "atlex_cli._identities", "resolve_command"),
    "whoami": Command("Say who is logged in.", "atlex_cli._login", "whoami_command", completes="accounts"),
}
"""Every command of ``atlex``, by the name that it is typed with."""

LEXICON: Final[Mapping[str, Command]] = {
    name: COMMANDS[name] for name in ("build", "check", "diff", "init", "install", "migrate")
}
"""The commands that ``atlex lexicon`` has as well."""
