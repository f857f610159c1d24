"""Lorry: a cab with windscreen and side windows, a box body, six wheels, lamps."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.categories.wheels import wheel
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "lorry"
# Rigid lorries of 7.5-18 t: 6.5-9.5 m long, 2.3-2.55 m wide, 3.0-3.8 m high (EU Directive 96/53/EC allows 12 x 2.55
# x 4 m); wheels 0.8-1.0 m.
LENGTH_M = (6.5, 9.5)
WIDTH_M = (2.30, 2.55)
HEIGHT_M = (3.0, 3.8)
CAB, BOX, GLASS, TYRE, RIM, LAMP, TAIL, TRIM = range(8)


def build(rng: np.random.Generator) -> Shape:
    """Draw a lorry; it drives towards +x."""
    length, width, height = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(*HEIGHT_M)
    radius, half = rng.uniform(0.40, 0.48), width / 2
    rear, front = -length / 2, length / 2
    cab_back, cab_top = front - 1.75, min(2.75, 0.85 * height)
    profile = [
        (cab_back, 0.45),
        (front - 0.05, 0.45),
        (front, 0.6),
        (front - 0.02, 1.35),
        (front - 0.35, cab_top - 0.1),
    ]
    parts: list[Mesh] = [
        upright_prism([*profile, (front - 0.55, cab_top), (cab_back, cab_top)], (-half + 0.03, half - 0.03), CAB),
        block((rear, cab_back - 0.12), (-half, half), (1.05, height), BOX),
        block((rear + 0.1, cab_back), (-0.45, 0.45), (0.65, 1.05), TRIM),
        block((rear - 0.01, rear + 0.04), (-half + 0.08, half - 0.08), (0.75, 0.92), TRIM),
        *_glass(front, cab_back, half, cab_top),
    ]
    for x in (rear + 0.16 * length, front - 0.95):
        parts.append(block((x - 0.08, x + 0.08), (-half + 0.2, half - 0.2), (radius - 0.08, radius + 0.08), TRIM))
        for side in (-1, 1):
            parts += wheel(x, side, half - 0.02, radius, TYRE, RIM, 0.30)
    for side in (-1, 1):
        y = (side * (half - 0.26) - 0.15, side * (half - 0.26) + 0.15)
        parts += [
            block((front - 0.1, front + 0.005), y, (0.68, 0.86), LAMP),
            block((rear - 0.02, rear + 0.03), y, (0.78, 0.90), TAIL),
        ]
        mirror = (side * (half + 0.02) - 0.08, side * (half + 0.02) + 0.08)
        parts.append(block((front - 0.45, front - 0.33), mirror, (1.5, 1.95), TRIM))
    paint = choice(
        rng, ((0.50, 0.04, 0.04), (0.04, 0.12, 0.38), (0.72, 0.72, 0.70), (0.05, 0.25, 0.12), (0.65, 0.42, 0.04))
    )
    box = paint if rng.random() < 0.3 else choice(rng, ((0.75, 0.75, 0.73), (0.70, 0.68, 0.60), (0.35, 0.38, 0.42)))
    looks = (
        Material(paint, gloss=0.6),
        Material(box, gloss=0.3),
        Material((0.02, 0.03, 0.04), gloss=0.9),
        Material((0.02, 0.02, 0.02), gloss=0.1),
        Material((0.45, 0.45, 0.46), gloss=0.6),
        Material((0.85, 0.85, 0.80), gloss=0.9),
        Material((0.50, 0.02, 0.02), gloss=0.6),
        Material((0.04, 0.04, 0.04), gloss=0.2),
    )
    return Shape(settled(union(*parts)), looks)


def _glass(front: float, back: float, half: float, top: float) -> list[Mesh]:
    """Return windscreen and side windows, standing out of the cab by 1 cm."""
    slope = 0.33 / (top - 0.1 - 1.35)  # of the cab's front: how far it leans back for each metre up
    low, high = 1.42, top - 0.18
    leaning = [
        (front - 0.1, low),
        (front - 0.01 - slope * (low - 1.35), low),
        (front - 0.01 - slope * (high - 1.35), high),
    ]
    screen = upright_prism([*leaning, (front - 0.5, high)], (-half + 0.14, half - 0.14), GLASS)
    side_view = [(back + 0.45, 1.5), (front - 0.28, 1.5), (front - 0.50, high), (back + 0.45, high)]
    sides = [upright_prism(side_view, span, GLASS) for span in ((-half + 0.02, -half + 0.2), (half - 0.2, half - 0.02))]
    return [screen, *sides]
