"""Post box: a round pillar with a cap and a slot, or a box with a rounded top on a leg."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import extrude, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "post box"
# Pillar boxes are 1.45-1.65 m high and 0.40-0.50 m across; boxes on a leg 1.25-1.45 m high, the box 0.45-0.55 m wide
# (postal operators' data).
PILLAR_M = (1.45, 1.65)
BOX_M = (1.25, 1.45)
PAINT, DARK, LABEL = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a post box; its slot faces +x."""
    mesh = _pillar(rng) if rng.random() < 0.5 else _box(rng)
    paint = choice(rng, ((0.50, 0.02, 0.02), (0.72, 0.48, 0.02), (0.03, 0.12, 0.40)))
    looks = (
        Material(paint, gloss=0.5),
        Material((0.02, 0.02, 0.02), gloss=0.3),
        Material((0.80, 0.80, 0.76), gloss=0.2),
    )
    return Shape(settled(mesh), looks)


def _pillar(rng: np.random.Generator) -> Mesh:
    height, radius = rng.uniform(*PILLAR_M), rng.uniform(0.20, 0.25)
    body = 0.93 * radius
    profile = [(0, 0), (radius, 0), (radius, 0.14), (body, 0.15), (body, height - 0.17), (radius, height - 0.15)]
    profile += [(1.04 * radius, height - 0.10), (0.75 * radius, height - 0.03), (0.3 * radius, height), (0, height)]
    pillar = lathe(profile, 40, [DARK, DARK, *[PAINT] * 7])
    slot = block((body - 0.06, body + 0.012), (-0.13, 0.13), (height - 0.32, height - 0.27), DARK)
    label = block((body - 0.06, body + 0.010), (-0.08, 0.08), (height - 0.58, height - 0.40), LABEL)
    return union(pillar, slot, label)


def _box(rng: np.random.Generator) -> Mesh:
    height, width, deep = rng.uniform(*BOX_M), rng.uniform(0.45, 0.55), rng.uniform(0.35, 0.42)
    low = height - 0.75
    arch = [(deep / 2 * math.cos(a), height - deep / 2 + deep / 2 * math.sin(a)) for a in np.linspace(0, math.pi, 13)]
    side_view = [(-deep / 2, low), (deep / 2, low), *arch]
    box = moved(rotated(extrude(side_view, width, material=PAINT), (1, 0, 0), 90), (0, width / 2, 0))
    front = deep / 2
    return union(
        box,
        block((front - 0.05, front + 0.03), (-0.15, 0.15), (height - 0.27, height - 0.22), DARK),
        block((front - 0.05, front + 0.006), (-0.12, 0.12), (height - 0.50, height - 0.33), LABEL),
        block((-0.06, 0.06), (-0.06, 0.06), (0, low + 0.02), DARK),
        block((-0.16, 0.16), (-0.16, 0.16), (0, 0.05), DARK),
    )
