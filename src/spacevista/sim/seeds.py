"""Where the randomness of a world comes from: its scale and its seed, nothing else."""

import numpy as np

from spacevista.errors import SpacevistaError
from spacevista.scales import Scale

WORLD_VERSION = 2  # raise it when a seed gives another world; the benchmark then has to be frozen anew
HELD_OUT_SEEDS = range(900_000, 901_000)  # of every scale; more than there are, so that the benchmark can grow
BENCHMARK_SEEDS = HELD_OUT_SEEDS[:40]  # the scenes of spacevista_sim

_SCALE_NUMBERS = {scale: number for number, scale in enumerate(Scale)}  # part of every world's identity: never reorder


def world_rng(scale: Scale, seed: int) -> np.random.Generator:
    """Return the generator of the world `seed` of a scale."""
    return np.random.default_rng([_SCALE_NUMBERS[scale], seed])


def world_id(scale: Scale, seed: int) -> str:
    """Return the id of a world, unique over scales ("tabletop-000017")."""
    return f"{scale}-{seed:06d}"


def open_seeds(first: int, count: int) -> range:
    """Return `count` seeds from `first` on, for any use but the benchmark's.

    Raises:
        SpacevistaError: one of them is held out for the benchmark.
    """
    seeds = range(first, first + count)
    held = range(max(first, HELD_OUT_SEEDS.start), min(seeds.stop, HELD_OUT_SEEDS.stop))
    if held:
        raise SpacevistaError(
            f"expected seeds outside {HELD_OUT_SEEDS.start} to {HELD_OUT_SEEDS.stop - 1}, which are held out for the "
            f"benchmark spacevista_sim, got {first} to {seeds.stop - 1}"
        )
    return seeds
