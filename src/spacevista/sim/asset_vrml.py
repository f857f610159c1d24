"""A small reader of VRML 2 as CAD programs export parts: a flat list of `Shape`s with plain materials.

Read: Shape, Appearance, Material, IndexedFaceSet and Coordinate, with DEF and USE of looks. Every other node is
refused, among them those that run scripts or open other files (Script, Inline, ImageTexture). Grammar: ISO/IEC
14772-1, annex A.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from spacevista.geometry.arrays import FloatArray, Int32Array

NODES = frozenset({"Shape", "Appearance", "Material", "IndexedFaceSet", "Coordinate"})
SHARED = frozenset({"Appearance", "Material"})  # USE of points or faces could make a small file grow without bound
MAX_DEPTH = 4  # Shape > Appearance > Material
COMMENT = re.compile(r"#[^\n]*")
TOKEN = re.compile(r'\[[^\[\]{}"]*\]|[{}\[\]]|[^\s,{}\[\]"]+|"[^"]*"')  # a list of numbers is one token
SRGB_GAMMA = 2.2  # CAD colours are picked on a screen; materials here are linear
GREY = (0.5, 0.5, 0.5)

Color = tuple[float, float, float]


class VrmlError(ValueError):
    """The text is not VRML, or uses more of it than is read."""


@dataclass(frozen=True, eq=False)
class RawMesh:
    """Triangles as a file gives them: `vertices` (V, 3) float64 in file units and `faces` (F, 3).

    `colors` are linear RGB and `face_colors` (F,) indexes them; None where the file has no colours that are read.
    """

    vertices: FloatArray
    faces: Int32Array
    colors: tuple[Color, ...]
    face_colors: Int32Array | None


@dataclass(frozen=True)
class Node:
    """One node: its type, its child nodes, and its plain values as words (a list in brackets is one word)."""

    kind: str
    children: dict[str, Node]
    values: dict[str, list[str]]


def read_vrml(data: bytes) -> RawMesh:
    """Return all triangles of a VRML 2 file with the colours of their materials.

    Raises:
        VrmlError: another format, a node that is not read, or damaged text.
    """
    text = data.decode("utf-8", errors="replace")
    if not text.startswith("#VRML V2.0"):
        raise VrmlError(f"expected '#VRML V2.0' at the start, got {text[:16]!r}")
    vertices: list[FloatArray] = []
    faces: list[Int32Array] = []
    colors: dict[Color, int] = {}
    face_colors: list[Int32Array] = []
    start = 0
    for shape in _Parser(COMMENT.sub("", text)).shapes():
        geometry = shape.children.get("geometry")
        if geometry is None:
            continue  # exporters define their materials in shapes of their own
        points, triangles = _triangles(geometry)
        vertices.append(points)
        faces.append(triangles + np.int32(start))
        face_colors.append(np.full(len(triangles), colors.setdefault(_color(shape), len(colors)), dtype=np.int32))
        start += len(points)
    if not faces:
        raise VrmlError("expected shapes with faces, got none")
    return RawMesh(np.vstack(vertices), np.vstack(faces), tuple(colors), np.concatenate(face_colors))


class _Parser:
    """Reads nodes off a stream of tokens; remembers what DEF named."""

    def __init__(self, text: str) -> None:
        self._tokens: Iterator[str] = (match.group() for match in TOKEN.finditer(text))
        self._named: dict[str, Node] = {}

    def shapes(self) -> Iterator[Node]:
        """Yield the nodes of the file, which must all be shapes."""
        for word in self._tokens:
            node = self._node(word, 0)
            if node.kind != "Shape":
                raise VrmlError(f"expected Shape nodes at the top, got {node.kind[:40]}")
            yield node

    def _next(self) -> str:
        word = next(self._tokens, None)
        if word is None:
            raise VrmlError("the text ends inside a node")
        return word

    def _node(self, word: str, depth: int) -> Node:
        if word == "USE":
            name = self._next()
            if name not in self._named:
                raise VrmlError(f"expected DEF {name[:40]} before its USE, for an Appearance or a Material")
            return self._named[name]
        if word == "DEF":
            name = self._next()
            node = self._node(self._next(), depth)
            if node.kind in SHARED:
                self._named[name] = node
            return node
        if word not in NODES or depth >= MAX_DEPTH:
            raise VrmlError(f"expected one of {', '.join(sorted(NODES))}, got {word[:40]!r}")
        if self._next() != "{":
            raise VrmlError(f"expected {{ after {word}")
        return self._body(word, depth)

    def _body(self, kind: str, depth: int) -> Node:
        """Read fields up to the closing brace: a lower-case word, then a node or plain values."""
        node = Node(kind, {}, {})
        field = ""
        while (word := self._next()) != "}":
            if word[0].islower() and not _is_number(word):
                field = word
            elif word in NODES or word in {"DEF", "USE"}:
                node.children[field] = self._node(word, depth + 1)
            elif word in {"{", "["} or not field:
                raise VrmlError(f"expected a field of {kind}, got {word[:40]!r}")
            else:
                node.values.setdefault(field, []).append(word)
        return node


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers(words: list[str], field: str) -> FloatArray:
    parts = chain.from_iterable(word.strip("[]").replace(",", " ").split() for word in words)
    try:
        return np.array([float(part) for part in parts])
    except ValueError as error:
        raise VrmlError(f"{field}: expected numbers ({error})") from None


def _triangles(geometry: Node) -> tuple[FloatArray, Int32Array]:
    """Return the points (V, 3) of an IndexedFaceSet and its polygons, which are convex, cut into fans (F, 3)."""
    coord = geometry.children.get("coord")
    if geometry.kind != "IndexedFaceSet" or coord is None or coord.kind != "Coordinate":
        raise VrmlError(f"expected an IndexedFaceSet with a Coordinate, got {geometry.kind}")
    points = _numbers(coord.values.get("point", []), "point")
    index = _numbers(geometry.values.get("coordIndex", []), "coordIndex")
    if len(points) % 3:
        raise VrmlError(f"point: expected three numbers a point, got {len(points)} numbers")
    points = points.reshape(-1, 3)
    if len(index) and not (np.isin(index, np.arange(-1, len(points)))).all():
        raise VrmlError(f"coordIndex: expected -1 or whole numbers below {len(points)}")
    corners = index.astype(np.int32)
    place = np.arange(len(corners))
    ends = corners == -1
    after_end = np.where(np.concatenate([[True], ends[:-1]]), place, 0) if len(corners) else place
    first = np.maximum.accumulate(after_end)  # where the polygon of each corner starts
    third = place[~ends & (place - first >= 2)]
    faces = np.stack([corners[first[third]], corners[third - 1], corners[third]], axis=1)
    return points, faces[:, ::-1] if geometry.values.get("ccw") == ["FALSE"] else faces


def _color(shape: Node) -> Color:
    """Return the diffuse colour of a shape as linear RGB, grey where it has none."""
    material = shape.children["appearance"].children.get("material") if "appearance" in shape.children else None
    if material is None or "diffuseColor" not in material.values:
        return GREY
    values = _numbers(material.values["diffuseColor"], "diffuseColor")
    if len(values) != 3 or not ((values >= 0) & (values <= 1)).all():
        raise VrmlError(f"diffuseColor: expected three numbers of 0 to 1, got {values[:4].tolist()}")
    red, green, blue = (round(float(value) ** SRGB_GAMMA, 4) for value in values)
    return red, green, blue
