"""Wheels of road vehicles that drive towards +x."""

from spacevista.sim.shapes import cylinder, moved, rotated
from spacevista.sim.world import Mesh


def wheel(
    x_m: float, side: int, flank_m: float, radius_m: float, tyre: int, rim: int, wide_m: float = 0.2
) -> list[Mesh]:
    """Return a tyre with a rim on the ground at `x_m`; side is 1 for +y, -1 for -y; it stands 1 cm inside the flank."""
    around = rotated(cylinder(radius_m, wide_m, 32, tyre), (1, 0, 0), 90)  # its axis is -y: from y = 0 to -wide_m
    disc = rotated(cylinder(0.62 * radius_m, wide_m + 0.02, 20, rim), (1, 0, 0), 90)
    inner = side * (flank_m - 0.01)
    shift = inner if side > 0 else inner + wide_m
    return [moved(around, (x_m, shift, radius_m)), moved(disc, (x_m, shift + 0.01, radius_m))]
