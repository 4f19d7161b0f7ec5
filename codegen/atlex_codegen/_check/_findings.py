"""The findings of `atlex check` as values, and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from atlex._printable import printable
from atlex.lexicon import Diagnostic, Document

__all__ = ["LEVELS", "RULES", "Finding", "Findings", "Level", "Rule"]

Level: TypeAlias = Literal["style", "warning", "error"]
"""The levels of findings: an ``error`` stops a build, a ``warning`` may come as a surprise, and ``style`` is against the
style guide.
"""

LEVELS: Final[tuple[Level, ...]] = get_args(Level)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the style guide, or about names.

    Attributes:
        level: The level of its findings.
        hint: The way to mend them.
    """

    level: Level
    hint: str


RULES: Final[Mapping[str, Rule]] = {
    "python-clash": Rule("warning", "rename one of them, or live with the longer name"),
    "python-reserved": Rule("style", "rename it, or live with the underscore"),
    "name-conflict": Rule("warning", "rename one of them: tools that go by names mix them up"),
    "known-value": Rule("warning", 'write the full name of a token, "nsid#name", and define the token'),
    "name-case": Rule("style", "write it in lowerCamelCase, in ASCII letters and digits"),
    "error-case": Rule("style", "write it in UpperCamelCase"),
    "known-value-case": Rule("style", "write it in kebab-case, or make it a token"),
    "generic-name": Rule("style", "choose a name that no programming language has a meaning for"),
    "record-name": Rule("style", "use a singular noun"),
    "method-name": Rule("style", "put a verb before a noun, as in getPost or putProfile"),
    "subscription-name": Rule("style", "begin the name with subscribe, as in subscribeLabels"),
    "description": Rule("style", "add a description"),
    "defs-main": Rule("style", "give it a document of its own, or another name"),
    "output": Rule("style", "declare one: application/json with an empty object says that there is nothing"),
    "pagination": Rule("style", "take an optional limit and cursor; return an optional cursor and one array"),
    "subscription-cursor": Rule("style", "make the cursor an optional integer"),
    "subscription-messages": Rule("style", "list the messages in the union"),
    "nullable-optional": Rule("style", "choose one: leaving it out says the same as null"),
    "closed-union": Rule("style", "leave it open: a closed one can never get another member"),
    "enum": Rule("style", "use knownValues: an enum can never get another value"),
    "boolean-default": Rule("style", "turn its meaning around, so that false is the default"),
    "array-items": Rule("style", "make each item an object, which can get more properties"),
    "string-length": Rule("style", "give it a format or a maxLength"),
    "format-length": Rule("style", "leave out the lengths: the format limits them"),
    "grapheme-length": Rule("style", "give it a maxLength of 10 to 20 times its maxGraphemes"),
    "bytes-length": Rule("style", "give it a maxLength"),
    "large-value": Rule("style", "use a blob"),
    "account-parameter": Rule("style", "use the format at-identifier, which takes handles and DIDs"),
    "record-handle": Rule("style", "use the format did: a handle can change hands"),
    "cid-link": Rule("style", "use a string with the format cid"),
    "permission-set": Rule("style", "give it a title and a permission"),
}
"""The rules, except those of the language itself, which are called ``language`` and ``reference``.

Source: https://atproto.com/guides/lexicon-style-guide
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault of a document, or something that could be better.

    Attributes:
        rule: The rule: one of `RULES`, or ``language`` or ``reference``.
        level: Its level.
        file: Where the document was read from.
        nsid: The document's NSID; empty when it has none that can be read.
        pointer: The JSON pointer (RFC 6901) of the place; empty for the whole document.
        message: The fault.
        hint: The way to mend it.
    """

    rule: str
    level: Level
    file: str = ""
    nsid: str = ""
    pointer: str = ""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.nsid, self.pointer) if part)
        end = f" ({self.hint})" if self.hint else ""
        text = f"{place}: {self.level}[{self.rule}]: {self.message}{end}"
        return printable(text, limit=len(text))

    @classmethod
    def of(cls, diagnostic: Diagnostic, rule: Literal["language", "reference"]) -> Finding:
        """A diagnostic of the language as a finding."""
        return cls(
            rule=rule,
            level=diagnostic.severity,
            file=diagnostic.file,
            nsid=diagnostic.nsid,
            pointer=diagnostic.pointer,
            message=diagnostic.message,
            hint=diagnostic.hint,
        )


class Findings:
    """Collects the findings in one document.

    Args:
        document: The document.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Finding] = []

    def add(self, rule: str, pointer: str, message: str) -> None:
        """Add a finding.

        Args:
            rule: One of `RULES`.
            pointer: The place, as a JSON pointer.
            message: The fault.
        """
        self.found.append(
            Finding(
                rule=rule,
                level=RULES[rule].level,
                file=self.document.source,
                nsid=self.document.id,
                pointer=pointer,
                message=message,
                hint=RULES[rule].hint,
            )
        )
