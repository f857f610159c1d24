"""Which object a question means: by its name, or by a mark drawn on a frame that shows it.

An object is named only if nothing else in the frames that are sent could go by the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from spacevista.geometry.arrays import BoolArray
from spacevista.qa.masks import encode_mask
from spacevista.qa.record import Color, Mark, MarkKind
from spacevista.scenes.record import Scene, SceneFrame

CLEAR_PX = 100  # 10 x 10: an object of unknown category at least this large might be taken for a named one


@dataclass(frozen=True)
class Sightings:
    """Pixels of each object (positive ids) in each frame of a scene, and what the objects are called."""

    pixels: tuple[dict[int, int], ...]
    categories: dict[int, str | None]

    def of(self, object_id: int, frame_index: int) -> int:
        return self.pixels[frame_index].get(object_id, 0)

    def best_frame(self, object_id: int, frames: Iterable[int]) -> int | None:
        """Return the frame with most pixels of an object, the first of equals; None if none shows it."""
        best = max(frames, key=lambda f: (self.of(object_id, f), -f), default=None)
        return best if best is not None and self.of(object_id, best) else None

    def name(self, object_id: int, frames: Sequence[int]) -> str | None:
        """Return the name that only this object has in `frames`, or None.

        A "box" is not named beside a "tissue box", and nothing is named beside something large of unknown category.
        """
        own = self.categories.get(object_id)
        if own is None:
            return None
        alike = {
            other
            for other, category in self.categories.items()
            if other != object_id and category is not None and f" {category}".lower().endswith(f" {own}".lower())
        }
        for frame in frames:
            for other, pixels in self.pixels[frame].items():
                unknown = other != object_id and self.categories.get(other) is None
                if other in alike or (unknown and pixels >= CLEAR_PX):
                    return None
        return own


def sightings_of(scene: Scene) -> Sightings:
    """Count the pixels of every object in every frame of a scene."""
    return Sightings(
        pixels=tuple(_counts(frame) for frame in scene.frames),
        categories={o.id: o.category for o in scene.objects},
    )


def _counts(frame: SceneFrame) -> dict[int, int]:
    ids, counts = np.unique(frame.ids[frame.ids > 0], return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def mark_object(frame: SceneFrame, frame_index: int, object_id: int, kind: MarkKind, color: Color) -> Mark:
    """Return a mark on an object that `frame` shows; `frame_index` is its place among the frames that are sent."""
    mask = np.asarray(frame.ids == object_id)
    coords, rle = [], ""
    if kind == "point":
        coords = inner_point_px(mask)
    elif kind == "box":
        coords = box_px(mask)
    else:
        rle = encode_mask(mask)
    return Mark(kind, frame_index, coords, rle, color, object_id)


def inner_point_px(mask: BoolArray) -> list[float]:
    """Return the centre of the pixel that lies deepest inside a mask (H x W, not empty); outside the picture is out."""
    x1, y1, x2, y2 = (int(c) for c in box_px(mask))
    depth = ndimage.distance_transform_edt(np.pad(mask[y1:y2, x1:x2], 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return [x1 + float(column) + 0.5, y1 + float(row) + 0.5]


def box_px(mask: BoolArray) -> list[float]:
    """Return the half-open box [x1, y1, x2, y2) of a mask (H x W, not empty)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]
