"""Marks on frames: by frame, held against its size, drawn; given in pixels of the full-size frame, on any picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw

from spacevista.errors import SpacevistaError
from spacevista.qa.check import check_box, check_point
from spacevista.qa.masks import decode_mask, mask_size
from spacevista.qa.record import Color, Mark

RGB: dict[Color, tuple[int, int, int]] = {
    "red": (230, 25, 25),
    "blue": (30, 70, 240),
    "green": (20, 170, 40),
    "yellow": (250, 215, 0),
}
POINT_RADIUS = 0.012  # of the shorter side: 6 pixels at 480, seen at once and small beside an object
LINE_WIDTH = 0.006
MASK_STRENGTH = 0.45  # of the colour: what is under the mask can still be seen

MarksOf = Mapping[int, Sequence[Mark]]  # of each frame that has some, by its index


def by_frame(marks: Iterable[Mark]) -> MarksOf:
    """Return the marks of each frame that has some."""
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.frame_index].append(mark)
    return found


def check_on_frame(mark: Mark, size_px: tuple[int, int], other_mask: type[SpacevistaError]) -> None:
    """Check a mark against the (width, height) of its full-size frame.

    Raises:
        DatasetError: a point or box does not lie on the frame, or a mask cannot be read.
        other_mask: a mask is of another size.
    """
    if mark.kind == "point":
        check_point(mark.coords, size_px)
    elif mark.kind == "box":
        check_box(mark.coords, size_px)
    elif (found := mask_size(mark.mask_rle)) != size_px:
        raise other_mask(f"expected a mask of the frame's {size_px} pixels, got {found}")


def draw_marks(picture: Image.Image, marks: Iterable[Mark], full_size_px: tuple[int, int]) -> Image.Image:
    """Return a picture (RGB, of any size) with marks on it.

    Args:
        marks: those on this frame, in pixels of the full-size frame.
        full_size_px: (width, height) of the full-size frame.
    """
    drawn = picture.convert("RGB")
    for mark in sorted(marks, key=lambda m: m.kind != "mask"):  # masks first, so that they cover no other mark
        if mark.kind == "mask":
            drawn = _with_mask(drawn, mark)
        elif mark.kind == "point":
            _draw_point(drawn, mark, full_size_px)
        else:
            _draw_box(drawn, mark, full_size_px)
    return drawn


def _scaled(coords: list[float], size: tuple[int, int], full_size_px: tuple[int, int]) -> list[float]:
    return [c * size[i % 2] / full_size_px[i % 2] for i, c in enumerate(coords)]


def _draw_point(picture: Image.Image, mark: Mark, full_size_px: tuple[int, int]) -> None:
    x, y = _scaled(mark.coords, picture.size, full_size_px)
    radius = max(2.0, POINT_RADIUS * min(picture.size))
    # PIL counts from the centre of the first pixel, we from its corner.
    box = (x - 0.5 - radius, y - 0.5 - radius, x - 0.5 + radius, y - 0.5 + radius)
    ImageDraw.Draw(picture).ellipse(box, fill=RGB[mark.color], outline="white", width=max(1, round(radius / 4)))


def _draw_box(picture: Image.Image, mark: Mark, full_size_px: tuple[int, int]) -> None:
    x1, y1, x2, y2 = (round(c) for c in _scaled(mark.coords, picture.size, full_size_px))
    last_x, last_y = max(x2 - 1, x1), max(y2 - 1, y1)  # half-open: the box ends before x2 and y2
    width = max(1, round(LINE_WIDTH * min(picture.size)))
    ImageDraw.Draw(picture).rectangle((x1, y1, last_x, last_y), outline=RGB[mark.color], width=width)


def _with_mask(picture: Image.Image, mark: Mark) -> Image.Image:
    mask = Image.fromarray(decode_mask(mark.mask_rle)).resize(picture.size, Image.Resampling.NEAREST)
    strength = Image.fromarray((np.asarray(mask) * round(255 * MASK_STRENGTH)).astype(np.uint8))
    return Image.composite(Image.new("RGB", picture.size, RGB[mark.color]), picture, strength)
