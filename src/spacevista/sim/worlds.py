"""A world of any scale from a seed. The same scale and seed give the same bytes of geometry."""

from dataclasses import replace

from spacevista.scales import Scale
from spacevista.sim.world import World


def make_world(scale: Scale, seed: int, unusual: float = 0.0) -> World:
    """Build world number `seed` (0 or more) of a scale.

    Args:
        unusual: share of its objects that get an unusual size, 0 to 1. The id of such a world says so.

    Raises:
        ValueError: the seed is negative, or the share is not within 0 to 1.
    """
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, got {seed}")
    if not 0 <= unusual <= 1:
        raise ValueError(f"expected a share of unusual sizes from 0 to 1, got {unusual}")
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
            return _drone(seed, unusual)
    if not unusual:
        return make(seed)
    from spacevista.sim.unusual import with_unusual

    return with_unusual(make(seed), unusual)


def _drone(seed: int, unusual: float) -> World:
    """Build a world seen from the air, whose layout resizes things itself: its ground is made to fit them."""
    from spacevista.sim.layouts.drone import make
    from spacevista.sim.unusual import unusual_id

    world = make(seed, unusual)
    return replace(world, id=unusual_id(world.id, unusual))
