"""Graphs of definitions: which of them lead to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

__all__ = ["components"]

_N = TypeVar("_N")


def components(edges: Mapping[_N, Collection[_N]]) -> Iterator[list[_N]]:
    """Yield the strongly connected components of a graph, each after all those that it leads to (Tarjan).

    Args:
        edges: What each node leads to; every node is a key.
    """
    index: dict[_N, int] = {}
    low: dict[_N, int] = {}
    open_nodes: dict[_N, None] = {}

    def visit(node: _N) -> tuple[_N, Iterator[_N]]:
        index[node] = low[node] = len(index)
        open_nodes[node] = None
        return node, iter(edges[node])

    for root in edges:
        path = [visit(root)] if root not in index else []
        while path:
            node, targets = path[-1]
            target = next((target for target in targets if target not in index or target in open_nodes), None)
            if target is not None and target not in index:
                path.append(visit(target))
            elif target is not None:
                low[node] = min(low[node], index[target])
            else:
                path.pop()
                if path:
                    parent = path[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    yield _close(open_nodes, node)


def _close(open_nodes: dict[_N, None], first: _N) -> list[_N]:
    component: list[_N] = []
    while first in open_nodes:
        component.append(open_nodes.popitem()[0])
    return component
