# Made from _async_pages.py by tools/unasync.py: change that file, and run the tool.
"""Pages of the layer's own values, synchronously."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from atlex import Paginator
from atlex.client import SupportsPage
from atlex_bsky._items import ItemPage

__all__ = ["paged"]

ItemT = TypeVar("ItemT")
ViewT = TypeVar("ViewT")


def paged(
    call: Callable[..., SupportsPage[ViewT]],
    item: Callable[[ViewT], ItemT],
    arguments: Mapping[str, Any],
) -> Paginator[ItemT]:
    """The pages of a query, with an item made of each view.

    Args:
        call: A function that gives a page.
        item: Makes the item.
        arguments: The arguments of every call; the cursor among them changes.
    """

    @wraps(call)
    def page(**arguments: Any) -> ItemPage[ItemT]:
        found = call(**arguments)
        return ItemPage(found, [item(view) for view in found.lex_items()])

    return Paginator(page, dict(arguments))
