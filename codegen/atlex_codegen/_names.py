"""From the names of documents to the names of Python: pure functions, the same on every machine.

A *natural* name is what one name alone becomes; `allocate` makes the names of one scope differ. Names come out as ASCII
identifiers, whatever went in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Final

__all__ = [
    "CLIENT_NAMES",
    "FIELD_NAMES",
    "KEYWORDS",
    "RECORDS_NAMES",
    "Scope",
    "allocate",
    "class_name",
    "constant_name",
    "error_name",
    "field_name",
    "segment_name",
    "singular",
    "snake_case",
    "to_camel",
]

# A fixed list: with the keyword module's, the names would depend on the Python that the generator runs on.
KEYWORDS: Final = frozenset(
    """
    False None True and as assert async await break class continue def del elif else except finally for from global
    if import in is lambda nonlocal not or pass raise return try while with yield
    """.split()  # noqa: SIM905 - a list would take a line for each word
)

FIELD_NAMES: Final = frozenset(
    """
    construct copy dict from_orm from_wire json lex_is_record lex_items lex_key lex_nullable lex_type model_computed_fields model_config
    model_construct model_copy model_dump model_dump_json model_extra model_fields model_fields_set
    model_json_schema model_parametrized_name model_post_init model_rebuild model_validate model_validate_json
    model_validate_strings mro parse_file parse_obj parse_raw register schema schema_json self to_json to_wire
    update_forward_refs validate
    """.split()  # noqa: SIM905 - a list would take a line for each word
)
"""What a field or an argument can't be called: attributes of the models' base and of its class, and a method's own
first argument.
"""

_MODULE_NAMES: Final = frozenset(
    {
        "annotations",
        "aux",
        "con",
        "nul",
        "prn",
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
    }
)
"""What a module can't be called: a name that every package binds by its first import, and on Windows no file has the
others, whatever its suffix.
"""

CLIENT_NAMES: Final = frozenset(
    {
        "aclose",
        "apply_writes",
        "assert_did",
        "close",
        "combine",
        "did",
        "download",
        "download_blob",
        "for_account",
        "get_blob",
        "lex_methods",
        "lex_proxies",
        "paginate",
        "stream",
        "with_options",
        "xrpc",
    }
)
"""What a top-level namespace can't be called on a client: attributes of the clients' base."""

RECORDS_NAMES: Final = frozenset({"create", "delete", "get", "iterate", "list", "nsid", "put"})
"""What a namespace below a record can't be called: methods of the record collection."""

_REMEMBERED: Final = 2**14
"""Of how many names the words are kept: documents have the same few over and over."""

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*")
_PART: Final = re.compile(r"[A-Za-z0-9]+")


@lru_cache(_REMEMBERED)
def snake_case(name: str) -> str:
    """``postView`` becomes ``post_view``; a digit belongs to the word before it, and an acronym is one word."""
    return "_".join(_WORD.findall(name)).lower()


def to_camel(name: str) -> str:
    """The wire name that a Python name stands for by itself: ``display_name`` is ``displayName``."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


@lru_cache(_REMEMBERED)
def _pascal_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in _PART.findall(name))


def class_name(name: str) -> str:
    """The natural name of a class: ``postView`` becomes ``PostView``."""
    natural = _pascal_case(name)
    if not natural or natural[0].isdigit():
        return f"Def{natural}"
    return f"{natural}_" if natural in KEYWORDS else natural


def error_name(name: str) -> str:
    """The natural name of an error's class: the declared name, ending in ``Error``."""
    natural = class_name(name)
    return natural if natural.endswith("Error") else f"{natural.rstrip('_')}Error"


def constant_name(name: str) -> str:
    """The natural name of a token: ``reasonSpam`` becomes ``REASON_SPAM``."""
    natural = snake_case(name).upper()
    return f"TOKEN_{natural}".rstrip("_") if not natural or natural[0].isdigit() else natural


def field_name(name: str) -> str:
    """The natural name of an attribute or an argument: ``displayName`` becomes ``display_name``."""
    natural = snake_case(name)
    if not natural or natural[0].isdigit():
        return f"field_{natural}".rstrip("_")
    return f"{natural}_" if natural in KEYWORDS or natural in FIELD_NAMES else natural


def segment_name(segment: str) -> str:
    """The natural name of the module that a segment of an NSID becomes: ``getProfile`` becomes ``get_profile``."""
    natural = snake_case(segment)
    if not natural or natural[0].isdigit():
        return f"_{natural}"
    return f"{natural}_" if natural in KEYWORDS or natural in _MODULE_NAMES else natural


def singular(name: str) -> str:
    """The name of one item of a list: ``FacetFeatures`` becomes ``FacetFeature``, and ``Data`` is ``DataItem``."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else f"{name}Item"


class Scope:
    """The names of one scope, each taken once.

    Args:
        taken: Names that are taken from the start.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, natural: str, reserved: Collection[str] = ()) -> str:
        """Take a name, numbered where it is taken: ``name``, ``name_2``, ``name_3``.

        Args:
            natural: The name wanted.
            reserved: Names that a number must not lead to.
        """
        name = natural
        base = natural.rstrip("_") or natural
        # Where many names meet, each search goes on where the last one ended.
        number = self._numbers.get(base, 2)
        while name in self._taken or (name != natural and name in reserved):
            name = f"{base}_{number}"
            number += 1
        if name != natural:
            self._numbers[base] = number
        self._taken.add(name)
        return name


def allocate(
    names: Iterable[str], natural: Callable[[str], str], taken: Iterable[str] = ()
) -> dict[str, str]:
    """Give each name of one scope a Python name of its own.

    Of those that meet, the one that is spelled like the natural name keeps it, or else the first in the order of their
    original names; the others are numbered, past what any other name naturally is. So no name changes because of where
    it stands in a document, and no Python name is the original of another.

    Args:
        names: The original names, each once.
        natural: What one name alone becomes.
        taken: Names that the scope has already.
    """
    naturals = {name: natural(name) for name in sorted(names)}
    reserved = frozenset(naturals.values())
    scope = Scope(taken)
    order = sorted(naturals, key=lambda name: naturals[name] != name)
    return {name: scope.take(naturals[name], reserved) for name in order}
