"""Bicycle: two spoked wheels, a diamond frame, saddle, handlebar, pedals, on its kickstand."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import cylinder, ellipsoid, lathe, moved, rotated, settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "bicycle"
# Town bicycles with wheels of 0.62-0.70 m (ISO 5775: 559 to 622 mm rims): wheelbase 1.02-1.12 m, saddle 0.85-1.0 m
# high, handlebar 0.98-1.12 m high and 0.56-0.64 m wide.
WHEEL_M = (0.62, 0.70)
BASE_M = (1.02, 1.12)
TYRE, METAL, PAINT, LEATHER = range(4)
SPOKES = 14
Point = tuple[float, float, float]


def build(rng: np.random.Generator) -> Shape:
    """Draw a bicycle that rides towards +x."""
    radius, base = rng.uniform(*WHEEL_M) / 2, rng.uniform(*BASE_M)
    saddle, bar = rng.uniform(0.86, 1.0), rng.uniform(1.0, 1.10)
    rear, front = -base / 2, base / 2
    crank: Point = (rear + 0.43, 0, 0.29)
    seat: Point = (rear + 0.29, 0, saddle - 0.12)
    head_low: Point = (front - 0.20, 0, radius + 0.33)
    head_high: Point = (front - 0.26, 0, bar - 0.12)
    tubes = [(crank, seat), (crank, head_low), ((seat[0] + 0.02, 0, seat[2] - 0.08), head_high), (head_low, head_high)]
    parts = [sweep(tube, 0.019, 12, PAINT) for tube in tubes]
    for y in (-0.05, 0.05):
        hub = (rear, y, radius)
        parts += [
            sweep([hub, (crank[0], 0.6 * y, crank[2])], 0.010, 8, PAINT),
            sweep([hub, (seat[0], 0.4 * y, seat[2] - 0.06)], 0.009, 8, PAINT),
        ]
        parts.append(sweep([(front, y, radius), (front - 0.12, y, radius + 0.36), head_low], 0.012, 8, PAINT))
    parts += [part for x in (rear, front) for part in _wheel(x, radius)]
    parts += _fittings(seat, head_high, crank, saddle, bar)
    paint = choice(
        rng, ((0.45, 0.03, 0.03), (0.04, 0.14, 0.40), (0.04, 0.25, 0.12), (0.60, 0.60, 0.58), (0.55, 0.36, 0.03))
    )
    black, steel, hide = (0.02, 0.02, 0.02), (0.55, 0.56, 0.57), choice(rng, ((0.03, 0.03, 0.03), (0.22, 0.10, 0.04)))
    looks = (
        Material(black, gloss=0.1),
        Material(steel, gloss=0.7),
        Material(paint, gloss=0.6),
        Material(hide, gloss=0.3),
    )
    return Shape(settled(union(*parts)), looks)


def _wheel(x: float, radius: float) -> list[Mesh]:
    """Return tyre, rim, hub and spokes in the plane y = 0."""
    tyre = _ring(radius - 0.022, 0.022, 0.020, TYRE)
    rim = _ring(radius - 0.048, 0.010, 0.012, METAL)
    hub = moved(cylinder(0.026, 0.11, 12, METAL), (0, 0, -0.055))
    upright = [rotated(part, (1, 0, 0), 90) for part in (tyre, rim, hub)]
    for i in range(SPOKES):
        angle = 2 * math.pi * i / SPOKES
        way = (math.cos(angle), 0.0, math.sin(angle))
        upright.append(
            sweep(
                [(0.02 * way[0], 0, 0.02 * way[2]), ((radius - 0.05) * way[0], 0, (radius - 0.05) * way[2])],
                0.0025,
                4,
                METAL,
            )
        )
    return [moved(part, (x, 0, radius)) for part in upright]


def _ring(radius: float, half_high: float, half_wide: float, material: int) -> Mesh:
    """Return a torus about z with an oval section of six corners."""
    angles = np.arange(6) * math.pi / 3
    return lathe(np.stack([radius + half_high * np.cos(angles), half_wide * np.sin(angles)], axis=1), 40, material)


def _fittings(seat: Point, head: Point, crank: Point, saddle: float, bar: float) -> list[Mesh]:
    nose = moved(ellipsoid((0.14, 0.03, 0.028), 16, LEATHER), (seat[0] + 0.07, 0, saddle - 0.056))
    tail = moved(ellipsoid((0.10, 0.085, 0.032), 16, LEATHER), (seat[0] - 0.04, 0, saddle - 0.064))
    parts = [nose, tail, sweep([seat, (seat[0] - 0.02, 0, saddle - 0.03)], 0.014, 10, METAL)]
    parts.append(sweep([head, (head[0] - 0.01, 0, bar - 0.02)], 0.014, 10, METAL))
    x = head[0] - 0.01
    grips = [
        (x - 0.12, -0.29, bar - 0.02),
        (x, -0.20, bar - 0.015),
        (x + 0.05, 0, bar - 0.02),
        (x, 0.20, bar - 0.015),
        (x - 0.12, 0.29, bar - 0.02),
    ]
    parts.append(sweep(grips, 0.014, 10, METAL))
    for y in (-0.29, 0.29):
        parts.append(sweep([(x - 0.14, y, bar - 0.02), (x - 0.03, 0.93 * y, bar - 0.018)], 0.018, 10, LEATHER))
    plate = moved(rotated(cylinder(0.09, 0.008, 24, METAL), (1, 0, 0), 90), (crank[0], -0.05, crank[2]))
    parts += [plate, sweep([(crank[0] - 0.12, -0.08, crank[2] - 0.12), (crank[0], -0.06, crank[2])], 0.010, 8, METAL)]
    parts.append(sweep([(crank[0], 0.06, crank[2]), (crank[0] + 0.12, 0.08, crank[2] + 0.12)], 0.010, 8, METAL))
    for side in (-1, 1):
        pedal = sweep(
            [
                (crank[0] + side * 0.12 - 0.045, side * 0.13, crank[2] + side * 0.12),
                (crank[0] + side * 0.12 + 0.045, side * 0.13, crank[2] + side * 0.12),
            ],
            0.016,
            6,
            TYRE,
        )
        parts += [
            pedal,
            sweep(
                [
                    (crank[0] + side * 0.12, side * 0.07, crank[2] + side * 0.12),
                    (crank[0] + side * 0.12, side * 0.16, crank[2] + side * 0.12),
                ],
                0.007,
                6,
                METAL,
            ),
        ]
    parts.append(sweep([(crank[0] - 0.05, 0.03, crank[2]), (crank[0] - 0.12, 0.16, 0.012)], 0.009, 8, METAL))
    return parts
