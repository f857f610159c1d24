"""A world of any scale from a seed. The same scale and seed give the same bytes of geometry."""

from spacevista.scales import Scale
from spacevista.sim.world import World


def make_world(scale: Scale, seed: int) -> World:
    """Build world number `seed` (0 or more) of a scale.

    Raises:
        ValueError: the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, got {seed}")
    match scale:  # imports are lazy: one scale does not pay for the categories of the others
        case Scale.TINY_TABLETOP:
            from spacevista.sim.layouts.tiny_tabletop import make
        case Scale.TABLETOP:
            from spacevista.sim.layouts.tabletop import make
        case Scale.INDOOR:
            from spacevista.sim.layouts.indoor import make
        case Scale.OUTDOOR:
            from spacevista.sim.layouts.outdoor import make
        case Scale.DRONE:
            from spacevista.sim.layouts.drone import make
    return make(seed)
