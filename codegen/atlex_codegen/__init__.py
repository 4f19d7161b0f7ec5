"""The generator: from Lexicon documents to a typed Python package.

    from atlex_codegen import build

    build("lexicons", "generated/my_sdk")

It needs the packages of the ``codegen`` extra.
"""

from __future__ import annotations

from atlex_codegen._build import BuildReport, build, plan
from atlex_codegen._plan import PackagePlan, plan_json

__all__ = ["BuildReport", "PackagePlan", "build", "plan", "plan_json"]
