"""Greenhouse: one or several spans of glass with ridged roofs, white bars, green showing through the panes."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, upright_prism
from spacevista.sim.shapes import moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "greenhouse"
# Nursery greenhouses: spans of 6.4-9.6 m, one to five of them, 14-40 m long, gutters at 2.6-4.0 m, roofs of 22-26
# degrees (Venlo and wide-span types, makers' data).
SPAN_M = (6.4, 9.6)
LENGTH_M = (14.0, 40.0)
GUTTER_M = (2.6, 4.0)
PITCH_DEG = (22.0, 26.0)
GLASS, BAR, LEAVES = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a greenhouse; its ridges run along x."""
    span, gutter, length = rng.uniform(*SPAN_M), rng.uniform(*GUTTER_M), rng.uniform(*LENGTH_M)
    count = int(rng.integers(1, 1 + max(1, min(5, round(length / 6)))))
    ridge = gutter + span / 2 * math.tan(math.radians(rng.uniform(*PITCH_DEG)))
    one = _span(span, gutter, ridge, length)
    parts = [moved(one, (0, (i - (count - 1) / 2) * span, 0)) for i in range(count)]
    green = (0.20, 0.34, 0.22) if rng.random() < 0.6 else (0.32, 0.38, 0.30)
    looks = (
        Material((0.40, 0.52, 0.52), gloss=0.9),
        Material((0.80, 0.80, 0.79), gloss=0.3),
        Material(green, gloss=0.9),
    )
    return Shape(settled(union(*parts)), looks)


def _span(span: float, gutter: float, ridge: float, length: float) -> Mesh:
    half, x = span / 2, length / 2
    outline = [
        (-half + 0.03, 0.0),
        (half - 0.03, 0.0),
        (half - 0.03, gutter),
        (0.0, ridge - 0.06),
        (-half + 0.03, gutter),
    ]
    parts: list[Mesh] = []
    bays = max(3, round(length / 4.0))
    edges = np.linspace(-x, x, bays + 1).tolist()
    for i in range(bays):  # panes by turns clear and over green beds
        glass = rotated(upright_prism(outline, (-edges[i + 1], -edges[i]), GLASS if i % 2 else LEAVES), (0, 0, 1), 90)
        parts.append(glass)
    slope = math.hypot(half, ridge - gutter)
    tilt = math.degrees(math.atan2(ridge - gutter, half))
    for at in edges:
        bar = (max(at - 0.09, -x), min(at + 0.09, x))
        parts += [block(bar, (s * half - 0.06, s * half + 0.06), (0, gutter), BAR) for s in (-1, 1)]
        rafter = block(bar, (0, slope), (-0.08, 0.06), BAR)
        parts.append(moved(rotated(rafter, (1, 0, 0), tilt), (0, -half, gutter)))
        parts.append(
            rotated(
                moved(rotated(moved(rafter, (-sum(bar), 0, 0)), (1, 0, 0), tilt), (0, -half, gutter)), (0, 0, 1), 180
            )
        )
    parts.append(block((-x, x), (-0.10, 0.10), (ridge - 0.15, ridge + 0.02), BAR))
    parts += [block((-x, x), (s * half - 0.10, s * half + 0.10), (gutter - 0.12, gutter + 0.06), BAR) for s in (-1, 1)]
    parts += [block((-x - 0.02, x + 0.02), (s * half - 0.07, s * half + 0.07), (0, 0.5), BAR) for s in (-1, 1)]
    return union(*parts)
