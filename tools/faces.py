"""Make the run-time half of the packages' faces: `python -m tools.faces [--check]`.

A face imports its public names for type checkers only; at run time each loads when it is first used. The table that
says where each name lives, and `__all__`, are made from those imports, so that a name is written once.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path
from typing import Final

from tools._made import write_or_check

__all__ = ["FACES", "face", "main", "public_modules"]

ROOT: Final = Path(__file__).parents[1]
FACES: Final = (
    "codegen/atlex_codegen/__init__.py",
    "src/atlex/__init__.py",
    "src/atlex/client/__init__.py",
    "src/atlex/identity/__init__.py",
    "src/atlex/interface.py",
    "src/atlex/session/__init__.py",
    "src/atlex/syntax/__init__.py",
    "src/atlex/testing/__init__.py",
    "src/atlex_bsky/__init__.py",
)
"""The modules that hand on names of others and load them lazily."""

_BEFORE: Final = """\
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
"""
_LINE: Final = 110


def face(source: str, package: str, modules: list[str]) -> str:
    """The text of a face with its run-time half made anew.

    Args:
        source: The face as it stands.
        package: Its module's name.
        modules: The public modules in its folder.
    """
    (imports,) = (node for node in ast.parse(source).body if isinstance(node, ast.If))
    homes: dict[str, list[str]] = {}
    for statement in imports.body:
        if not isinstance(statement, ast.ImportFrom) or statement.module is None:
            raise SystemExit(f"{package}: line {statement.lineno} isn't `from module import name as name`")
        if statement.module != package:
            homes.setdefault(statement.module, []).extend(alias.name for alias in statement.names)
    table = "".join(_entry(home, sorted(names)) for home, names in sorted(homes.items()))
    submodules = f'        "{" ".join(modules)}",\n' if modules else ""
    written = "".join(source.splitlines(keepends=True)[: imports.body[-1].end_lineno])
    return f"{written}{_BEFORE}{table}        }},\n{submodules}    )\n"


def _entry(home: str, names: list[str]) -> str:
    before = f'            "{home}": '
    joined = " ".join(names)
    if len(before) + len(joined) + len('"",') <= _LINE:
        return f'{before}"{joined}",\n'
    lines = textwrap.wrap(joined, _LINE - 20)
    texts = [f'                "{line} "\n' for line in lines[:-1]] + [f'                "{lines[-1]}"\n']
    return f"{before}(\n{''.join(texts)}            ),\n"


def public_modules(path: Path) -> list[str]:
    """The public modules and packages in the folder of a package's face; none for a module."""
    if path.name != "__init__.py":
        return []
    found = [*path.parent.glob("*.py"), *(init.parent for init in path.parent.glob("*/__init__.py"))]
    return sorted(entry.stem for entry in found if not entry.name.startswith("_"))


def main(arguments: list[str]) -> int:
    """Make the faces, or with ``--check`` say which differ from what would be made."""
    return write_or_check(dict(map(_made, FACES)), arguments, "tools.faces")


def _made(name: str) -> tuple[Path, str]:
    path = ROOT / name
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[1:]).removesuffix(".__init__")
    return path, face(path.read_text("utf-8"), package, public_modules(path))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
