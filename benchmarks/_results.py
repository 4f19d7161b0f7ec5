"""What was measured: samples by the name of their figure, and what was measured with."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass

__all__ = ["Results"]


@dataclass(frozen=True, slots=True)
class Results:
    """The samples of one run.

    Attributes:
        setting: What it ran on and with, such as the versions of Python and of the peer.
        samples: For each figure (``import.client.atlex.ms``) one sample per round. Samples of one place in the
            lists were taken in one round, which is what makes their ratio fair.
    """

    setting: Mapping[str, str]
    samples: Mapping[str, tuple[float, ...]]

    def median(self, figure: str) -> float | None:
        """The median of a figure, or None for one that wasn't measured."""
        values = self.samples.get(figure)
        return statistics.median(values) if values else None

    def ratio(self, figure: str, to: str) -> float | None:
        """The median of the ratios of two figures, each taken within a round; None unless both were measured."""
        pairs = zip(self.samples.get(figure, ()), self.samples.get(to, ()), strict=False)
        ratios = [value / base for value, base in pairs if base]
        return statistics.median(ratios) if ratios else None

    def to_json(self) -> str:
        """All of it, as text that `from_json` reads."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Results:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(data["setting"], {name: tuple(values) for name, values in data["samples"].items()})
