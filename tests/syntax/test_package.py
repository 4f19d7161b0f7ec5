from __future__ import annotations

from importlib import import_module

from atlex import syntax


def test_every_public_name_is_there_and_documented() -> None:
    for name in syntax.__all__:
        value = getattr(syntax, name)
        assert not callable(value) or value.__doc__, name


def test_nothing_public_is_left_out_of_all() -> None:
    homes = {name for names in syntax._HOMES.values() for name in names}
    assert homes == set(syntax.__all__)
    for home, names in syntax._HOMES.items():
        module = import_module(home)
        assert set(names) <= set(module.__all__)
        assert all(getattr(syntax, name) is getattr(module, name) for name in names)
