"""Pages of the layer's own values, asynchronously."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from atlex import AsyncPaginator
from atlex.client import SupportsPage
from atlex_bsky._items import ItemPage

__all__ = ["paged"]

ItemT = TypeVar("ItemT")
ViewT = TypeVar("ViewT")


def paged(
    call: Callable[..., Awaitable[SupportsPage[ViewT]]],
    item: Callable[[ViewT], ItemT],
    arguments: Mapping[str, Any],
) -> AsyncPaginator[ItemT]:
    """The pages of a query, with an item made of each view.

    Args:
        call: A function that gives a page.
        item: Makes the item.
        arguments: The arguments of every call; the cursor among them changes.
    """

    @wraps(call)
    async def page(**arguments: Any) -> ItemPage[ItemT]:
        found = await call(**arguments)
        return ItemPage(found, [item(view) for view in found.lex_items()])

    return AsyncPaginator(page, dict(arguments))
