"""Bottles: 0.5 l water (PET), 0.33 l beer (glass), 0.25 l sauce; with neck, cap and label band."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material, Mesh, Texture

NAME = "bottle"


@dataclass(frozen=True)
class Form:
    """Ranges in metres: diameter, total height; parts of the height: shoulder, neck, cap; neck's part of the width."""

    diameter_m: tuple[float, float]
    height_m: tuple[float, float]
    shoulder: float
    neck: float
    cap: float
    neck_width: float
    colors: tuple[tuple[float, float, float], ...]


FORMS = (
    Form((0.062, 0.068), (0.195, 0.235), 0.68, 0.88, 0.925, 0.40, ((0.35, 0.55, 0.75), (0.15, 0.45, 0.35))),
    Form((0.058, 0.064), (0.195, 0.230), 0.56, 0.80, 0.965, 0.44, ((0.16, 0.07, 0.02), (0.03, 0.15, 0.05))),
    Form((0.055, 0.066), (0.160, 0.195), 0.62, 0.82, 0.860, 0.50, ((0.45, 0.03, 0.02), (0.55, 0.35, 0.05))),
)


def build(rng: np.random.Generator) -> Shape:
    """Build a closed bottle standing upright."""
    form = FORMS[int(rng.integers(len(FORMS)))]
    mesh = _bottle(form, float(rng.uniform(*form.diameter_m)) / 2, float(rng.uniform(*form.height_m)))
    body = Material(form.colors[int(rng.integers(len(form.colors)))], gloss=0.9)
    paint = vivid(rng, gloss=0.25)
    label = Material((0.75, 0.73, 0.68), paint.color, Texture.STRIPES, texture_m=0.025, gloss=0.15)
    return Shape(mesh, (body, label, paint))


def _bottle(form: Form, radius: float, height: float) -> Mesh:
    neck = form.neck_width * radius
    shoulder, neck_z, cap_z = form.shoulder * height, form.neck * height, form.cap * height
    turn = np.linspace(0, math.pi, 13)
    slope = np.stack(
        [(radius + neck) / 2 + (radius - neck) / 2 * np.cos(turn), np.linspace(shoulder, neck_z, 13)], axis=1
    )
    low, high = 0.16 * height, 0.9 * shoulder
    body = [
        (0, 0.003),
        (0.7 * radius, 0),
        (0.92 * radius, 0),
        (radius, 0.006),
        (radius, low),
        (1.006 * radius, low),
        (1.006 * radius, high),
        (radius, high),
    ]
    wide = 1.22 * neck
    cap = [(neck, cap_z), (wide, cap_z), (wide, height - 0.002), (wide - 0.002, height), (0, height)]
    profile = np.vstack([body, slope, cap])
    materials = [0] * 4 + [1] * 3 + [0] * 14 + [2] * 4
    return lathe(profile, 64, materials)
