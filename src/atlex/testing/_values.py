"""Values of any definition, for property tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from atlex import lexicon
from atlex._lazy import lazy_module
from atlex._validation import Validation
from atlex.errors import InputError, LexiconError
from atlex.testing._documents import LexiconSource, find_lexicons

if TYPE_CHECKING:
    from hypothesis import strategies as _st

    from atlex.testing._strategies import Strategies
else:
    # It comes with an extra; annotations are resolved by those who ask for them.
    _st = lazy_module("hypothesis.strategies", None)

__all__ = ["MethodPart", "values"]

MethodPart: TypeAlias = Literal["params", "input", "output", "message"]
"""A part of a method that has values of its own."""


def values(
    definition: str,
    part: MethodPart | None = None,
    *,
    lexicons: LexiconSource | None = None,
    validation: Validation = "strict",
    undeclared: bool = False,
) -> _st.SearchStrategy[Any]:
    """A hypothesis strategy for the values of a Lexicon definition.

    The values are JSON as it stands on the wire: dicts, lists, strings, numbers, booleans and None; links, bytes and
    blobs in their JSON form. They go by the documents alone, and ``Lexicons.validate`` finds nothing wrong with them
    with the same ``validation``. Objects that contain each other end after a few levels. It needs the extra ``testing``.

    Args:
        definition: Its name: ``nsid`` or ``nsid#name``; or the NSID of a method.
        part: Which part of a method: ``params``, ``input``, ``output`` or ``message``. None for any other definition.
        lexicons: Where the documents are, as for `FakePds`; None for the official ones alone.
        validation: ``strict`` for values that keep every rule. ``lenient`` for those that keep the shape, as old or careless
            programs write them: lengths, ranges and formats don't hold, numbers may be of any size, blobs may be of the
            old form, and undeclared members may hold fractions.
        undeclared: Whether values also have what the documents don't declare: members of other names (some like the
            names of attributes), open unions with types that nobody knows, a ``$type`` where none is needed or with
            ``#main`` (but no record's own), bytes with padding.

    Raises:
        LexiconError: There is no such definition or part, or it has no values; or documents are broken.
        InputError: There is no such validation.
        ImportError: hypothesis isn't installed.
    """
    if validation not in {"lenient", "strict"}:
        raise InputError(f'validation is "lenient" or "strict", not {validation!r:.80}')
    found = find_lexicons(lexicons)
    strategies = _strategies(found, limits=validation == "strict", undeclared=undeclared)
    nsid, _, name = definition.partition("#")
    def_id = lexicon.DefId(nsid, name or "main")
    described = found.definition(def_id)
    if isinstance(described, lexicon.PermissionSet):
        raise LexiconError(f"{definition} is a permission set, which describes no values")
    if part is not None:
        return strategies.described(_part(definition, described, part))
    if isinstance(described, lexicon.Method):
        raise LexiconError(f'{definition} is a {described.kind}: say which part of it, such as "params".')
    return strategies.named(def_id)


def _part(name: str, definition: lexicon.Definition, part: MethodPart) -> lexicon.Schema | lexicon.Params:
    found: lexicon.Payload | lexicon.Params | lexicon.Schema | None = None
    match definition, part:
        case lexicon.Query() | lexicon.Procedure() | lexicon.Subscription(), "params":
            found = definition.parameters
        case lexicon.Procedure(), "input":
            found = definition.input
        case lexicon.Query() | lexicon.Procedure(), "output":
            found = definition.output
        case lexicon.Subscription(), "message":
            found = definition.message.schema
        case _:
            pass
    schema = found.schema if isinstance(found, lexicon.Payload) else found
    if schema is None:
        raise LexiconError(f"{name} has no {part} that a document describes")
    return schema


def _strategies(lexicons: lexicon.Lexicons, *, limits: bool, undeclared: bool) -> Strategies:
    try:
        from atlex.testing._strategies import Strategies
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise ImportError("atlex.testing.values needs an extra: pip install 'atlex[testing]'") from None
    return Strategies(lexicons, limits=limits, undeclared=undeclared)
