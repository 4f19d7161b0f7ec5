"""The generator: from Lexicon documents to a typed Python package.

    from atlex_codegen import build

    build("lexicons", "generated/my_sdk")

It needs the packages of the ``codegen`` extra.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex_codegen._build import BuildReport as BuildReport
    from atlex_codegen._build import build as build
    from atlex_codegen._build import plan as plan
    from atlex_codegen._check._check import check as check
    from atlex_codegen._check._findings import Finding as Finding
    from atlex_codegen._diff._changes import Change as Change
    from atlex_codegen._diff._changes import Diff as Diff
    from atlex_codegen._diff._changes import Place as Place
    from atlex_codegen._diff._changes import PythonChange as PythonChange
    from atlex_codegen._diff._changes import PythonName as PythonName
    from atlex_codegen._diff._diff import diff as diff
    from atlex_codegen._migrate._report import Leftover as Leftover
    from atlex_codegen._migrate._report import MigratedFile as MigratedFile
    from atlex_codegen._migrate._report import Migration as Migration
    from atlex_codegen._migrate._run import migrate as migrate
    from atlex_codegen._migrate._run import migrate_from_atproto as migrate_from_atproto
    from atlex_codegen._plan import PackagePlan as PackagePlan
    from atlex_codegen._plan import plan_json as plan_json
    from atlex_codegen._plugins import Plugin as Plugin
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex_codegen._build": "BuildReport build plan",
            "atlex_codegen._check._check": "check",
            "atlex_codegen._check._findings": "Finding",
            "atlex_codegen._diff._changes": "Change Diff Place PythonChange PythonName",
            "atlex_codegen._diff._diff": "diff",
            "atlex_codegen._migrate._report": "Leftover MigratedFile Migration",
            "atlex_codegen._migrate._run": "migrate migrate_from_atproto",
            "atlex_codegen._plan": "PackagePlan plan_json",
            "atlex_codegen._plugins": "Plugin",
        },
        "cli",
    )
