"""Simple polygons in the plane: signed area and triangulation by ear clipping, holes joined by bridges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray, Int32Array, IntArray


def signed_area(polygon: FloatArray) -> float:
    """Return the area of a polygon (P, 2), positive if it is counter-clockwise."""
    after = np.roll(polygon, -1, axis=0)
    return float((polygon[:, 0] * after[:, 1] - after[:, 0] * polygon[:, 1]).sum() / 2)


def triangulate(loops: Sequence[FloatArray]) -> Int32Array:
    """Cut a polygon into counter-clockwise triangles (T, 3) of indices into the stacked loops.

    Args:
        loops: the outline, counter-clockwise, then holes, clockwise, strictly inside and apart from each other.

    Raises:
        GeometryError: an outline crosses itself or a hole is not inside.
    """
    points = np.vstack(list(loops))
    ring = np.arange(len(loops[0]))
    if len(loops) == 1 and _convex(points):
        return np.stack([np.zeros(len(ring) - 2, int), ring[1:-1], ring[2:]], axis=1).astype(np.int32)
    starts = np.cumsum([len(loop) for loop in loops])
    holes = [start + np.arange(len(loop)) for start, loop in zip(starts[:-1], loops[1:], strict=True)]
    for hole in sorted(holes, key=lambda hole: -float(points[hole, 0].max())):
        ring = _bridged(points, ring, hole)
    return _clip_ears(points, list(ring))


def _cross(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Return twice the signed area of triangles (..., 2) x 3."""
    return np.asarray(
        (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    )


def _convex(points: FloatArray) -> bool:
    return bool((_cross(np.roll(points, 1, axis=0), points, np.roll(points, -1, axis=0)) > 0).all())


def _bridged(points: FloatArray, ring: IntArray, hole: IntArray) -> IntArray:
    """Join a hole to the ring by the shortest bridge from its rightmost corner that crosses no edge."""
    start = int(points[hole, 0].argmax())
    corner = points[hole[start]]
    a, b = points[ring], points[np.roll(ring, -1)]
    turned = np.roll(hole, -start)
    for place in np.argsort(np.linalg.norm(a - corner, axis=1), kind="stable"):
        target = a[place]
        inside = _sees_interior(points, ring, int(place), corner)
        apart = (_cross(corner, target, a) * _cross(corner, target, b) >= 0) | (
            _cross(a, b, corner) * _cross(a, b, np.broadcast_to(target, a.shape)) >= 0
        )
        if inside and apart.all():
            return np.concatenate([ring[: place + 1], turned, turned[:1], ring[place:]])
    raise _not_simple(len(ring))


def _sees_interior(points: FloatArray, ring: IntArray, place: int, target: FloatArray) -> bool:
    """Tell whether the direction to `target` starts into the inside of the ring at its corner `place`."""
    here, before, after = points[ring[place]], points[ring[place - 1]], points[ring[(place + 1) % len(ring)]]
    left_of_next, left_of_last = _cross(here, after, target) > 0, _cross(before, here, target) > 0
    reflex = _cross(before, here, after) < 0
    return bool(left_of_next or left_of_last if reflex else left_of_next and left_of_last)


def _clip_ears(points: FloatArray, ring: list[int]) -> Int32Array:
    triangles = []
    place = 0
    tried = 0
    while len(ring) > 3:
        if tried > len(ring):
            raise _not_simple(len(ring))
        before, here, after = ring[place - 1], ring[place % len(ring)], ring[(place + 1) % len(ring)]
        if _is_ear(points, np.array(ring), before, here, after):
            triangles.append((before, here, after))
            del ring[place % len(ring)]
            tried = 0
            place = (place + 1) % len(ring)  # skipping one keeps the triangles from fanning out into slivers
        else:
            tried += 1
            place = (place + 1) % len(ring)
    if _cross(points[ring[0]], points[ring[1]], points[ring[2]]) < 0:
        raise _not_simple(3)
    triangles.append((ring[0], ring[1], ring[2]))
    return np.array(triangles, dtype=np.int32)


def _not_simple(left: int) -> GeometryError:
    return GeometryError(
        f"polygon: expected an outline that does not cross itself and holes strictly inside, stuck at {left} corners"
    )


def _is_ear(points: FloatArray, ring: IntArray, before: int, here: int, after: int) -> bool:
    a, b, c = points[before], points[here], points[after]
    if _cross(a, b, c) <= 0:
        return False
    others = points[ring[~((points[ring] == a).all(1) | (points[ring] == b).all(1) | (points[ring] == c).all(1))]]
    within = (_cross(a, b, others) >= 0) & (_cross(b, c, others) >= 0) & (_cross(c, a, others) >= 0)
    return not within.any()
