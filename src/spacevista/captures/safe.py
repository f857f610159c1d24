"""Bounded, validated decoding of files that somebody else wrote.

Nothing is allocated before its size was read from a header and found bounded; nothing is ever unpickled; no path
leaves the capture's root. Every error is a `CaptureError` that names the file relative to that root.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spacevista.errors import CaptureError
from spacevista.geometry.arrays import ByteArray

MAX_PIXELS = 64_000_000  # above the largest camera sensors in use; a frame's three maps then stay under 1 GiB
MAX_FILE_BYTES = 1 << 29  # 64 Mpx of float64, the largest array read
MAX_TEXT_BYTES = 1 << 26  # capture.json of 100,000 frames takes half of it
PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".pth", ".pt", ".joblib", ".dill"})
ZIP_END = struct.Struct("<4s4H2LH")  # end record of a zip: the counts and size of its table of contents
ZIP64_LOCATOR_BYTES = 20  # stands before the end record where a larger table replaces it
MAX_DIRECTORY_BYTES = 1024  # one entry takes less than 200
MAX_HEADER_BYTES = 512  # numpy pads the header of a plain array to 128 or less
NPY_HEADER = re.compile(
    r"\{'descr': '(?P<descr>[^']{1,16})', 'fortran_order': (?P<order>True|False), "
    r"'shape': \((?P<shape>(?:\d{1,9}(?:, \d{1,9}){0,7},?)?)\), \} *\n"
)
NUMBER_KINDS = "iuf"  # numpy kinds that are plain numbers: no objects, which would be pickled

Size = tuple[int, int]  # height, width


@dataclass(frozen=True)
class SafeFile:
    """A path that was found to lie inside a capture's root; `name` is relative to it and appears in messages."""

    path: Path
    name: str


def inside(root: Path, relative: str) -> SafeFile:
    """Return the file `relative` of the folder `root`; it need not exist.

    Raises:
        CaptureError: absolute, with `..`, leaving the root through a symbolic link, or a pickle by its name.
    """
    pure = PurePosixPath(relative)
    if not relative or pure.is_absolute() or ".." in pure.parts or "\\" in relative or "\0" in relative:
        raise CaptureError(f"{relative!r}: expected a path inside the capture's folder, without .. or a leading /")
    if pure.suffix.lower() in PICKLE_SUFFIXES:
        raise CaptureError(f"{relative}: pickle files run what they hold and are never opened; use PNG or npz")
    try:
        path = (root / pure).resolve()
        outside = not path.is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:  # too long a name, a loop of links
        raise CaptureError(f"{relative}: not a usable path ({error})") from None
    if outside:
        raise CaptureError(f"{relative}: expected a file inside the capture's folder, got a link that leaves it")
    return SafeFile(path, str(pure))


def check_present(file: SafeFile, limit_bytes: int = MAX_FILE_BYTES) -> None:
    """Raise CaptureError unless `file` is a regular file of 1 to `limit_bytes` bytes."""
    if not file.path.is_file():
        raise CaptureError(f"{file.name}: missing, or not a regular file")
    size = file.path.stat().st_size
    if not 0 < size <= limit_bytes:
        raise CaptureError(f"{file.name}: expected 1 to {limit_bytes} bytes, got {size}")


def read_bytes(file: SafeFile) -> bytes:
    """Return the bytes of a text-sized file."""
    check_present(file, MAX_TEXT_BYTES)
    return file.path.read_bytes()


def read_text(file: SafeFile) -> str:
    """Return the text (UTF-8) of a file."""
    try:
        return read_bytes(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CaptureError(f"{file.name}: expected UTF-8 text, got other bytes at {error.start}") from None


def numbers_of(text: str, name: str) -> list[float]:
    """Return the numbers of a text, separated by white space or commas."""
    try:
        return [float(word) for word in text.replace(",", " ").split()]
    except ValueError as error:
        raise CaptureError(f"{name}: expected numbers only ({error})") from None


def picture_size(file: SafeFile) -> Size:
    """Return height and width from a PNG or JPEG header, without decoding."""
    with _opened_picture(file) as picture:
        return picture.height, picture.width


def read_color(file: SafeFile, size: Size) -> ByteArray:
    """Return H x W x 3 sRGB bytes of an 8-bit PNG or JPEG of exactly `size`; orientation tags are not applied."""
    return _decoded(file, size, {"RGB", "RGBA", "L", "P"}, "an 8-bit colour or grey picture", convert="RGB")


def read_rgba(file: SafeFile, size: Size) -> ByteArray:
    """Return H x W x 4 bytes of an RGBA PNG of exactly `size`."""
    return _decoded(file, size, {"RGBA"}, "an 8-bit RGBA PNG")


def read_number_map(file: SafeFile, size: Size, modes: frozenset[str], kinds: str) -> NDArray[Any]:
    """Return an H x W map of plain numbers from PNG (of the Pillow `modes`), npy or npz (of numpy `kinds`)."""
    suffix = Path(file.name).suffix.lower()
    if suffix == ".npy":
        check_present(file)
        with file.path.open("rb") as stream:
            return _array_from(stream, file.name, size, kinds)
    if suffix == ".npz":
        return _array_from_zip(file, size, kinds)
    if suffix == ".png":
        return _decoded(file, size, modes, f"a PNG of mode {' or '.join(sorted(modes))}")
    raise CaptureError(f"{file.name}: expected a .png, .npy or .npz file")


def number_map_size(file: SafeFile) -> Size:
    """Return height and width of a map of numbers in PNG or npy, from its header, without decoding."""
    if Path(file.name).suffix.lower() != ".npy":
        return picture_size(file)
    check_present(file)
    with file.path.open("rb") as stream:
        shape = _npy_header(stream, file.name)[2]
    if len(shape) != 2 or not 0 < shape[0] * shape[1] <= MAX_PIXELS:
        raise CaptureError(f"{file.name}: expected a map of 1 to {MAX_PIXELS} pixels, got shape {shape}")
    return shape[0], shape[1]


def _opened_picture(file: SafeFile) -> Image.Image:
    check_present(file)
    try:
        picture = Image.open(file.path, formats=("PNG", "JPEG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CaptureError(f"{file.name}: expected at most {MAX_PIXELS} pixels ({error})") from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise CaptureError(f"{file.name}: expected a PNG or JPEG picture, got a damaged header ({error})") from None
    if not 0 < picture.width * picture.height <= MAX_PIXELS:
        picture.close()
        raise CaptureError(f"{file.name}: expected 1 to {MAX_PIXELS} pixels, got {picture.width} x {picture.height}")
    return picture


def _decoded(
    file: SafeFile, size: Size, modes: set[str] | frozenset[str], wanted: str, convert: str | None = None
) -> NDArray[Any]:
    with _opened_picture(file) as picture:
        _require_size(file.name, (picture.height, picture.width), size)
        if picture.mode not in modes:
            raise CaptureError(f"{file.name}: expected {wanted}, got mode {picture.mode}")
        try:
            return np.array(picture.convert(convert) if convert else picture)
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
            raise CaptureError(f"{file.name}: truncated or damaged ({error})") from None


def _require_size(name: str, got: tuple[int, ...], size: Size) -> None:
    if got != size:
        shown = " x ".join(str(n) for n in got) or "a single number"
        raise CaptureError(f"{name}: expected {size[0]} x {size[1]} pixels (height x width), got {shown}")


def _array_from_zip(file: SafeFile, size: Size, kinds: str) -> NDArray[Any]:
    check_present(file)
    try:
        with file.path.open("rb") as raw:
            _require_short_directory(raw, file.name)
            with zipfile.ZipFile(raw) as archive:
                members = archive.infolist()
                if len(members) != 1 or members[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                    raise CaptureError(
                        f"{file.name}: expected one array, stored or deflated, got {len(members)} members"
                    )
                with archive.open(members[0]) as stream:
                    return _array_from(stream, file.name, size, kinds)
    except CaptureError:
        raise
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise CaptureError(f"{file.name}: truncated or damaged archive ({error})") from None


def _require_short_directory(stream: IO[bytes], name: str) -> None:
    """Check the table of contents of a zip before it is parsed: `zipfile` builds a list of whatever it declares."""
    tail_bytes = min(stream.seek(0, io.SEEK_END), ZIP64_LOCATOR_BYTES + ZIP_END.size)
    stream.seek(-tail_bytes, io.SEEK_END)
    tail = stream.read()
    stream.seek(0)
    if len(tail) < ZIP_END.size or not tail[-ZIP_END.size :].startswith(b"PK\5\6") or tail.startswith(b"PK\6\7"):
        raise CaptureError(f"{name}: truncated or damaged archive (no plain end record)")
    _, _, _, _, entries, directory_bytes, _, _ = ZIP_END.unpack(tail[-ZIP_END.size :])
    if entries != 1 or directory_bytes > MAX_DIRECTORY_BYTES:
        raise CaptureError(f"{name}: expected one array in the archive, got {entries}")


def _array_from(stream: IO[bytes], name: str, size: Size, kinds: str) -> NDArray[Any]:
    """Read one npy array: its header first, then exactly the bytes it declares, so a bomb inflates to no more."""
    descr, fortran_order, shape = _npy_header(stream, name)
    if not re.fullmatch(r"[<>|=](?:[iu][1248]|f[48])", descr) or descr[1] not in kinds:
        wanted = "integers, float32 or float64" if "f" in kinds else "integers"
        raise CaptureError(f"{name}: expected plain numbers ({wanted}), got dtype {descr}")
    _require_size(name, shape, size)
    dtype = np.dtype(descr)
    expected = size[0] * size[1] * dtype.itemsize
    data = stream.read(expected)
    if len(data) != expected:
        raise CaptureError(f"{name}: truncated, expected {expected} bytes of data, got {len(data)}")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran_order else "C")


def _npy_header(stream: IO[bytes], name: str) -> tuple[str, bool, tuple[int, ...]]:
    """Return type, order and shape of an npy array; unlike numpy's parser this evaluates nothing."""
    start = stream.read(8)
    length_bytes = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}.get(start)
    if length_bytes is None:
        raise CaptureError(f"{name}: expected an npy array of version 1.0 or 2.0, got {start!r}")
    length = int.from_bytes(stream.read(length_bytes), "little")
    match = NPY_HEADER.fullmatch(stream.read(min(length, MAX_HEADER_BYTES)).decode("latin-1"))
    if match is None:
        raise CaptureError(f"{name}: damaged npy header, or one of an array with fields")
    return match["descr"], match["order"] == "True", tuple(int(n) for n in re.findall(r"\d+", match["shape"]))
