"""Fire hydrant: a fluted barrel on a flange with two hose caps, a pumper cap in front and a domed bonnet."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import cylinder, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "fire hydrant"
# Pillar hydrants (AWWA C502, EN 14384 short types): 0.70-0.95 m above the ground, barrel 0.18-0.25 m, caps included
# 0.38-0.48 m across.
HEIGHT_M = (0.70, 0.95)
BARREL_M = (0.18, 0.25)


def build(rng: np.random.Generator) -> Shape:
    """Draw a hydrant; its large cap faces +x."""
    height, radius = rng.uniform(*HEIGHT_M), rng.uniform(*BARREL_M) / 2
    shoulder = 0.74 * height
    profile = [(0, 0), (1.55 * radius, 0), (1.55 * radius, 0.04), (1.05 * radius, 0.05), (radius, 0.35 * height)]
    profile += [(1.05 * radius, shoulder - 0.03), (1.45 * radius, shoulder - 0.02), (1.45 * radius, shoulder + 0.02)]
    body = lathe([*profile, (0.9 * radius, shoulder + 0.025), (0, shoulder + 0.025)], 32)
    bonnet = [(0, shoulder), (1.2 * radius, shoulder), (1.1 * radius, shoulder + 0.4 * (height - shoulder))]
    bonnet += [
        (0.7 * radius, shoulder + 0.72 * (height - shoulder)),
        (0.25 * radius, height - 0.035),
        (0, height - 0.035),
    ]
    parts: list[Mesh] = [body, lathe(bonnet, 32, 1), moved(cylinder(0.028, 0.05, 5), (0, 0, height - 0.05))]
    middle = 0.52 * height
    for turn, thick, reach in ((0, 0.60, 1.75), (90, 0.42, 1.8), (270, 0.42, 1.8)):
        parts.append(_cap(turn, thick * radius, reach * radius, middle))
    red = choice(rng, ((0.55, 0.03, 0.02), (0.62, 0.40, 0.03), (0.50, 0.08, 0.02)))
    caps = red if rng.random() < 0.5 else choice(rng, ((0.70, 0.70, 0.68), (0.05, 0.14, 0.40)))
    return Shape(settled(union(*parts)), (Material(red, gloss=0.45), Material(caps, gloss=0.45)))


def _cap(turn_deg: float, radius: float, reach: float, z: float) -> Mesh:
    """Return a nozzle that points to +x turned by an angle, with a wider cap and a nut on it."""
    tube = cylinder(0.8 * radius, reach - 0.05, 24)
    cap = moved(cylinder(radius, 0.045, 24, 1), (0, 0, reach - 0.055))
    nut = moved(cylinder(0.3 * radius, 0.03, 5, 1), (0, 0, reach - 0.015))
    return moved(rotated(rotated(union(tube, cap, nut), (0, 1, 0), 90), (0, 0, 1), turn_deg), (0, 0, z))
