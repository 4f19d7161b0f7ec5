"""Comparing documents, definition by definition, by the evolution rules of the Lexicon language.

Old values have to stay valid, and new values have to be valid under the older documents: a change that allows more or
less than before breaks that. For Python code the direction of the values counts. A caller that sends them breaks when
less is allowed than before, and one that receives them when more is.

Source of the rules: https://atproto.com/specs/lexicon#lexicon-evolution
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypedDict, cast

from atlex.lexicon import (
    DefId,
    Definition,
    Document,
    Lexicons,
    Method,
    Object,
    Payload,
    PermissionSet,
    Procedure,
    Query,
    Record,
    Subscription,
)
from atlex_codegen._diff._changes import Change, ChangeKind, Impact
from atlex_codegen._diff._flows import RECEIVED, SENT, Flow, Flows
from atlex_codegen._diff._pair import Between, Pair, kind_of, unknown_keys, was_and_is
from atlex_codegen._diff._renames import renamed_definitions
from atlex_codegen._diff._schemas import compare_properties, compare_schemas
from atlex_codegen._prose import Prose

__all__ = ["compare_documents"]


class _Impacts(TypedDict):
    lexicon: Impact
    python: Impact


_HARMLESS: Final[_Impacts] = {"lexicon": "compatible", "python": "compatible"}


def compare_documents(
    old: Lexicons, new: Lexicons, old_descriptions: Mapping[str, str], new_descriptions: Mapping[str, str]
) -> list[Change]:
    """List the changes, sorted by definition.

    References may lead nowhere: they are compared by the names in them.

    Args:
        old: The older documents.
        new: The newer ones.
        old_descriptions: The older overlay: descriptions that come before the documents' own.
        new_descriptions: The newer overlay.
    """
    renamed = renamed_definitions(old, new)
    names = {before: after for before, (after, _) in renamed.items()}
    come = {def_id for def_id, _ in new.definitions() if old.find(def_id) is None} - set(names.values())
    flows = Flows(old, new)
    prose = Prose(old, old_descriptions), Prose(new, new_descriptions)
    changes = [change for nsid in old.keys() & new.keys() for change in _document(old[nsid], new[nsid])]
    for before, definition in old.definitions():
        after = names.get(before, before)
        newer = new.find(after)
        if newer is None:
            changes.append(_removed(old[before.nsid], before, definition))
            continue
        pair = Pair(old[before.nsid], new[after.nsid], before, after, names, prose)
        inner = list(_definition(pair, definition, newer, flows.of(before, after)))
        if before in renamed:
            _, is_certain = renamed[before]
            changes.append(pair.renamed(definition, newer, is_guess=bool(inner) or not is_certain))
        changes += inner
    changes += [_added(new[def_id.nsid], def_id, new.definition(def_id)) for def_id in come]
    return sorted(changes, key=lambda change: change.definition)


def _document(old: Document, new: Document) -> Iterator[Change]:
    between = Between(old, new, DefId(old.id), DefId(new.id))
    if old.revision != new.revision:
        message = f'the document\'s "revision" {was_and_is(old.revision, new.revision)}'
        yield between.change("revision-changed", "/revision", "/revision", message, **_HARMLESS)
    before, after = (unknown_keys(document.extra) for document in (old, new))
    if before != after:
        message = "the document has other keys that the language doesn't define"
        yield between.change("unknown-keys-changed", "", "", message, values=(before, after), **_HARMLESS)


def _definition(pair: Pair, old: Definition, new: Definition, flow: Flow) -> Iterator[Change]:
    if kind_of(old) != kind_of(new) or not isinstance(new, Method | Record | PermissionSet):
        yield from compare_schemas(pair, old, new, flow)
        return
    yield from pair.node(old, new, f"the {kind_of(new)}")
    match old, new:
        case Record(), Record():
            if old.key != new.key:
                message = f'the record\'s "key" {was_and_is(old.key, new.key)}'
                yield pair.between("record-key-changed", old, new, message, key="key")
            yield from compare_schemas(pair, old.record, new.record, flow)
        case PermissionSet(), PermissionSet():
            if old.permissions != new.permissions:
                message = "the set holds other permissions"
                yield pair.harmless("permissions-changed", old, new, message, key="permissions")
        case _:
            yield from _method(pair, cast("Method", old), cast("Method", new))


def _method(pair: Pair, old: Method, new: Method) -> Iterator[Change]:
    yield from _parameters(pair, old, new)
    match old, new:
        case Subscription(), Subscription():
            yield from pair.node(old.message, new.message, "the message")
            yield from compare_schemas(
                pair, old.message.schema, new.message.schema, RECEIVED, what="the message"
            )
        case Procedure(), Procedure():
            yield from _body(pair, "input", old.input, new.input, SENT)
            yield from _body(pair, "output", old.output, new.output, RECEIVED)
        case Query(), Query():
            yield from _body(pair, "output", old.output, new.output, RECEIVED)
        case _:
            pass
    yield from _errors(pair, old, new)


def _parameters(pair: Pair, old: Method, new: Method) -> Iterator[Change]:
    before, after = old.parameters, new.parameters
    if before is not None and after is not None:
        yield from pair.node(before, after, "the set of parameters")
        yield from compare_properties(pair, before, after, SENT)
        return
    present = before or after
    if present is None:
        return
    must = any(prop.required for prop in present.properties.values())
    impact: Impact = "breaking" if must else "compatible"
    if after is not None:
        message = "there are parameters now" + (", and some are required" if must else "")
        yield pair.change("parameters-added", None, after.pointer, message, lexicon=impact, python=impact)
    else:
        yield pair.change(
            "parameters-removed", present.pointer, None, "the parameters were removed", lexicon=impact
        )


def _body(
    pair: Pair, key: Literal["input", "output"], old: Payload | None, new: Payload | None, flow: Flow
) -> Iterator[Change]:
    if old is None and new is not None:
        must = flow.sent and not _may_be_empty(new)
        yield pair.change(
            "input-added" if key == "input" else "output-added",
            None,
            new.pointer,
            f"there is an {key} now",
            python="breaking" if must else "compatible",
        )
    elif old is not None and new is None:
        kind: ChangeKind = "input-removed" if key == "input" else "output-removed"
        yield pair.change(kind, old.pointer, None, f"the {key} was removed")
    elif old is not None and new is not None:
        yield from pair.node(old, new, f"the {key}")
        if old.encoding != new.encoding:
            message = f'"encoding" of the {key} {was_and_is(old.encoding, new.encoding)}'
            yield pair.between("encoding-changed", old, new, message, key="encoding")
        if old.schema is None and new.schema is not None:
            yield pair.change("schema-added", None, new.schema.pointer, f"the {key} has a schema now")
        elif old.schema is not None and new.schema is None:
            yield pair.change("schema-removed", old.schema.pointer, None, f"the {key} has no schema any more")
        elif old.schema is not None and new.schema is not None:
            yield from compare_schemas(pair, old.schema, new.schema, flow, what=f"the {key}")


def _may_be_empty(payload: Payload) -> bool:
    """Whether nothing in an input is required."""
    return isinstance(payload.schema, Object) and not any(
        prop.required for prop in payload.schema.properties.values()
    )


def _errors(pair: Pair, old: Method, new: Method) -> Iterator[Change]:
    before, after = ({error.name: error for error in method.errors} for method in (old, new))
    for name, error in before.items():
        if name in after:
            yield from pair.node(error, after[name], f'the error "{name}"')
        else:
            message = f'the error "{name}" was removed'
            yield pair.change(
                "error-removed", error.pointer, None, message, subject=name, lexicon="compatible"
            )
    for name, error in after.items():
        if name not in before:
            message = f'the error "{name}" is new'
            yield pair.change("error-added", None, error.pointer, message, subject=name, **_HARMLESS)


def _removed(document: Document, def_id: DefId, definition: Definition) -> Change:
    between = Between(document, document, def_id, def_id)
    return between.change(
        "definition-removed", definition.pointer, None, f"the {kind_of(definition)} was removed"
    )


def _added(document: Document, def_id: DefId, definition: Definition) -> Change:
    between = Between(document, document, def_id, def_id)
    message = f"the {kind_of(definition)} is new"
    return between.change("definition-added", None, definition.pointer, message, **_HARMLESS)
