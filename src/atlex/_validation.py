"""The two ways of judging values by a lexicon."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Validation"]

Validation: TypeAlias = Literal["lenient", "strict"]
"""What is enforced: every rule (``strict``), or the shape alone (``lenient``, which when reading gives up the smallest
broken thing).
"""
