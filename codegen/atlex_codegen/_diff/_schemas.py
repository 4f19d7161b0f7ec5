"""Comparing schemas: whether they allow more or less than before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    Definition,
    Integer,
    Node,
    Object,
    Params,
    Property,
    Ref,
    String,
    Union,
    UnknownKind,
)
from atlex_codegen._diff._changes import Change, ChangeKind, Impact
from atlex_codegen._diff._flows import Flow
from atlex_codegen._diff._pair import Pair, kind_of, was_and_is
from atlex_codegen._diff._renames import renamed_properties

__all__ = ["compare_properties", "compare_schemas"]

_LENGTHS: Final = (("minLength", "min_length"), ("maxLength", "max_length"))
_LIMITS: Final[Mapping[type[Node], tuple[tuple[str, str], ...]]] = {
    Array: _LENGTHS,
    Blob: (("maxSize", "max_size"),),
    Bytes: _LENGTHS,
    Integer: (("minimum", "minimum"), ("maximum", "maximum")),
    String: (*_LENGTHS, ("minGraphemes", "min_graphemes"), ("maxGraphemes", "max_graphemes")),
}
"""The limits of each kind, by the language's name and by the node's."""


def compare_schemas(
    pair: Pair, old: Definition, new: Definition, flow: Flow, *, what: str = "", name: str = ""
) -> Iterator[Change]:
    """Compare two schemas.

    Args:
        pair: The definition that they stand in.
        old: The older schema.
        new: The newer one.
        flow: Who makes the values.
        what: The name of their owner in messages; empty for their kind.
        name: The property that has it, if one does.
    """
    if kind_of(old) != kind_of(new):
        is_union = isinstance(old, Ref) and isinstance(new, Union) and pair.now(old.target) in new.targets
        kind: ChangeKind = "ref-to-union" if is_union else "type-changed"
        message = f"{what or 'the definition'} was of type {kind_of(old)} and is of type {kind_of(new)}"
        yield pair.between(kind, old, new, message, subject=name)
        return
    what = what or f"the {kind_of(new)}"
    yield from pair.node(old, new, what, name)
    yield from _limits(pair, old, new, flow, what)
    match old, new:
        case Boolean(), Boolean():
            yield from _const_and_default(pair, old, new, flow, what)
        case Integer(), Integer():
            yield from _const_and_default(pair, old, new, flow, what)
            yield from _enum(pair, old, new, flow, what)
        case String(), String():
            yield from _const_and_default(pair, old, new, flow, what)
            yield from _enum(pair, old, new, flow, what)
            yield from _string(pair, old, new, flow, what)
        case Blob(), Blob():
            yield from _accept(pair, old, new, flow, what)
        case Ref(), Ref():
            yield from _ref(pair, old, new, what)
        case Union(), Union():
            yield from _union(pair, old, new, flow, what)
        case Array(), Array():
            yield from compare_schemas(pair, old.items, new.items, flow, what=f"each item of {what}")
        case Object(), Object():
            yield from compare_properties(pair, old, new, flow)
        case UnknownKind() as before, UnknownKind() as after if before.raw != after.raw:
            message = f"{what}, of a kind that isn't known, says something else"
            yield pair.harmless("unknown-keys-changed", old, new, message)
        case _:
            pass


def compare_properties(
    pair: Pair, old: Object | Params, new: Object | Params, flow: Flow
) -> Iterator[Change]:
    """Compare the properties of two objects, or the parameters of two methods."""

    def is_same(before: Property, after: Property) -> bool:
        return (
            before.required == after.required
            and before.nullable == after.nullable
            and not any(compare_schemas(pair, before.schema, after.schema, flow))
        )

    what = "parameter" if isinstance(new, Params) else "property"
    renamed = renamed_properties(old.properties, new.properties, is_same)
    for name, prop in old.properties.items():
        if name in new.properties:
            yield from _property(pair, prop, new.properties[name], flow, f'the {what} "{name}"')
        elif name in renamed:
            after, is_guess = renamed[name]
            yield pair.change(
                "property-renamed",
                prop.schema.pointer,
                new.properties[after].schema.pointer,
                f'the {what} "{name}" is called "{after}" now',
                subject=name,
                values=(name, after),
                is_guess=is_guess,
            )
        else:
            yield pair.change(
                "property-removed",
                prop.schema.pointer,
                None,
                f'the {_necessity(prop)} {what} "{name}" was removed',
                subject=name,
                lexicon="breaking" if prop.required else "compatible",
            )
    known = old.properties.keys() | {after for after, _ in renamed.values()}
    for name, prop in new.properties.items():
        if name not in known:
            yield pair.change(
                "property-added",
                None,
                prop.schema.pointer,
                f'the {_necessity(prop)} {what} "{name}" is new',
                subject=name,
                lexicon="breaking" if prop.required else "compatible",
                python=_python(flow, narrower=prop.required),
            )


def _property(pair: Pair, old: Property, new: Property, flow: Flow, what: str) -> Iterator[Change]:
    if old.required != new.required:
        yield pair.between(
            "property-required" if new.required else "property-optional",
            old.schema,
            new.schema,
            f"{what} is {_necessity(new)} now",
            subject=new.name,
            values=(old.required, new.required),
            python=_python(flow, narrower=new.required, wider=old.required),
        )
    if old.nullable != new.nullable:
        yield pair.between(
            "property-nullable" if new.nullable else "property-not-nullable",
            old.schema,
            new.schema,
            f"{what} {'may' if new.nullable else 'must not'} be null now",
            subject=new.name,
            values=(old.nullable, new.nullable),
            # An attribute that isn't required may be None as it is.
            python=_python(flow, narrower=old.nullable, wider=new.nullable and new.required),
        )
    yield from compare_schemas(pair, old.schema, new.schema, flow, what=what, name=new.name)


def _limits(pair: Pair, old: Node, new: Node, flow: Flow, what: str) -> Iterator[Change]:
    for key, attribute in _LIMITS.get(type(old), ()):
        before: int | None = getattr(old, attribute)
        after: int | None = getattr(new, attribute)
        if before != after:
            is_least = key.startswith("min")
            narrower = after is not None and (before is None or (after > before) == is_least)
            yield pair.between(
                "limit-changed",
                old,
                new,
                f'"{key}" of {what} {was_and_is(before, after)}',
                key=key,
                values=(before, after),
                # Types don't show limits, and a lenient reading doesn't enforce them.
                python=_python(flow, narrower=narrower),
            )


def _const_and_default(
    pair: Pair, old: Boolean | Integer | String, new: Boolean | Integer | String, flow: Flow, what: str
) -> Iterator[Change]:
    if old.const != new.const:
        yield pair.between(
            "const-changed",
            old,
            new,
            f'"const" of {what} {was_and_is(old.const, new.const)}',
            key="const",
            values=(old.const, new.const),
            python=_python(flow, narrower=new.const is not None, wider=old.const is not None),
        )
    if old.default != new.default:
        message = f'"default" of {what} {was_and_is(old.default, new.default)}'
        yield pair.harmless(
            "default-changed", old, new, message, key="default", values=(old.default, new.default)
        )


def _enum(
    pair: Pair, old: Integer | String, new: Integer | String, flow: Flow, what: str
) -> Iterator[Change]:
    narrower, wider = _compare_sets(old.enum, new.enum)
    if narrower or wider:
        yield pair.between(
            "enum-changed",
            old,
            new,
            f'"enum" of {what} {was_and_is(old.enum, new.enum)}',
            key="enum",
            values=(old.enum, new.enum),
            python=_python(flow, narrower=narrower, wider=wider),
        )


def _string(pair: Pair, old: String, new: String, flow: Flow, what: str) -> Iterator[Change]:
    if any(_compare_sets(old.known_values or (), new.known_values or ())):
        values = old.known_values, new.known_values
        message = f'"knownValues" of {what} {was_and_is(*values)}'
        yield pair.harmless("known-values-changed", old, new, message, key="knownValues", values=values)
    if old.format != new.format:
        # A call takes a datetime where the lexicon has one.
        narrower = new.format is not None or old.format == "datetime"
        yield pair.between(
            "format-changed",
            old,
            new,
            f'"format" of {what} {was_and_is(old.format, new.format)}',
            key="format",
            values=(old.format, new.format),
            python=_python(flow, narrower=narrower),
        )


def _accept(pair: Pair, old: Blob, new: Blob, flow: Flow, what: str) -> Iterator[Change]:
    narrower, wider = _compare_sets(old.accept, new.accept)
    if narrower or wider:
        yield pair.between(
            "accept-changed",
            old,
            new,
            f'"accept" of {what} {was_and_is(old.accept, new.accept)}',
            key="accept",
            values=(old.accept, new.accept),
            python=_python(flow, narrower=narrower),
        )


def _ref(pair: Pair, old: Ref, new: Ref, what: str) -> Iterator[Change]:
    if pair.now(old.target) != new.target:
        values = str(old.target), str(new.target)
        message = f"{what} referred to {values[0]} and refers to {values[1]}"
        yield pair.between("ref-changed", old, new, message, key="ref", values=values)


def _union(pair: Pair, old: Union, new: Union, flow: Flow, what: str) -> Iterator[Change]:
    if old.closed != new.closed:
        yield pair.between(
            "union-closed" if new.closed else "union-opened",
            old,
            new,
            f"{what} is {'a closed union' if new.closed else 'an open union'} now",
            key="closed",
            values=(old.closed, new.closed),
            python=_python(flow, narrower=new.closed, wider=old.closed),
        )
    by_rule: Impact = "breaking" if old.closed else "compatible"
    before = {pair.now(target): target for target in old.targets}
    for target, original in before.items():
        if target not in new.targets:
            yield pair.between(
                "union-member-removed",
                old,
                new,
                f"{what} can't be {original} any more",
                key="refs",
                subject=str(original),
                lexicon=by_rule,
                python=_python(flow, narrower=True),
            )
    for target in new.targets:
        if target not in before:
            yield pair.between(
                "union-member-added",
                old,
                new,
                f"{what} can be {target} now",
                key="refs",
                subject=str(target),
                lexicon=by_rule,
                # Code that reads an open union has to expect unknown members anyway.
                python=_python(flow, wider=old.closed),
            )


def _compare_sets(old: tuple[object, ...] | None, new: tuple[object, ...] | None) -> tuple[bool, bool]:
    """Whether less is allowed than before, and whether more is; None allows everything."""
    before, after = (None if values is None else set(values) for values in (old, new))
    if before == after:
        return False, False
    narrower = after is not None and (before is None or not before <= after)
    wider = before is not None and (after is None or not after <= before)
    return narrower, wider


def _necessity(prop: Property) -> str:
    return "required" if prop.required else "optional"


def _python(flow: Flow, *, narrower: bool = False, wider: bool = False) -> Impact:
    """The verdict for Python code when less is allowed than before (``narrower``), or more (``wider``)."""
    return "breaking" if (narrower and flow.sent) or (wider and flow.received) else "compatible"
