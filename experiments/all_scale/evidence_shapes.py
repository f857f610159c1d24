"""Items of known size, built in metres with patterns of true period; z up, standing on z = 0, centred.

Sizes: euro 50 cent coin 24.25 mm, rounded to 24 (Regulation (EU) 729/2014); A4 297 x 210 mm (ISO 216); brick courses
75 mm, bricks 225 mm with their joints (65 mm and 215 mm bricks, BS 4729); adult 1.70 m; door 2.00 x 0.90 m; traffic
lane 3.50 m (RASt 06); parking bay 2.50 x 5.00 m; tennis court 23.77 x 10.97 m (ITF); football pitch 105 x 68 m (UEFA
stadiums); 400 m track 176.9 x 92.5 m over eight lanes (World Athletics); centre-pivot circle of a quarter section
805 m, four of them in a section of one mile. Paper, squares and line target have the period that their names say.
"""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories import tiny_coin
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import box, cylinder, ellipsoid, extrude, moved, rotated, scaled, settled, union
from spacevista.sim.world import Material, Mesh, Texture

BAND_M, MILLIMETRE_M, CENTIMETRE_M = 1e-4, 1e-3, 1e-2
COIN_M, COURSE_M, A4_M = 0.024, 0.075, (0.297, 0.210)
PERSON_M, DOOR_M, LANE_M, BAY_M = 1.70, (0.90, 2.00), 3.50, (2.50, 5.00)
COURT_M, PITCH_M, TRACK_M, PIVOT_M = (23.77, 10.97), (105.0, 68.0), (176.9, 92.5), 805.0
MAT_UNITS = (1.3, 2.4)  # side of a mat, in extents
WALL_UNITS = ((1.3, 2.4), (0.5, 1.1))  # length and height of a wall
ROAD_UNITS = (3.0, 6.0)
THIN = 0.004  # thickness of flat things relative to their longest side

LINE = Material((0.78, 0.78, 0.75), gloss=0.05)
INK = Material((0.03, 0.03, 0.04), gloss=0.05)


def plate(x_m: float, y_m: float, material: int = 0, thick: float = THIN) -> Mesh:
    """Return a thin flat rectangle."""
    return box((x_m, y_m, thick * max(x_m, y_m)), material)


def whole(length_m: float, step_m: float, least: int = 3) -> float:
    """Return the whole multiple of a step nearest to a length."""
    return step_m * max(least, round(length_m / step_m))


def pale(rng: np.random.Generator) -> Material:
    value = float(rng.uniform(0.55, 0.85))
    return Material(hue_color(float(rng.uniform()), float(rng.uniform(0, 0.25)), value), gloss=0.05)


def dark(rng: np.random.Generator) -> Material:
    value = float(rng.uniform(0.03, 0.16))
    return Material(hue_color(float(rng.uniform()), float(rng.uniform(0, 0.7)), value), gloss=0.05)


def _mat(rng: np.random.Generator, extent_m: float, texture: Texture, period_m: float) -> Shape:
    """Return a mat ruled with a pattern that the renderer draws along the world's axes."""
    x, y = (whole(extent_m * float(rng.uniform(*MAT_UNITS)), period_m) for _ in range(2))
    paper, ink = pale(rng).color, dark(rng).color
    return Shape(plate(x, y), (Material(paper, ink, texture, texture_m=period_m, gloss=0.05),))


def line_target(rng: np.random.Generator, extent_m: float) -> Shape:
    """Dark and pale bands, 0.1 mm each."""
    return _mat(rng, extent_m, Texture.STRIPES, BAND_M)


def millimetre_paper(rng: np.random.Generator, extent_m: float) -> Shape:
    """Lines every 1 mm, every fifth bold."""
    return _mat(rng, extent_m, Texture.GRID, MILLIMETRE_M)


def centimetre_squares(rng: np.random.Generator, extent_m: float) -> Shape:
    """A board of dark and pale squares of 1 cm."""
    counts = [max(3, round(extent_m * float(rng.uniform(*MAT_UNITS)) / CENTIMETRE_M)) for _ in range(2)]
    x, y = (count * CENTIMETRE_M for count in counts)
    mat = plate(x, y)
    top = THIN * max(x, y) * 1.1
    i, j = np.meshgrid(*(np.arange(count) for count in counts), indexing="ij")
    odd = ((i + j) % 2 == 1).ravel()
    corners = np.stack([i.ravel()[odd], j.ravel()[odd]], axis=1) * CENTIMETRE_M - (x / 2, y / 2)
    return Shape(union(mat, _squares(corners, CENTIMETRE_M, top)), (pale(rng), dark(rng)))


def _squares(corners_m: FloatArray, side_m: float, z_m: float) -> Mesh:
    """Return upward squares with lower corners (N, 2), of material 1."""
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * side_m
    flat = (corners_m[:, None] + ring).reshape(-1, 2)
    first = 4 * np.arange(len(corners_m))[:, None]
    faces = np.concatenate([first + np.array(corners) for corners in ((0, 1, 2), (0, 2, 3))]).astype(np.int32)
    return Mesh(np.column_stack([flat, np.full(len(flat), z_m)]), faces, np.ones(len(faces), dtype=np.int32))


def coin(rng: np.random.Generator, extent_m: float) -> Shape:
    """A coin of 24 mm that lies flat."""
    found = tiny_coin.build(rng, (0.024, 0.0245))
    assert found is not None  # the 50 cent coin
    across = float(np.ptp(found.mesh.vertices_m[:, 0]))
    return Shape(scaled(found.mesh, (COIN_M / across,) * 3), found.materials)


def brick_wall(rng: np.random.Generator, extent_m: float) -> Shape:
    """A wall of whole courses, 0.1 m thick."""
    length = extent_m * float(rng.uniform(*WALL_UNITS[0]))
    height = whole(extent_m * float(rng.uniform(*WALL_UNITS[1])), COURSE_M, 2)
    clay = hue_color(float(rng.uniform(0, 0.12)), float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.2, 0.6)))
    mortar = pale(rng).color
    return Shape(box((length, 0.1, height)), (Material(clay, mortar, Texture.BRICK, texture_m=COURSE_M, gloss=0.02),))


def a4_sheet(rng: np.random.Generator, extent_m: float) -> Shape:
    """A sheet of paper with a heading and lines of print."""
    long, wide = A4_M
    parts = [plate(long, wide)]
    top = 1.2 * THIN * long
    for row in range(int(rng.integers(8, 16))):
        x = long / 2 - 0.045 - 0.015 * row
        width = wide - 0.04 - (0.08 if row == 0 else float(rng.uniform(0, 0.06)))
        parts.append(moved(box((0.006, width, top)), (x, (width - wide + 0.04) / 2, 0)))
    ink = [np.full(len(part.faces), int(number > 0)) for number, part in enumerate(parts)]
    joined = union(*parts)
    white = float(rng.uniform(0.72, 0.85))
    return Shape(Mesh(joined.vertices_m, joined.faces, np.concatenate(ink)), (Material((white,) * 3, gloss=0.05), INK))


def person(rng: np.random.Generator, extent_m: float) -> Shape:
    """An adult who stands, 1.70 m tall."""
    legs = [moved(cylinder(0.075, 0.84, 16, 1), (0, side * 0.095, 0)) for side in (-1, 1)]
    arms = [
        moved(rotated(cylinder(0.045, 0.60, 12, 0), (1, 0, 0), side * 6), (0, side * 0.24, 0.80)) for side in (-1, 1)
    ]
    shoes = [moved(box((0.26, 0.10, 0.07), 3), (0.05, side * 0.095, 0)) for side in (-1, 1)]
    torso = moved(scaled(cylinder(0.5, 0.62, 20, 0), (0.26, 0.40, 1)), (0, 0, 0.80))
    shoulders = moved(ellipsoid((0.12, 0.22, 0.08), 16, 0), (0, 0, 1.34))
    head = moved(ellipsoid((0.10, 0.085, 0.125), 20, 2), (0, 0, PERSON_M - 0.25))
    skin = float(rng.uniform(0.25, 1.0))
    clothes = [
        hue_color(float(rng.uniform()), float(rng.uniform(0, 0.9)), float(rng.uniform(0.05, 0.7))) for _ in range(2)
    ]
    looks = (
        Material(clothes[0], gloss=0.05),
        Material(clothes[1], gloss=0.05),
        Material((0.60 * skin, 0.40 * skin, 0.30 * skin), gloss=0.1),
        Material((0.05, 0.04, 0.04), gloss=0.2),
    )
    return Shape(settled(union(*legs, *arms, *shoes, torso, shoulders, head)), looks)


def door(rng: np.random.Generator, extent_m: float) -> Shape:
    """A door with panels and a handle in a frame, 2.00 m high and 0.90 m wide over all."""
    width, height = DOOR_M
    frame = 0.06
    half = width / 2
    parts = [
        block((-0.05, 0.05), (-half, -half + frame), (0, height)),
        block((-0.05, 0.05), (half - frame, half), (0, height)),
        block((-0.05, 0.05), (-half + frame, half - frame), (height - frame, height)),
        block((-0.02, 0.02), (-half + frame, half - frame), (0.01, height - frame), 1),
    ]
    for low, high in ((0.15, 0.80), (1.05, 1.80)):
        parts.append(block((-0.03, 0.03), (-half + 0.18, half - 0.18), (low, high), 2))
    parts.append(block((-0.07, 0.07), (half - 0.17, half - 0.08), (0.98, 1.03), 3))
    leaf = hue_color(float(rng.uniform()), float(rng.uniform(0, 0.8)), float(rng.uniform(0.15, 0.7)))
    darker = (0.7 * leaf[0], 0.7 * leaf[1], 0.7 * leaf[2])
    looks = (pale(rng), Material(leaf, gloss=0.3), Material(darker, gloss=0.3), Material((0.5, 0.5, 0.5), gloss=0.7))
    return Shape(union(*parts), looks)


def lane(rng: np.random.Generator, extent_m: float) -> Shape:
    """A stretch of road with one lane: two edge lines, 3.50 m from middle to middle."""
    length = extent_m * float(rng.uniform(*ROAD_UNITS))
    parts = [plate(length, LANE_M + 0.8)]
    top = 1.2 * THIN * length
    for side in (-1, 1):
        parts.append(moved(box((length, 0.15, top), 1), (0, side * LANE_M / 2, 0)))
    return Shape(union(*parts), (_asphalt(rng), LINE))


def parking_bays(rng: np.random.Generator, extent_m: float) -> Shape:
    """Two to four parking bays side by side, each 2.50 x 5.00 m from line to line."""
    count = int(rng.integers(2, 5))
    wide, long = BAY_M
    parts = [plate(count * wide + 0.3, long + 0.3)]
    top = 1.2 * THIN * max(count * wide, long)
    for number in range(count + 1):
        parts.append(moved(box((0.15, long, top), 1), ((number - count / 2) * wide, 0, 0)))
    parts.append(moved(box((count * wide, 0.15, top), 1), (0, long / 2, 0)))
    return Shape(union(*parts), (_asphalt(rng), LINE))


def _asphalt(rng: np.random.Generator) -> Material:
    value = float(rng.uniform(0.03, 0.14))
    return Material((value, value, 1.05 * value), gloss=0.05)


def _lines(
    stretches: list[tuple[float, float, float, float]], width_m: float, top_m: float, material: int
) -> list[Mesh]:
    """Return painted lines from (x, y) to (x, y), parallel to an axis."""
    out = []
    for x1, y1, x2, y2 in stretches:
        size = (abs(x2 - x1) + width_m, abs(y2 - y1) + width_m, top_m)
        out.append(moved(box(size, material), ((x1 + x2) / 2, (y1 + y2) / 2, 0)))
    return out


def tennis_court(rng: np.random.Generator, extent_m: float) -> Shape:
    """A court with its lines."""
    long, wide = COURT_M
    x, y, service = long / 2, wide / 2, 6.40
    singles = 8.23 / 2
    parts = [plate(long + 0.2, wide + 0.2)]
    top = 1.2 * THIN * long
    sides = [(-x, s, x, s) for s in (-y, -singles, singles, y)]
    ends = [(s, -y, s, y) for s in (-x, x)] + [(s, -singles, s, singles) for s in (-service, service)]
    parts += _lines([*sides, *ends, (-service, 0, service, 0)], 0.10, top, 1)
    parts += _lines([(0, -y - 0.9, 0, y + 0.9)], 0.10, top, 2)  # the foot of the net
    color = hue_color(float(rng.uniform()), float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.1, 0.4)))
    return Shape(union(*parts), (Material(color, gloss=0.05), LINE, Material((0.08, 0.08, 0.08), gloss=0.0)))


def _greens(rng: np.random.Generator) -> tuple[Material, Material]:
    green = hue_color(float(rng.uniform(0.15, 0.42)), float(rng.uniform(0.4, 0.8)), float(rng.uniform(0.12, 0.35)))
    return Material(green, gloss=0.02), Material((0.7 * green[0], 0.7 * green[1], 0.7 * green[2]), gloss=0.02)


def _pitch(top_m: float) -> list[Mesh]:
    """Return a pitch mown in 18 bands with its lines: materials 0 and 1 grass, 2 lines."""
    long, wide = PITCH_M
    band = long / 18
    parts = [
        moved(box((band, wide, top_m), number % 2), (-long / 2 + (number + 0.5) * band, 0, 0)) for number in range(18)
    ]
    x, y = long / 2, wide / 2
    stretches = [(-x, -y, x, -y), (-x, y, x, y), (-x, -y, -x, y), (x, -y, x, y), (0, -y, 0, y)]
    for side in (-1, 1):
        for deep, half in ((16.5, 20.16), (5.5, 9.16)):
            inner = side * (x - deep)
            stretches += [(inner, -half, inner, half), *((side * x, s * half, inner, s * half) for s in (-1, 1))]
    return parts + _lines(stretches, 0.12, 1.15 * top_m, 2)


def football_pitch(rng: np.random.Generator, extent_m: float) -> Shape:
    """A pitch mown in bands, with its lines."""
    return Shape(union(*_pitch(THIN * PITCH_M[0])), (*_greens(rng), LINE))


def running_track(rng: np.random.Generator, extent_m: float) -> Shape:
    """A 400 m track of eight lanes around a pitch."""
    long, wide = TRACK_M
    turns = np.linspace(-math.pi / 2, math.pi / 2, 25)
    half, straight = wide / 2, (long - wide) / 2
    right = np.stack([straight + half * np.cos(turns), half * np.sin(turns)], axis=1)
    oval = np.concatenate([right, -right])
    inside = 1 - 2 * 9.76 / wide
    infield = np.concatenate([right - (straight, 0), right[:0]]) * inside + (straight, 0)
    top = THIN * long
    grass = extrude(np.concatenate([infield, -infield]), 1.1 * top, material=0)
    red = hue_color(float(rng.uniform()), float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.2, 0.5)))
    parts = [extrude(oval, top, material=3), grass, *_pitch(1.2 * top)]
    return Shape(union(*parts), (*_greens(rng), LINE, Material(red, gloss=0.05)))


def _circle_field(across_m: float) -> list[Mesh]:
    """Return a round field with one sector of another crop and the wheel tracks of its sprinkler."""
    radius = across_m / 2
    turns = np.linspace(0, 1.3, 16)
    sector = np.vstack([[0, 0], np.stack([np.cos(turns), np.sin(turns)], axis=1) * radius * 0.999])
    top = THIN * across_m
    parts = [cylinder(radius, top, 64, 0), extrude(sector, 1.1 * top, material=1)]
    parts.append(moved(box((radius, 6.0, 1.3 * top), 2), (-radius / 2, 0, 0)))
    return parts


def irrigated_circle(rng: np.random.Generator, extent_m: float) -> Shape:
    """The field of one centre-pivot sprinkler."""
    return Shape(settled(union(*_circle_field(PIVOT_M))), (*_greens(rng), LINE))


def irrigated_section(rng: np.random.Generator, extent_m: float) -> Shape:
    """Four centre-pivot fields in a section of one mile."""
    fields = []
    for x in (-PIVOT_M / 2, PIVOT_M / 2):
        for y in (-PIVOT_M / 2, PIVOT_M / 2):
            turned = rotated(union(*_circle_field(PIVOT_M)), (0, 0, 1), float(rng.uniform(0, 360)))
            fields.append(moved(turned, (x, y, 0)))
    return Shape(settled(union(*fields)), (*_greens(rng), LINE))
