"""Pairs and groups of objects and frames, and the order in which a question names them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np

from spacevista.scenes.record import Gap, Scene


def object_pairs(scene: Scene) -> list[tuple[int, int]]:
    """Return all pairs of object ids, in the order of the scene."""
    return list(combinations([thing.id for thing in scene.objects], 2))


def in_drawn_order(pair: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """Return a pair as it is or turned round, by one number of `rng`: its order tells nothing about the answer."""
    return pair[::-1] if rng.random() < 0.5 else pair


def gaps_by_pair(scene: Scene) -> dict[tuple[int, int], Gap]:
    """Return the measured gaps by (first id, second id), in both orders."""
    return {pair: gap for gap in scene.gaps for pair in ((gap.first, gap.second), (gap.second, gap.first))}


def drawn_groups(numbers: Sequence[int], most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return up to `most` distinct groups of two, of three and of four of `numbers`, each in random order."""
    groups: list[tuple[int, ...]] = []
    for size in (2, 3, 4):
        drawn: set[frozenset[int]] = set()
        wanted = min(most, comb(len(numbers), size))
        while len(drawn) < wanted:
            group = tuple(int(n) for n in rng.choice(numbers, size, replace=False))
            if frozenset(group) not in drawn:
                drawn.add(frozenset(group))
                groups.append(group)
    return groups
