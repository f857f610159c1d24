"""Pictures decoded one at a time, bounded: from files below a folder, or from the bytes of a row.

Orientation tags are not applied: coordinates count the pixels as they are stored, and the released evaluation code
does not turn pictures either. Transparent pictures are put on white.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import IO

from PIL import Image

from spacevista.captures.safe import MAX_PIXELS, check_present, inside
from spacevista.errors import DatasetError

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_ENCODED_BYTES = 1 << 28
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)  # the latter where warnings are errors
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, *_BOMB)


def picture_from_file(root: Path, path: str) -> Image.Image:
    """Return the picture `path` below `root` as RGB.

    Raises:
        CaptureError: the path leaves `root`, or there is no such file.
        DatasetError: not a PNG, JPEG or WebP picture, of an absurd size, or damaged.
    """
    file = inside(root, path)
    check_present(file, MAX_ENCODED_BYTES)
    return _decoded(file.path, file.name)


def picture_from_bytes(encoded: bytes, name: str) -> Image.Image:
    """Return a picture as RGB; raises DatasetError as `picture_from_file`."""
    if len(encoded) > MAX_ENCODED_BYTES:
        raise DatasetError(f"{name}: expected at most {MAX_ENCODED_BYTES} bytes, got {len(encoded)}")
    return _decoded(io.BytesIO(encoded), name)


def resized(picture: Image.Image, longest_edge_px: int | None) -> Image.Image:
    """Return a picture whose longer side is at most `longest_edge_px`; smaller ones, or None, stay as they are."""
    longest = max(picture.size)
    if longest_edge_px is None or longest <= longest_edge_px:
        return picture
    width, height = (max(1, round(side * longest_edge_px / longest)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _decoded(source: Path | IO[bytes], name: str) -> Image.Image:
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if not 0 < picture.width * picture.height <= MAX_PIXELS:
                raise DatasetError(f"{name}: expected 1 to {MAX_PIXELS} pixels, got {picture.width} x {picture.height}")
            return _on_white(picture)
    except DatasetError:
        raise
    except _DAMAGE as error:
        raise DatasetError(f"{name}: expected a {', '.join(FORMATS)} picture, got a damaged file ({error})") from error


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
