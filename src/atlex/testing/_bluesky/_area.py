"""What the app view's areas have in common: whom a call shows something to, and answers in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from atlex.testing._accounts import Account
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._bluesky._world import World
from atlex.testing._methods import Call, Methods, State
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["Area", "page", "place"]

_ItemT = TypeVar("_ItemT")


class Area(Methods):
    """Methods of the app view."""

    def __init__(self, state: State, world: World) -> None:
        super().__init__(state)
        self.world = world

    def views(self, call: Call) -> PostViews:
        """Makes views for the caller."""
        return PostViews(self.state, self.world, self.state.caller(call).did)

    def actor(self, identifier: str) -> Account:
        """The account with a DID or a handle.

        Raises:
            PdsError: There is none, or it isn't in use.
        """
        account = self.state.accounts.find_public(identifier)
        if account is None:
            raise PdsError(400, message="Profile not found")
        return account


def place(record: StoredRecord) -> int:
    """Where a record stands in the order of all records."""
    return record.number


def page(
    items: Sequence[_ItemT], params: Mapping[str, Any], number: Callable[[_ItemT], int]
) -> tuple[Sequence[_ItemT], dict[str, str]]:
    """One page of an answer, and the ``cursor`` that goes with it; the last page has none.

    Args:
        items: All items, those with the highest numbers first.
        params: The parameters of the call.
        number: Gives the number of an item.
    """
    cursor: str | None = params.get("cursor")
    if cursor is not None:
        # A cursor that this server never gave leads to the end, as the real one has it.
        start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 else 0
        items = [item for item in items if number(item) < start]
    shown = items[: params["limit"]]
    return shown, {"cursor": str(number(shown[-1]))} if len(shown) < len(items) else {}
