"""How many examples the property tests try: ATLEX_HYPOTHESIS names the profile."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine's load than about the code.
_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

# A test that runs once for each of the thousand definitions takes a twentieth: see tests/generated/_examples.py.
settings.register_profile("default", max_examples=100, **_UNTIMED)
# Nothing is remembered between runs, so that one can be compared with another.
settings.register_profile("slow", max_examples=4000, database=None, **_UNTIMED)
settings.load_profile(os.environ.get("ATLEX_HYPOTHESIS", "default"))
