from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex_codegen._layout import Around, Bracket, Choice, Node, Words, flat, items_of, lay_out
from atlex_codegen._text import LINE_LENGTH

names = st.text("abcdefghij_", min_size=1, max_size=40).map(lambda name: f"x{name}")
words = st.lists(st.text("abc|[]\"'\\é", max_size=30), max_size=12).map(lambda parts: Words(" ".join(parts)))


def _is_no_choice(source: Node) -> bool:
    return not isinstance(source, Choice)


def _brackets(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(inner, min_size=1, max_size=6)
    return (
        st.builds(lambda name, found: items_of(f"{name}(", found, ")"), names, items)
        | st.builds(lambda name, found: items_of(f"{name}[", found, "]"), names, items)
        | st.builds(lambda found: Bracket("(", tuple(found), ")", single=","), items)
        | st.builds(
            lambda found: Choice(tuple(found)), st.lists(inner.filter(_is_no_choice), min_size=2, max_size=4)
        )
    )


sources = st.recursive(names | words, _brackets, max_leaves=20)


@given(source=sources)
def test_a_layout_changes_nothing_of_what_is_said(source: Node) -> None:
    laid_out = lay_out(Around("x = ", source))
    assert ast.dump(ast.parse(laid_out)) == ast.dump(ast.parse(f"x = {flat(source)}"))


@given(source=sources)
def test_what_fits_stays_on_its_line_and_what_can_be_broken_fits(source: Node) -> None:
    laid_out = lay_out(source)
    if len(flat(source)) <= LINE_LENGTH:
        assert laid_out == flat(source)
    # Only one name or one word is longer than a line here, or what stands deep inside.
    assert all(len(line) <= LINE_LENGTH or line.startswith(" ") for line in laid_out.splitlines())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (items_of("f(", ["a", "b"], ")"), "f(a, b)"),
        (items_of("f(", [], ")"), "f()"),
        (items_of("f(", ["a" * 60, "b" * 60], ")"), f"f(\n    {'a' * 60},\n    {'b' * 60},\n)"),
        (items_of("f[", ["a" * 120], "]"), f"f[\n    {'a' * 120}\n]"),
        (Bracket("(", ("a" * 120,), ")", single=","), f"(\n    {'a' * 120},\n)"),
        (Bracket("(", ("a",), ")", single=","), "(a,)"),
        (Choice(("a" * 60, "b" * 60)), f"(\n    {'a' * 60}\n    | {'b' * 60}\n)"),
        (items_of("f[", [Choice(("a" * 60, "b" * 60))], "]"), f"f[\n    {'a' * 60}\n    | {'b' * 60}\n]"),
        (Words("a " * 40), '"' + "a " * 40 + '"'),
        (Words("ab " * 40), '(\n    "' + "ab " * 34 + '"\n    "' + "ab " * 6 + '"\n)'),
    ],
)
def test_a_layout_goes_by_a_few_rules(source: Node, expected: str) -> None:
    assert lay_out(source) == expected


def test_what_stands_around_counts() -> None:
    source = items_of("f(", ["a"], ")")
    assert lay_out(source, before=LINE_LENGTH - 4) == "f(a)"
    assert lay_out(source, before=LINE_LENGTH - 3) == "f(\n    a,\n)"
    assert lay_out(source, 4, before=4, after=LINE_LENGTH) == "f(\n        a,\n    )"
