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
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger
from sphinx.util.nodes import make_refnode
from tools.docsite._public import public_names

__all__ = ["PythonNames", "check_complete"]

_LOGGER: Final = getLogger(__name__)

_NSID: Final = re.compile(r"(?:client\.)?((?:app|chat|com|tools)(?:\.\w+){2,})\b(?!\.)")
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
                    node.replace_self(
                        self._linked(_path(value), shown) or self._lexicon(_lexicon(value), shown) or shown
                    )
        for literal in list(self.document.findall(nodes.literal)):
            if not _inside(
                literal, (nodes.reference, nodes.title, addnodes.pending_xref, addnodes.desc_signature)
            ):
                text, shown = literal.astext(), literal.deepcopy()
                linked = (self._linked(path, shown) for path in _meant(text, _around(literal)))
                if found := next(filter(None, linked), None) or self._lexicon(_nsid(text), shown):
                    literal.replace_self(found)

    def _linked(self, path: str, shown: nodes.Node) -> nodes.reference | None:
        found = self.env.domains.python_domain.objects.get(path)
        if found is None:
            return None
        page = self.env.current_document.docname
        return make_refnode(self.app.builder, page, found.docname, found.node_id, shown)

    def _lexicon(self, reference: str, shown: nodes.Node) -> nodes.reference | None:
        nsid, _, definition = reference.partition("#")
        page = f"lexicons/{nsid}"
        if page not in self.env.found_docs or page == self.env.current_document.docname:
            return None
        return make_refnode(
            self.app.builder, self.env.current_document.docname, page, definition.lower(), shown
        )


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


def _path(value: object) -> str:
    return _paths().get(id(value), "")


def _lexicon(value: object) -> str:
    """The definition that a generated class is made from."""
    return (
        str(getattr(value, "lex_type", ""))
        if getattr(value, "__module__", "").startswith("atlex_sdk.")
        else ""
    )


def _nsid(text: str) -> str:
    """The NSID that a piece of code has, as it is or as a path in Python."""
    found = _NSID.match(text)
    return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), found[1]) if found else ""


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each public name that no page describes."""
    for name in public_names():
        if name.path not in env.domains.python_domain.objects:
            _LOGGER.warning("the reference doesn't have %s", name.path)


@cache
def _paths() -> dict[int, str]:
    """Where the reference has each value."""
    return {id(name.value): name.path for name in public_names() if name.value is not None}


@cache
def _by_text() -> dict[str, str]:
    """Where the reference has each name, by all that text may call it; not what could be two things."""
    found: dict[str, set[str]] = {}
    for name in public_names():
        for module in name.modules:
            found.setdefault(f"{module}.{name.name}", set()).add(name.path)
        found.setdefault(name.name if name.is_class else f"{name.name}()", set()).add(name.path)
    return {text: paths.pop() for text, paths in found.items() if len(paths) == 1}


def _around(node: nodes.Node) -> str:
    """The path of the class that a text describes, or of the class whose member it describes."""
    above: nodes.Node | None = node
    while above is not None and not isinstance(above, addnodes.desc):
        above = above.parent
    signature = above and above.next_node(addnodes.desc_signature)
    if not isinstance(above, addnodes.desc) or not signature or signature.get("module") is None:
        return ""
    class_ = signature["fullname"] if above["objtype"] in {"class", "exception"} else signature["class"]
    return f"{signature['module']}.{class_}" if class_ else ""


def _meant(text: str, class_: str) -> Iterator[str]:
    """The paths that a piece of code may stand for: a name, a call of it, or a member of a class."""
    known = _by_text()
    if class_ and text.removesuffix("()").isidentifier():
        yield f"{class_}.{text.removesuffix('()')}"
    if text in known:
        yield known[text]
    elif code := _CODE.fullmatch(text):
        name = code[1]
        owner, _, member = name.rpartition(".")
        if name in known:
            yield known[name]
        elif owner in known:
            yield f"{known[owner]}.{member}"
