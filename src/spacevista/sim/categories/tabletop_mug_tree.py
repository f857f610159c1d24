"""Mug trees: a wooden post of 260 to 320 mm on a round foot, with pegs for cups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, varied
from spacevista.sim.shapes import cylinder, ellipsoid, lathe, moved, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "mug tree"
HEIGHT_M = (0.26, 0.32)
FOOT_M = (0.13, 0.16)  # across
PEG_M = 0.085  # from the post's axis to the tip
PEG_RADIUS_M = 0.0035
KNOB_M = 0.005  # radius at the tip


@dataclass(frozen=True, eq=False)
class Peg:
    """Where a peg leaves the post, the way it runs (unit, level), metres."""

    root_m: tuple[float, float, float]
    out: tuple[float, float]


def build(rng: np.random.Generator) -> Shape:
    """Build an empty mug tree standing upright."""
    return with_pegs(rng)[0]


def with_pegs(rng: np.random.Generator) -> tuple[Shape, tuple[Peg, ...]]:
    """Build a mug tree and say where its pegs are, the highest first."""
    height, foot = float(rng.uniform(*HEIGHT_M)), float(rng.uniform(*FOOT_M)) / 2
    levels = (0.88 * height, 0.64 * height)
    turns = [0.0, 180.0, 90.0, 270.0]
    pegs = [_peg(levels[i // 2], math.radians(turn)) for i, turn in enumerate(turns)]
    base = lathe([(0, 0), (foot, 0), (foot, 0.010), (foot - 0.006, 0.016), (0, 0.016)], 48)
    post = moved(cylinder(0.009, height - 0.02, 24), (0, 0, 0.01))
    knob = moved(ellipsoid((0.014, 0.014, 0.012), 24), (0, 0, height - 0.024))
    if rng.random() < 0.5:
        look = BLACK_OXIDE
    else:
        brown = varied(rng, (0.50, 0.32, 0.16))
        look = Material(
            brown, (0.6 * brown[0], 0.6 * brown[1], 0.6 * brown[2]), Texture.WOOD, texture_m=0.006, gloss=0.25
        )
    return Shape(union(base, post, knob, *(_arm(peg) for peg in pegs)), (look,)), tuple(pegs)


def _peg(z: float, turn: float) -> Peg:
    return Peg((0.0, 0.0, z), (math.cos(turn), math.sin(turn)))


def _arm(peg: Peg) -> Mesh:
    """A level rod with a knob that keeps cups from sliding off."""
    root, out = np.array(peg.root_m), np.array([*peg.out, 0.0])
    rod = sweep([root, root + (PEG_M - KNOB_M) * out], PEG_RADIUS_M, 16)
    tip = moved(ellipsoid((KNOB_M, KNOB_M, KNOB_M), 16), (root + (PEG_M - KNOB_M) * out - (0, 0, KNOB_M)).tolist())
    return union(rod, tip)
