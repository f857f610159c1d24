"""Frames of a data set made small for pages and tables, each one decoded once while the rows of its scene go by."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from PIL import Image

from spacevista.errors import DatasetError
from spacevista.qa.check import inside

KEPT_FRAMES = 64  # of a scene, whose rows follow each other

Small = tuple[Image.Image, tuple[int, int]]  # a frame made small (RGB), and its full (width, height) in pixels


def small_frames(data: Path, width_px: int) -> Callable[[str], Small]:
    """Return a function that opens frames below `data`, `width_px` wide.

    It raises DatasetError for a frame that is missing, damaged or outside the folder.
    """

    @lru_cache(maxsize=KEPT_FRAMES)
    def small(frame: str) -> Small:
        file = inside(data, frame)
        try:
            with Image.open(file, formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
                size = (width_px, max(1, round(height * width_px / width)))
                picture.draft("RGB", size)  # a JPEG file is decoded to a fraction of its size, which is faster
                return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), (width, height)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise DatasetError(f"{file}: expected a frame as PNG or JPEG, got {error}") from error

    return small


def jpeg_bytes(picture: Image.Image, quality: int) -> bytes:
    """Return a picture as a JPEG file whose thin coloured lines keep their colour."""
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality, subsampling=0)
    return content.getvalue()
