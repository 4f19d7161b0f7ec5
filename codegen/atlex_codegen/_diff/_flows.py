"""The direction of a definition's values: to a server, from one, or both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from atlex.lexicon import (
    DefId,
    Definition,
    Lexicons,
    Part,
    Procedure,
    Query,
    Record,
    Subscription,
    references,
)

__all__ = ["BOTH", "RECEIVED", "SENT", "Flow", "Flows"]


@dataclass(frozen=True, slots=True)
class Flow:
    """The direction of values: from the caller (``sent``), from the server (``received``), or both."""

    sent: bool = False
    received: bool = False


SENT: Final = Flow(sent=True)
RECEIVED: Final = Flow(received=True)
BOTH: Final = Flow(sent=True, received=True)


class Flows:
    """The flows of all definitions of two sets of documents.

    Values of a record go both ways, and so do those of a definition that nothing refers to.
    """

    def __init__(self, *both: Lexicons) -> None:
        self._sent: set[DefId] = set()
        self._received: set[DefId] = set()
        for lexicons in both:
            for def_id, definition in lexicons.definitions():
                _reach(lexicons, def_id, _sent_parts(definition), self._sent)
                _reach(lexicons, def_id, _received_parts(definition), self._received)

    def of(self, old: DefId, new: DefId) -> Flow:
        """The flow of a definition, by its older and newer name."""
        names = {old, new}
        flow = Flow(not names.isdisjoint(self._sent), not names.isdisjoint(self._received))
        return flow if flow.sent or flow.received else BOTH


def _reach(lexicons: Lexicons, start: DefId, parts: Iterable[Part], reached: set[DefId]) -> None:
    pending: list[Part] = list(parts)
    if pending and isinstance(pending[0], Record):
        reached.add(start)
    while pending:
        for reference in references(pending.pop()):
            target = reference.target
            definition = lexicons.find(target)
            if definition is not None and target not in reached:
                reached.add(target)
                pending.append(definition)


def _sent_parts(definition: Definition) -> Iterable[Part]:
    match definition:
        case Record():
            return (definition,)
        case Procedure(input=sent) if sent is not None:
            return (sent,)
        case _:
            return ()


def _received_parts(definition: Definition) -> Iterable[Part]:
    match definition:
        case Record():
            return (definition,)
        case Query(output=answer) | Procedure(output=answer) if answer is not None:
            return (answer,)
        case Subscription():
            return (definition.message,)
        case _:
            return ()
