"""Reading one JSON object of a document key by key, and noting what isn't as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, TypeVar

from atlex.lexicon._diagnostic import Diagnostic, Severity, pointer_to
from atlex.lexicon._json import is_array, is_object
from atlex.lexicon._scalars import MAX_INTEGER, json_type

__all__ = ["Fields", "Notes"]


T = TypeVar("T")


class Notes:
    """Collects the diagnostics of one document."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.nsid = ""
        self.diagnostics: list[Diagnostic] = []

    def error(self, pointer: str, message: str, hint: str = "") -> None:
        """Note that the document can't be used."""
        self._add("error", pointer, message, hint)

    def warn(self, pointer: str, message: str, hint: str = "") -> None:
        """Note something that the reader should know of."""
        self._add("warning", pointer, message, hint)

    def name(self, pointer: str, what: str, name: str) -> None:
        """Note what is wrong with a name, if anything.

        Args:
            pointer: Where it stands.
            what: What has the name, such as "a property".
            name: The name.
        """
        if not name:
            self.error(pointer, f"{what} without a name", "give it a name")
        elif oddity := _oddity(name):
            self.warn(pointer, f"the name of {what} {oddity}", "rename it: other tools may refuse it")

    def _add(self, severity: Severity, pointer: str, message: str, hint: str) -> None:
        self.diagnostics.append(
            Diagnostic(
                severity=severity,
                file=self.source,
                nsid=self.nsid,
                pointer=pointer,
                message=message,
                hint=hint,
            )
        )

    @property
    def has_errors(self) -> bool:
        """Whether an error was noted."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)


def _oddity(name: str) -> str | None:
    """Say what is unusual about the name of a definition, a property or an error; None for a usual one.

    The specification gives no pattern, and names such as ``9`` or ``ob-je-c$t`` are in use.
    """
    if not name.isprintable() or " " in name:
        return "holds spaces or control characters"
    if "#" in name:
        return 'holds "#"'
    if name.startswith("$"):
        return 'begins with "$", which the protocol keeps for itself'
    return None


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_flag(value: object) -> TypeGuard[bool]:
    return isinstance(value, bool)


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER


class Fields:
    """One JSON object of a document.

    Each getter gives None for an absent key, and notes an error and gives None for a value of the wrong type. What was
    asked for counts as known; `extra` gives the rest.
    """

    def __init__(self, notes: Notes, raw: Mapping[str, Any], pointer: str) -> None:
        self.notes = notes
        self.raw = raw
        self.pointer = pointer
        self._known: set[str] = set()

    def at(self, *segments: str | int) -> str:
        """The pointer of something inside this object."""
        return pointer_to(self.pointer, *segments)

    def error(self, key: str, message: str, hint: str = "") -> None:
        """Note an error in the value of a key."""
        self.notes.error(self.at(key), message, hint)

    def warn(self, key: str, message: str, hint: str = "") -> None:
        """Note a warning about the value of a key."""
        self.notes.warn(self.at(key), message, hint)

    def extra(self) -> dict[str, Any]:
        """The keys that nobody asked for."""
        return {key: value for key, value in self.raw.items() if key not in self._known}

    def rest(self) -> dict[str, Any]:
        """What every node holds beside its own: the description, the place, and the keys that nobody asked for."""
        return {"description": self.text("description"), "pointer": self.pointer, "extra": self.extra()}

    def has(self, key: str) -> bool:
        """Whether the key is there; asking makes it known."""
        self._known.add(key)
        return key in self.raw

    def value(self, key: str) -> Any:
        """The value as it is."""
        self._known.add(key)
        return self.raw.get(key)

    def required(self, key: str, what: str) -> bool:
        """Whether the key is there; where it isn't, an error is noted that says what it should hold."""
        if self.has(key):
            return True
        self.notes.error(self.pointer, f'"{key}" is missing', f'add "{key}": {what}')
        return False

    def text(self, key: str) -> str | None:
        """A string."""
        return self._value_of(key, _is_text, "a string")

    def required_text(self, key: str, what: str) -> str | None:
        """A string that must be there; see `required`."""
        return self.text(key) if self.required(key, what) else None

    def flag(self, key: str) -> bool | None:
        """A boolean."""
        return self._value_of(key, _is_flag, "true or false")

    def integer(self, key: str) -> int | None:
        """An integer of the data model."""
        return self._value_of(key, _is_integer, "an integer within ±(2**53 - 1)")

    def size(self, key: str) -> int | None:
        """A length: an integer that isn't negative."""
        value = self.integer(key)
        if value is not None and value < 0:
            self.error(key, f"a length can't be {value}", "use 0 or more, or leave it out")
            return None
        return value

    def sizes(self, low: str, high: str) -> tuple[int | None, int | None]:
        """Two lengths that are the ends of a range."""
        return self._range(low, high, self.size)

    def integers_between(self, low: str, high: str) -> tuple[int | None, int | None]:
        """Two integers that are the ends of a range."""
        return self._range(low, high, self.integer)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """An array of strings."""
        return self._list_of(key, _is_text, "a string")

    def integers(self, key: str) -> tuple[int, ...] | None:
        """An array of integers."""
        return self._list_of(key, _is_integer, "an integer within ±(2**53 - 1)")

    def array(self, key: str) -> list[Any] | None:
        """An array of anything."""
        return self._value_of(key, is_array, "an array")

    def mapping(self, key: str) -> dict[str, Any] | None:
        """An object."""
        return self._value_of(key, is_object, "an object")

    def fields(self, key: str) -> Fields | None:
        """An object, to be read in its turn."""
        value = self.mapping(key)
        return None if value is None else Fields(self.notes, value, self.at(key))

    def text_map(self, key: str) -> dict[str, str]:
        """An object whose values are strings; empty when absent."""
        inner = self.fields(key)
        if inner is None:
            return {}
        texts = {name: inner.text(name) for name in inner.raw}
        return {name: text for name, text in texts.items() if text is not None}

    def _value_of(self, key: str, is_valid: Callable[[object], TypeGuard[T]], expected: str) -> T | None:
        self._known.add(key)
        if key not in self.raw:
            return None
        value = self.raw[key]
        if is_valid(value):
            return value
        self.error(key, f"expected {expected}, got {json_type(value)}", f'correct "{key}", or leave it out')
        return None

    def _range(self, low: str, high: str, read: Callable[[str], int | None]) -> tuple[int | None, int | None]:
        least, greatest = read(low), read(high)
        if least is not None and greatest is not None and least > greatest:
            self.error(
                low, f'"{low}" {least} is above "{high}" {greatest}', "no value can satisfy both: swap them"
            )
        return least, greatest

    def _list_of(
        self, key: str, is_member: Callable[[object], TypeGuard[T]], member: str
    ) -> tuple[T, ...] | None:
        values = self.array(key)
        if values is None:
            return None
        members: list[T] = []
        for index, value in enumerate(values):
            if is_member(value):
                members.append(value)
            else:
                message = f"expected {member}, got {json_type(value)}"
                self.notes.error(self.at(key, index), message, f'correct this member of "{key}"')
        return tuple(members)
