"""Solids that several large categories are put together from; all closed, metres, faces outwards."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.shapes import box, extrude, lathe, moved, rotated
from spacevista.sim.world import Mesh

Span = tuple[float, float]
UNIT = moved(box((1, 1, 1)), (0.5, 0.5, 0))  # from 0 to 1 along every axis


def block(x_m: Span, y_m: Span, z_m: Span, material: int = 0) -> Mesh:
    """Return the box that fills the given spans, each from low to high."""
    low, high = np.array([x_m, y_m, z_m]).T
    return Mesh(low + UNIT.vertices_m * (high - low), UNIT.faces, np.full(len(UNIT.faces), material))


def tapered(low: tuple[Span, Span], high: tuple[Span, Span], z_m: Span, material: int = 0) -> Mesh:
    """Return a box whose lower face spans `low` (x, y) at z_m[0] and whose upper face spans `high` at z_m[1]."""
    bottom, top = (np.array([span[0], span[1]]).T for span in (low, high))  # rows: low corner, high corner
    upper = UNIT.vertices_m[:, 2:] > 0.5
    plan = np.where(upper, _corners(top), _corners(bottom))
    vertices = np.column_stack([plan, np.where(upper[:, 0], z_m[1], z_m[0])])
    return Mesh(vertices, UNIT.faces, np.full(len(UNIT.faces), material))


def _corners(rectangle: FloatArray) -> FloatArray:
    """Return where each corner of the unit box lies in a rectangle, (8, 2)."""
    return np.asarray(rectangle[0] + UNIT.vertices_m[:, :2] * (rectangle[1] - rectangle[0]))


def upright_prism(profile_xz: Sequence[tuple[float, float]], y_m: Span, material: int = 0) -> Mesh:
    """Return the solid with a side view `profile_xz`, a convex or simple outline, between two values of y."""
    flat = extrude(list(profile_xz), y_m[1] - y_m[0], material=material)
    return moved(rotated(flat, (1, 0, 0), 90), (0, y_m[1], 0))


def ring_shade(low_radius_m: float, high_radius_m: float, height_m: float, wall_m: float, material: int = 0) -> Mesh:
    """Return an open cone of paper or cloth (a lampshade), standing on z = 0."""
    profile = [
        (low_radius_m, 0.0),
        (high_radius_m, height_m),
        (high_radius_m - wall_m, height_m),
        (low_radius_m - wall_m, 0.0),
    ]
    return lathe(profile, 40, material)


def blob(
    radii_m: Sequence[float], centre_m: Sequence[float], roughness: float, rng: np.random.Generator, material: int = 0
) -> Mesh:
    """Return a lumpy ellipsoid (foliage, cushions): its radius varies smoothly by +-`roughness`, relative."""
    rows, columns = 11, 18
    polar = np.linspace(0, math.pi, rows + 2)[1:-1]
    around = np.arange(columns) * (2 * math.pi / columns)
    sphere = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(around),
            np.sin(polar)[:, None] * np.sin(around),
            np.broadcast_to(np.cos(polar)[:, None], (rows, columns)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    points = np.vstack([sphere, [[0, 0, 1], [0, 0, -1]]])
    waves = rng.normal(size=(3, 3)) * 3.0
    swell = 1 + roughness * np.sin(points @ waves.T + rng.uniform(0, 6.3, 3)).mean(axis=1)
    number = np.arange(rows * columns).reshape(rows, columns)
    here, after = number, np.roll(number, -1, axis=1)
    a, b, c, d = here[1:].ravel(), after[1:].ravel(), after[:-1].ravel(), here[:-1].ravel()
    north, south = np.full(columns, rows * columns), np.full(columns, rows * columns + 1)
    faces = np.vstack(
        [
            np.stack([a, b, c], axis=1),
            np.stack([a, c, d], axis=1),
            np.stack([number[0], np.roll(number[0], -1), north], axis=1),
            np.stack([np.roll(number[-1], -1), number[-1], south], axis=1),
        ]
    ).astype(np.int32)
    vertices = points * swell[:, None] * np.asarray(radii_m) + np.asarray(centre_m)
    return Mesh(vertices, faces, np.full(len(faces), material, dtype=np.int32))


def scaled_colour(rng: np.random.Generator, color: Sequence[float], spread: float = 0.15) -> tuple[float, float, float]:
    """Return a colour near `color`, each channel changed by up to +-`spread`, relative."""
    red, green, blue = (float(c * rng.uniform(1 - spread, 1 + spread)) for c in color)
    return min(red, 1.0), min(green, 1.0), min(blue, 1.0)


def choice(rng: np.random.Generator, colors: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return one of some colours, slightly varied."""
    return scaled_colour(rng, colors[int(rng.integers(len(colors)))])
