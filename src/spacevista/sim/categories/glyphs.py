"""A few raised signs, drawn as strokes: the numbers on coins, the plus and the type of a button cell."""

from __future__ import annotations

from spacevista.sim.shapes import box, moved, union
from spacevista.sim.world import Mesh

# Bars (x, y, width, height) of each sign within a unit square centred on the origin, seven-segment fashion.
_TOP, _MIDDLE, _BOTTOM = (-0.28, 0.36, 0.56, 0.14), (-0.28, -0.07, 0.56, 0.14), (-0.28, -0.5, 0.56, 0.14)
_UP_LEFT, _UP_RIGHT = (-0.28, 0.0, 0.15, 0.5), (0.13, 0.0, 0.15, 0.5)
_LOW_LEFT, _LOW_RIGHT = (-0.28, -0.5, 0.15, 0.5), (0.13, -0.5, 0.15, 0.5)
_BARS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "+": ((-0.5, -0.1, 1.0, 0.2), (-0.1, -0.5, 0.2, 1.0)),
    "0": (_TOP, _BOTTOM, _UP_LEFT, _UP_RIGHT, _LOW_LEFT, _LOW_RIGHT),
    "1": ((-0.08, -0.5, 0.16, 1.0), (-0.24, 0.3, 0.2, 0.14), (-0.24, -0.5, 0.48, 0.12)),
    "2": (_TOP, _UP_RIGHT, _MIDDLE, _LOW_LEFT, _BOTTOM),
    "3": (_TOP, _UP_RIGHT, _MIDDLE, _LOW_RIGHT, _BOTTOM),
    "4": (_UP_LEFT, _MIDDLE, _UP_RIGHT, _LOW_RIGHT),
    "5": (_TOP, _UP_LEFT, _MIDDLE, _LOW_RIGHT, _BOTTOM),
    "6": (_TOP, _UP_LEFT, _MIDDLE, _LOW_LEFT, _LOW_RIGHT, _BOTTOM),
    "C": (_TOP, _UP_LEFT, _LOW_LEFT, _BOTTOM),
    "L": (_UP_LEFT, _LOW_LEFT, _BOTTOM),
    "N": (
        _UP_LEFT,
        _LOW_LEFT,
        _UP_RIGHT,
        _LOW_RIGHT,
        (-0.15, 0.16, 0.1, 0.26),
        (-0.07, -0.1, 0.1, 0.3),
        (0.03, -0.38, 0.1, 0.32),
    ),
    "R": (_TOP, _UP_LEFT, _UP_RIGHT, _MIDDLE, _LOW_LEFT, (0.05, -0.5, 0.15, 0.5)),
    "S": (_TOP, _UP_LEFT, _MIDDLE, _LOW_RIGHT, _BOTTOM),
}


def glyph(sign: str, size_m: float, height_m: float, material: int = 0) -> Mesh:
    """Return one of + 0-6 C L N R S as raised bars on z = 0, `size_m` tall, upright along y, centred."""
    return union(
        *(
            moved(
                box((width * size_m, height * size_m, height_m), material),
                ((x + width / 2) * size_m, (y + height / 2) * size_m, 0),
            )
            for x, y, width, height in _BARS[sign]
        )
    )


def number(text: str, size_m: float, height_m: float, material: int = 0) -> Mesh:
    """Return signs side by side, centred."""
    step = 0.72 * size_m
    first = -(len(text) - 1) / 2 * step
    return union(
        *(moved(glyph(sign, size_m, height_m, material), (first + i * step, 0, 0)) for i, sign in enumerate(text))
    )
