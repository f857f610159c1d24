"""Which questions about walking over the ground the views hold the answer to, with the true meshes and cameras.

Frame: world, metres, z up. A cell of the ground is free if some camera saw it and all of an agent's height over it, and
a plumb line there meets no object. An agent stands where the ground within its radius rises no higher than its step.
Ways lead over cells that see each other, with few stretches.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from scipy.ndimage import distance_transform_edt, maximum_filter

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.sim.oracle_carve import Carver
from spacevista.sim.raycast import RayScene
from spacevista.sim.truth import Truth
from spacevista.sim.truth_floor import STEP_SHARE, Walks

CELLS = 160  # along the longer side at most
CELLS_PER_WIDTH = 5
EDGE_WIDTHS = 5
HEIGHTS = (0.25, 0.6, 1.0)  # of the agent's
ROOM = 1.05  # of the agent's radius: more than what planning has to keep
NODES = 260
REACH_WIDTHS, REACH_CELLS = 1.5, 3.0
MOST_LEGS = 3
LEAST_LEG_WIDTHS = 2.5
TURNS = (0.0, 90.0, 180.0, 270.0)
PLAIN_DEG = 20.0
FACING_WIDTHS = 2.2


class FloorOracle:
    """Judges the candidates of one world for one agent."""

    def __init__(self, truth: Truth, carver: Carver, width_m: float, height_m: float) -> None:
        self.truth, self.width_m = truth, width_m
        spots = np.concatenate([body.mesh.vertices_m[:, :2] for body in truth.world.objects])
        low, high = spots.min(axis=0) - EDGE_WIDTHS * width_m, spots.max(axis=0) + EDGE_WIDTHS * width_m
        self.cell_m = max(width_m / CELLS_PER_WIDTH, float((high - low).max()) / CELLS)
        lines = [np.arange(a + self.cell_m / 2, b, self.cell_m) for a, b in zip(low, high, strict=True)]
        self.places_m = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1)
        free, owners, ground_m = self._look(carver, width_m, height_m)
        room = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1] * self.cell_m
        wide = int(np.ceil(ROOM * width_m / 2 / self.cell_m))
        rises = maximum_filter(ground_m, size=2 * wide + 1) - ground_m > STEP_SHARE * height_m
        self.standing: BoolArray = (room >= ROOM * width_m / 2 + 1.4 * self.cell_m) & ~rises
        reach = max(REACH_WIDTHS * width_m, width_m / 2 + REACH_CELLS * self.cell_m)
        self._nodes, rings = self._choose(owners, reach)
        apart = np.linalg.norm((self._nodes[:, None] - self._nodes[None]).astype(float), axis=2)
        self._links = np.where(_see(self._nodes, self.standing) & (apart > 0), apart, np.inf)
        self.rings = rings

    def way(self, stops: tuple[int, ...]) -> FloatArray | None:
        """Return corners (K, 2) of a way from beside one object to beside the others; None if none can be told."""
        here, corners = self.rings[stops[0]], list[int]()
        for stop in stops[1:]:
            part = self._fewest(here, self.rings[stop])
            if part is None or len(part) < 2:
                return None
            corners += part if not corners else part[1:]
            here = np.array(part[-1:])
        way = self.places_m[tuple(self._nodes[corners].T)]
        legs = np.linalg.norm(np.diff(way, axis=0), axis=1)
        return way if len(legs) <= MOST_LEGS and legs.min() >= LEAST_LEG_WIDTHS * self.width_m else None

    def plain_turns(self, way_m: FloatArray, faced: int) -> bool:
        """Tell whether all turns of a way that starts facing an object are plainly left, right, back or none."""
        vertices = self.truth.body(faced).mesh.vertices_m[:, :2]
        look = (vertices.min(axis=0) + vertices.max(axis=0)) / 2 - way_m[0]
        if np.linalg.norm(look) < FACING_WIDTHS * self.width_m:
            return False
        steps = np.concatenate([look[None], np.diff(way_m, axis=0)])
        turns = np.diff(np.degrees(np.arctan2(steps[:, 0], steps[:, 1]))) % 360
        off = np.abs((turns[:, None] - np.array(TURNS) + 180) % 360 - 180)
        return bool((off.min(axis=1) <= PLAIN_DEG).all() and off[0].argmin() != 0)

    def _look(self, carver: Carver, width_m: float, height_m: float) -> tuple[BoolArray, IntArray, FloatArray]:
        """Return which cells are free, the object (0: none) over or under each, and the ground's height."""
        flat = self.places_m.reshape(-1, 2)
        ground = Walks(self.truth, width_m, height_m).ground_m(flat)
        known = np.flatnonzero(np.isfinite(ground))
        feet = np.column_stack([flat[known], ground[known]])
        objects = self.truth.world.objects
        hits = RayScene(objects).hits(feet + np.array([0, 0, height_m]), np.tile([0.0, 0.0, -1.0], (len(feet), 1)))
        owners = np.zeros(len(flat), dtype=np.int64)
        owners[known[hits.body >= 0]] = [objects[number].id for number in hits.body[hits.body >= 0]]
        seen = np.ones(len(feet), dtype=bool)
        for share in HEIGHTS:
            seen[seen] = carver.carved(feet[seen] + np.array([0, 0, share * height_m]))
        free = np.zeros(len(flat), dtype=bool)
        free[known[seen & (hits.body < 0)]] = True
        shape = self.places_m.shape[:2]
        level = np.where(np.isfinite(ground), ground, np.nanmin(ground, initial=np.inf))
        return free.reshape(shape), owners.reshape(shape), level.reshape(shape)

    def _choose(self, owners: IntArray, reach_m: float) -> tuple[IntArray, dict[int, IntArray]]:
        """Return cells (N, 2) that ways may turn at, and the numbers of those beside each object."""
        parts = [_some(np.argwhere(self.standing), NODES)]
        sizes = {}
        for body in self.truth.world.objects:
            away = distance_transform_edt(owners != body.id) * self.cell_m if (owners == body.id).any() else None
            beside = np.argwhere(self.standing & (away <= reach_m)) if away is not None else np.zeros((0, 2), np.int64)
            sizes[body.id] = (sum(map(len, parts)), len(_some(beside, NODES // 8)))
            parts.append(_some(beside, NODES // 8))
        rings = {number: np.arange(start, start + count) for number, (start, count) in sizes.items()}
        return np.concatenate(parts), rings

    def _fewest(self, starts: IntArray, ends: IntArray) -> list[int] | None:
        """Return the nodes of a way with the fewest stretches, of these the shortest; None if there is none."""
        count = len(self._nodes)
        best = np.full(count, np.inf)
        best[starts] = 0
        layers, before = [best], []
        for _ in range(MOST_LEGS):
            total = layers[-1][:, None] + self._links
            before.append(total.argmin(axis=0))
            layers.append(total.min(axis=0))
            if len(ends) and np.isfinite(layers[-1][ends]).any():
                at = int(ends[int(layers[-1][ends].argmin())])
                way = [at]
                for turn in reversed(before):
                    way.append(int(turn[way[-1]]))
                return way[::-1]
        return None


@nb.njit(cache=True)
def _see(nodes: IntArray, standing: BoolArray) -> BoolArray:
    """Tell which pairs (N, N) of cells have a straight way between them on which an agent may stand."""
    count = len(nodes)
    out = np.ones((count, count), dtype=np.bool_)
    for first in range(count):
        for second in range(first):
            (x, y), (u, v) = nodes[first], nodes[second]
            steps = 3 * max(abs(u - x), abs(v - y))
            for k in range(steps):
                at, to = x + 0.5 + (u - x) * k / steps, y + 0.5 + (v - y) * k / steps
                if not standing[int(at), int(to)]:
                    out[first, second] = out[second, first] = False
                    break
    return out


def _some(cells: IntArray, most: int) -> IntArray:
    """Return at most `most` of cells (N, 2), spread evenly over their order."""
    if len(cells) <= most:
        return cells
    return np.asarray(cells[np.linspace(0, len(cells) - 1, most).astype(int)])
