"""Gentle relief: a smooth height field with level pads, as one closed mesh.

Frame: world, metres, z up. Objects stand on pads, which are exactly level, so that "the plane it stands on" is true
and not an approximation. Between the pads the ground follows the relief (Shepard weights of bounded reach, after
Franke and Little 1980, which reach every pad's height exactly).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.sim.world import Mesh

SKIRT_M = 5.0  # the solid goes this far below its lowest point
GROWTH = 1.12  # of cell sizes outside the core
MIN_DISTANCE_M = 1e-6  # keeps the weights finite; a point this near a pad already has the pad's height


@dataclass(frozen=True, eq=False)
class Waves:
    """Relief as a sum of plane waves: `heights_m` (K,), `wave_vectors` (K, 2) in radians per metre, `phases` (K,)."""

    heights_m: FloatArray
    wave_vectors: FloatArray
    phases: FloatArray

    def at(self, points_m: FloatArray) -> FloatArray:
        """Return heights (...) of points (..., 2)."""
        return np.asarray(np.sin(points_m @ self.wave_vectors.T + self.phases) @ self.heights_m)


@dataclass(frozen=True)
class Pad:
    """A level disc of ground."""

    x_m: float
    y_m: float
    radius_m: float
    height_m: float


@dataclass(frozen=True, eq=False)
class Terrain:
    """Relief with pads; pads must not overlap. `reach_m` is how far a pad pulls at the ground around it."""

    relief: Waves
    pads: tuple[Pad, ...]
    reach_m: float

    def at(self, points_m: FloatArray) -> FloatArray:
        """Return heights (...) of points (..., 2); exactly the pad's height inside a pad."""
        total = self.relief.at(points_m)
        weight = np.ones_like(total)
        for pad in self.pads:
            gap = np.hypot(points_m[..., 0] - pad.x_m, points_m[..., 1] - pad.y_m) - pad.radius_m
            gap = np.maximum(gap, MIN_DISTANCE_M)
            pull = (np.maximum(self.reach_m - gap, 0) / gap) ** 2
            total = total + pull * pad.height_m
            weight = weight + pull
        height = np.asarray(total / weight)
        for pad in self.pads:
            inside = np.hypot(points_m[..., 0] - pad.x_m, points_m[..., 1] - pad.y_m) <= pad.radius_m
            height = np.where(inside, pad.height_m, height)
        return height


def random_waves(rng: np.random.Generator, amplitude_m: float, shortest_m: float, longest_m: float) -> Waves:
    """Draw six waves of wavelengths `shortest_m` to `longest_m` whose heights add up to `amplitude_m`."""
    lengths = np.exp(rng.uniform(np.log(shortest_m), np.log(longest_m), 6))
    angles = rng.uniform(0, 2 * np.pi, 6)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (2 * np.pi / lengths)[:, None]
    # Height in proportion to wavelength gives every wave the same steepness.
    return Waves(amplitude_m * lengths / lengths.sum(), vectors, rng.uniform(0, 2 * np.pi, 6))


def ground_mesh(terrain: Terrain, core_half_m: float, cell_m: float, half_side_m: float) -> Mesh:
    """Return the ground as a closed solid: even cells in the core, cells that grow outwards up to half_side_m.

    A pad in the core is level in the mesh as far as the cells lie wholly inside it: make it a cell's diagonal wider
    than needed.
    """
    inner = cell_m * np.arange(round(core_half_m / cell_m) + 1)
    steps = cell_m * GROWTH ** np.arange(1, 200)
    outer = inner[-1] + np.cumsum(steps)
    positive = np.concatenate([inner, outer[outer < half_side_m], [half_side_m]])
    axis = np.concatenate([-positive[:0:-1], positive])
    x, y = np.meshgrid(axis, axis)
    top = np.stack([x, y, terrain.at(np.stack([x, y], axis=-1))], axis=-1).reshape(-1, 3)
    return closed_sheet(top, (len(axis), len(axis)), float(top[:, 2].min()) - SKIRT_M)


def closed_sheet(top_m: FloatArray, shape: tuple[int, int], bottom_z_m: float) -> Mesh:
    """Close a sheet of rows x columns vertices (R * C, 3) downwards to the plane z = bottom_z_m.

    Rows run along +y and columns along +x (counter-clockwise seen from above).
    """
    rows, columns = shape
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]))
    upper = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    rim = _rim(number)
    count = rows * columns
    low = count + np.arange(len(rim))
    following, low_following = np.roll(rim, -1), np.roll(low, -1)
    sides = np.concatenate(
        [np.stack([rim, low, low_following], axis=1), np.stack([rim, low_following, following], axis=1)]
    )
    middle = count + len(rim)
    base = np.stack([low_following, low, np.full(len(rim), middle)], axis=1)
    bottom = top_m[rim].copy()
    bottom[:, 2] = bottom_z_m
    centre = np.array([[*top_m[:, :2].mean(axis=0), bottom_z_m]])
    faces = np.concatenate([upper, sides, base]).astype(np.int32)
    return Mesh(np.concatenate([top_m, bottom, centre]), faces, np.zeros(len(faces), dtype=np.int32))


def _rim(number: IntArray) -> IntArray:
    """Return the border of a grid of vertex numbers, counter-clockwise seen from above."""
    return np.concatenate([number[0, :-1], number[:-1, -1], number[-1, :0:-1], number[:0:-1, 0]])


def ribbon(terrain: Terrain, line_m: FloatArray, width_m: float, lift_m: float) -> Mesh:
    """Return a road: a strip of `width_m` along the polyline (N, 2), `lift_m` above the ground, closed 1 m below it.

    It takes the terrain's height at seven points across, so that ground between them does not come through where the
    relief is gentle.
    """
    ahead = np.gradient(line_m, axis=0)
    ahead = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    right = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    across = np.linspace(-width_m / 2, width_m / 2, 7)
    flat = line_m[:, None, :] + across[None, :, None] * right[:, None, :]
    top = np.concatenate([flat, (terrain.at(flat) + lift_m)[..., None]], axis=-1)
    return closed_sheet(top.reshape(-1, 3), top.shape[:2], float(top[..., 2].min()) - 1.0)
