"""Traffic light: a post with one or two heads of three lamps under visors."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import cylinder, extrude, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "traffic light"
# Signal heads (EN 12368): lamps of 200 or 300 mm, lower edge 2.1-2.4 m up, posts of 0.10-0.14 m.
LAMPS_M = (0.20, 0.30)
LOWER_EDGE_M = (2.1, 2.4)
POST_M = (0.10, 0.14)
POST, CASE, RED, AMBER, GREEN, BUTTON = range(6)


def build(rng: np.random.Generator) -> Shape:
    """Draw a traffic light; its lamps face +x."""
    lamp, low, post = LAMPS_M[int(rng.integers(2))], rng.uniform(*LOWER_EDGE_M), rng.uniform(*POST_M) / 2
    pitch = 1.22 * lamp
    head = _head(lamp, pitch)
    parts = [cylinder(post, low + 3 * pitch + 0.12, 20, POST), cylinder(0.19, 0.06, 20, POST)]
    parts.append(moved(head, (post + 0.03, 0, low)))
    if rng.random() < 0.4:
        parts.append(moved(rotated(head, (0, 0, 1), 90), (0, post + 0.03, low)))
    parts.append(block((post - 0.02, post + 0.09), (-0.06, 0.06), (0.95, 1.2), BUTTON))
    shine = int(rng.integers(3))
    colors = ((0.75, 0.02, 0.02), (0.85, 0.45, 0.02), (0.02, 0.60, 0.25))
    lamps = [
        Material(c if i == shine else (0.3 * c[0], 0.3 * c[1], 0.3 * c[2]), gloss=0.8) for i, c in enumerate(colors)
    ]
    grey, black = Material((0.32, 0.33, 0.34), gloss=0.4), Material((0.03, 0.035, 0.03), gloss=0.2)
    return Shape(settled(union(*parts)), (grey, black, *lamps, Material((0.70, 0.50, 0.04), gloss=0.3)))


def _head(lamp: float, pitch: float) -> Mesh:
    """Return a case with lamps, green below, that looks to +x; its back is x = 0 and its lower edge z = 0."""
    deep, half = 0.16, 0.62 * lamp
    parts = [block((0, deep), (-half, half), (0, 3 * pitch), CASE)]
    for i, material in enumerate((GREEN, AMBER, RED)):
        z = (i + 0.5) * pitch
        disc = rotated(cylinder(0.46 * lamp, 0.02, 24, material), (0, 1, 0), 90)
        parts.append(moved(disc, (deep - 0.005, 0, z)))
        arcs = np.linspace(math.radians(-20), math.radians(200), 12).tolist()
        outer = [(0.54 * lamp * math.cos(a), 0.54 * lamp * math.sin(a)) for a in arcs]
        inner = [(0.49 * lamp * math.cos(a), 0.49 * lamp * math.sin(a)) for a in reversed(arcs)]
        hood = rotated(rotated(extrude([*outer, *inner], 0.8 * lamp, material=CASE), (0, 0, 1), 90), (0, 1, 0), 90)
        parts.append(moved(hood, (deep - 0.01, 0, z)))
    return union(*parts)
