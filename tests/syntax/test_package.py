from __future__ import annotations

from atlex import syntax


def test_every_public_name_is_there_and_documented() -> None:
    for name in vars(syntax)["__all__"]:
        value = getattr(syntax, name)
        assert not callable(value) or value.__doc__, name
