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
        "class A:\n    @staticmethod\n    def f(self): return 1",
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
        "if TYPE_CHECKING:\n    print(1)",
        "while True: pass",
        "del x",
        "x += 1",
        "lex.lazy_module('x', __package__)",
        "x = f'{y}'",
        "lex.require_interface(x for x in y)",
        "if TYPE_CHECKING:\n    lex.require_interface(1)",
        "if TYPE_CHECKING:\n    os.lazy_names(1)",
        "lex.lazy_names(__name__, {})",
        "class A(lex.Object):\n    x = 1",
        "class A(lex.Object):\n    lex_type = open('f')",
    ],
)
def test_anything_unexpected_is_refused(code: str) -> None:
    with pytest.raises(UnexpectedCodeError, match=r"^a\.py"):
        prove("a.py", (HEADER + code).encode())


@pytest.mark.parametrize(
    "code",
    [
        "from typing import TYPE_CHECKING, Final",
        "from builtins import str as _str",
        "from ...a import b as _c",
        '"""text"""',
        "lex.require_interface(1, __name__)",
        "lex.hide_imports(__name__)",
        "X: Final",
        "class A(lex.Object):\n    def f(self):\n        return self.x or []",
        "if not TYPE_CHECKING:\n    x = lex.lazy_module('x', __package__)\nelse:\n    y = z",
        "if not TYPE_CHECKING:\n    lex.lazy_names(__name__, {'_a': '.a'}, {'B': '_a.C'})",
        "class A(lex.Object):\n    lex_type = 'com.example.a'\n    lex_nullable = frozenset({'a'})",
        "class A(B):\n    async def f(self, *, a: _int = -1) -> None:\n        await self._call(x.METHOD, input={'a': a})",
    ],
)
def test_what_the_templates_write_passes(code: str) -> None:
    prove("a.py", (HEADER + code).encode())
