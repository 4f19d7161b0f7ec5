"""The search tree of a repository (Merkle Search Tree), whose root is what a commit signs.

Trees are immutable: a change gives another tree, which shares the nodes that didn't change. The CID of a new root
therefore takes a few nodes to compute, however many records there are.

Source: https://atproto.com/specs/repository#mst-structure
"""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import takewhile
from typing import Any, Final, Self

from atlex.data import cid_for

__all__ = ["EMPTY", "Tree"]

_BITS_PER_LAYER: Final = 2


@dataclass(frozen=True)
class _Node:
    """Keys of one layer, with what lies between them in lower layers.

    Nodes without a key, which the form on the wire has where a layer is skipped, aren't kept but written.
    """

    layer: int
    keys: tuple[str, ...]
    values: tuple[str, ...]
    children: tuple[_Node | None, ...]

    @cached_property
    def cid(self) -> str:
        return cid_for(self.content)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The node as the wire has it, each key without what it shares with the one before."""
        first, *others = (self._link(child) for child in self.children)
        entries: list[Mapping[str, Any]] = []
        before = ""
        for key, value, right in zip(self.keys, self.values, others, strict=True):
            shared = sum(
                1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, key, strict=False))
            )
            rest = b64encode(key[shared:].encode()).decode()
            entries.append({"p": shared, "k": {"$bytes": rest}, "v": {"$link": value}, "t": right})
            before = key
        return {"l": first, "e": entries}

    def fillers(self, child: _Node) -> Sequence[Mapping[str, Any]]:
        """The nodes without a key between this one and a child, the lowest first."""
        gap = self.layer - child.layer - 1
        return [_filler(cid) for cid in child.cids_above(gap)[:gap]]

    def cids_above(self, count: int) -> Sequence[str]:
        """The CID of this node, and those of so many nodes without a key above it."""
        known = self._cids_above
        while len(known) <= count:
            known.append(cid_for(_filler(known[-1])))
        return known

    @cached_property
    def _cids_above(self) -> list[str]:
        return [self.cid]

    def with_child(self, position: int, child: _Node | None) -> Self:
        children = (*self.children[:position], child, *self.children[position + 1 :])
        return type(self)(self.layer, self.keys, self.values, children)

    def _link(self, child: _Node | None) -> Mapping[str, str] | None:
        if child is None:
            return None
        gap = self.layer - child.layer - 1
        return {"$link": child.cids_above(gap)[gap]}


class Tree:
    """The records of a repository by their paths, ``collection/rkey``."""

    def __init__(self, root: _Node | None = None) -> None:
        self._root = root

    @property
    def cid(self) -> str:
        """The CID of the root."""
        return _NOTHING if self._root is None else self._root.cid

    def put(self, path: str, cid: str) -> Tree:
        """The tree with a record, which may take the place of another."""
        return Tree(_put(self._root, path, cid, _layer_of(path)))

    def remove(self, path: str) -> Tree:
        """The tree without a record that is in it."""
        return Tree(_remove(self._root, path))

    def nodes(self, path: str | None = None) -> Iterator[Mapping[str, Any]]:
        """The nodes as the wire has them, the root first.

        Args:
            path: Only those on the way to this record; None for all.
        """
        if self._root is None:
            yield _EMPTY_NODE
            return
        stack = [self._root]
        while stack:
            node = stack.pop()
            yield node.content
            place = None if path is None else bisect_left(node.keys, path)
            if place is not None and node.keys[place : place + 1] == (path,):
                return
            for child in node.children if place is None else node.children[place : place + 1]:
                if child is not None:
                    yield from node.fillers(child)
                    stack.append(child)


def _filler(cid: str) -> Mapping[str, Any]:
    """A node without a key, above another one."""
    return {"l": {"$link": cid}, "e": []}


def _layer_of(path: str) -> int:
    """How many pairs of zero bits the hash of a path begins with."""
    digest = sha256(path.encode()).digest()
    bits = len(digest) * 8 - int.from_bytes(digest).bit_length()
    return bits // _BITS_PER_LAYER


def _put(node: _Node | None, path: str, cid: str, layer: int) -> _Node:
    if node is None or layer > node.layer:
        return _Node(layer, (path,), (cid,), _split(node, path))
    place = bisect_left(node.keys, path)
    if layer < node.layer:
        return node.with_child(place, _put(node.children[place], path, cid, layer))
    if node.keys[place : place + 1] == (path,):
        values = (*node.values[:place], cid, *node.values[place + 1 :])
        return _Node(layer, node.keys, values, node.children)
    halves = _split(node.children[place], path)
    return _Node(
        layer,
        (*node.keys[:place], path, *node.keys[place:]),
        (*node.values[:place], cid, *node.values[place:]),
        (*node.children[:place], *halves, *node.children[place + 1 :]),
    )


def _split(node: _Node | None, path: str) -> tuple[_Node | None, _Node | None]:
    """What is before a path and what is after it."""
    if node is None:
        return None, None
    place = bisect_left(node.keys, path)
    left, right = _split(node.children[place], path)
    if place > 0:
        left = _Node(node.layer, node.keys[:place], node.values[:place], (*node.children[:place], left))
    if place < len(node.keys):
        below = (right, *node.children[place + 1 :])
        right = _Node(node.layer, node.keys[place:], node.values[place:], below)
    return left, right


def _remove(node: _Node | None, path: str) -> _Node | None:
    if node is None:
        raise KeyError(path)
    place = bisect_left(node.keys, path)
    if node.keys[place : place + 1] != (path,):
        return node.with_child(place, _remove(node.children[place], path))
    joined = _join(node.children[place], node.children[place + 1])
    if len(node.keys) == 1:
        return joined
    return _Node(
        node.layer,
        (*node.keys[:place], *node.keys[place + 1 :]),
        (*node.values[:place], *node.values[place + 1 :]),
        (*node.children[:place], joined, *node.children[place + 2 :]),
    )


def _join(left: _Node | None, right: _Node | None) -> _Node | None:
    """Two trees beside each other as one."""
    if left is None or right is None:
        return left or right
    if left.layer > right.layer:
        return left.with_child(len(left.keys), _join(left.children[-1], right))
    if left.layer < right.layer:
        return right.with_child(0, _join(left, right.children[0]))
    middle = _join(left.children[-1], right.children[0])
    children = (*left.children[:-1], middle, *right.children[1:])
    return _Node(left.layer, left.keys + right.keys, left.values + right.values, children)


_EMPTY_NODE: Final[Mapping[str, Any]] = {"l": None, "e": []}
_NOTHING: Final = cid_for(_EMPTY_NODE)
EMPTY: Final = Tree()
"""The tree of a repository without records."""
