"""Objects of unusual size: a giant chair, a tiny car. They are scaled as a whole, textures keep their physical period.

What most things of a name measure is then a wrong answer, and only what the pictures show is a right one. Truth needs
nothing: it is taken from the meshes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.sim.categories.shape import Shape
from spacevista.sim.placement import Solid, solid_of
from spacevista.sim.raycast import RayScene
from spacevista.sim.seeds import world_rng
from spacevista.sim.shapes import moved, scaled
from spacevista.sim.world import Body, Mesh, World

TINY = (0.35, 0.6)  # of the usual size: adult things differ by less than 1.5 from one maker to another
GIANT = (1.7, 2.6)
TRIALS = 40  # places tried for a giant before it becomes a dwarf
GAP_SHARE = 0.02  # of its longest side: how near to others a resized thing may come
LIFT_SHARE = 0.02  # of its height: what is lower than this is its ground (a sheet of paper, road paint), no obstacle
TOUCH_SHARE = 2e-3  # of its longest side: what is this near to a wall leans on it, hangs from it or sticks to it
CLEARANCE_SHARE = 0.1  # of the cameras' median distance: how near to a camera a resized thing may come
STREAM = 7_071  # keeps these draws apart from those that make the world: its other things stay as they are


@dataclass(frozen=True)
class Oddity:
    """Draws which shapes get an unusual size before they are placed."""

    share: float
    rng: np.random.Generator

    def resized(self, shape: Shape, most: float = GIANT[1]) -> tuple[Shape, float]:
        """Return the shape, scaled by up to `most` if it was drawn, and the factor (1: as it was)."""
        if self.rng.random() >= self.share:
            return shape, 1.0
        factor = drawn_factor(self.rng)
        if factor > 1:
            factor = min(factor, most) if most >= GIANT[0] else float(self.rng.uniform(*TINY))
        return Shape(scaled(shape.mesh, [factor] * 3), shape.materials), factor


def oddity(scale: Scale, seed: int, share: float) -> Oddity:
    """Return the draws of world `seed` of a scale."""
    return Oddity(share, np.random.default_rng([*world_rng(scale, seed).integers(2**31, size=2).tolist(), STREAM]))


def drawn_factor(rng: np.random.Generator) -> float:
    """Return how many times its usual size a thing gets: a dwarf's or a giant's, one as likely as the other."""
    return float(rng.uniform(*(GIANT if rng.random() < 0.5 else TINY)))


def with_unusual(world: World, share: float) -> World:
    """Give a share of a world's objects an unusual size, where they stand or, if they got too large, near by.

    Things that carry, touch or hold others, and those that do not stand on their support plane, stay as they are, so
    that what relates them stays true. A thing that finds no room as a giant becomes a dwarf.

    Returns:
        the world with `unusual` filled and an id of its own.
    """
    rng = oddity(world.scale, world.seed, share).rng
    wanted = int(rng.binomial(len(world.objects), share))
    room = _Room(world)
    free = [body for body in world.objects if room.stands_alone(body)]
    for k in rng.permutation(len(free)).tolist():
        if len(room.factors) == wanted:
            break
        room.resize(free[k], drawn_factor(rng), rng)
    bodies = tuple(room.objects.get(body.id, body) if body.id else body for body in world.bodies)
    return replace(world, id=unusual_id(world.id, share), bodies=bodies, unusual=room.factors)


def unusual_id(world_id: str, share: float) -> str:
    """Return the id of a world with a share of unusual sizes, "tabletop-000017-u20"; share 0 leaves it as it is."""
    return f"{world_id}-u{round(100 * share):02d}" if share else world_id


class _Room:
    """A world's objects as they change, and the factors given so far by object id."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.factors: dict[int, float] = {}
        self.objects: dict[int, Body] = {body.id: body for body in world.objects}
        self._solids: dict[int, Solid] = {body.id: solid_of(body.mesh) for body in world.objects}
        structure = [body for body in world.bodies if body.id == 0]
        self._walls = [solid_of(body.mesh) for body in structure]
        self._ground = RayScene(tuple(structure))
        self._eyes = np.array([pose.translation_m for pose in world.path])
        middles = np.array([body.mesh.vertices_m.mean(axis=0) for body in world.objects])
        distances = np.linalg.norm(self._eyes[:, None] - middles[None], axis=2)
        self._clearance_m = CLEARANCE_SHARE * float(np.median(distances))

    def stands_alone(self, body: Body) -> bool:
        """Tell whether a thing stands on the structure and neither touches, carries nor holds another."""
        plane = self.world.supports.get(body.id)
        low, high = self._solids[body.id].bounds_m
        if body.support_id or plane is None or abs(low[2] - plane.offset_m) > LIFT_SHARE * (high[2] - low[2]):
            return False
        least = GAP_SHARE * float((high - low).max())
        touch = TOUCH_SHARE * float((high - low).max())
        lift = max(LIFT_SHARE * float(high[2] - low[2]), 4 * touch)  # off its ground, which it does touch
        if self._wall_gap_m(_shifted(self._solids[body.id], np.array([0.0, 0.0, lift]))) < touch:
            return False
        for number, other in self._solids.items():
            if number != body.id and self.objects[number].support_id == body.id:
                return False
            if number != body.id and _apart_m(self._solids[body.id].bounds_m, other.bounds_m) < least:
                nested = _within(other.bounds_m, (low, high)) or _within((low, high), other.bounds_m)
                if nested or self._solids[body.id].distance_m(other) < least:
                    return False
        return True

    def resize(self, body: Body, factor: float, rng: np.random.Generator) -> None:
        """Scale a thing about the middle of its base, if need be at another place; a giant without room is a dwarf."""
        mesh = _about_base(body.mesh, factor)
        solid = solid_of(mesh)
        for attempt in range(TRIALS if factor > 1 else 1):
            shift = np.zeros(3) if attempt == 0 else self._shift(solid, rng)
            if self._fits(body, _shifted(solid, shift)):
                self.objects[body.id] = replace(body, mesh=moved(mesh, shift.tolist()))
                self._solids[body.id] = _shifted(solid, shift)
                self.factors[body.id] = factor
                return
        if factor > 1:
            self.resize(body, float(rng.uniform(*TINY)), rng)

    def _shift(self, solid: Solid, rng: np.random.Generator) -> FloatArray:
        """Draw a way to another place within the bounds of all things."""
        bounds = np.array([other.bounds_m for other in self._solids.values()])
        low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
        return np.array([*(rng.uniform(low[:2], high[:2]) - solid.bounds_m[:, :2].mean(axis=0)), 0.0])

    def _fits(self, body: Body, solid: Solid) -> bool:
        """Tell whether a solid stands on the structure, near neither cameras nor others, through no wall."""
        low, high = solid.bounds_m
        lift = LIFT_SHARE * float(high[2] - low[2])
        corners = [(x, y, low[2] + lift) for x in (low[0], high[0]) for y in (low[1], high[1])]
        drops = self._ground.hits(np.array(corners), np.tile([0.0, 0.0, -1.0], (4, 1))).distance
        near = np.linalg.norm(np.maximum(np.maximum(low - self._eyes, self._eyes - high), 0), axis=1)
        if not (np.abs(drops - lift) <= lift).all() or near.min() < self._clearance_m:
            return False
        gap = GAP_SHARE * float((high - low).max())
        others = [other for number, other in self._solids.items() if number != body.id]
        if any(_apart_m(solid.bounds_m, other.bounds_m) < gap and solid.distance_m(other) < gap for other in others):
            return False
        return self._wall_gap_m(_shifted(solid, np.array([0.0, 0.0, lift]))) > 0

    def _wall_gap_m(self, lifted: Solid) -> float:
        """Return how far a thing that was lifted off its ground is from the structure, at most what its size is."""
        size = float(np.ptp(lifted.bounds_m, axis=0).max())
        near = [wall for wall in self._walls if _apart_m(lifted.bounds_m, wall.bounds_m) < size]
        return min([size, *(lifted.distance_m(wall) for wall in near)])


def _shifted(solid: Solid, shift_m: FloatArray) -> Solid:
    """Return a solid moved by (3,) without building its model anew."""
    pose = Pose(solid.pose.rotation, solid.pose.translation_m + shift_m)
    return Solid(solid.model, pose, solid.bounds_m + shift_m)


def _about_base(mesh: Mesh, factor: float) -> Mesh:
    """Scale a mesh about the middle of the base of its upright bounding box."""
    low, high = mesh.vertices_m.min(axis=0), mesh.vertices_m.max(axis=0)
    base = np.array([*((low + high) / 2)[:2], low[2]])
    return Mesh(base + (mesh.vertices_m - base) * factor, mesh.faces, mesh.face_materials)


def _apart_m(bounds_m: Sequence[FloatArray] | FloatArray, others_m: FloatArray) -> float:
    """Return the distance between two upright boxes (low, high)."""
    return float(np.linalg.norm(np.maximum(np.maximum(bounds_m[0] - others_m[1], others_m[0] - bounds_m[1]), 0)))


def _within(inner_m: Sequence[FloatArray] | FloatArray, outer_m: Sequence[FloatArray] | FloatArray) -> bool:
    """Tell whether one upright box lies in another, seen from above."""
    return bool((inner_m[0][:2] >= outer_m[0][:2]).all() and (inner_m[1][:2] <= outer_m[1][:2]).all())
