"""Asset packs: folders of meshes of true size that somebody else made, for worlds that no generator here has seen.

A pack is listed when it is loaded; a mesh is read when it is wanted. Meshes need not be closed: sizes come from
vertices and distances from surfaces, which an open mesh has as well.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from spacevista.captures.safe import SafeFile, inside
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.sim.asset_catalogue import CATALOGUE_FILE, CatalogueEntry, read_catalogue
from spacevista.sim.asset_files import SUFFIXES, AssetError, read_mesh
from spacevista.sim.asset_known import KNOWN, SWEETHOME3D
from spacevista.sim.asset_packs import PACK_FILE, MeshRule, PackToml, Up, pack_settings
from spacevista.sim.asset_vrml import Color, RawMesh
from spacevista.sim.raycast import MISS, RayScene
from spacevista.sim.shapes import settled, volume_m3
from spacevista.sim.world import Body, Mesh

MAX_LISTED = 200_000  # files in a pack's folder; the largest known pack has 13,000
FLAT_SHARE = 0.01  # of the longest side: thinner is below a pixel for a thing that is 100 px long
FOOT_SHARE = 0.05  # of the height: what is this near to the ground carries it (the rims of scanned plates are uneven)
OPEN_SHARE = 0.05  # of what is seen: gaps beside a bumper or under a roof, but no wall without its other side
RAYS_ACROSS = 24
UP_AXES: dict[Up, FloatArray] = {  # world_from_file for each axis that may be up: turns, so that nothing is mirrored
    "x": np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]]),
    "y": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "z": np.eye(3),
}


@dataclass(frozen=True)
class AssetFile:
    """One mesh file of a pack, not yet read; `entry` says how large it is where a catalogue does."""

    file: SafeFile
    rule: MeshRule
    category: str
    entry: CatalogueEntry | None = None


@dataclass(frozen=True)
class AssetPack:
    """A listed pack; `files` are sorted by their path."""

    name: str
    licence: str
    source: str
    files: tuple[AssetFile, ...]


@dataclass(frozen=True, eq=False)
class Asset:
    """One thing of a pack: metres, its own up as z, standing on z = 0.

    `colors` are linear RGB for the materials that `mesh` refers to; empty where the file has none.
    """

    name: str
    category: str
    mesh: Mesh
    colors: tuple[Color, ...]

    @property
    def longest_m(self) -> float:
        """The longest side of its upright bounding box."""
        return float(np.ptp(self.mesh.vertices_m, axis=0).max())


def load_pack(folder: Path) -> AssetPack:
    """List the meshes of a pack by its `pack.toml`, its catalogues, or by what is known of it.

    Links out of the folder are left out.

    Raises:
        AssetError: no such folder, an unknown pack, a wrong `pack.toml` or catalogue, or not one mesh.
    """
    if not folder.is_dir():
        raise AssetError("no pack", f"{folder}: expected a folder with an asset pack")
    names = sorted(_listed(folder))
    catalogues = [name for name in names if PurePosixPath(name).name == CATALOGUE_FILE]
    if catalogues and PACK_FILE not in names:
        settings, files = SWEETHOME3D, _furniture(folder, catalogues, names)
    else:
        settings = pack_settings(folder, names, KNOWN)
        files = _things(folder, settings, names)
    if not files:
        raise AssetError("no meshes", f"{folder}: none of {len(names)} files is a mesh of pack {settings.name}")
    return AssetPack(settings.name, settings.licence, settings.source, tuple(files))


def _things(folder: Path, settings: PackToml, names: list[str]) -> list[AssetFile]:
    files = []
    for name in names:
        rule = settings.rule_of(name) if Path(name).suffix.lower() in SUFFIXES else None
        if rule is not None and (file := _confined(folder, name)) is not None:
            files.append(AssetFile(file, rule, rule.category or _folder_name(folder, name)))
    return files


def _furniture(folder: Path, catalogues: list[str], names: list[str]) -> list[AssetFile]:
    """Return the furniture of all catalogues whose model is there; a model has the entry that names it first."""
    present = frozenset(names)
    found: dict[str, AssetFile] = {}
    for catalogue in catalogues:
        file = _confined(folder, catalogue)
        base = PurePosixPath(catalogue).parent
        for entry in read_catalogue(file) if file is not None else ():
            name = (base / entry.model).as_posix()
            model = _confined(folder, name) if name in present else None
            if model is not None and name not in found:
                found[name] = AssetFile(model, SWEETHOME3D.meshes[0], entry.name, entry)
    return [found[name] for name in sorted(found)]


def _listed(folder: Path) -> Iterator[str]:
    """Yield the paths of the pack's meshes, pack.toml and catalogues, relative, with / between the parts."""
    seen = 0
    for base, _, names in os.walk(folder, followlinks=False):
        seen += len(names)
        if seen > MAX_LISTED:
            raise AssetError("too many files", f"{folder}: expected at most {MAX_LISTED}")
        for name in names:
            path = (Path(base) / name).relative_to(folder).as_posix()
            if Path(name).suffix.lower() in SUFFIXES or path == PACK_FILE or name == CATALOGUE_FILE:
                yield path


def _confined(folder: Path, name: str) -> SafeFile | None:
    try:
        return inside(folder, name)
    except CaptureError:  # a link that leaves the folder
        return None


def _folder_name(folder: Path, name: str) -> str:
    """Return the name of the folder that holds a file, as words."""
    holder = PurePosixPath(name).parent.name or folder.resolve().name
    return re.sub(r"[\W_]+", " ", holder).strip().lower() or "thing"


def open_asset(entry: AssetFile) -> Asset:
    """Read one mesh of a pack, upright and in metres.

    Raises:
        AssetError: `read_mesh` refuses it, or it has no surface, is flat, would fall over, or is open where its rule
            says that it must be closed.
    """
    raw = read_mesh(entry.file)
    in_metres = raw.vertices * entry.rule.unit_m if entry.entry is None else _as_catalogued(raw, entry.entry)
    upright = in_metres @ UP_AXES[entry.rule.up].T
    mesh = settled(_outward(_without_slivers(raw, upright, entry.file.name)))
    size = np.ptp(mesh.vertices_m, axis=0)
    if size.min() < FLAT_SHARE * size.max():
        raise AssetError(
            "flat", f"{entry.file.name}: {size.tolist()} m is thinner than {FLAT_SHARE} of its longest side"
        )
    if not stands(mesh):
        raise AssetError("would fall over", f"{entry.file.name}: its centre is not above what it stands on")
    if entry.rule.closed and (share := inner_share(mesh)) > OPEN_SHARE:
        raise AssetError("open", f"{entry.file.name}: {share:.0%} of what is seen is its inner side")
    return Asset(entry.file.name, entry.category, mesh, raw.colors)


def _as_catalogued(raw: RawMesh, entry: CatalogueEntry) -> FloatArray:
    """Return the vertices (V, 3) turned, and scaled axis by axis to the catalogue's size, in metres."""
    turned = raw.vertices @ entry.rotation.T
    used = turned[raw.faces.ravel()]
    size = np.ptp(used, axis=0)
    if not (size > 0).all():
        raise AssetError("flat", f"{entry.model}: {size.tolist()} in its file's unit")
    return np.asarray(turned * (np.array(entry.size_m) / size))


def inner_share(mesh: Mesh) -> float:
    """Return the share of rays from around and above a mesh that meet it, and there its inner side."""
    low, high = mesh.vertices_m.min(axis=0), mesh.vertices_m.max(axis=0)
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    scene = RayScene((Body(1, "asset", mesh, ()),))
    steps = radius * ((np.arange(RAYS_ACROSS) + 0.5) / RAYS_ACROSS * 2 - 1)
    side, up = (grid.reshape(-1, 1) for grid in np.meshgrid(steps, steps))
    met = inner = 0
    for elevation in np.radians((8.0, 35.0, 65.0)).tolist():
        for azimuth in np.radians(np.arange(0, 360, 45.0) + 11.0).tolist():
            level = math.cos(elevation)
            ahead = -np.array([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
            right = np.array([ahead[1], -ahead[0], 0.0]) / level
            starts = middle - 2 * radius * ahead + side * right + up * np.cross(right, ahead)
            hits = scene.hits(starts, np.tile(ahead, (len(starts), 1)))
            found = hits.distance < MISS
            met += int(found.sum())
            inner += int((hits.normal[found] @ ahead > 0).sum())
    return inner / max(met, 1)


def _without_slivers(raw: RawMesh, vertices_m: FloatArray, name: str) -> Mesh:
    """Return the mesh without faces of no area and without vertices that no face uses (they would count as size)."""
    corners = vertices_m[raw.faces]
    doubled = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    kept = doubled > 0
    if not kept.any():
        raise AssetError("no faces", f"{name}: every face has no area")
    used, faces = np.unique(raw.faces[kept], return_inverse=True)
    colors = np.zeros(int(kept.sum()), dtype=np.int32) if raw.face_colors is None else raw.face_colors[kept]
    return Mesh(vertices_m[used], faces.reshape(-1, 3).astype(np.int32), colors)


def _outward(mesh: Mesh) -> Mesh:
    """Turn a mesh that encloses a negative volume, so that its faces look outward."""
    return mesh if volume_m3(settled(mesh)) >= 0 else Mesh(mesh.vertices_m, mesh.faces[:, ::-1], mesh.face_materials)


def stands(mesh: Mesh) -> bool:
    """Tell whether the centre of the surface of a mesh, which touches z = 0, lies above what touches the ground."""
    corners = mesh.vertices_m[mesh.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    centre = (corners.mean(axis=1) * areas[:, None]).sum(axis=0)[:2] / areas.sum()
    vertices = mesh.vertices_m
    feet = vertices[vertices[:, 2] <= FOOT_SHARE * vertices[:, 2].max(), :2]
    try:
        sides = ConvexHull(feet).equations
    except (QhullError, ValueError):  # it touches the ground in a point or along a line
        return False
    return bool((sides[:, :2] @ centre + sides[:, 2] <= 0).all())
