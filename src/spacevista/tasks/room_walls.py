"""Floor, ceiling and walls of a room, from what was seen that is no object.

Frame: horizontal axes and up of the world, metres. Points are thinned to one a small cube, so that near and far walls
count alike; a cube counts as background if most frames that see it say so, for now and then an id is lost. Nothing is
drawn at random that depends on the scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.points import cell_keys
from spacevista.scenes.record import Scene

PIXEL_STEP = 3
CUBE = 1 / 60  # of the median depth
SLAB = 0.5  # cubes: half the thickness of floor and ceiling
LEAST_LEVEL = 100  # cubes on a floor
TRIES = 400  # points from which a line is grown
AROUND = 24  # of their neighbours give its direction
MOST_WALLS = 16
LEAST_WALL = 0.12  # of the squared height of the camera over the floor: less area is no wall
THICK = 0.35  # cubes: half the thickness of a wall, where depth is exact
ERRORS = 2.5  # standard errors of a point's position, where it is not
RISES = 0.6  # of the height of all walls: what ends lower is furniture without an id
EDGE_CUBES = 2.0  # from floor and ceiling, where the points of a wall begin


@dataclass(frozen=True, eq=False)
class Wall:
    """A wall seen from above: the points p with `normal` . p = `offset_m`, and where along it cubes were seen.

    Attributes:
        along_m: places (N) of its cubes, along `tangent`.
        error_m: standard deviation of its cubes from it.
    """

    normal: FloatArray
    offset_m: float
    along_m: FloatArray
    error_m: float

    @property
    def tangent(self) -> FloatArray:
        return np.array([-self.normal[1], self.normal[0]])


@dataclass(frozen=True, eq=False)
class Shell:
    """What bounds a room.

    Attributes:
        axes: (3, 3; columns) horizontal, horizontal, up.
        cube_m: side of the cubes that points were thinned to.
        floor_m: height of the floor; `ceiling_m` of the ceiling, or of the highest wall seen where there is none.
        roof_flat: (N, 2) cubes of the ceiling, from above; none where it was not seen.
        eye_m: height of the cameras over the floor.
        error_m: one standard error of a wall's place.
    """

    axes: FloatArray
    cube_m: float
    floor_m: float
    ceiling_m: float
    roof_flat: FloatArray
    eye_m: float
    error_m: float
    walls: tuple[Wall, ...]


def shell_of(scene: Scene) -> Shell | str:
    """Return floor, ceiling and walls of the room that a scene's cameras stand in, or why they are not known."""
    axes = horizontal_axes(scene.up)
    cubes, cube_m, depth_m = background_cubes(scene, axes)
    if not len(cubes):
        return "no background"
    eyes = np.array([frame.world_from_camera.translation_m for frame in scene.frames]) @ axes
    middle = float(np.median(eyes[:, 2]))
    floor = level(cubes[cubes[:, 2] < eyes[:, 2].min(), 2], cube_m)
    if floor is None:
        return "no floor"
    roof = level(cubes[cubes[:, 2] > eyes[:, 2].max(), 2], cube_m)
    eye_m = middle - floor
    edge = EDGE_CUBES * cube_m
    top = float(cubes[:, 2].max()) if roof is None else roof
    upright = cubes[(cubes[:, 2] > floor + edge) & (cubes[:, 2] < top - edge)]
    error_m = depth_m * scene.noise.pose_rel
    thick = max(THICK * cube_m, ERRORS * depth_m * float(np.hypot(scene.noise.depth_rel, scene.noise.pose_rel)))
    walls = walls_in(upright, cube_m, thick, LEAST_WALL * eye_m**2 / cube_m**2, top - floor)
    on_roof = np.abs(cubes[:, 2] - top) <= max(SLAB * cube_m, thick)
    return Shell(
        axes=axes,
        cube_m=cube_m,
        floor_m=floor,
        ceiling_m=top,
        roof_flat=np.zeros((0, 2)) if roof is None else cubes[on_roof, :2],
        eye_m=eye_m,
        error_m=error_m,
        walls=tuple(walls),
    )


def background_cubes(scene: Scene, axes: FloatArray) -> tuple[FloatArray, float, float]:
    """Return a point (N, 3; along `axes`) for each cube of background, the cube's side and the median depth, metres."""
    points, own, depths = [np.zeros((0, 3))], [np.zeros(0, dtype=bool)], [np.zeros(0)]
    for frame in scene.frames:
        depth, ids = frame.depth_m[::PIXEL_STEP, ::PIXEL_STEP], frame.ids[::PIXEL_STEP, ::PIXEL_STEP]
        rows, columns = np.nonzero((depth > 0) & np.isfinite(depth) & (ids != SKY_ID))
        centres = np.stack([columns, rows], axis=1) * PIXEL_STEP + 0.5
        z = depth[rows, columns].astype(np.float64)
        points.append(frame.world_from_camera.apply(frame.camera.back_project(centres.astype(np.float64), z)) @ axes)
        own.append(ids[rows, columns] == 0)
        depths.append(z[own[-1]])
    flat, background, z = np.concatenate(points), np.concatenate(own), np.concatenate(depths)
    if not len(z):
        return np.zeros((0, 3)), 0.0, 0.0
    depth_m = float(np.median(z))
    cube_m = CUBE * depth_m
    _, cube = np.unique(cell_keys(flat, cube_m), return_inverse=True)
    counts = np.bincount(cube)
    means = np.stack([np.bincount(cube[background], flat[background, k], len(counts)) for k in range(3)], axis=1)
    numbers = np.bincount(cube[background], minlength=len(counts))
    kept = numbers * 2 > counts
    return means[kept] / numbers[kept, None], cube_m, depth_m


def level(heights_m: FloatArray, cube_m: float) -> float | None:
    """Return the height that most cubes share, None where too few do."""
    if len(heights_m) < LEAST_LEVEL:
        return None
    bins = np.floor((heights_m - heights_m.min()) / (SLAB * cube_m)).astype(int)
    counts = np.convolve(np.bincount(bins), np.ones(3), "same")
    best = int(counts.argmax())
    if counts[best] < LEAST_LEVEL:
        return None
    return float(np.median(heights_m[np.abs(bins - best) <= 1]))


def walls_in(cubes: FloatArray, cube_m: float, thick_m: float, least: float, height_m: float) -> list[Wall]:
    """Return the upright planes in cubes (N, 3), largest first: of `least` cubes or more, and as high as walls are."""
    left, walls = cubes, list[Wall]()
    rng = np.random.default_rng(0)
    rejected = 0
    while len(walls) < MOST_WALLS and rejected < MOST_WALLS and len(left) >= max(least, AROUND):
        on = best_line(left[:, :2], thick_m, rng)
        if on is None or on.sum() < least:
            break
        wall = fitted(left[on], thick_m)
        heights = left[on, 2]
        if np.quantile(heights, 0.98) - cubes[:, 2].min() >= RISES * height_m:
            walls.append(wall)
        else:
            rejected += 1
        left = left[np.abs(left[:, :2] @ wall.normal - wall.offset_m) > 2 * thick_m]
    return walls


def best_line(flat_m: FloatArray, thick_m: float, rng: np.random.Generator) -> BoolArray | None:
    """Tell which points (N, 2) lie on the line with most of them, of lines along the neighbours of some points."""
    seeds: IntArray = rng.integers(0, len(flat_m), min(TRIES, len(flat_m)))
    tree = cKDTree(flat_m)
    _, near = tree.query(flat_m[seeds], AROUND)
    around = flat_m[near] - flat_m[near].mean(axis=1, keepdims=True)
    normals = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around))[1][:, :, 0]
    offsets = np.einsum("ni,nki->nk", normals, flat_m[near]).mean(axis=1)
    votes = flat_m if len(flat_m) <= 6000 else flat_m[rng.choice(len(flat_m), 6000, replace=False)]
    counts = (np.abs(votes @ normals.T - offsets) <= thick_m).sum(axis=0)
    best = int(counts.argmax())
    on = np.abs(flat_m @ normals[best] - offsets[best]) <= thick_m
    for _ in range(4):
        if on.sum() < 2:
            return None
        wall = fitted(flat_m[on], thick_m)
        on = np.abs(flat_m @ wall.normal - wall.offset_m) <= thick_m
    return np.asarray(on)


def fitted(points_m: FloatArray, thick_m: float) -> Wall:
    """Return the line through points (N, 2 or more), seen from above, by least squares."""
    flat = points_m[:, :2]
    middle = flat.mean(axis=0)
    normal = np.linalg.eigh((flat - middle).T @ (flat - middle))[1][:, 0]
    offset = float(np.median(flat @ normal))
    along = flat @ np.array([-normal[1], normal[0]])
    return Wall(normal, offset, np.sort(along), float(np.std(flat @ normal - offset)))
