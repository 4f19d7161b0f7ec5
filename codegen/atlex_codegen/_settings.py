"""``[tool.atlex]`` of ``pyproject.toml``: which packages to build, and how."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, cast

from atlex._files import read_file
from atlex.errors import LexiconError

__all__ = ["Settings", "read_settings"]

_FILE: Final = "pyproject.toml"
_PACKAGES: Final = "packages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one package is built; the names are those of the command's options.

    Attributes:
        lexicons: The folder that holds the documents.
        out: The package's folder.
        base: Installed packages to build on.
        plugin: Installed plugins to ask.
        descriptions: The overlay's file, or None for the one in ``lexicons``.
        include: The documents to build, by NSID or pattern; empty for all.
        exclude: The documents to leave out, likewise.
        skip_invalid: Whether broken documents are left out.
        strict: Whether warnings count as errors.
    """

    lexicons: Path = Path("lexicons")
    out: Path = Path("generated/atlex_sdk")
    base: tuple[str, ...] = ()
    plugin: tuple[str, ...] = ()
    descriptions: Path | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    skip_invalid: bool = False
    strict: bool = False


def read_settings(folder: Path) -> tuple[Settings, ...]:
    """Read the settings of the nearest ``pyproject.toml``, in a folder or one above it.

    ``[tool.atlex]`` describes one package. With ``[[tool.atlex.packages]]`` it has a table for each, and what stands in
    ``[tool.atlex]`` itself holds for all of them. Paths are relative to the file.

    Returns:
        One for each package; the defaults where there is no such file, or nothing about atlex in it.

    Raises:
        LexiconError: The file can't be read, or says something that isn't known.
    """
    for place in (folder.absolute(), *folder.absolute().parents):
        file = place / _FILE
        if file.exists():
            table = _table(file)
            shared = {key: value for key, value in table.items() if key != _PACKAGES}
            packages = table.get(_PACKAGES, [{}])
            if not isinstance(packages, list):
                raise LexiconError(f"{file}: tool.atlex.{_PACKAGES} isn't a list of tables.")
            own = cast("list[object]", packages)
            if not own:
                raise LexiconError(
                    f"{file}: tool.atlex.{_PACKAGES} has no table: describe a package, or leave it out."
                )
            return tuple(
                _settings(file, shared | _mapping(file, f"tool.atlex.{_PACKAGES}", package))
                for package in own
            )
    return (Settings(),)


def _table(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(read_file(file).decode("utf-8-sig"))
    except OSError as error:
        raise LexiconError(f"{file} can't be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise LexiconError(f"{file} isn't TOML: {error}.") from error
    tool = _mapping(file, "tool", content.get("tool", {}))
    return _mapping(file, "tool.atlex", tool.get("atlex", {}))


def _mapping(file: Path, what: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LexiconError(f"{file}: {what} isn't a table.")
    return cast("dict[str, Any]", value)


def _settings(file: Path, table: Mapping[str, Any]) -> Settings:
    known = {each.name.replace("_", "-"): each for each in fields(Settings)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise LexiconError(
                f"{file}: tool.atlex knows no {key!r}; it knows {', '.join(known)}, {_PACKAGES}."
            )
        values[known[key].name] = _value(file, key, value)
    return Settings(**values)


def _value(file: Path, key: str, value: Any) -> Any:
    if key in {"lexicons", "out", "descriptions"} and isinstance(value, str):
        # Shown as it would be typed, where the file lies in the working directory.
        return _relative(file.parent / value)
    if key in {"base", "plugin", "include", "exclude"} and isinstance(value, list):
        items = cast("list[object]", value)
        if all(isinstance(item, str) for item in items):
            return tuple(items)
    if key in {"skip-invalid", "strict"} and isinstance(value, bool):
        return value
    raise LexiconError(f"{file}: tool.atlex.{key} can't be {value!r:.80}.")


def _relative(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
