"""Which candidates could be answered at all: an oracle with the true meshes and cameras decides.

A candidate is decidable if its functional on the visible part and on the visual hull (under the support rule of
`oracle_space`) agree within MAX_HALF_WIDTH, or decide the comparison. The measuring code is judged against this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray
from spacevista.sim.oracle_bounds import Bounds, size_bounds
from spacevista.sim.oracle_carve import Carver
from spacevista.sim.oracle_gaps import Side, gap_bounds
from spacevista.sim.oracle_plans import PLANNING, PlanOracle
from spacevista.sim.oracle_space import SAMPLES, Space, Surface, explore, surface_of
from spacevista.sim.truth import Truth
from spacevista.sim.world import World

if TYPE_CHECKING:
    from spacevista.sim.oracle_positions import Placed

MAX_HALF_WIDTH = 0.03
MIN_SPAN_PX = 40  # side of the square with as many pixels as the object has in a picture
PLAIN_SPAN_PX = 32  # an object so large in a picture is plainly in view
MIN_FRAMES = 2  # that show an object at least so large, where its geometry is asked for
APART = 0.10  # a comparison is decided if one value exceeds the other by this share
DEAD_ZONE_MOVE = 0.02  # of the first frame's median depth: smaller motions are not asked
DEAD_ZONE_TURN_DEG = 2.0
AROUND_PX = np.stack(np.meshgrid([-1.0, -0.5, 0.0, 0.5, 1.0], [-1.0, -0.5, 0.0, 0.5, 1.0]), axis=-1).reshape(-1, 2)


class Oracle:
    """Judges the candidates of one world. Everything is computed once, when it is first needed."""

    def __init__(self, world: World, truth: Truth) -> None:
        self.world = world
        self.truth = truth
        self._carver: Carver | None = None
        self._surfaces: dict[int, Surface] = {}
        self._spaces: dict[int, Space] = {}
        self._sides: dict[int, Side] = {}
        self._sizes: dict[int, dict[str, Bounds] | None] = {}
        self._gaps: dict[tuple[int, int], Bounds | None] = {}
        self._pixels: dict[int, dict[int, int]] = {}
        self._seen: dict[int, FloatArray] = {}
        self._measured: dict[int, bool] = {}
        self.areas: dict[int, Bounds] = {}  # what `oracle_areas.area_bounds` found
        self.placed: dict[tuple[int, int], Placed | None] = {}  # what `oracle_positions.placed` found
        self._plans = PlanOracle(truth, lambda: self._carve, self.space, self._shown)

    def decidable(
        self,
        task: str,
        aspect: str,
        objects: tuple[int, ...],
        frames: tuple[int, ...] = (),
        point_px: tuple[float, float] | None = None,
    ) -> bool:
        """Tell whether the cameras have seen enough to answer a candidate.

        Raises:
            GeometryError: the task has no such aspect.
        """
        if task in PLANNING:
            return self._plans.decidable(task, aspect, objects)
        match task, aspect:
            case "object_size", "longest" | "height" | "length" | "width":
                return self._size_decidable(aspect, objects[0])
            case "size_comparison", "height" | "width" | "volume":
                return self._comparison_decidable("length" if aspect == "width" else aspect, objects)
            case "absolute_distance", "closest":
                gap = self._pair(objects[0], objects[1])
                return gap is not None and gap.half_width <= MAX_HALF_WIDTH
            case "relative_distance", "closest" | "farthest":
                gaps = [self._pair(objects[0], other) for other in objects[1:]]
                known = [gap for gap in gaps if gap is not None]
                return len(known) == len(gaps) and extreme_decided(known, largest=aspect == "farthest")
            case "depth_estimation", "point_z":
                assert point_px is not None
                return self._large(frames[0], objects[0]) and self._smooth(frames[0], objects[0], point_px)
            case "depth_estimation", "nearest_point":
                return self._large(frames[0], objects[0])
            case "depth_estimation", "which_nearest":
                return self._nearest_decidable(objects, frames)
            case "view_change", "vector":
                return self._moves(frames[0], frames[1]) or self._turns(frames[0], frames[1])
            case "view_change", "direction":
                return self._moves(frames[0], frames[1]) and self._heads_one_way(frames[0], frames[1])
        from spacevista.sim.oracle_table import DECIDES  # built on Oracle, so it cannot be imported before it

        if (task, aspect) in DECIDES:
            return DECIDES[task, aspect](self, aspect, objects, frames)
        raise GeometryError(f"oracle: expected a known task and aspect, got {task}, {aspect}")

    def visible(self, task: str, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...] = ()) -> bool:
        """Tell whether every object has at least one pixel in the frames named (in any frame if none is named)."""
        from spacevista.sim.oracle_table import SEES

        if (task, aspect) in SEES:
            return SEES[task, aspect](self, aspect, objects, frames)
        named = frames or tuple(range(len(self.world.path)))
        if len(frames) == len(objects) and len(frames) > 1:  # one frame for each object
            return all(self.pixels(frame, i) > 0 for frame, i in zip(frames, objects, strict=True))
        return all(any(self.pixels(frame, i) > 0 for frame in named) for i in objects)

    def pixels(self, frame: int, object_id: int) -> int:
        """Return how many pixels of a frame show an object."""
        if frame not in self._pixels:
            ids, counts = np.unique(self.truth.views.picture(frame)[1], return_counts=True)
            self._pixels[frame] = dict(zip(ids.tolist(), counts.tolist(), strict=True))
        return self._pixels[frame].get(object_id, 0)

    def plain(self, object_id: int, frames: tuple[int, ...]) -> bool:
        """Tell whether any of the frames shows an object at least PLAIN_SPAN_PX across."""
        return any(self.pixels(frame, object_id) >= PLAIN_SPAN_PX**2 for frame in frames)

    def measurable(self, object_id: int) -> bool:
        """Tell whether enough frames show an object large enough to measure it, and its unseen space has an end."""
        return self._shown(object_id) and not self.space(object_id).open

    def shown(self, object_id: int) -> bool:
        """Tell whether enough frames show an object large enough to measure it."""
        return self._shown(object_id)

    def seen_m(self, object_id: int) -> FloatArray:
        """Return points (N, 3) of the visible part of an object's surface."""
        if object_id not in self._seen:
            surface = self._surface(object_id)
            self._seen[object_id] = surface.points_m[self._carve.visible(surface.points_m, surface.normals)]
        return self._seen[object_id]

    def sizes(self, object_id: int) -> dict[str, Bounds] | None:
        """Return bounds of an object's sizes by aspect; None where it is not bounded or hardly seen."""
        if object_id not in self._sizes:
            self._sizes[object_id] = size_bounds(self.space(object_id), self.truth.sizes(object_id).box_axes)
        return self._sizes[object_id]

    def gap(self, first: int, second: int) -> Bounds | None:
        """Return bounds of the distance of two objects; None where they touch or one is not visible."""
        pair = min(first, second), max(first, second)
        if pair not in self._gaps:
            self._gaps[pair] = None if self.truth.touching(*pair) else self._gap_bounds(*pair)
        return self._gaps[pair]

    @property
    def carver(self) -> Carver:
        """What the cameras saw of the world's points."""
        return self._carve

    @property
    def _carve(self) -> Carver:
        if self._carver is None:
            self._carver = Carver(self.truth.views)
        return self._carver

    def _surface(self, object_id: int) -> Surface:
        if object_id not in self._surfaces:
            rng = np.random.default_rng((self.world.seed, object_id))
            self._surfaces[object_id] = surface_of(self.truth.body(object_id).mesh, SAMPLES, rng)
        return self._surfaces[object_id]

    def space(self, object_id: int) -> Space:
        """Return what is seen of an object and what it might fill."""
        if object_id not in self._spaces:
            self._spaces[object_id] = explore(self._carve, object_id, self._surface(object_id))
        return self._spaces[object_id]

    def _side(self, object_id: int) -> Side:
        if object_id not in self._sides:
            self._sides[object_id] = Side.of(self._carve, object_id, self._surface(object_id), self.space(object_id))
        return self._sides[object_id]

    def _large(self, frame: int, object_id: int) -> bool:
        return self.pixels(frame, object_id) >= MIN_SPAN_PX**2

    def _gap_bounds(self, first: int, second: int) -> Bounds | None:
        sides = self._side(first), self._side(second)
        return gap_bounds(self._carve, *sides, self.truth.closest(first, second))

    def _shown(self, object_id: int) -> bool:
        """Tell whether enough frames show an object large enough to measure it."""
        if object_id not in self._measured:
            large = sum(self._large(frame, object_id) for frame in range(len(self.world.path)))
            self._measured[object_id] = large >= MIN_FRAMES
        return self._measured[object_id]

    def _size_decidable(self, aspect: str, object_id: int) -> bool:
        bounds = self.sizes(object_id) if self._shown(object_id) else None
        return bounds is not None and bounds[aspect].half_width <= MAX_HALF_WIDTH

    def _comparison_decidable(self, aspect: str, objects: tuple[int, ...]) -> bool:
        known = [self.sizes(i) if self._shown(i) else None for i in objects]
        bounds = [sizes[aspect] for sizes in known if sizes is not None]
        return len(bounds) == len(objects) and extreme_decided(bounds, largest=True)

    def _pair(self, first: int, second: int) -> Bounds | None:
        return self.gap(first, second) if self._shown(first) and self._shown(second) else None

    def _smooth(self, frame: int, object_id: int, point_px: tuple[float, float]) -> bool:
        """Tell whether all rays within a pixel of a point hit the object at nearly one depth."""
        depth_m, ids = self.truth.views.cast(frame, np.array(point_px) + AROUND_PX)
        around = Bounds(float(depth_m.min()), float(depth_m.max()))
        return bool((ids == object_id).all()) and around.half_width <= MAX_HALF_WIDTH

    def _nearest_decidable(self, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
        views = frames * len(objects) if len(frames) == 1 else frames
        pairs = list(zip(views, objects, strict=True))
        if not all(self._large(frame, i) for frame, i in pairs):
            return False
        points = [self.truth.nearest_point(frame, i) for frame, i in pairs]
        known = [Bounds(point.distance_m, point.distance_m) for point in points if point is not None]
        return len(known) == len(points) and extreme_decided(known, largest=False)

    def _moves(self, first: int, second: int) -> bool:
        length_m = float(np.linalg.norm(self.truth.motion(first, second)[:3]))
        return length_m > DEAD_ZONE_MOVE * self.truth.median_depth_m(first)

    def _turns(self, first: int, second: int) -> bool:
        return self.truth.turn_deg(first, second) > DEAD_ZONE_TURN_DEG

    def _heads_one_way(self, first: int, second: int) -> bool:
        moves_m = [abs(part) for part in self.truth.motion(first, second)[:3]]
        return extreme_decided([Bounds(part, part) for part in moves_m], largest=True)


def extreme_decided(values: list[Bounds], largest: bool) -> bool:
    """Tell whether one value is the largest (smallest) by 10 % wherever in their bounds the values lie."""
    order = sorted(values, key=lambda bounds: bounds.low + bounds.high, reverse=largest)
    if largest:
        return all(order[0].low >= (1 + APART) * other.high for other in order[1:])
    return all(other.low >= (1 + APART) * order[0].high for other in order[1:])
