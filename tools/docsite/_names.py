"""Names on the pages, resolved as Python does, and linked to where the reference describes them."""

from __future__ import annotations

import builtins
import re
import sys
import typing
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, ClassVar, Final

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode
from tools.docsite._public import public_names

__all__ = ["PythonNames"]

_CODE: Final = re.compile(r"([A-Za-z_][\w.]*)(\(\))?")


class PythonNames(SphinxPostTransform):
    """Links the types of signatures, and the public names that stand in text as code."""

    # Before Sphinx's own, which takes anything that ends in a name for it.
    default_priority: ClassVar[int | None] = 5

    def run(self, **kwargs: Any) -> None:
        """Link the names of one page."""
        for node in list(self.document.findall(addnodes.pending_xref)):
            if node["refdomain"] == "py":
                with suppress(ImportError, AttributeError):
                    value = _located(node["reftarget"], node.get("py:module"), node.get("py:class"))
                    shown = _shown(node)
                    node.replace_self(self._linked(_paths().get(id(value), ""), shown) or shown)
        for literal in list(self.document.findall(nodes.literal)):
            if not _inside(
                literal, (nodes.reference, nodes.title, addnodes.pending_xref, addnodes.desc_signature)
            ):
                for path in _meant(literal.astext()):
                    if linked := self._linked(path, literal.deepcopy()):
                        literal.replace_self(linked)
                        break

    def _linked(self, path: str, shown: nodes.Node) -> nodes.reference | None:
        found = self.env.domains.python_domain.objects.get(path)
        if found is None:
            return None
        page = self.env.current_document.docname
        return make_refnode(self.app.builder, page, found.docname, found.node_id, shown)


def _shown(node: addnodes.pending_xref) -> nodes.Node:
    for condition in node.findall(addnodes.pending_xref_condition):
        if condition["condition"] == "resolved":
            return condition.children[0]
    return node.children[0]


def _inside(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    above = node.parent
    while above is not None and not isinstance(above, kinds):
        above = above.parent
    return above is not None


def _located(name: str, module: str | None, class_: str | None) -> Any:
    """Find what a name stands for in a module, or where a class that the module hands on is written."""
    holders: list[Any] = [builtins, typing]
    if module:
        holders.insert(0, sys.modules[module])
        described = getattr(sys.modules[module], (class_ or "").partition(".")[0], None)
        holders.append(sys.modules.get(getattr(described, "__module__", module)))
    for holder in holders:
        with suppress(AttributeError):
            return attrgetter(name)(holder)
    found: Any = import_module(name.partition(".")[0])
    for end in (dot.start() for dot in re.finditer(r"\.|$", name)):
        home, _, part = name[:end].rpartition(".")
        if home:
            found = getattr(found, part) if hasattr(found, part) else import_module(name[:end])
    return found


@cache
def _paths() -> dict[int, str]:
    """Where the reference has each value."""
    return {id(name.value): name.path for name in public_names()}


@cache
def _by_text() -> dict[str, str]:
    """Where the reference has each name, by all that text may call it; not what could be two things."""
    found: dict[str, set[str]] = {}
    for name in public_names():
        for module in name.modules:
            found.setdefault(f"{module}.{name.name}", set()).add(name.path)
        found.setdefault(name.name if name.is_class else f"{name.name}()", set()).add(name.path)
    return {text: paths.pop() for text, paths in found.items() if len(paths) == 1}


def _meant(text: str) -> Iterator[str]:
    """The paths that a piece of code may stand for: a name, a call of it, or a member of a class."""
    known = _by_text()
    if text in known:
        yield known[text]
    elif code := _CODE.fullmatch(text):
        name = code[1]
        owner, _, member = name.rpartition(".")
        if name in known:
            yield known[name]
        elif owner in known:
            yield f"{known[owner]}.{member}"
