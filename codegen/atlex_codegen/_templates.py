"""The templates, compiled by Jinja once: Python keeps the result beside them, as it does with modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, Final, cast

import jinja2

from atlex_codegen._text import comment

__all__ = ["renderer"]

_SPEC: Final[Any] = __spec__
_FOLDER: Final = Path(__file__).parent / "templates"


class _Compiler(SourceFileLoader):
    """Loads a template as Python loads a module, which says when what it has kept may be used, and where it lies.

    Jinja's own cache would need a folder that nobody else can write to, and takes what another version has compiled.
    """

    def get_data(self, path: str) -> bytes:
        # By the package's loader, since it may be inside a zip file.
        return cast("bytes", _SPEC.loader.get_data(path))

    def path_stats(self, path: str) -> Mapping[str, Any]:
        # With another Jinja, or other settings, the same template compiles to something else.
        times = [Path(file).stat().st_mtime for file in (path, jinja2.__file__, __file__)]
        return {**super().path_stats(path), "mtime": sum(map(int, times))}

    # Typeshed has it as a static method as well.
    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        return _ENVIRONMENT.compile(data.decode(), Path(path).name, path)


class _Loader(jinja2.BaseLoader):
    def load(
        self,
        environment: jinja2.Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> jinja2.Template:
        code = cast("CodeType", _Compiler(name, str(_FOLDER / name)).get_code(name))
        return environment.template_class.from_code(environment, code, globals or {})


# What is rendered is Python, and every text goes through a filter of `_text`: escaping HTML would break it.
_ENVIRONMENT: Final = jinja2.Environment(
    autoescape=False,  # noqa: S701 - see above
    keep_trailing_newline=True,
    loader=_Loader(),
    lstrip_blocks=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)
cast("dict[str, Callable[..., str]]", _ENVIRONMENT.filters)["comment"] = comment


def renderer(template: str) -> Callable[..., str]:
    """What renders a template; it takes the values by name."""
    return _ENVIRONMENT.get_template(template).render
