"""The floor of a room within its walls: the cells between all wall lines that open space from the cameras reaches.

Frame: as room_walls.py. A stretch of a line between two cells is closed if cubes of its wall lie along most of it; gaps
of a door's width in a wall are closed too, so that nothing is reached through doors. An open cell that no camera saw
into is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrangement import RIM, Cell, across, cells_of
from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.geometry.freespace import FREE, NOBODY, DepthView, observe
from spacevista.scenes.record import Scene
from spacevista.tasks.room_walls import Shell, Wall
from spacevista.tasks.workspace import depth_views

DOOR = 0.9  # of the cameras' height over the floor: gaps in a wall up to there are doors, or hidden by furniture
CLOSED = 0.5  # of a stretch has wall
GAP_CUBES = 4.0  # cubes along a wall may be so far apart where it was seen
MARGIN = 0.5  # of the cameras' height: the lines are looked at so far beyond the walls
LOOKS = (0.35, 0.7, 1.0, 1.2)  # of the cameras' height, where it is looked whether space is open
PLACES = 14  # along each side of a cell
SEEN_INTO, HARDLY = 0.5, 0.1  # of a cell's places


@dataclass(frozen=True, eq=False)
class Outline:
    """The floor of a room.

    Attributes:
        area_m2: of the cells that surely belong to it; `doubt_m2` of those that might.
        edges_m: its border (E, 2, 2), and `walls` (E), the number of the wall that each edge lies on, -1: none.
        seen: share of the border's length along which wall was seen.
        cells: the cells that surely belong to it.
    """

    area_m2: float
    doubt_m2: float
    edges_m: FloatArray
    walls: tuple[int, ...]
    seen: float
    cells: tuple[Cell, ...]

    def holds(self, flat_m: FloatArray) -> BoolArray:
        """Tell which places (N, 2) lie on it."""
        inside = np.zeros(len(flat_m), dtype=bool)
        for cell in self.cells:
            inside |= within(cell, flat_m)
        return inside


def outline_of(scene: Scene, shell: Shell) -> Outline | str:
    """Return the outline of the floor, or why it is not known."""
    if not shell.walls:
        return "walls not seen"
    if len(shell.walls) < 3:
        return "one wall only" if len(shell.walls) == 1 else "walls not seen"
    eyes = np.array([frame.world_from_camera.translation_m for frame in scene.frames]) @ shell.axes[:, :2]
    ends = np.concatenate([ends_of(wall) for wall in shell.walls] + [eyes])
    edge = MARGIN * shell.eye_m
    lines = np.array([[*wall.normal, wall.offset_m] for wall in shell.walls])
    cells = cells_of(lines, ends.min(axis=0) - edge, ends.max(axis=0) + edge)
    starts = [signs for signs, cell in cells.items() if within(cell, eyes).mean() > 0.02]
    views = depth_views(scene)
    open_share = {signs: seen_into(views, shell, cell) for signs, cell in cells.items()}
    sure, doubted = flooded(cells, starts, open_share, shell)
    if any(RIM in cells[signs].lines for signs in sure):
        return "walls not seen"
    edges, walls = border(cells, sure)
    lengths = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1)
    shares = [wall_share(shell.walls[w], e, GAP_CUBES * shell.cube_m) for e, w in zip(edges, walls, strict=True)]
    return Outline(
        area_m2=sum(cells[signs].area_m2 for signs in sure),
        doubt_m2=sum(cells[signs].area_m2 for signs in doubted),
        edges_m=edges,
        walls=walls,
        seen=float(lengths @ np.array(shares) / lengths.sum()),
        cells=tuple(cells[signs] for signs in sure),
    )


def ends_of(wall: Wall) -> FloatArray:
    """Return the ends (2, 2) of what was seen of a wall."""
    ends = np.array([wall.along_m[0], wall.along_m[-1]])
    return np.asarray(wall.offset_m * wall.normal + ends[:, None] * wall.tangent)


def within(cell: Cell, flat_m: FloatArray) -> BoolArray:
    """Tell which places (N, 2) lie in a cell."""
    edges = np.roll(cell.corners_m, -1, axis=0) - cell.corners_m
    away = flat_m[:, None] - cell.corners_m
    return np.asarray((edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0] >= 0).all(axis=1))


def seen_into(views: tuple[DepthView, ...], shell: Shell, cell: Cell) -> float:
    """Return at which share of the places in a cell some camera saw through the air at some height."""
    low, high = cell.corners_m.min(axis=0), cell.corners_m.max(axis=0)
    steps = (np.arange(PLACES) + 0.5) / PLACES
    places = low + np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2) * (high - low)
    places = places[within(cell, places)]
    if not len(places):
        return 0.0
    free = np.zeros(len(places), dtype=bool)
    for height in LOOKS:
        asked = np.flatnonzero(~free)
        levels = np.full(len(asked), shell.floor_m + height * shell.eye_m)
        points = np.column_stack([places[asked], levels]) @ shell.axes.T
        free[asked] = (observe(points, 0.0, views, NOBODY) & FREE) != 0
    return float(free.mean())


def flooded(
    cells: dict[tuple[int, ...], Cell],
    starts: list[tuple[int, ...]],
    open_share: dict[tuple[int, ...], float],
    shell: Shell,
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Return the cells that open space leads to from where the cameras are: those surely open, those in doubt."""
    reached, doubted, waiting = dict.fromkeys(starts), dict[tuple[int, ...], None](), list(starts)
    door = DOOR * shell.eye_m
    while waiting:
        cell = cells[waiting.pop()]
        for line in set(cell.lines) - {RIM}:
            other, edge = across(cell, line), cell.edge_on(line)
            if other not in cells or other in reached or edge is None:
                continue
            if wall_share(shell.walls[line], edge, door) >= CLOSED or open_share[other] < HARDLY:
                continue
            if open_share[other] < SEEN_INTO:
                doubted[other] = None
                continue
            reached[other] = None
            waiting.append(other)
    return list(reached), [signs for signs in doubted if signs not in reached]


def wall_share(wall: Wall, edge: FloatArray, gap_m: float) -> float:
    """Return the share of an edge (2, 2) on a wall's line that lies on its cubes or in gaps up to `gap_m`."""
    low, high = np.sort(edge @ wall.tangent)
    if high <= low:
        return 1.0
    inner = wall.along_m[(wall.along_m >= low - gap_m) & (wall.along_m <= high + gap_m)]
    if len(inner) < 2:
        return 0.0
    starts, ends = inner[:-1], inner[1:]
    parts = np.minimum(ends, high) - np.maximum(starts, low)
    return float(np.maximum(parts, 0)[ends - starts <= gap_m].sum() / (high - low))


def border(cells: dict[tuple[int, ...], Cell], sure: list[tuple[int, ...]]) -> tuple[FloatArray, tuple[int, ...]]:
    """Return the edges (E, 2, 2) between the cells of the floor and all others, and the lines they lie on."""
    edges, walls, inside = [], [], set(sure)
    for signs in sure:
        cell = cells[signs]
        for place, line in enumerate(cell.lines):
            if line == RIM or across(cell, line) not in inside:
                edges.append(cell.corners_m[[place, (place + 1) % len(cell.lines)]])
                walls.append(line)
    return np.array(edges).reshape(-1, 2, 2), tuple(walls)
