"""Bounded reading of mesh files that somebody else wrote: OBJ, STL and PLY by trimesh, VRML and AC3D by readers here.

Nothing but triangles (and the plain colours of VRML and AC3D) is read: material libraries, textures and every other
file that a mesh may name are never opened. Counts are checked in the header, before a parser allocates for them.
"""

from __future__ import annotations

import io
import re
import struct
from typing import Any

import numpy as np

from spacevista.captures.safe import SafeFile
from spacevista.errors import SpacevistaError
from spacevista.sim.asset_ac3d import read_ac3d
from spacevista.sim.asset_vrml import RawMesh, VrmlError, read_vrml

MAX_FACES = 60_000  # of one asset: ten of them, one world, then cast and collide within seconds
MAX_FILE_BYTES = 16 << 20  # 60,000 faces with normals and texture coordinates take about 8 MB as OBJ text
HEADER_BYTES = 16_384  # no PLY header is longer
STL_HEADER = struct.Struct("<80xI")
STL_FACE_BYTES = 50
PLY_COUNT = re.compile(rb"^element\s+(\w+)\s+(\d+)\s*$", re.MULTILINE)
SUFFIXES = frozenset({".ac", ".obj", ".ply", ".stl", ".wrl"})


class AssetError(SpacevistaError):
    """A pack or one of its meshes cannot be used; `reason` is the cause in a few words, the same for like cases."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


def read_mesh(file: SafeFile) -> RawMesh:
    """Return the triangles of a mesh file, in the file's own units and axes.

    Raises:
        AssetError: the file is missing, too large or damaged, or has more than `MAX_FACES` faces.
    """
    data = _bytes_of(file)
    suffix = file.path.suffix.lower()
    _check_counts(data, suffix, file.name)
    try:
        mesh = _parsed(data, suffix)
    except VrmlError as error:
        raise AssetError("VRML that is not plain shapes", f"{file.name}: {error}") from None
    except Exception as error:  # a hostile file makes a parser raise anything; none of it may end the run
        raise AssetError("damaged file", f"{file.name}: {type(error).__name__}: {error}") from None
    _check_mesh(mesh, file.name)
    return mesh


def _parsed(data: bytes, suffix: str) -> RawMesh:
    match suffix:
        case ".wrl":
            return read_vrml(data)
        case ".ac":
            return read_ac3d(data, MAX_FACES)
    return _through_trimesh(data, suffix)


def _bytes_of(file: SafeFile) -> bytes:
    if not file.path.is_file():
        raise AssetError("missing file", f"{file.name}: expected a regular file")
    size = file.path.stat().st_size
    if not 0 < size <= MAX_FILE_BYTES:
        raise AssetError("file size", f"{file.name}: expected 1 to {MAX_FILE_BYTES} bytes, got {size}")
    return file.path.read_bytes()


def _check_counts(data: bytes, suffix: str, name: str) -> None:
    """Refuse a file whose header, or whose lines, announce more faces than are read."""
    faces = 0
    if suffix == ".obj":
        faces = data.count(b"\nf ")
    elif suffix == ".ac":
        faces = data.count(b"\nSURF")
    elif suffix == ".ply":
        rows = PLY_COUNT.findall(data[:HEADER_BYTES])
        # A vertex of its own for each corner of a face is the most that makes sense.
        faces = max((int(count[:18]) // (3 if kind == b"vertex" else 1) for kind, count in rows), default=0)
    elif suffix == ".stl" and not _is_text_stl(data):
        faces = STL_HEADER.unpack_from(data)[0] if len(data) >= STL_HEADER.size else 0
        if faces <= MAX_FACES and len(data) != STL_HEADER.size + faces * STL_FACE_BYTES:
            expected = STL_HEADER.size + faces * STL_FACE_BYTES
            raise AssetError("damaged file", f"{name}: expected {expected} bytes for {faces} faces, got {len(data)}")
    if faces > MAX_FACES:
        raise AssetError("too many faces", f"{name}: expected at most {MAX_FACES}, got {faces}")


def _is_text_stl(data: bytes) -> bool:
    """Tell text from binary: writers of binary files put `solid` in their header too."""
    return data.lstrip()[:5].lower() == b"solid" and b"facet" in data[:1024]


def _through_trimesh(data: bytes, suffix: str) -> RawMesh:
    import trimesh  # takes seconds to import, and only asset packs need it

    loaded: Any = trimesh.load_mesh(
        io.BytesIO(data), file_type=suffix[1:], resolver=None, skip_materials=True, process=False
    )
    return RawMesh(np.array(loaded.vertices, dtype=np.float64), np.array(loaded.faces, dtype=np.int32), (), None)


def _check_mesh(mesh: RawMesh, name: str) -> None:
    if not 0 < len(mesh.faces) <= MAX_FACES:
        reason = "too many faces" if len(mesh.faces) else "no faces"
        raise AssetError(reason, f"{name}: expected 1 to {MAX_FACES} faces, got {len(mesh.faces)}")
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise AssetError("damaged file", f"{name}: a face names a vertex beyond the {len(mesh.vertices)} there are")
    if not np.isfinite(mesh.vertices[mesh.faces]).all():
        raise AssetError("vertices that are not finite", f"{name}: expected finite coordinates")
