"""Bus: a long rounded box with a band of windows, doors on the right, wheels, lamps and roof units."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered
from spacevista.sim.categories.wheels import wheel
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "bus"
# Town buses: 8.5-12.2 m long, 2.35-2.55 m wide, 2.85-3.2 m high (makers' data); wheels 0.9-1.0 m.
LENGTH_M = (8.5, 12.2)
WIDTH_M = (2.35, 2.55)
HEIGHT_M = (2.85, 3.2)
PAINT, BAND, GLASS, TYRE, RIM, LAMP, TAIL, DOOR = range(8)


def build(rng: np.random.Generator) -> Shape:
    """Draw a bus; it drives towards +x, its doors are on its right (-y)."""
    length, width, height = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(*HEIGHT_M)
    radius, x, y = rng.uniform(0.45, 0.50), length / 2, width / 2
    waist, roof = 1.15, height - 0.22
    parts: list[Mesh] = [
        block((-x, x), (-y, y), (0.30, waist)),
        block((-x + 0.02, x - 0.02), (-y + 0.01, y - 0.01), (waist, roof - 0.25), GLASS),
        block((-x, x), (-y, y), (roof - 0.28, roof), BAND),
        tapered(((-x, x), (-y, y)), ((-x + 0.25, x - 0.25), (-y + 0.2, y - 0.2)), (roof, height - 0.02)),
        block((-0.25 * length, -0.02 * length), (-0.7, 0.7), (height - 0.1, height), BAND),
        block((x - 0.05, x + 0.012), (-0.75, 0.75), (roof - 0.24, roof - 0.04), LAMP),
    ]
    pillars = np.linspace(-x + 0.10, x - 0.10, round(length / 1.3) + 1).tolist()
    for at in pillars:
        parts += [block((at - 0.07, at + 0.07), span, (waist, roof - 0.25)) for span in ((-y, -y + 0.1), (y - 0.1, y))]
    for at in (x - 1.5, 0.02 * length):
        parts.append(block((at - 0.6, at + 0.6), (-y - 0.015, -y + 0.1), (0.36, roof - 0.3), DOOR))
        parts += [
            block((at + s * 0.29 - 0.24, at + s * 0.29 + 0.24), (-y - 0.02, -y + 0.1), (0.5, roof - 0.4), GLASS)
            for s in (-1, 1)
        ]
    for at in (-x + 0.27 * length, x - 2.75):
        parts.append(block((at - 0.08, at + 0.08), (-y + 0.2, y - 0.2), (radius - 0.08, radius + 0.08), TYRE))
        for side in (-1, 1):
            parts.append(block((at - 0.62, at + 0.62), (side * y - 0.013, side * y + 0.013), (0.28, 1.08), TYRE))
            parts += wheel(at, side, y + 0.02, radius, TYRE, RIM, 0.28)
    for side in (-1, 1):
        span = (side * (y - 0.3) - 0.17, side * (y - 0.3) + 0.17)
        parts += [
            block((x - 0.05, x + 0.01), span, (0.55, 0.72), LAMP),
            block((-x - 0.01, -x + 0.05), span, (0.6, 0.95), TAIL),
        ]
    paint = choice(
        rng, ((0.55, 0.04, 0.04), (0.70, 0.52, 0.04), (0.05, 0.18, 0.45), (0.06, 0.30, 0.14), (0.75, 0.75, 0.73))
    )
    band = paint if rng.random() < 0.5 else (0.78, 0.78, 0.76)
    looks = (
        Material(paint, gloss=0.6),
        Material(band, gloss=0.5),
        Material((0.03, 0.04, 0.05), gloss=0.9),
        Material((0.02, 0.02, 0.02), gloss=0.1),
        Material((0.45, 0.45, 0.46), gloss=0.6),
        Material((0.85, 0.82, 0.70), gloss=0.8),
        Material((0.50, 0.02, 0.02), gloss=0.6),
        Material((0.12, 0.12, 0.13), gloss=0.4),
    )
    return Shape(settled(union(*parts)), looks)
