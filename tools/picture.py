"""Make the README's picture of the demo: `python -m tools.picture [--check]`.

The demo runs, and a part of what it shows becomes docs/pictures/demo.svg. What differs from run to run, the times and
the key of the post, is left out or fixed.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from tools._made import write_or_check

from atlex_codegen.cli._demo_show import Show
from atlex_codegen.cli._demo_steps import Step, walk

__all__ = ["PICTURE", "main", "picture"]

PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "demo.svg"
"""The picture."""

_COLUMNS: Final = 74  # No line of it is longer, and more would be too small to read on a phone.
_LEFT_OUT: Final = frozenset(
    {
        "Start a server to try it on",
        "List the newest posts",
        "Let the access token expire",
        "Delete the post",
        "Log out",
    }
)
_THEME: Final = TerminalTheme(
    background=(22, 27, 34),
    foreground=(230, 237, 243),
    normal=[
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (118, 227, 234),
        (230, 237, 243),
    ],
    bright=[
        (139, 148, 158),
        (255, 161, 152),
        (126, 231, 135),
        (240, 198, 116),
        (165, 214, 255),
        (226, 197, 255),
        (179, 240, 255),
        (255, 255, 255),
    ],
)
# rich's own refers to a font on a server; this takes what the reader has.
_FORMAT: Final = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="demo-name">
<title id="demo-name">What atlex demo prints: each step with its code and result</title>
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{ font: bold 18px system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """Run the demo on this machine, and give the text of its picture."""
    recording, elsewhere = (
        Console(
            file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
            record=True,
            width=_COLUMNS,
            force_terminal=True,
            force_interactive=False,
            color_system="truecolor",
            highlight=False,
            _environ={},
        )
        for _ in range(2)
    )
    show, hidden = Show(recording, clock=None), Show(elsewhere, clock=None)

    def do(step: Step, names: dict[str, Any]) -> None:
        (hidden if step.title in _LEFT_OUT else show).do(step, names)

    show.begin("this machine")
    with tempfile.TemporaryDirectory(prefix="atlex-picture-") as folder:
        walk(do, None, Path(folder))
    text = recording.export_svg(title="atlex demo", theme=_THEME, code_format=_FORMAT, unique_id="demo")
    text = re.sub(r"(?<=app\.bsky\.feed\.post/)[2-7a-z]{13}", "3l6oveex3ii2l", text)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Write the picture, or with ``--check`` say whether it is as it should be."""
    return write_or_check({PICTURE: picture()}, arguments, "tools.picture")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
