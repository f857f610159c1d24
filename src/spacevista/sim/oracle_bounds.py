"""Between what is seen of an object and what it might fill: hard bounds of every size.

Frame: world, metres, z up. Extents and volumes grow with the set; the sides of least boxes and rectangles need not, so
they are bounded over all orientations in which the least box of the true solid could be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.transform import Rotation

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.oracle_space import Space
from spacevista.sim.truth_sizes import least_box_near

ANGLES = 720  # over a quarter turn, which is all that rectangles need
ROTATIONS = 400  # over all attitudes of a box
NEARBY = 1000  # and around the least box, by 1e-4 to 1 rad
SAME = 1e-9  # relative: rounding of two equal areas or volumes


@dataclass(frozen=True)
class Bounds:
    """The truth is not below `low` and not above `high`."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width, relative to the middle."""
        return (self.high - self.low) / (self.high + self.low) if self.high > 0 else math.inf


def size_bounds(space: Space, box_axes: FloatArray) -> dict[str, Bounds] | None:
    """Return bounds by aspect of a size (longest, height, length, width: metres; volume: cubic metres).

    `box_axes` (3, 3; rows) are those of the true solid's least box, from where the possible part's is looked for.
    None: what is seen spans no volume, or the space it might fill is not bounded.
    """
    if space.open or len(space.seen_m) < 4:
        return None
    centre = space.possible_m.mean(axis=0)
    unit_m = float(np.ptp(space.possible_m, axis=0).max())
    seen, possible = (space.seen_m - centre) / unit_m, (space.possible_m - centre) / unit_m
    try:
        inner, outer = ConvexHull(seen), ConvexHull(np.concatenate([possible, seen]))
    except QhullError:
        return None
    length, width = _rectangle_bounds(seen, outer.points[outer.vertices])
    relative = {
        "height": Bounds(float(np.ptp(seen[:, 2])), float(np.ptp(outer.points[:, 2]))),
        "length": length,
        "width": width,
        "longest": _longest_bounds(inner, outer, box_axes),
    }
    sizes = {aspect: Bounds(bounds.low * unit_m, bounds.high * unit_m) for aspect, bounds in relative.items()}
    return sizes | {"volume": Bounds(float(inner.volume) * unit_m**3, float(outer.volume) * unit_m**3)}


def _rectangle_bounds(seen: FloatArray, possible: FloatArray) -> tuple[Bounds, Bounds]:
    """Return bounds of the longer and the shorter side of the least rectangle around the true footprint.

    Its orientation is one in which the seen part's rectangle is not larger than the possible part's least one.
    """
    small, large = (_corners(points[:, :2]) for points in (seen, possible))
    edges = np.concatenate([_edge_angles(small), _edge_angles(large)])
    angles = np.concatenate([edges, np.linspace(0, math.pi / 2, ANGLES, endpoint=False)])
    axes = np.stack([np.cos(angles), np.sin(angles)]), np.stack([-np.sin(angles), np.cos(angles)])
    inner = np.stack([np.ptp(small @ axis, axis=0) for axis in axes])
    outer = np.stack([np.ptp(large @ axis, axis=0) for axis in axes])
    could = inner.prod(axis=0) <= outer.prod(axis=0).min() * (1 + SAME)
    inner, outer = inner[:, could], outer[:, could]
    longer = Bounds(float(inner.max(axis=0).min()), float(outer.max(axis=0).max()))
    return longer, Bounds(float(inner.min(axis=0).min()), float(outer.min(axis=0).max()))


def _corners(points: FloatArray) -> FloatArray:
    return np.asarray(points[ConvexHull(points).vertices])


def _edge_angles(corners: FloatArray) -> FloatArray:
    edges = np.roll(corners, -1, axis=0) - corners
    return np.asarray(np.arctan2(edges[:, 1], edges[:, 0]))


def _longest_bounds(inner: ConvexHull, outer: ConvexHull, box_axes: FloatArray) -> Bounds:
    """Return bounds of the longest side of the true solid's least box, in the manner of `_rectangle_bounds`."""
    rng = np.random.default_rng(0)
    best = least_box_near(box_axes, outer.points[outer.vertices])
    tilts = rng.standard_normal((NEARBY, 3))
    tilts *= (10 ** rng.uniform(-4, 0, NEARBY) / np.linalg.norm(tilts, axis=1))[:, None]
    nearby = Rotation.from_rotvec(tilts).as_matrix() @ best
    rotations = np.concatenate([best[None], box_axes[None], nearby, Rotation.random(ROTATIONS, rng=rng).as_matrix()])
    small = _sides(rotations, inner.points[inner.vertices])
    large = _sides(rotations, outer.points[outer.vertices])
    could = small.prod(axis=1) <= large.prod(axis=1).min() * (1 + SAME)
    return Bounds(float(small[could].max(axis=1).min()), float(large[could].max(axis=1).max()))


def _sides(rotations: FloatArray, points: FloatArray) -> FloatArray:
    """Return the sides (R, 3) of boxes of R attitudes around points (N, 3)."""
    along = rotations.reshape(-1, 3) @ points.T
    return np.asarray(np.ptp(along, axis=1).reshape(-1, 3))
