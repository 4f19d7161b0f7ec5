"""How many examples the property tests try: ATLEX_HYPOTHESIS names the profile."""

from __future__ import annotations

import os

from hypothesis import settings

# A test that runs once for each of the thousand definitions takes a twentieth: see tests/generated/_examples.py.
settings.register_profile("default", max_examples=100)
# Nothing is remembered between runs, so that one can be compared with another.
settings.register_profile("slow", max_examples=4000, database=None)
settings.load_profile(os.environ.get("ATLEX_HYPOTHESIS", "default"))
