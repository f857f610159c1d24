"""The truth of a simulated world: every value a question can ask for, from the meshes alone, in float64.

Frame: world, metres, z up. Hidden faces count: the truth knows the whole solid. Nothing here is shared with the code
that measures captures. Frames are numbered as in `World.path`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import coal
import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.sim.raycast import RayScene
from spacevista.sim.truth_sizes import Sizes, solid_sizes
from spacevista.sim.truth_views import NearestPoint, Views
from spacevista.sim.world import Body, Mesh, World

TIE = 1e-3  # two quantities that differ by less have no winner
CONTACT_SHARE = 1e-3  # gaps below this share of the smaller object's height are contact: bodies are placed to within it
# coal takes a triangle for a line if its normal's squared length is under 1e-15, and may then call solids crossed that
# are not. In metres that is a triangle with sides of 0.2 mm; in millimetres it is one of 0.2 micrometres.
UNITS_PER_M = 1e3
DIRECTIONS = (("right", "left"), ("up", "down"), ("forward", "back"))

Judgement = float | tuple[float, ...] | str


@dataclass(frozen=True, eq=False)
class ClosestPoints:
    """Where two surfaces are nearest to each other (3; not unique where they are parallel), and how far apart."""

    distance_m: float
    first_m: FloatArray
    second_m: FloatArray


class Truth:
    """The true values of one world. Everything is computed once, when it is first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.views = Views(world)
        self._bodies: dict[int, Body] = {body.id: body for body in world.objects}
        self._sizes: dict[int, Sizes] = {}
        self._models: dict[int, coal.BVHModelOBBRSS] = {}
        self._bounds: dict[int, FloatArray] = {}
        self._closest: dict[tuple[int, int], ClosestPoints] = {}
        self._nearest: dict[tuple[int, int], NearestPoint | None] = {}
        self._without: dict[int, RayScene] = {}
        self._middles: dict[int, FloatArray] = {}
        self._median_depths: dict[int, float] = {}
        self.relations: dict[tuple[int, int], str | None] = {}  # what `truth_relations.relation` found

    @cached_property
    def structure_rays(self) -> RayScene:
        """All that is no object, ready for rays."""
        return RayScene(tuple(body for body in self.world.bodies if body.id == 0))

    def rays_without(self, object_id: int) -> RayScene:
        """Return all bodies but one, ready for rays."""
        if object_id not in self._without:
            self._without[object_id] = RayScene(tuple(body for body in self.world.bodies if body.id != object_id))
        return self._without[object_id]

    def middle_m(self, object_id: int) -> FloatArray:
        """Return the mean (3) of an object's vertices."""
        if object_id not in self._middles:
            self._middles[object_id] = self.body(object_id).mesh.vertices_m.mean(axis=0)
        return self._middles[object_id]

    def body(self, object_id: int) -> Body:
        """Return an object's body.

        Raises:
            GeometryError: the world has no such object.
        """
        if object_id not in self._bodies:
            raise GeometryError(f"world {self.world.id}: expected an object of {sorted(self._bodies)}, got {object_id}")
        return self._bodies[object_id]

    def sizes(self, object_id: int) -> Sizes:
        if object_id not in self._sizes:
            self._sizes[object_id] = solid_sizes(self.body(object_id).mesh.vertices_m)
        return self._sizes[object_id]

    def closest(self, first: int, second: int) -> ClosestPoints:
        """Return the closest points of two objects' surfaces."""
        if second < first:
            swapped = self.closest(second, first)
            return ClosestPoints(swapped.distance_m, swapped.second_m, swapped.first_m)
        if (first, second) not in self._closest:
            result, still = coal.DistanceResult(), coal.Transform3s.Identity()
            models = self.model(self.body(first)), self.model(self.body(second))
            gap = coal.distance(models[0], still, models[1], still, coal.DistanceRequest(), result)
            points = (
                np.array(result.getNearestPoint1()) / UNITS_PER_M,
                np.array(result.getNearestPoint2()) / UNITS_PER_M,
            )
            self._closest[first, second] = ClosestPoints(max(float(gap), 0.0) / UNITS_PER_M, *points)
        return self._closest[first, second]

    def distance_m(self, first: int, second: int) -> float:
        """Return the distance between the closest points of two objects' surfaces; 0 where they cross."""
        return self.closest(first, second).distance_m

    def touching(self, first: int, second: int) -> bool:
        """Tell whether two objects are in contact."""
        size_m = min(self.sizes(first).height_m, self.sizes(second).height_m)
        return self.distance_m(first, second) <= CONTACT_SHARE * size_m

    def contacts(self) -> tuple[tuple[int, int], ...]:
        """Return all pairs of objects in contact, the smaller id first."""
        ids = sorted(self._bodies)
        return tuple((a, b) for i, a in enumerate(ids) for b in ids[i + 1 :] if self.touching(a, b))

    def supports(self) -> dict[int, int]:
        """Return for each object the id of the body it stands on (0: ground, floor or other structure)."""
        return {body.id: body.support_id for body in self.world.objects}

    def depth_m(self, frame: int, point_px: tuple[float, float]) -> tuple[float, int]:
        """Return the exact z-depth and the id of the body at a pixel; (inf, SKY_ID) where nothing is."""
        depth_m, ids = self.views.cast(frame, np.array([point_px], dtype=np.float64))
        return float(depth_m[0]), int(ids[0])

    def nearest_point(self, frame: int, object_id: int) -> NearestPoint | None:
        """Return the object's visible point that is nearest to the camera's centre; None if none is visible."""
        key = frame, self.body(object_id).id
        if key not in self._nearest:
            self._nearest[key] = self.views.nearest_point(frame, object_id)
        return self._nearest[key]

    def motion(self, first: int, second: int) -> tuple[float, float, float, float, float]:
        """Return how the camera moved between two frames, in the first one's axes.

        Right, up and forward in metres; yaw (right positive), then pitch (up positive) in degrees, of the viewing
        direction.
        """
        start, end = self.world.path[first], self.world.path[second]
        x, y, z = start.rotation.T @ (end.translation_m - start.translation_m)
        view_x, view_y, view_z = start.rotation.T @ end.rotation @ (0.0, 0.0, 1.0)
        yaw_deg = math.degrees(math.atan2(view_x, view_z))
        pitch_deg = math.degrees(math.atan2(-view_y, math.hypot(view_x, view_z)))
        return float(x), float(-y), float(z), yaw_deg, pitch_deg

    def turn_deg(self, first: int, second: int) -> float:
        """Return the whole angle between the attitudes of two frames, roll included."""
        relative = self.world.path[first].rotation.T @ self.world.path[second].rotation
        # 2 sqrt(2) sin(angle / 2) is the Frobenius distance from the identity: exact for small angles.
        return math.degrees(2 * math.asin(min(float(np.linalg.norm(relative - np.eye(3))) / math.sqrt(8), 1.0)))

    def median_depth_m(self, frame: int) -> float:
        """Return the median z-depth of a frame's picture where anything is seen (0 where nothing is)."""
        if frame not in self._median_depths:
            depth_m, _ = self.views.picture(frame)
            self._median_depths[frame] = float(np.median(depth_m[depth_m > 0])) if (depth_m > 0).any() else 0.0
        return self._median_depths[frame]

    def floor_area_m2(self) -> float | None:
        """Return the area of the room's floor outline; None outside."""
        if self.world.floor_polygon_m is None:
            return None
        x, y = self.world.floor_polygon_m.T
        return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2

    def is_free(self, points_m: FloatArray) -> BoolArray:
        """Tell which points (N, 3) lie in no solid."""
        points = np.asarray(points_m, dtype=np.float64)
        free = np.ones(len(points), dtype=bool)
        for body in self.world.bodies:
            low, high = body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)
            near = free & ((points >= low) & (points <= high)).all(axis=1)
            free[near] &= winding_numbers(body.mesh, points[near]) < 0.5
        return free

    def bounds_m(self, body: Body) -> FloatArray:
        """Return lowest and highest corner (2, 3) of a body's box."""
        if id(body) not in self._bounds:
            self._bounds[id(body)] = np.stack([body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)])
        return self._bounds[id(body)]

    def model(self, body: Body) -> coal.BVHModelOBBRSS:
        """Return a body's mesh ready for distance queries."""
        if id(body) not in self._models:
            mesh = body.mesh
            model = coal.BVHModelOBBRSS()
            model.beginModel(len(mesh.faces), len(mesh.vertices_m))
            model.addVertices(UNITS_PER_M * mesh.vertices_m)
            model.addTriangles(mesh.faces.astype(np.int64))
            model.endModel()
            self._models[id(body)] = model  # bodies live as long as the world: structure has no id of its own
        return self._models[id(body)]


def winding_numbers(mesh: Mesh, points_m: FloatArray) -> FloatArray:
    """Return how often a closed mesh winds around points (N, 3): 1 inside, 0 outside.

    Sum of the solid angles of its triangles over 4 pi (van Oosterom and Strackee, 1983).
    """
    total = np.empty(len(points_m))
    for number, point in enumerate(points_m):
        a, b, c = (mesh.vertices_m[mesh.faces[:, i]] - point for i in range(3))
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        dots = [np.einsum("ij,ij->i", p, q) for p, q in ((a, b), (b, c), (c, a))]
        total[number] = np.arctan2(volume, la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb).sum()
    return total / (2 * math.pi)


def judge(
    truth: Truth,
    task: str,
    aspect: str,
    objects: tuple[int, ...],
    frames: tuple[int, ...] = (),
    point_px: tuple[float, float] | None = None,
) -> Judgement | None:
    """Return the true value of a candidate: a number (metres, degrees, a count), several numbers, or the right choice.

    None: there is no truth (a tie within 0.1 %, or nothing of the object is visible).

    Raises:
        GeometryError: the task has no such aspect, or an object does not exist.
    """
    match task, aspect:
        case "object_size", _:
            return size_of(truth, aspect, objects[0])
        case "size_comparison", _:
            # "Wider" compares the longer sides of the footprints.
            compared = "length" if aspect == "width" else aspect
            return winner({i: size_of(truth, compared, i) for i in objects}, largest=True)
        case "absolute_distance", "closest":
            return truth.distance_m(objects[0], objects[1])
        case "relative_distance", "closest" | "farthest":
            gaps_m = {i: truth.distance_m(objects[0], i) for i in objects[1:]}
            return winner(gaps_m, largest=aspect == "farthest")
        case "depth_estimation", "point_z":
            assert point_px is not None
            return truth.depth_m(frames[0], point_px)[0]
        case "depth_estimation", "nearest_point":
            found = truth.nearest_point(frames[0], objects[0])
            return None if found is None else found.distance_m
        case "depth_estimation", "which_nearest":
            return _nearest_object(truth, objects, frames)
        case "view_change", "vector":
            return truth.motion(frames[0], frames[1])
        case "view_change", "direction":
            return main_direction(truth.motion(frames[0], frames[1]))
    from spacevista.sim.truth_table import JUDGES  # built on Truth, so it cannot be imported before it

    if (task, aspect) in JUDGES:
        return JUDGES[task, aspect](truth, aspect, objects, frames)
    raise GeometryError(f"truth: expected a known task and aspect, got {task}, {aspect}")


def size_of(truth: Truth, aspect: str, object_id: int) -> float:
    """Return one size of an object (metres; cubic metres for the volume), by the name a candidate gives it."""
    sizes = truth.sizes(object_id)
    match aspect:
        case "longest":
            return sizes.longest_m
        case "height":
            return sizes.height_m
        case "length":
            return sizes.length_m
        case "width":
            return sizes.width_m
        case "volume":
            return sizes.hull_volume_m3
    raise GeometryError(f"truth: expected a size, got {aspect}")


def winner(values: dict[int, float], largest: bool) -> str | None:
    """Return the key of the largest (smallest) value as text; None where the runner-up is within 0.1 %."""
    ranked = sorted(values, key=lambda key: values[key], reverse=largest)
    first, second = values[ranked[0]], values[ranked[1]]
    return None if abs(first - second) <= TIE * max(first, second) else str(ranked[0])


def main_direction(motion: tuple[float, float, float, float, float]) -> str | None:
    """Return the word for the largest of right, up and forward; None where two are within 0.1 % or none moved."""
    moves_m = np.array(motion[:3])
    order = np.argsort(-np.abs(moves_m))
    first_m, second_m = np.abs(moves_m)[order[:2]]
    if first_m - second_m <= TIE * first_m:
        return None
    positive, negative = DIRECTIONS[order[0]]
    return positive if moves_m[order[0]] > 0 else negative


def _nearest_object(truth: Truth, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    views = frames * len(objects) if len(frames) == 1 else frames
    found = {i: truth.nearest_point(f, i) for i, f in zip(objects, views, strict=True)}
    distances_m = {i: point.distance_m for i, point in found.items() if point is not None}
    return winner(distances_m, largest=False) if len(distances_m) == len(objects) else None
