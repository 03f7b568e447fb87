"""Clusters: groups of rows with more edges inside than chance would give them (modularity)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .graph import graph

Labels = NDArray[np.int64]
Weights = NDArray[np.float64]

_MOST_LEVELS, _MOST_SWEEPS = 12, 24
# A sweep that moves fewer than this share is the last one.
_FEW = 0.002
# So many nodes are moved one after the other, which is better; more, many at a time.
_ONE_BY_ONE = 3_000


class _Network:
    """Edges from both ends, sorted by where they begin; ``own`` is twice what is inside a node."""

    def __init__(self, heads: Labels, tails: Labels, weight: Weights, own: Weights) -> None:
        self.heads, self.tails, self.weight, self.own = heads, tails, weight, own
        self.count = len(own)
        self.degree = np.bincount(heads, weight, minlength=self.count) + own
        self.total = float(self.degree.sum()) or 1.0

    def joined(self, label: Labels) -> _Network:
        """The network whose nodes are the communities of this one."""
        count = int(label.max()) + 1
        heads, tails = label[self.heads], label[self.tails]
        inside = heads == tails
        own = np.bincount(label, self.own, minlength=count).astype(float)
        own += np.bincount(heads[inside], self.weight[inside], minlength=count)
        key, weight = _summed(heads[~inside] * count + tails[~inside], self.weight[~inside])
        heads, tails = np.divmod(key, count)
        return _Network(heads, tails, weight, own)


def communities(
    indices: Any, distances: Any, *, resolution: float = 1.0, seed: int | None = 0
) -> Labels:
    """
    The cluster of each row, (n,), from its neighbors as `neighbors` gives them.

    Clusters are numbered by size, the largest is 0. A higher ``resolution`` makes more and smaller
    ones. A row without neighbors is -1. 100,000 rows take some 8 s of CPU.
    """
    edges = graph(np.asarray(indices, np.int32), np.asarray(distances, np.float32))
    heads, tails, weight = edges.both_ways()
    random = np.random.default_rng(seed)
    own = np.zeros(edges.count)
    network = _Network(heads.astype(np.int64), tails.astype(np.int64), weight.astype(float), own)
    label = _levels(network, resolution, random)
    alone = network.degree == 0
    return _by_size(np.where(alone, -1, label))


def _levels(network: _Network, resolution: float, random: np.random.Generator) -> Labels:
    first, label = network, np.arange(network.count)
    for _ in range(_MOST_LEVELS):
        start = np.arange(network.count)
        moved = _numbered(_moved(network, start, resolution, random))
        if not network.count or int(moved.max()) + 1 == network.count:
            break
        label = moved[label]
        network = network.joined(moved)
    # Once more row by row: what was joined early may belong elsewhere by now.
    return _numbered(_sweeps(first, label.copy(), resolution, random)) if len(label) else label


def _moved(
    network: _Network, label: Labels, resolution: float, random: np.random.Generator
) -> Labels:
    if network.count > _ONE_BY_ONE:
        return _sweeps(network, label, resolution, random)
    return _one_by_one(network, label, resolution, random)


def _sweeps(
    network: _Network, label: Labels, resolution: float, random: np.random.Generator
) -> Labels:
    """Half of the nodes, by chance, to the community that gains most, again and again."""
    active = np.ones(network.count, np.bool_)
    for _ in range(_MOST_SWEEPS):
        node, there = _gains(network, label, active, resolution)
        goes = random.random(len(node)) < 0.5
        node, rest = node[goes], node[~goes]
        label[node] = there[goes]
        if len(node) <= _FEW * network.count:
            break
        # Only beside what has moved can anything have changed.
        moved = np.zeros(network.count, np.bool_)
        moved[node] = True
        active[:] = False
        active[network.heads[moved[network.tails]]] = True
        active[rest] = True
    return label


def _gains(
    network: _Network, label: Labels, active: NDArray[np.bool_], resolution: float
) -> tuple[Labels, Labels]:
    """The active nodes that would gain elsewhere, and where most."""
    degree, size = network.degree, np.bincount(label, network.degree, minlength=network.count)
    edges = np.flatnonzero(active[network.heads])
    key = network.heads[edges] * network.count + label[network.tails[edges]]
    key, weight = _summed(key, network.weight[edges])
    if not len(key):
        return key, key
    node, there = np.divmod(key, network.count)
    stays = there == label[node]
    others = size[there] - np.where(stays, degree[node], 0)
    gain = weight - resolution * degree[node] * others / network.total
    # What a node has without a neighbor in its own community.
    own = -resolution * degree * (size[label] - degree) / network.total
    own[node[stays]] = gain[stays]
    starts = np.flatnonzero(np.r_[True, node[1:] != node[:-1]])
    most = np.maximum.reduceat(gain, starts)
    best = np.flatnonzero(gain == np.repeat(most, np.diff(np.r_[starts, len(node)])))
    # The first of equal ones.
    best = best[np.r_[True, node[best][1:] != node[best][:-1]]]
    best = best[gain[best] > own[node[best]] + 1e-9]
    return node[best], there[best]


def _one_by_one(
    network: _Network, label: Labels, resolution: float, random: np.random.Generator
) -> Labels:
    degree, total = network.degree.tolist(), network.total
    starts = np.searchsorted(network.heads, np.arange(network.count + 1)).tolist()
    tails, weights = network.tails.tolist(), network.weight.tolist()
    size, found = degree.copy(), label.tolist()
    for _ in range(_MOST_SWEEPS):
        moves = 0
        for node in random.permutation(network.count).tolist():
            links: dict[int, float] = {}
            for edge in range(starts[node], starts[node + 1]):
                there = found[tails[edge]]
                links[there] = links.get(there, 0.0) + weights[edge]
            home, share = found[node], resolution * degree[node] / total
            size[home] -= degree[node]
            best, most = home, links.get(home, 0.0) - share * size[home] + 1e-12
            for there, weight in links.items():
                gain = weight - share * size[there]
                if gain > most:
                    best, most = there, gain
            size[best] += degree[node]
            found[node] = best
            moves += best != home
        if not moves:
            break
    return np.asarray(found, np.int64)


def _summed(key: Labels, weight: Weights) -> tuple[Labels, Weights]:
    """Equal keys once, sorted, with the sum of their weights."""
    if not len(key):
        return key, weight
    order = np.argsort(key, kind="stable")
    key, weight = key[order], weight[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return key[starts], np.add.reduceat(weight, starts)


def _numbered(label: Labels) -> Labels:
    return np.unique(label, return_inverse=True)[1] if len(label) else label


def _by_size(label: Labels) -> Labels:
    real = label >= 0
    if not real.any():
        return label
    _, number = np.unique(label[real], return_inverse=True)
    order = np.argsort(-np.bincount(number), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    label = label.copy()
    label[real] = rank[number]
    return label
