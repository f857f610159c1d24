"""The space over a table in which an object is moved without turning it: boxes of all objects, what was seen free.

Frame: right, forward and up of the first frame's camera, levelled; metres, the world's origin. Lengths are multiples
of `step_m`, a round length that follows from the objects' sizes, so that the same table at another scale has the same
moves. Unseen space counts as occupied. A thin layer on the support belongs to the support.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.geometry.freespace import FREE, NOBODY, DepthView, observe
from spacevista.geometry.points import directions_all_around
from spacevista.geometry.sweeps import Blocked, Boxes, first_met
from spacevista.scenes.kept import kept
from spacevista.scenes.record import Scene, SceneFrame, SceneObject
from spacevista.tasks.plans import MoveKind, nice_below
from spacevista.tasks.rules import NINETY_PERCENT, enough_points

STEP_SHARE = 0.05  # of the objects' median longest side
COARSE_SHARE = 0.12  # at most, where views or noise leave the faces less sure
COARSER = 2.6  # over 2.5, the largest ratio between neighbours of 1, 2, 5
SURE_OBJECTS = 0.67  # share of the objects whose faces are sure enough for the step
FACE_STEPS = 1.5  # a face that is not known to this is not measured from: two halves, and half a step of rounding
CLEAR_STEPS = 1.0  # between the moved box and all others, of which rounding may take half
GAP_STEPS = 3  # between the moved object and the one it is brought to
CELLS = 72  # along the longest side of the examined space
LEVEL = 0.9  # of a camera's right axis seen from above: one that is rolled farther has no plain right
LAYER_CELLS = 1.0  # on the support
MOST_POINTS = 400  # of an object's seen points
DIRECTIONS = directions_all_around(80)
SIDE_NAMES: tuple[tuple[MoveKind, MoveKind], ...] = (("right", "left"), ("forward", "back"), ("up", "down"))


@dataclass(frozen=True, eq=False)
class Workspace:
    """All that planning over a table needs to know.

    Attributes:
        axes: (3, 3; columns) right, forward, up in the world.
        ids: objects, in the order of the scene.
        seen, possible: their boxes, from what was seen and from all they might fill.
        points_m: some of their seen points (N, 3) in these axes.
        hulls: planes (P, 4) around some of these that reach far out: no more than the seen points' convex hull.
        known: of which objects both boxes are known well enough to plan with.
        step_m: moves are multiples of it.
        margin_m: (N) by how much noise may move a face of each.
        floor_m: height of the support under each object, -inf where none was found.
    """

    axes: FloatArray
    ids: tuple[int, ...]
    seen: Boxes
    possible: Boxes
    points_m: tuple[FloatArray, ...]
    hulls: tuple[FloatArray, ...]
    known: BoolArray
    step_m: float
    margin_m: FloatArray
    floor_m: FloatArray
    low_m: FloatArray
    cell_m: FloatArray
    occupied: BoolArray

    def number(self, object_id: int) -> int:
        return self.ids.index(object_id)

    def others(self, number: int) -> list[int]:
        return [n for n in range(len(self.ids)) if n != number]

    def unsure_m(self) -> FloatArray:
        """Return by how much (N, 3) faces of possible boxes lie outside those of seen ones, with noise."""
        beyond = np.maximum(self.possible.high_m - self.seen.high_m, self.seen.low_m - self.possible.low_m)
        return np.asarray(beyond + self.margin_m[:, None])

    def obstacles(self, number: int) -> Boxes:
        """Return what an object must not enter: the boxes that the others might fill, grown by the clearance."""
        others = self.others(number)
        clear = CLEAR_STEPS * self.step_m + self.margin_m[number] + self.margin_m[others]
        return subset(self.possible, others).grown(clear[:, None])

    def unseen(self, number: int) -> Blocked:
        """Return the unseen cells, those apart in which the moved object itself is."""
        low = np.floor((self.possible.low_m[number] - self.low_m) / self.cell_m).astype(int) - 1
        high = np.ceil((self.possible.high_m[number] - self.low_m) / self.cell_m).astype(int) + 1
        occupied = self.occupied.copy()
        occupied[tuple(slice(max(a, 0), max(b, 0)) for a, b in zip(low, high, strict=True))] = False
        return Blocked.of(self.low_m, self.cell_m, occupied)

    def to_world(self, points_m: FloatArray) -> FloatArray:
        return np.asarray(points_m @ self.axes.T)


def subset(boxes: Boxes, numbers: list[int]) -> Boxes:
    return Boxes(boxes.low_m[numbers], boxes.high_m[numbers])


@kept
def workspace_of(scene: Scene) -> Workspace | str:
    """Return the space over the table of a scene, or why there is none."""
    if len(scene.objects) < 2:
        return "fewer than two objects"
    if not scene.frames:
        return "no frames"
    axes = view_axes(scene.frames[0], scene.up)
    if axes is None:
        return "first view has no level right"
    things = [thing if usable(thing) else None for thing in scene.objects]
    if sum(thing is not None for thing in things) < 2:
        return "too few points"
    seen = _boxes(things, axes, "seen_m")
    possible = _boxes(things, axes, "possible_m")
    known = np.array([thing is not None and not thing.open_space for thing in things])
    possible = Boxes(np.minimum(seen.low_m, possible.low_m), np.maximum(seen.high_m, possible.high_m))
    margin = np.array([0.0 if t is None else noise_m(t) for t in things])
    unsure = np.maximum(possible.high_m - seen.high_m, seen.low_m - possible.low_m)[:, :2].max(axis=1) + margin
    points = tuple(np.zeros((0, 3)) if t is None else some_of(t.seen_m @ axes) for t in things)
    step = round_step(seen.size_m[known].max(axis=1), unsure[known]) if known.any() else math.nan
    if math.isnan(step):
        return "unseen side without an end"
    low, cell, occupied = occupied_space(scene, axes, possible, step)
    return Workspace(
        axes=axes,
        ids=tuple(thing.id for thing in scene.objects),
        seen=seen,
        possible=possible,
        points_m=points,
        hulls=tuple(hull_planes(p) for p in points),
        known=known,
        step_m=step,
        margin_m=margin,
        floor_m=np.array([support_height(thing, axes) for thing in scene.objects]),
        low_m=low,
        cell_m=cell,
        occupied=occupied,
    )


def view_axes(frame: SceneFrame, up: FloatArray) -> FloatArray | None:
    """Return right, forward and up (3, 3; columns) of a camera, levelled; None where it is rolled by 25 degrees."""
    right = frame.world_from_camera.rotation[:, 0]
    flat = right - (right @ up) * up
    length = float(np.linalg.norm(flat))
    if length < LEVEL:
        return None
    flat = flat / length
    return np.stack([flat, np.cross(up, flat), up], axis=1)


def usable(thing: SceneObject) -> bool:
    return enough_points(thing) and bool(np.isfinite(thing.seen_m).all() and np.isfinite(thing.possible_m).all())


def some_of(points_m: FloatArray) -> FloatArray:
    """Return at most MOST_POINTS of points (N, 3): those farthest out in many directions, and some of the others."""
    if len(points_m) <= MOST_POINTS:
        return points_m
    far = np.unique((points_m @ DIRECTIONS.T).argmax(axis=0))
    spread = np.linspace(0, len(points_m) - 1, MOST_POINTS - len(far)).astype(int)
    return np.asarray(points_m[np.unique(np.concatenate([far, spread]))])


def hull_planes(points_m: FloatArray) -> FloatArray:
    """Return the planes (P, 4; normal and offset, inside <= 0) of a hull within that of points (N, 3); none if flat."""
    if len(points_m) < 4:
        return np.zeros((0, 4))
    far = np.unique((points_m @ DIRECTIONS.T).argmax(axis=0))
    centre = points_m.mean(axis=0)
    try:
        hull = ConvexHull(points_m[far] - centre)
    except (QhullError, ValueError):
        return np.zeros((0, 4))
    normals = hull.equations[:, :3]
    return np.column_stack([normals, hull.equations[:, 3] - normals @ centre])


def noise_m(thing: SceneObject) -> float:
    """Return by how much noise may move a face of an object's box, metres."""
    return NINETY_PERCENT * math.hypot(thing.error_m, thing.border_m)


def round_step(sizes_m: FloatArray, unsure_m: FloatArray) -> float:
    """Return the length that moves are multiples of, from objects' longest sides and how unsure their faces are (N).

    A round number under STEP_SHARE of the median side; if more than a third of the objects are less sure than that,
    the next ones, up to COARSE_SHARE.
    """
    typical, needed = float(np.median(sizes_m)), float(np.quantile(unsure_m, SURE_OBJECTS)) / FACE_STEPS
    step = nice_below(STEP_SHARE * typical)
    while step < needed and (coarser := nice_below(COARSER * step)) <= COARSE_SHARE * typical:
        step = coarser
    return step


def support_height(thing: SceneObject, axes: FloatArray) -> float:
    """Return the height of the support under an object's middle, -inf where none was found."""
    if thing.support is None or not len(thing.seen_m):
        return -math.inf
    up, plane = axes[:, 2], thing.support
    middle = (thing.seen_m.min(axis=0) + thing.seen_m.max(axis=0)) / 2
    return float(middle @ up - plane.signed_distance(middle) / (plane.normal @ up))


def occupied_space(
    scene: Scene, axes: FloatArray, possible: Boxes, step_m: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return corner, cell sides and the cells around all objects that no view saw through, the support's layer apart.

    The space reaches as far over and beside the objects as the largest of them is that may be moved, so that it can be
    brought beside any; its cells are as fine as if it reached as far as the typical one.
    """
    finite = np.isfinite(possible.low_m).all(axis=1)
    low, high = possible.low_m[finite].min(axis=0), possible.high_m[finite].max(axis=0)
    typical = float(np.median(possible.size_m[finite].max(axis=1))) + 4 * step_m
    moved = finite & ~np.array([thing.open_space for thing in scene.objects])
    largest = float(possible.size_m[moved][:, :2].max(initial=0.0)) + 4 * step_m
    table, aside = low[2], np.array([1.0, 1.0, 0.0])
    high = high + np.array([0, 0, float(possible.size_m[finite][:, 2].max()) + 4 * step_m])
    cell = float((high - low + 2 * typical * aside).max()) / CELLS
    low, high = low - max(typical, largest) * aside, high + max(typical, largest) * aside
    counts = np.maximum(np.ceil((high - low) / cell - 1e-6).astype(int), 1)
    lines = [low[k] + (np.arange(counts[k]) + 0.5) * cell for k in range(3)]
    centres = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    flags = observe(centres @ axes.T, cell, depth_views(scene), NOBODY)
    occupied = ((flags & FREE) == 0) & (centres[:, 2] > table + LAYER_CELLS * cell)
    return low, np.full(3, cell), occupied.reshape(tuple(counts.tolist()))


@kept
def depth_views(scene: Scene) -> tuple[DepthView, ...]:
    """Return the frames of a scene, ready for asking what they saw through."""
    return tuple(
        DepthView.of(f.camera, f.world_from_camera, f.depth_m, f.ids, SKY_ID, scene.noise.depth_rel)
        for f in scene.frames
    )


def path_meets(space: Workspace, number: int, points_m: FloatArray) -> int | None:
    """Return the place of the first object that the moved box's way may enter, by exact sweeps; None if none.

    Written apart from the planner: it knows stretches in any direction and no lattice.
    """
    met = first_met(points_m, space.possible.size_m[number], subset(space.possible, space.others(number)))
    return None if met is None else space.others(number)[met]


def swept_free(space: Workspace, number: int, points_m: FloatArray) -> bool:
    """Tell whether all the moved box passes through was seen free: sampled at every half cell of the way."""
    unseen, half = space.unseen(number), space.possible.size_m[number] / 2
    for start, end in itertools.pairwise(points_m):
        count = max(int(np.ceil(np.abs(end - start).max() / (0.5 * float(space.cell_m.min())))), 1)
        places = start + np.linspace(0, 1, count + 1)[:, None] * (end - start)
        if not unseen.is_free(places - half, places + half).all():
            return False
    return True


def _boxes(things: list[SceneObject | None], axes: FloatArray, which: str) -> Boxes:
    nowhere = np.full((1, 3), np.nan)
    points = [nowhere if t is None else getattr(t, which) @ axes for t in things]
    return Boxes(np.stack([p.min(axis=0) for p in points]), np.stack([p.max(axis=0) for p in points]))
