"""Coat stand: a pole on a round foot with pegs around its top."""

import math
from dataclasses import dataclass

import numpy as np

from spacevista.sim.categories.indoor_looks import metal, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import cylinder, ellipsoid, lathe, moved, sweep, union
from spacevista.sim.world import Mesh

CATEGORY = "coat stand"
# Coat stands: 1.65-1.85 m high, foot 0.36-0.44 m across, pegs 0.16-0.19 m long (makers' catalogues).
HEIGHT_M = (1.65, 1.85)
FOOT_M = (0.36, 0.44)
PEG_M = 0.18  # from the pole's axis to the tip
PEG_RADIUS_M = 0.009
POLE_M = 0.02  # radius


@dataclass(frozen=True)
class Peg:
    """A level peg: the height of its axis, the azimuth it points to."""

    z_m: float
    azimuth_deg: float


def build(rng: np.random.Generator) -> Shape:
    """Draw a coat stand with nothing on it."""
    return with_pegs(rng)[0]


def with_pegs(rng: np.random.Generator) -> tuple[Shape, tuple[Peg, ...]]:
    """Draw a coat stand and say where its pegs are; it stands about x = y = 0."""
    height, foot = rng.uniform(*HEIGHT_M), rng.uniform(*FOOT_M) / 2
    count = int(rng.integers(4, 6))
    pegs = tuple(Peg(height - 0.10, 360.0 * i / count) for i in range(count))
    base = lathe([(0, 0), (foot, 0), (foot, 0.02), (0.9 * foot, 0.035), (0, 0.035)], 40)
    pole = moved(cylinder(POLE_M, height - 0.05, 24), (0, 0, 0.02))
    knob = moved(ellipsoid((0.035, 0.035, 0.035), 24, 1), (0, 0, height - 0.07))
    looks = (wood(rng), metal(rng)) if rng.random() < 0.6 else (metal(rng), metal(rng))
    return Shape(union(base, pole, knob, *(_arm(peg) for peg in pegs)), looks), pegs


def _arm(peg: Peg) -> Mesh:
    """A level rod that turns up at its end."""
    turn = math.radians(peg.azimuth_deg)
    out, up = np.array([math.cos(turn), math.sin(turn), 0.0]), np.array([0.0, 0.0, 1.0])
    root = np.array([0.0, 0.0, peg.z_m])
    bend = np.linspace(0, math.pi / 2, 5)
    rod = [root, *(root + (PEG_M - 0.03 + 0.02 * np.sin(a)) * out + 0.02 * (1 - np.cos(a)) * up for a in bend)]
    rod.append(rod[-1] + 0.025 * up)
    return sweep(np.array(rod), PEG_RADIUS_M, 12, 1)
