"""How the demo looks: steps with their code and what came of it, on a terminal or in a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from atlex._printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from atlex_codegen.cli._demo_steps import Step

__all__ = ["Show"]

_WIDTH: Final = 80


class Show:
    """Runs steps and prints them.

    Attributes:
        title: The title of the step that failed first, or else of the last one.
    """

    def __init__(self, console: Console, *, clock: Callable[[], float] | None = time.perf_counter) -> None:
        """Make one.

        Args:
            console: Where to print; it is made at most 80 columns wide.
            clock: What tells the time in seconds; None leaves times out.
        """
        console.width = min(console.width, _WIDTH)
        self.title = "The demo"
        self._has_failed = False
        self._console = console
        self._clock = clock
        self._started = self._now()
        self._done, self._leads_to = (
            ("ok ", "-> ") if console.options.ascii_only else ("\N{CHECK MARK} ", "\N{RIGHTWARDS ARROW} ")
        )

    def begin(self, where: str) -> None:
        """Say what is going to happen.

        Args:
            where: The server that it happens on.
        """
        self._lines(
            Text.assemble(
                ("atlex demo", "bold"), f": from Lexicon documents to calls, on {self._safe(where)}"
            )
        )
        self._console.print()

    def do(self, step: Step, names: dict[str, Any]) -> None:
        """Run a step's code with these names, and show it with what it printed and how long it took."""
        if not self._has_failed:
            self.title = step.title
        printed: list[str] = []

        def note(*values: object) -> None:
            printed.append(" ".join(map(str, values)))

        names["print"] = note
        started = self._now()
        try:
            with self._console.status(step.title):
                exec(compile(step.source, f"<{step.title}>", "exec"), names)  # noqa: S102 - the demo's own code
        except BaseException:
            self._has_failed = True
            raise
        self._headline(step.title, self._now() - started)
        self._lines(self._python(step.source), "    ")
        for line in printed:
            self._lines(Text(self._safe(line), style="cyan"), "    ", f"  {self._leads_to}")
        self._console.print()

    def end(self, commands: str, program: str) -> None:
        """Say that all went well, and what to do next.

        Args:
            commands: Lines for the shell.
            program: The first lines of a program of the reader's own.
        """
        self._headline("Every step worked", self._now() - self._started)
        for place, text in (
            ("On the command line", Text(commands)),
            ("In a program, with pip install atlex", self._python(program)),
        ):
            self._console.print(f"\n{place}:\n")
            self._lines(text, "    ")

    def _now(self) -> float:
        return self._clock() if self._clock else 0.0

    def _headline(self, title: str, seconds: float) -> None:
        took = f"{seconds * 1000:.0f} ms" if self._clock else ""
        line = Text.assemble((self._done, "bold green"), (title, "bold"))
        gap = self._console.width - line.cell_len - len(took)
        line.append(f"{' ' * max(gap, 2)}{took}" if took else "", "dim")
        self._console.print(line, soft_wrap=True)

    def _lines(self, text: Text, indent: str = "", first: str | None = None) -> None:
        # Lines that are too long go on below, indented as the first.
        for line in text.wrap(
            self._console, max(self._console.width - len(indent), 10), overflow="fold", no_wrap=False
        ):
            line.rstrip()
            self._console.print(Text(first or indent) + line if line else "", soft_wrap=True)
            first = None

    def _python(self, source: str) -> Text:
        from rich.syntax import Syntax

        text = Syntax(source, "python", theme="ansi_dark", background_color="default").highlight(source)
        text.rstrip()
        return text

    def _safe(self, text: str) -> str:
        # A server's words may hold escape sequences, and what the terminal's encoding doesn't have.
        encoding = self._console.encoding
        return printable(text, 1000).encode(encoding, "backslashreplace").decode(encoding)
