"""The generator: from Lexicon documents to a typed Python package.

    from atlex_codegen import build

    build("lexicons", "generated/my_sdk")

It needs the packages of the ``codegen`` extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlex_codegen._build import BuildReport as BuildReport
    from atlex_codegen._build import build as build
    from atlex_codegen._build import plan as plan
    from atlex_codegen._plan import PackagePlan as PackagePlan
    from atlex_codegen._plan import plan_json as plan_json
else:
    # The script has to start without the packages of the extra, to say that they are missing.
    from atlex._lazy import lazy_package

    __getattr__, __dir__ = lazy_package(
        __name__,
        (),
        {
            "BuildReport": "._build",
            "PackagePlan": "._plan",
            "build": "._build",
            "plan": "._build",
            "plan_json": "._plan",
        },
    )

__all__ = ["BuildReport", "PackagePlan", "build", "plan", "plan_json"]
