"""A small reader of AC3D text files (FlightGear, TORCS): polygons with their plain colours, nothing else.

Read: MATERIAL (its rgb), OBJECT world, group and poly with `loc`, `rot`, `numvert`, `numsurf` and `kids`. Lights, lines
and all that names a file or an address (texture, url, data) are passed over, never opened. Format: The AC3D file
format, inivis, http://www.inivis.com/ac3d/man/ac3dfileformat.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray
from spacevista.sim.asset_vrml import GREY, SRGB_GAMMA, Color, RawMesh
from spacevista.sim.polygons import triangulate

MAGIC = "AC3D"
MAX_DEPTH = 32  # of groups in groups
MAX_OBJECTS = 20_000
MAX_CORNERS = 400  # of one polygon: a round roof has 64; ear clipping takes the square of it
POLYGON = 0  # the low four bits of SURF; 1 and 2 are lines
KINDS = frozenset({"world", "group", "poly", "light"})


class Ac3dError(ValueError):
    """The text is not AC3D, or damaged."""


Triangle = tuple[int, int, int]


@dataclass(eq=False)
class _Gathered:
    """What was read so far: points in file units, triangles, a material number a triangle."""

    most_faces: int
    points: list[FloatArray] = field(default_factory=list)
    faces: list[Triangle] = field(default_factory=list)
    materials: list[int] = field(default_factory=list)
    point_count: int = 0
    objects: int = 0


def read_ac3d(data: bytes, most_faces: int) -> RawMesh:
    """Return all polygons of a file as triangles, with the colours of their materials where these differ.

    Args:
        most_faces: reading stops with an error beyond it, and beyond three times as many points.

    Raises:
        Ac3dError: another format or damaged text.
    """
    lines = _Lines(data.decode("utf-8", errors="replace"))
    if not lines.take().startswith(MAGIC):
        raise Ac3dError(f"expected {MAGIC} at the start")
    colors: list[Color] = []
    gathered = _Gathered(most_faces)
    while lines.left():
        words = lines.take().split()
        if words[:1] == ["MATERIAL"]:
            colors.append(_color(words))
        elif words[:1] == ["OBJECT"]:
            _read_object(lines, words, np.eye(3), np.zeros(3), gathered, 0)
        elif words:
            raise Ac3dError(f"line {lines.number}: expected MATERIAL or OBJECT, got {words[0][:40]!r}")
    return _joined(gathered, colors)


class _Lines:
    """The lines of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.number = 0  # of the line last taken, from 1

    def left(self) -> bool:
        return self.number < len(self._lines)

    def take(self) -> str:
        if not self.left():
            raise Ac3dError("the text ends inside an object")
        self.number += 1
        return self._lines[self.number - 1]

    def block(self, count: int) -> list[str]:
        """Take `count` lines; they are known to be there before any is looked at."""
        if count > len(self._lines) - self.number:
            raise Ac3dError(f"line {self.number}: {count} lines announced, {len(self._lines) - self.number} left")
        self.number += count
        return self._lines[self.number - count : self.number]


def _read_object(
    lines: _Lines, words: list[str], turn: FloatArray, shift: FloatArray, gathered: _Gathered, depth: int
) -> None:
    """Read one object with its kids; `turn` and `shift` lead from its parent's frame to the file's."""
    gathered.objects += 1
    if len(words) != 2 or words[1] not in KINDS:
        raise Ac3dError(f"line {lines.number}: expected OBJECT with one of {', '.join(sorted(KINDS))}")
    if depth > MAX_DEPTH or gathered.objects > MAX_OBJECTS:
        raise Ac3dError(f"line {lines.number}: expected at most {MAX_DEPTH} groups in groups, {MAX_OBJECTS} objects")
    own_turn, own_shift = np.eye(3), np.zeros(3)
    points = np.zeros((0, 3))
    while True:
        key, *rest = lines.take().split() or [""]
        match key:
            case "kids":
                for _ in range(_count(rest, lines)):
                    _read_object(
                        lines, lines.take().split(), turn @ own_turn, turn @ own_shift + shift, gathered, depth + 1
                    )
                return
            case "loc":
                own_shift = _numbers(rest, 3, lines)
            case "rot":  # nine numbers, the images of the axes one after the other
                own_turn = _numbers(rest, 9, lines).reshape(3, 3).T
            case "data":
                _skip_data(lines, _count(rest, lines))
            case "numvert":
                rows = lines.block(_count(rest, lines))
                points = _points(rows, lines)
                points = (points @ own_turn.T + own_shift) @ turn.T + shift
            case "numsurf":
                if words[1] == "poly":
                    _read_surfaces(lines, _count(rest, lines), points, gathered)
                else:
                    raise Ac3dError(f"line {lines.number}: surfaces in a {words[1]}")
            case "OBJECT" | "MATERIAL" | "SURF":
                raise Ac3dError(f"line {lines.number}: {key} where the object's kids should be counted")


def _read_surfaces(lines: _Lines, count: int, points: FloatArray, gathered: _Gathered) -> None:
    """Read the surfaces of one object; lines among them are passed over."""
    gathered.points.append(points)
    start = gathered.point_count
    gathered.point_count += len(points)
    for _ in range(count):
        corners, material, kind = _read_surface(lines, len(points))
        if kind != POLYGON or len(corners) < 3:
            continue
        triangles = _cut(points, corners)
        gathered.faces += [(start + a, start + b, start + c) for a, b, c in triangles]
        gathered.materials += [material] * len(triangles)
        if len(gathered.faces) > gathered.most_faces or gathered.point_count > 3 * gathered.most_faces:
            raise Ac3dError(f"line {lines.number}: expected at most {gathered.most_faces} triangles")


def _read_surface(lines: _Lines, points: int) -> tuple[list[int], int, int]:
    """Return the corners of a surface, the number of its material and its kind."""
    material, kind = 0, POLYGON
    while True:
        key, *rest = lines.take().split() or [""]
        match key:
            case "SURF":
                try:
                    kind = int(rest[0], 16) & 0xF
                except (IndexError, ValueError):
                    raise Ac3dError(f"line {lines.number}: expected a hexadecimal number after SURF") from None
            case "mat":
                material = _count(rest, lines)
            case "refs":
                try:
                    corners = [int(row.split(None, 1)[0]) for row in lines.block(_count(rest, lines))]
                except (IndexError, ValueError):
                    raise Ac3dError(f"line {lines.number}: expected a whole number at the start of each ref") from None
                if len(corners) > MAX_CORNERS or (corners and not 0 <= min(corners) <= max(corners) < points):
                    raise Ac3dError(f"line {lines.number}: expected up to {MAX_CORNERS} refs to {points} vertices")
                return corners, material, kind
            case _:
                raise Ac3dError(f"line {lines.number}: expected SURF, mat or refs, got {key[:40]!r}")


def _cut(points: FloatArray, corners: list[int]) -> list[Triangle]:
    """Cut a polygon, flat as it is drawn, into triangles of its corners: by ears where it is simple, else in a fan."""
    fan = [(corners[0], corners[i], corners[i + 1]) for i in range(1, len(corners) - 1)]
    if len(fan) == 1:
        return fan
    around = points[corners]
    normal = np.zeros(3)  # Newell: twice the area, along the normal
    for axis in range(3):
        u, v = around[:, (axis + 1) % 3], around[:, (axis + 2) % 3]
        normal[axis] = u[:-1] @ v[1:] - v[:-1] @ u[1:] + u[-1] * v[0] - v[-1] * u[0]
    axis = int(np.abs(normal).argmax())
    if not np.isfinite(normal).all() or normal[axis] == 0:
        return fan
    flat = around[:, [(axis + 1) % 3, (axis + 2) % 3]]
    turned = normal[axis] < 0  # seen from behind
    try:
        cut = triangulate([flat[:, ::-1] if turned else flat])
    except GeometryError:
        return fan
    return [(corners[a], corners[b], corners[c]) for a, b, c in cut.tolist()]


def _joined(gathered: _Gathered, colors: list[Color]) -> RawMesh:
    if not gathered.faces:
        return RawMesh(np.zeros((0, 3)), np.zeros((0, 3), np.int32), (), None)
    vertices, faces = np.vstack(gathered.points), np.array(gathered.faces, dtype=np.int32)
    used, numbers = np.unique(gathered.materials, return_inverse=True)
    looks = tuple(colors[k] if k < len(colors) else GREY for k in used.tolist())
    if len(set(looks)) < 2:  # one colour for all is that of a picture glued on, white
        return RawMesh(vertices, faces, (), None)
    return RawMesh(vertices, faces, looks, numbers.astype(np.int32))


def _skip_data(lines: _Lines, characters: int) -> None:
    """Pass over the characters that `data` announces, line ends among them."""
    while characters >= 0:
        characters -= len(lines.take()) + 1


def _color(words: list[str]) -> Color:
    try:
        at = words.index("rgb")
        values = [min(max(float(word), 0.0), 1.0) for word in words[at + 1 : at + 4]]
        red, green, blue = (round(value**SRGB_GAMMA, 4) for value in values)
    except ValueError:
        raise Ac3dError("MATERIAL: expected rgb with three numbers") from None
    return red, green, blue


def _numbers(words: list[str], count: int, lines: _Lines) -> FloatArray:
    try:
        values = np.array([float(word) for word in words])
    except ValueError as error:
        raise Ac3dError(f"line {lines.number}: {error}") from None
    if len(values) != count:
        raise Ac3dError(f"line {lines.number}: expected {count} numbers, got {len(values)}")
    return values


def _points(rows: list[str], lines: _Lines) -> FloatArray:
    try:
        return np.array([row.split()[:3] for row in rows], dtype=np.float64).reshape(-1, 3)
    except ValueError as error:
        raise Ac3dError(f"before line {lines.number}: expected three numbers a vertex ({error})") from None


def _count(words: list[str], lines: _Lines) -> int:
    if len(words) != 1 or not words[0].isdecimal() or len(words[0]) > 9:
        raise Ac3dError(f"line {lines.number}: expected a count, got {' '.join(words)[:40]!r}")
    return int(words[0])
