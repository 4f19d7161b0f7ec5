"""The pages of the reference: every public name, under the module that it belongs to."""

from __future__ import annotations

import inspect
import textwrap
from functools import cache
from typing import Final

import griffe
from tools.docsite._docstrings import restructured
from tools.docsite._public import Name, public_names

__all__ = ["pages"]

_LONGEST: Final = 300
"""The length in characters from which a value is left out."""


def pages() -> dict[str, str]:
    """Write the reference: one page for each module that has names of its own, and a list of them.

    Returns:
        The pages' texts, by the names of their files.
    """
    by_module: dict[str, list[Name]] = {}
    for name in public_names():
        by_module.setdefault(name.module, []).append(name)
    made = {f"{module}.md": _page(module, names) for module, names in by_module.items()}
    listed = "\n".join(sorted(by_module))
    made["index.md"] = f"# Python reference\n\n```{{toctree}}\n{listed}\n```\n"
    return made


def _page(module: str, names: list[Name]) -> str:
    directives = "\n".join(map(_directive, sorted(names, key=_twins_together)))
    handed_on = [name for name in public_names() if module in name.modules and name.module != module]
    if handed_on:
        listed = ", ".join(f":py:obj:`~{name.path}`" for name in sorted(handed_on, key=_twins_together))
        directives += f"\n.. rubric:: Names from other modules\n\n{listed}\n"
    return f"# {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n\n{directives}```\n"


def _twins_together(name: Name) -> tuple[str, bool]:
    twin = name.name.removeprefix("Async")
    return twin, name.name != twin


def _directive(name: Name) -> str:
    if name.is_class:
        kind = "exception" if issubclass(name.value, BaseException) else "class"
        return f".. auto{kind}:: {name.path}\n   :members:\n"
    if inspect.isroutine(name.value):
        return f".. autofunction:: {name.path}\n"
    # Only the source says where a name that a module hands on is from, and what is written below it.
    written = _source(name.path)
    value = str(written.value) if isinstance(written, griffe.Attribute) else ""
    shown = f"   :value: {value}\n" if 0 < len(value) < _LONGEST else ""
    text = written.docstring.lines if written.docstring else []
    described = textwrap.indent("\n".join(restructured(text)), "   ")
    return f".. py:data:: {name.name}\n{shown}\n{described}\n"


def _source(path: str) -> griffe.Object:
    package, _, rest = path.partition(".")
    found = _package(package)[rest]
    return found.final_target if isinstance(found, griffe.Alias) else found


@cache
def _package(name: str) -> griffe.Object | griffe.Alias:
    return griffe.load(name, resolve_aliases=True)
