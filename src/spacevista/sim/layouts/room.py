"""The shell of a room: floor, ceiling and walls around a right-angled outline, with a door and windows in the walls."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import extrude, moved, union
from spacevista.sim.world import Body, Material, Mesh, Texture

THICK_M = 0.15
SKIRTING_M = 0.08
DOOR_DEPTH_M = 0.55  # before a door that stays free
Rectangle = tuple[float, float, float, float]  # along the wall from, to; height from, to
PLASTER, SKIRTING, FRAME, GLASS, LEAF, HANDLE = range(6)  # materials of a wall


@dataclass(frozen=True)
class Wall:
    """One wall: its inner face runs from `start_m` to `end_m` (x, y), the room on the left-hand side.

    `turns`: +1 where the room's corner at that end is convex, -1 where the wall goes on into a projecting corner.
    `openings`: door and windows, along the wall from its end to its start.
    """

    start_m: tuple[float, float]
    end_m: tuple[float, float]
    turns: tuple[int, int]
    openings: tuple[tuple[Rectangle, int], ...] = ()

    @property
    def length_m(self) -> float:
        return float(np.hypot(self.end_m[0] - self.start_m[0], self.end_m[1] - self.start_m[1]))

    @property
    def world_from_wall(self) -> Pose:
        """The frame with its origin at `end_m`, x along the wall to its start, y out of the room, z up."""
        along = (np.array(self.start_m) - np.array(self.end_m)) / self.length_m
        axes = np.array([(along[0], -along[1], 0.0), (along[1], along[0], 0.0), (0.0, 0.0, 1.0)])
        return Pose(axes, np.array([*self.end_m, 0.0]))

    def covered(self, rectangle: Rectangle, gap_m: float) -> bool:
        """Tell whether a rectangle comes nearer than `gap_m` to the door or a window."""
        a, b, c, d = rectangle
        return any(
            a < high + gap_m and b > low - gap_m and c < top + gap_m and d > foot - gap_m
            for (low, high, foot, top), _ in self.openings
        )


@dataclass(frozen=True)
class Room:
    """A room within a rectangle centred on x = y = 0; sizes to the inner faces of its walls.

    `notches`: what is cut off at corners (corner, width along x, depth along y), corners counter-clockwise from the
    one at -x, -y. One makes an L, two at one side leave an alcove between them.
    """

    half_x_m: float
    half_y_m: float
    height_m: float
    notches: tuple[tuple[int, float, float], ...]
    walls: tuple[Wall, ...]

    @property
    def floor_polygon_m(self) -> FloatArray:
        """The inner outline of the floor (N, 2), counter-clockwise."""
        return np.array([wall.start_m for wall in self.walls])

    def projections(self) -> list[Mesh]:
        """Return the blocks that are cut off at corners."""
        out = []
        for corner, width, depth in self.notches:
            x, y = _corner(self.half_x_m, self.half_y_m, corner)
            x_span, y_span = sorted((x - np.sign(x) * width, 2 * x)), sorted((y - np.sign(y) * depth, 2 * y))
            out.append(block((x_span[0], x_span[1]), (y_span[0], y_span[1]), (-0.1, self.height_m)))
        return out

    def doorways(self) -> list[Mesh]:
        """Return the blocks before doors that stay free of furniture."""
        return [
            block((a, b), (-DOOR_DEPTH_M, -0.001), (0.002, top)).moved(wall.world_from_wall)
            for wall in self.walls
            for (a, b, foot, top), material in wall.openings
            if foot == 0 and material == FRAME
        ]

    def structure(self, rng: np.random.Generator) -> tuple[Body, ...]:
        """Return floor, ceiling and walls, each a body of its own, so that rays from inside meet them."""
        outline = _wider(self.floor_polygon_m, self.walls)
        slab = extrude(outline, THICK_M)
        floor = Body(0, "floor", moved(slab, (0, 0, -THICK_M)), (_flooring(rng),))
        white = Material((0.78, 0.78, 0.76), (0.74, 0.74, 0.72), Texture.NOISE, texture_m=0.05, gloss=0.02)
        ceiling = Body(0, "ceiling", moved(slab, (0, 0, self.height_m)), (white,))
        materials = _wall_materials(rng)
        walls = [
            Body(0, "wall", _wall_mesh(wall, self.height_m).moved(wall.world_from_wall), materials)
            for wall in self.walls
        ]
        return (floor, ceiling, *walls)


def random_room(rng: np.random.Generator) -> Room:
    """Draw a room of a home: a rectangle, an L, or one with an alcove, 2.4-3.0 m high.

    Building codes ask for 2.3-2.5 m at least; sizes are those of living rooms and bedrooms.
    """
    x, y, height = rng.uniform(4.2, 6.8) / 2, rng.uniform(4.0, 5.8) / 2, float(rng.uniform(2.4, 3.0))
    kind, corner = rng.random(), int(rng.integers(4))
    if kind < 0.5:
        return _room(rng, x, y, height, ())
    if kind < 0.75:
        return _room(rng, x, y, height, ((corner, 2 * x * rng.uniform(0.25, 0.38), 2 * y * rng.uniform(0.25, 0.38)),))
    other = (corner + 1) % 4
    along_x = corner % 2 == 0  # the corners at y < 0 or y > 0: the alcove opens along y
    depth = rng.uniform(0.7, 1.1)
    notches = []
    for one in (corner, other):
        share = rng.uniform(0.2, 0.3)
        notches.append((one, 2 * x * share, depth) if along_x else (one, depth, 2 * y * share))
    return _room(rng, x, y, height, tuple(notches))


def random_hall(rng: np.random.Generator) -> Room:
    """Draw a hall of 7.0-8.6 x 5.8-7.0 m, 3.0-3.6 m high."""
    return _room(rng, rng.uniform(7.0, 8.6) / 2, rng.uniform(5.8, 7.0) / 2, float(rng.uniform(3.0, 3.6)), ())


def random_corridor(rng: np.random.Generator) -> Room:
    """Draw a corridor of 6.0-8.5 x 2.0-2.5 m, 2.4-2.8 m high."""
    return _room(rng, rng.uniform(6.0, 8.5) / 2, rng.uniform(2.0, 2.5) / 2, float(rng.uniform(2.4, 2.8)), ())


def _room(
    rng: np.random.Generator, half_x: float, half_y: float, height: float, notches: tuple[tuple[int, float, float], ...]
) -> Room:
    cut = {corner: (width, depth) for corner, width, depth in notches}
    points: list[tuple[float, float]] = []
    turns: list[int] = []
    for corner in range(4):
        x, y = _corner(half_x, half_y, corner)
        if corner not in cut:
            points.append((x, y))
            turns.append(1)
            continue
        width, depth = cut[corner]
        inner_x, inner_y = x - np.sign(x) * width, y - np.sign(y) * depth
        first, last = ((x, inner_y), (inner_x, y)) if corner % 2 == 0 else ((inner_x, y), (x, inner_y))
        points += [first, (float(inner_x), float(inner_y)), last]
        turns += [1, -1, 1]
    ends = zip(points, points[1:] + points[:1], turns, turns[1:] + turns[:1], strict=True)
    walls = [Wall(_plain(a), _plain(b), (s, t)) for a, b, s, t in ends]
    lengths = [wall.length_m for wall in walls]
    long = [i for i, length in enumerate(lengths) if length > 1.7]
    door = long[int(rng.integers(len(long)))]
    fitted = [_fitted(rng, wall, height, door=i == door) for i, wall in enumerate(walls)]
    return Room(
        float(half_x), float(half_y), height, tuple((c, float(w), float(d)) for c, w, d in notches), tuple(fitted)
    )


def _corner(half_x: float, half_y: float, corner: int) -> tuple[float, float]:
    return (float(half_x) if corner in (1, 2) else -float(half_x)), (float(half_y) if corner > 1 else -float(half_y))


def _plain(point: tuple[float, float]) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _wider(outline_m: FloatArray, walls: tuple[Wall, ...]) -> FloatArray:
    """Return the outline moved out by the walls' thickness, so that floor and ceiling reach under and over them."""
    shifted = []
    for before, wall in zip((walls[-1], *walls[:-1]), walls, strict=True):
        out = before.world_from_wall.rotation[:2, 1] + wall.world_from_wall.rotation[:2, 1]
        shifted.append(np.array(wall.start_m) + THICK_M * out)
    assert len(shifted) == len(outline_m)
    return np.array(shifted)


def _flooring(rng: np.random.Generator) -> Material:
    kind = rng.random()
    if kind < 0.5:
        brown = choice(rng, ((0.42, 0.26, 0.13), (0.55, 0.38, 0.21), (0.28, 0.16, 0.08)))
        dark = (brown[0] * 0.6, brown[1] * 0.58, brown[2] * 0.55)
        return Material(brown, dark, Texture.WOOD, texture_m=0.04, gloss=0.3)
    if kind < 0.75:
        return Material(
            choice(rng, ((0.55, 0.53, 0.48), (0.40, 0.24, 0.16))), (0.35, 0.34, 0.32), Texture.TILES, 0.30, 0.4
        )
    pile = choice(rng, ((0.35, 0.33, 0.30), (0.18, 0.22, 0.30), (0.38, 0.28, 0.20)))
    return Material(pile, (pile[0] * 0.7, pile[1] * 0.7, pile[2] * 0.7), Texture.CLOTH, texture_m=0.008, gloss=0.02)


def _wall_materials(rng: np.random.Generator) -> tuple[Material, ...]:
    """Return plaster, skirting, frame, glass, door and handle."""
    plaster = choice(
        rng, ((0.72, 0.70, 0.64), (0.62, 0.68, 0.70), (0.70, 0.62, 0.48), (0.58, 0.66, 0.56), (0.74, 0.74, 0.73))
    )
    rough = (plaster[0] * 0.95, plaster[1] * 0.95, plaster[2] * 0.95)
    return (
        Material(plaster, rough, Texture.NOISE, texture_m=0.02, gloss=0.03),
        Material((0.75, 0.74, 0.71), gloss=0.3),
        Material((0.80, 0.80, 0.79), gloss=0.3),
        Material((0.70, 0.80, 0.90), gloss=0.8),
        Material(choice(rng, ((0.70, 0.69, 0.66), (0.35, 0.20, 0.10))), gloss=0.3),
        Material((0.35, 0.35, 0.36), gloss=0.7),
    )


def _fitted(rng: np.random.Generator, wall: Wall, height: float, *, door: bool) -> Wall:
    """Return the wall with rectangles of frame, glass, door and handle; later ones lie over earlier ones."""
    middle, free = wall.length_m / 2, wall.length_m / 2 - 0.3
    openings: tuple[tuple[Rectangle, int], ...] = ()
    if door:  # a door leaf of 0.86 x 2.0 m (DIN 18101) in a frame of 6 cm
        u = middle + float(rng.uniform(-free + 0.5, free - 0.5))
        handle = (u + 0.30, u + 0.39, 1.03, 1.055)
        openings = (((u - 0.49, u + 0.49, 0.0, 2.06), FRAME), ((u - 0.43, u + 0.43, 0.0, 2.0), LEAF), (handle, HANDLE))
    elif free > 0.75 and rng.random() < 0.6:
        half = float(rng.uniform(0.5, min(0.9, free - 0.2)))
        u = middle + float(rng.uniform(-free + half + 0.1, free - half - 0.1))
        low, high = 0.9, min(height - 0.3, 2.15)
        frame = ((u - half - 0.07, u + half + 0.07, low - 0.07, high + 0.07), FRAME)
        panes = [((a, b, low, high), GLASS) for a, b in ((u - half, u - 0.03), (u + 0.03, u + half))]
        openings = (frame, *panes)
    return Wall(wall.start_m, wall.end_m, wall.turns, openings)


def _wall_mesh(wall: Wall, height: float) -> Mesh:
    """Return a wall in its own frame, cut into boxes where the material changes, mitred at both ends."""
    length = wall.length_m
    rectangles: list[tuple[Rectangle, int]] = [
        ((0.0, length, 0.0, height), PLASTER),
        ((0.0, length, 0.0, SKIRTING_M), SKIRTING),
        *wall.openings,
    ]
    u = np.unique([edge for r, _ in rectangles for edge in r[:2]]).tolist()
    v = np.unique([edge for r, _ in rectangles for edge in r[2:]]).tolist()
    cells = []
    for u0, u1 in pairwise(u):
        for v0, v1 in pairwise(v):
            middle_u, middle_v = (u0 + u1) / 2, (v0 + v1) / 2
            material = [m for (a, b, c, d), m in rectangles if a < middle_u < b and c < middle_v < d][-1]
            cells.append(block((u0, u1), (0.0, THICK_M), (v0, v1), material))
    mesh = union(*cells)
    along, out, up = mesh.vertices_m.T
    mitre = np.where(along == 0.0, -float(wall.turns[1]), 0.0) + np.where(along == length, float(wall.turns[0]), 0.0)
    return Mesh(np.column_stack([along + mitre * out, out, up]), mesh.faces, mesh.face_materials)
