"""Water tower: a round tank with a cone roof on six splayed legs and a middle pipe."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import cylinder, lathe, moved, settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "water tower"
# Steel towers (AWWA D100 types): 14-34 m to the top, tanks 5.5-12 m across.
HEIGHT_M = (14.0, 34.0)
ACROSS_M = (5.5, 12.0)
TANK, ROOF, LEG = range(3)
LEGS = 6


def build(rng: np.random.Generator) -> Shape:
    """Draw a water tower."""
    height = rng.uniform(*HEIGHT_M)
    radius = float(np.clip(rng.uniform(0.16, 0.22) * height, ACROSS_M[0] / 2, ACROSS_M[1] / 2))
    bottom, eaves = height - 3.0 * radius, height - 0.55 * radius
    profile = [
        (0, bottom),
        (0.45 * radius, bottom + 0.08 * radius),
        (0.8 * radius, bottom + 0.3 * radius),
        (radius, bottom + 0.75 * radius),
    ]
    profile += [
        (radius, eaves),
        (1.06 * radius, eaves),
        (0.5 * radius, height - 0.25 * radius),
        (0.08 * radius, height - 0.03 * radius),
        (0, height),
    ]
    parts: list[Mesh] = [lathe(profile, 48, [TANK] * 4 + [ROOF] * 4), cylinder(0.45, bottom + 0.3, 20, LEG)]
    joint = bottom + 0.7 * radius
    for i in range(LEGS):
        angle = 2 * math.pi * i / LEGS
        way = np.array([math.cos(angle), math.sin(angle), 0.0])
        foot, top = 1.25 * radius * way, 0.97 * radius * way + (0, 0, joint)
        parts.append(sweep([foot, top], 0.24, 12, LEG))
        parts.append(moved(cylinder(0.6, 0.3, 16, LEG), foot.tolist()))
        after = np.array([math.cos(angle + 2 * math.pi / LEGS), math.sin(angle + 2 * math.pi / LEGS), 0.0])
        level = 0.5
        ring = [
            (1 - level) * 1.25 * radius * w + level * 0.97 * radius * w + (0, 0, level * joint) for w in (way, after)
        ]
        parts.append(sweep(ring, 0.13, 8, LEG))
    paint = choice(rng, ((0.62, 0.68, 0.72), (0.75, 0.75, 0.73), (0.30, 0.45, 0.50)))
    roof = choice(rng, ((0.45, 0.12, 0.08), (0.30, 0.34, 0.38)))
    return Shape(
        settled(union(*parts)),
        (Material(paint, gloss=0.4), Material(roof, gloss=0.3), Material((0.42, 0.44, 0.46), gloss=0.4)),
    )
