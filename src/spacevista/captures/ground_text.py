"""What `doctor` says of a georeferenced picture: words and figures, areas by its orthographic camera."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from spacevista.captures.georeferenced import PICTURE_SUFFIXES, GeoreferencedImage
from spacevista.captures.ground_objects import GroundObject

SHOWN = 12  # objects and notes in full; the rest is counted


def holds_tiff(path: Path) -> bool:
    """Tell whether `path` is a folder with a TIFF picture in it."""
    return path.is_dir() and any(entry.suffix.lower() in PICTURE_SUFFIXES for entry in path.iterdir())


def render_ground(image: GeoreferencedImage) -> str:
    """Return what a picture of the ground is and holds, as lines of plain text."""
    camera = image.camera
    along, down = camera.metres_per_pixel
    counts = Counter(thing.category or "without a category" for thing in image.objects)
    named = ", ".join(f"{category} {count}" for category, count in sorted(counts.items()))
    cut = sum(thing.cut for thing in image.objects)
    lines = [
        f"picture    {image.id}, {camera.width_px} x {camera.height_px} px, from straight above, EPSG {image.crs}",
        f"ground     {along * camera.width_px:.4g} x {down * camera.height_px:.4g} m, "
        f"{along:.3g} x {down:.3g} m a pixel",
        f"objects    {len(image.objects)}{f' ({named})' if named else ''}, {cut} cut by the border",
        *_first([f"  {_label(thing)}: {_measures(image, thing)}" for thing in image.objects]),
        f"dropped    {len(image.dropped)}",
        *_first([f"  {what}: {reason}" for what, reason in image.dropped]),
        "later      no depth: nothing can be built from it or asked about it yet; areas and lengths on the ground",
        "  can be measured (docs/georeferenced.md). It does not say its licence and source.",
    ]
    return "\n".join(lines)


def ground_figures(image: GeoreferencedImage) -> dict[str, Any]:
    """Return the same as plain numbers and text; sides are null where the border cuts an object."""
    return {
        "id": image.id,
        "crs": image.crs,
        "size_px": [image.camera.width_px, image.camera.height_px],
        "metres_per_pixel": list(image.camera.metres_per_pixel),
        "objects": [_figures(image, thing) for thing in image.objects],
        "dropped": [list(note) for note in image.dropped],
        "depth": False,
    }


def _figures(image: GeoreferencedImage, thing: GroundObject) -> dict[str, Any]:
    sides = image.rectangle(thing)
    return {
        "id": thing.id,
        "category": thing.category,
        "area_m2": image.area_m2(thing),
        "length_m": sides and sides.length_m,
        "width_m": sides and sides.width_m,
        "cut": thing.cut,
    }


def _label(thing: GroundObject) -> str:
    return f"{thing.category} ({thing.id})" if thing.category else f"object {thing.id}"


def _measures(image: GeoreferencedImage, thing: GroundObject) -> str:
    sides = image.rectangle(thing)
    size = "cut by the border" if sides is None else f"{sides.length_m:.3g} x {sides.width_m:.3g} m"
    return f"{image.area_m2(thing):.3g} m2, {size}"


def _first(lines: list[str]) -> list[str]:
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"  ... and {len(lines) - SHOWN} more"]
