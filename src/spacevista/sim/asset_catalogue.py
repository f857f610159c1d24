"""Catalogues of Sweet Home 3D furniture: the size of each model in centimetres, its name and how it is turned.

A furniture library (`.sh3f`) is a zip; unpacked, it holds models and a `PluginFurnitureCatalog.properties` with keys
`name#7`, `model#7`, `width#7`, ... (Java properties: ISO 8859-1 with \\uXXXX). A model's own unit is its author's: it
is scaled, axis by axis, to the catalogue's width (x), height (y, up) and depth (z), as the program does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spacevista.captures.safe import SafeFile, check_present
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.sim.asset_files import AssetError

CATALOGUE_FILE = "PluginFurnitureCatalog.properties"
MAX_CATALOGUE_BYTES = 4 << 20  # the largest known one has 150 kB
CENTIMETRE_M = 0.01
MOST_CM = 10_000.0
ENTRY = re.compile(r"^\s*(\w+)#(\d{1,6})\s*[=:]\s*(.*?)\s*$")
UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
NOT_FURNITURE = frozenset(
    {"Characters", "Exterior", "Doors and windows", "Lights", "Staircases", "Vehicles", "Miscellaneous"}
)
ROTATION_ERROR = 1e-3  # how far from orthogonal a rotation may be


@dataclass(frozen=True, eq=False)
class CatalogueEntry:
    """One piece of furniture: its model's path, from the catalogue's folder, and how it stands in a room.

    Attributes:
        size_m: width (x), height (y, up) and depth (z) after `rotation`.
        rotation: (3, 3), of the model's file.
    """

    model: str
    name: str
    size_m: tuple[float, float, float]
    rotation: FloatArray


def read_catalogue(file: SafeFile) -> Iterator[CatalogueEntry]:
    """Yield the things of a catalogue that stand on a floor; lamps, doors, people and what belongs outside are not.

    Raises:
        AssetError: the file is missing or too large, or an entry lacks a size or has a wrong one.
    """
    try:
        check_present(file, MAX_CATALOGUE_BYTES)
    except CaptureError as error:
        raise AssetError("wrong catalogue", str(error)) from None
    entries: dict[int, dict[str, str]] = {}
    for line in file.path.read_text(encoding="latin-1").splitlines():
        match = ENTRY.match(line)
        if match:
            key, number, value = match.groups()
            entries.setdefault(int(number), {})[key] = UNICODE.sub(lambda hit: chr(int(hit.group(1), 16)), value)
    for number, values in sorted(entries.items()):
        if _stands_on_a_floor(values):
            yield _entry(values, f"{file.name}: entry {number}")


def _stands_on_a_floor(values: dict[str, str]) -> bool:
    fixed = values.get("doorOrWindow", "false") == "true" or "elevation" in values
    return not fixed and values.get("category", "") not in NOT_FURNITURE and "model" in values


def _entry(values: dict[str, str], where: str) -> CatalogueEntry:
    width, height, depth = (_length_m(values, key, where) for key in ("width", "height", "depth"))
    return CatalogueEntry(
        values["model"].lstrip("/"), _plain_name(values, where), (width, height, depth), _rotation(values, where)
    )


def _length_m(values: dict[str, str], key: str, where: str) -> float:
    try:
        centimetres = float(values[key])
    except (KeyError, ValueError):
        raise AssetError("wrong catalogue", f"{where}: expected {key} in centimetres, got {values.get(key)}") from None
    if not 0 < centimetres <= MOST_CM:
        raise AssetError("wrong catalogue", f"{where}: expected {key} of 0 to {MOST_CM:g} cm, got {centimetres}")
    return centimetres * CENTIMETRE_M


def _plain_name(values: dict[str, str], where: str) -> str:
    """Return the name in lower case without numbers ("Chair 2" is a chair)."""
    name = re.sub(r"[^\w']+|[\d_]+", " ", values.get("name", "")).strip().lower()
    if not name:
        raise AssetError("wrong catalogue", f"{where}: expected a name")
    return name[:60]


def _rotation(values: dict[str, str], where: str) -> FloatArray:
    """Return `modelRotation`, nine numbers row by row; no turn where there is none."""
    text = values.get("modelRotation")
    if text is None:
        return np.eye(3)
    try:
        matrix = np.array([float(word) for word in text.split()]).reshape(3, 3)
    except ValueError:
        raise AssetError("wrong catalogue", f"{where}: expected nine numbers, got {text[:60]!r}") from None
    if not np.abs(matrix @ matrix.T - np.eye(3)).max() < ROTATION_ERROR or np.linalg.det(matrix) < 0:
        raise AssetError("wrong catalogue", f"{where}: expected a rotation, got {text[:60]!r}")
    return matrix
