"""The truth of how two objects are joined, from the full meshes: contact, its direction, weights, hulls and walls.

Frame: world, metres, z up. One precedence table makes the relations exclude each other; the first that holds counts:

| relation | holds of a subject and another object if |
|---|---|
| around | rays from the other's axis, at the middle height of the subject, meet it all around; nothing of it is below |
| in | the middle of its box is inside the other's hull and below the rim, walls in seven of eight directions, a floor |
| plugged | they touch, and corners of one reach into a blind opening of the other that fits all around them |
| hanging | they touch above its weight, the other's surface below its own, and its foot is free |
| leaning | they touch at the side, and its weight is not over its own foot |
| stuck | they touch at an upright face, its foot is free and the other's is not |
| stacked, on | they touch at its foot, the other's surface below; of one category, or of two |
| apart | they do not touch, and the middle of neither is over or under the other, as in a pile of three |

What touches otherwise, what is over something else, and what is closed in has no relation here (None). A relation seen
from the other object has the reversed name (under, holding, ...).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.sim.raycast import MISS, RayScene
from spacevista.sim.shapes import centre_of_mass

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

REVERSED = {
    "around": "encircled",
    "in": "holding",
    "hanging": "hung_from",
    "leaning": "leant_on",
    "stuck": "stuck_to",
    "stacked": "beneath",
    "on": "under",
    "plugged": "plugged",
}
# Which relations make an answer "yes"; "how" is answered by the relation itself.
YES = {
    "on": ("on", "stacked"),
    "in": ("in",),
    "around": ("around",),
    "hanging": ("hanging",),
    "leaning": ("leaning",),
    "stuck": ("stuck",),
    "plugged": ("plugged",),
    "apart": ("apart",),
}
ASPECTS = ("how", *YES)
WALLS = 7 / 8  # of the level directions
DIRECTIONS = 32
ENCLOSED = 0.9  # of all directions, around a corner that is plugged in
CORNERS = 4  # that are
MOST_CORNERS = 400
FOOT = 0.2  # of its height, above its lowest point: where a thing rests
FREE = 0.01  # of its height: so much below its lowest point is empty if it does not stand
LEVEL, STEEP = 0.3, 0.5  # of a contact's direction, its part along gravity


def how(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return the relation of the first object to the second, or "yes" or "no" if one relation is asked for."""
    found = relation(truth, *objects)
    if aspect == "how" or found is None:
        return found
    return "yes" if found in YES[aspect] else "no"


def relation(truth: Truth, first: int, second: int) -> str | None:
    """Return the name of the relation of one object to another; None where no name fits."""
    if (first, second) not in truth.relations:
        truth.relations[first, second] = _found(truth, first, second)
    return truth.relations[first, second]


def _found(truth: Truth, first: int, second: int) -> str | None:
    for name, holds in PRECEDENCE:
        if holds(truth, first, second):
            return name
        if holds(truth, second, first):
            return name and REVERSED[name]
    return "apart" if _apart(truth, first, second) else None


def _around(truth: Truth, subject: int, other: int) -> bool:
    (low, high), (other_low, other_high) = (_bounds(truth, i) for i in (subject, other))
    z = float(low[2] + high[2]) / 2
    if not other_low[2] < z < other_high[2] or not _boxes_meet(low, high, other_low, other_high):
        return False
    section = _section(truth, other, z)
    axis = np.array([*((section.min(axis=0) + section.max(axis=0)) / 2)[:2], z])
    rays = truth.views.rays_of(subject)
    if not _hits(rays, axis, level_directions(DIRECTIONS)).all():
        return False
    starts = np.concatenate([axis[None], section])
    below = rays.hits(starts, np.tile([0.0, 0.0, -1.0], (len(starts), 1))).distance < MISS
    return not below.any() and bool(_in_hull(_corners(truth, subject)[:, :2], section[:, :2]).all())


def _in(truth: Truth, subject: int, other: int) -> bool:
    return _walls(truth, subject, other) == "open"


def _closed(truth: Truth, subject: int, other: int) -> bool:
    return _walls(truth, subject, other) == "closed"


def _walls(truth: Truth, subject: int, other: int) -> str:
    """Return "open" or "closed" (above) if an object has a floor under another one and walls around, else ""."""
    (low, high), (other_low, other_high) = (_bounds(truth, i) for i in (subject, other))
    middle = (low + high) / 2
    if not other_low[2] < low[2] < other_high[2] or not _in_hull(_corners(truth, other), middle[None]).all():
        return ""
    rays = truth.views.rays_of(other)
    between = np.array([*middle[:2], 0.5 * (low[2] + other_high[2])])
    walls = _hits(rays, between, level_directions(DIRECTIONS))
    below, above = _hits(rays, middle, np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
    if float(walls.mean()) < WALLS or not below:
        return ""
    return "closed" if above else "open"


def _plugged(truth: Truth, subject: int, other: int) -> bool:
    if not truth.touching(subject, other):
        return False
    corners = _corners(truth, subject)
    inside = corners[_in_hull(_corners(truth, other), corners)]
    if not CORNERS <= len(inside) < len(corners):
        return False
    inside = inside[:: max(len(inside) // MOST_CORNERS, 1)]
    around = _sphere(64)
    hits = _hits(truth.views.rays_of(other), np.repeat(inside, len(around), axis=0), np.tile(around, (len(inside), 1)))
    return int((hits.reshape(len(inside), -1).mean(axis=1) >= ENCLOSED).sum()) >= CORNERS


def _hanging(truth: Truth, subject: int, other: int) -> bool:
    if not truth.touching(subject, other) or not _free_below(truth, subject):
        return False
    at, towards = _contact(truth, subject, other)
    weight = centre_of_mass(truth.body(subject).mesh)
    return bool(at[2] > weight[2]) and towards[2] < -LEVEL


def _leaning(truth: Truth, subject: int, other: int) -> bool:
    if not truth.touching(subject, other) or _free_below(truth, subject):
        return False
    at, towards = _contact(truth, subject, other)
    low, high = _bounds(truth, subject)
    if at[2] <= low[2] + LEVEL * (high - low)[2] or np.linalg.norm(towards[:2]) <= LEVEL:
        return False
    corners = _corners(truth, subject)
    foot = corners[corners[:, 2] <= low[2] + FREE * (high - low)[2]]
    weight = centre_of_mass(truth.body(subject).mesh)
    return not bool(_in_hull(foot[:, :2], weight[None, :2]).any())


def _stuck(truth: Truth, subject: int, other: int) -> bool:
    if not truth.touching(subject, other) or not _free_below(truth, subject) or _free_below(truth, other):
        return False
    _, towards = _contact(truth, subject, other)
    return bool(abs(towards[2]) < LEVEL)


def _rests(truth: Truth, subject: int, other: int) -> bool:
    if not truth.touching(subject, other):
        return False
    at, towards = _contact(truth, subject, other)
    low, high = _bounds(truth, subject)
    other_low, other_high = _bounds(truth, other)
    weight = centre_of_mass(truth.body(subject).mesh)
    over = (weight[:2] > other_low[:2]).all() and (weight[:2] < other_high[:2]).all()
    return bool(over and at[2] <= low[2] + FOOT * (high - low)[2] and towards[2] < -STEEP)


def _stacked(truth: Truth, subject: int, other: int) -> bool:
    return truth.body(subject).category == truth.body(other).category and _rests(truth, subject, other)


# A ring on a screw has the screw all around its middle: "around" comes before what is closed in and has no name.
PRECEDENCE: tuple[tuple[str | None, Callable[[Truth, int, int], bool]], ...] = (
    ("around", _around),
    (None, _closed),
    ("in", _in),
    ("plugged", _plugged),
    ("hanging", _hanging),
    ("leaning", _leaning),
    ("stuck", _stuck),
    ("stacked", _stacked),
    ("on", _rests),
)


def _apart(truth: Truth, first: int, second: int) -> bool:
    if truth.touching(first, second):
        return False
    flat = [_corners(truth, i)[:, :2] for i in (first, second)]
    middles = [_bounds(truth, i).mean(axis=0)[None, :2] for i in (first, second)]
    return not (_in_hull(flat[0], middles[1]).any() or _in_hull(flat[1], middles[0]).any())


def _contact(truth: Truth, subject: int, other: int) -> tuple[FloatArray, FloatArray]:
    """Return where the subject touches, and the unit direction from it to the other's surface there."""
    found = truth.closest(subject, other)
    towards = found.second_m - found.first_m
    return found.first_m, towards / max(float(np.linalg.norm(towards)), 1e-300)


def _free_below(truth: Truth, subject: int) -> bool:
    """Tell whether nothing is right below an object's lowest points."""
    body = truth.body(subject)
    low, high = _bounds(truth, subject)
    height = float((high - low)[2])
    points = body.mesh.vertices_m[np.unique(body.mesh.faces)]
    foot = points[points[:, 2] <= low[2] + 1e-3 * height]
    starts = np.concatenate([foot, foot.mean(axis=0)[None]])
    starts[:, 2] = low[2] + 1e-3 * height
    rest = truth.rays_without(subject)
    distance = rest.hits(starts, np.tile([0.0, 0.0, -1.0], (len(starts), 1))).distance
    return bool((distance > FREE * height).all())


def _section(truth: Truth, number: int, z: float) -> FloatArray:
    """Return the points (N, 3) at which edges of a mesh cross a height."""
    mesh = truth.body(number).mesh
    starts = mesh.vertices_m[mesh.faces].reshape(-1, 3)
    ends = mesh.vertices_m[np.roll(mesh.faces, -1, axis=1)].reshape(-1, 3)
    cross = (starts[:, 2] - z) * (ends[:, 2] - z) <= 0
    starts, ends = starts[cross], ends[cross]
    rise = ends[:, 2] - starts[:, 2]
    share = np.where(rise == 0, 0.0, (z - starts[:, 2]) / np.where(rise == 0, 1.0, rise))
    points: FloatArray = starts + share[:, None] * (ends - starts)
    return points


def _corners(truth: Truth, number: int) -> FloatArray:
    mesh = truth.body(number).mesh
    return mesh.vertices_m[np.unique(mesh.faces)]


def _bounds(truth: Truth, number: int) -> FloatArray:
    return truth.bounds_m(truth.body(number))


def _boxes_meet(low: FloatArray, high: FloatArray, other_low: FloatArray, other_high: FloatArray) -> bool:
    return bool((np.maximum(low, other_low) <= np.minimum(high, other_high)).all())


def _hits(rays: RayScene, start: FloatArray, directions: FloatArray) -> BoolArray:
    return np.asarray(rays.hits(start, directions).distance < MISS)


def hull_sides(points_m: FloatArray) -> FloatArray:
    """Return the sides of a convex hull of any size, in units of the points; none of a flat set."""
    middle, unit_m = points_m.mean(axis=0), max(float(np.ptp(points_m, axis=0).max()), 1e-300)
    try:
        sides = ConvexHull((points_m - middle) / unit_m).equations
    except (QhullError, ValueError):
        return np.zeros((0, points_m.shape[1] + 1))
    return np.column_stack([sides[:, :-1], unit_m * sides[:, -1] - sides[:, :-1] @ middle])


def _in_hull(points_m: FloatArray, asked_m: FloatArray) -> BoolArray:
    sides = hull_sides(points_m)
    if not len(sides):
        return np.zeros(len(asked_m), dtype=bool)
    return np.asarray((asked_m @ sides[:, :-1].T + sides[:, -1] <= 0).all(axis=1))


def level_directions(count: int) -> FloatArray:
    turn = (np.arange(count) + 0.3) * 2 * np.pi / count
    return np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], axis=1)


def _sphere(count: int) -> FloatArray:
    """Return directions (count, 3) with equal areas around them."""
    number = np.arange(count) + 0.5
    height, turn = 1 - 2 * number / count, np.pi * (1 + 5**0.5) * number
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], axis=1)
