"""Ground and surroundings of outdoor worlds: level ground in zones, wooded hills far off, daylight."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.solids import Span, block, choice
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.shapes import lathe, union
from spacevista.sim.world import Light, Material, Mesh, Texture

REACH_M = 160.0  # half the side of the ground; the hills stand inside
DEPTH_M = 1.0
PAINT_M = 0.003  # thickness of road paint (EN 1436 markings are 2-3 mm)

GRASS = Material((0.09, 0.15, 0.04), (0.17, 0.19, 0.08), Texture.GRASS, texture_m=0.08, gloss=0.02)
ASPHALT = Material((0.09, 0.09, 0.095), (0.17, 0.17, 0.17), Texture.ASPHALT, texture_m=0.02, gloss=0.08)
FLAGS = Material((0.38, 0.37, 0.35), (0.24, 0.23, 0.22), Texture.TILES, texture_m=0.4, gloss=0.08)
PAINT = Material((0.75, 0.75, 0.72), gloss=0.1)
MEADOW = Material(
    (0.08, 0.14, 0.04), (0.17, 0.19, 0.08), Texture.NOISE, texture_m=18.0, gloss=0.02
)  # seen from the air
WOODS = Material((0.07, 0.13, 0.05), (0.03, 0.07, 0.025), Texture.FOLIAGE, texture_m=1.5, gloss=0.0)


def daylight(rng: np.random.Generator) -> Light:
    """Return a sun 25 to 60 degrees high under a clear or hazy sky."""
    elevation, azimuth = math.radians(rng.uniform(25, 60)), rng.uniform(0, 2 * math.pi)
    level = math.cos(elevation)
    towards = np.array([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
    haze = float(rng.uniform(0, 1))
    strength = 2.6 - 1.2 * haze
    return Light(towards, (strength, 0.95 * strength, 0.85 * strength), (0.55 + 0.2 * haze, 0.65 + 0.15 * haze, 0.85))


def add_square(stage: Stage) -> None:
    """Add a paved or asphalted square of 30 m in grass."""
    surface = FLAGS if stage.rng.random() < 0.6 else ASPHALT
    _zones(stage, (-15.0, 15.0), (-15.0, 15.0), surface)
    _hills(stage)


def add_yard(stage: Stage) -> None:
    """Add grass with a drive of asphalt along x."""
    _zones(stage, (-REACH_M, REACH_M), (-16.0, -11.0), ASPHALT)
    _hills(stage)


def add_street(stage: Stage, half_m: float) -> None:
    """Add a street along x: carriageway with a dashed middle line, pavements of 2.5 m, grass."""
    far = REACH_M
    edge = half_m + 2.5
    stage.structure("street", block((-far, far), (-half_m, half_m), (-DEPTH_M, 0)), ASPHALT)
    for low, high in ((-edge, -half_m), (half_m, edge)):
        stage.structure("pavement", block((-far, far), (low, high), (-DEPTH_M, 0)), FLAGS)
    for low, high in ((-far, -edge), (edge, far)):
        stage.structure("ground", block((-far, far), (low, high), (-DEPTH_M, 0)), GRASS)
    dashes = [block((x, x + 3.0), (-0.06, 0.06), (-0.01, PAINT_M)) for x in np.arange(-60.0, 90.0, 9.0).tolist()]
    kerbs = [block((-far, far), (y - 0.06, y + 0.06), (-0.01, PAINT_M)) for y in (-half_m, half_m)]
    stage.structure("road paint", union(*dashes), PAINT)
    stage.structure("kerb", union(*kerbs), Material((0.45, 0.44, 0.42), gloss=0.05))
    _hills(stage)


def add_promenade(stage: Stage, half_m: float) -> None:
    """Add a paved walk along x in grass."""
    _zones(stage, (-REACH_M, REACH_M), (-half_m, half_m), FLAGS)
    _hills(stage)


def _zones(stage: Stage, x: Span, y: Span, surface: Material) -> None:
    """Add a rectangle of one surface flush in a field of grass."""
    far = REACH_M
    depth = (-DEPTH_M, 0.0)
    stage.structure("paved ground", block(x, y, depth), surface)
    grass = [block((-far, far), (-far, y[0]), depth), block((-far, far), (y[1], far), depth)]
    grass += [block(s, y, depth) for s in ((-far, x[0]), (x[1], far)) if s[0] < s[1]]
    stage.structure("ground", union(*grass), GRASS)


def _hills(stage: Stage) -> None:
    """Add a ring of low wooded hills from 90 m on, 5 to 16 m high."""
    rng = stage.rng
    radii = np.array([90.0, 93.0, 110.0, 130.0, 150.0, 158.0])
    heights = np.array([-0.5, 3.0, 7.5, 10.0, 6.0, -0.5])
    ring = lathe(np.stack([radii, heights], axis=1), 96)
    around = np.arctan2(ring.vertices_m[:, 1], ring.vertices_m[:, 0])
    swell = 1 + 0.3 * np.sin(3 * around + rng.uniform(0, 6.3)) + 0.2 * np.sin(7 * around + rng.uniform(0, 6.3))
    vertices = ring.vertices_m * np.stack([np.ones_like(swell), np.ones_like(swell), swell], axis=1)
    tint = choice(rng, ((1.0, 1.0, 1.0), (0.9, 0.9, 0.7)))
    color = (WOODS.color[0] * tint[0], WOODS.color[1] * tint[1], WOODS.color[2] * tint[2])
    woods = Material(color, WOODS.second_color, WOODS.texture, WOODS.texture_m, WOODS.gloss)
    stage.structure("wooded hills", Mesh(vertices, ring.faces, ring.face_materials), woods)
