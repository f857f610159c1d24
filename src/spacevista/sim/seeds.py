"""Where the randomness of a world comes from: its scale and its seed, nothing else."""

import numpy as np

from spacevista.scales import Scale

_SCALE_NUMBERS = {scale: number for number, scale in enumerate(Scale)}  # part of every world's identity: never reorder


def world_rng(scale: Scale, seed: int) -> np.random.Generator:
    """Return the generator of the world `seed` of a scale."""
    return np.random.default_rng([_SCALE_NUMBERS[scale], seed])


def world_id(scale: Scale, seed: int) -> str:
    """Return the id of a world, unique over scales ("tabletop-000017")."""
    return f"{scale}-{seed:06d}"
