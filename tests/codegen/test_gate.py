from __future__ import annotations

import pytest

from atlex_codegen._gate import UnexpectedCodeError, prove

HEADER = "from __future__ import annotations\n"


@pytest.mark.parametrize(
    "code",
    [
        "x = (",
        "x = 1 \x00",
        "import os",
        "from os import path",
        "from atlex import session",
        "print(1)",
        "x = open('f')",
        "x = (lambda a: a)",
        "x = [y for y in z]",
        "x: int = __import__('os')",
        "class A(B, metaclass=C): pass",
        "class A:\n    for x in y: pass",
        "class A:\n    x: int = eval('1')",
        "class A:\n    @property\n    def f(self): return 1",
        "class A:\n    def f(self, *args): return 1",
        "class A:\n    def f(self, **more): return 1",
        "class A:\n    def f(self, a=1): return 1",
        "class A:\n    def f(self, *, a=open('f')): return 1",
        "class A:\n    def f(self):\n        import os",
        "class A:\n    def f(self):\n        if self.x: return eval('1')",
        "class A:\n    def f(self): return (yield)",
        "class A:\n    def f(self): return None if self.x else 1",
        "@decorate\nclass A: pass",
        "def f(): pass",
        "if x:\n    y = 1",
        "if _t.TYPE_CHECKING:\n    print(1)",
        "while True: pass",
        "del x",
        "x += 1",
        "_sdk.lazy_module('x', __package__)",
        "x = f'{y}'",
    ],
)
def test_anything_unexpected_is_refused(code: str) -> None:
    with pytest.raises(UnexpectedCodeError, match=r"^a\.py"):
        prove("a.py", (HEADER + code).encode())


@pytest.mark.parametrize(
    "code",
    [
        "import typing as _t",
        "from builtins import str as _str",
        "from ...a import b as _c",
        '"""text"""',
        "_sdk.require_interface(1, __name__)",
        "X: _t.Final",
        "class A(_sdk.Object):\n    def f(self):\n        return self.x or []",
        "if not _t.TYPE_CHECKING:\n    x = _sdk.lazy_module('x', __package__)\nelse:\n    y = z",
        "class A(B):\n    async def f(self, *, a: _int = -1) -> None:\n        await self._call(x.METHOD, input={'a': a})",
    ],
)
def test_what_the_templates_write_passes(code: str) -> None:
    prove("a.py", (HEADER + code).encode())
