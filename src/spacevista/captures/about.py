"""What a folder of a known layout does not say of itself: `about.toml` (docs/captures.md), beside it or elsewhere.

A layout tells where the pictures and poses are, not how large the scene is, how good the sensor, or under which terms.
A folder that carries the published name of a data set needs no `about.toml`; any other one does: nothing is guessed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from spacevista.captures.frame_files import check_centre, make_camera
from spacevista.captures.gather import Gathered
from spacevista.captures.names import check_capture_id
from spacevista.captures.pinhole import LensCamera, lens_of, resampling_notes
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, Size, inside, read_bytes
from spacevista.captures.toml_schema import BrownNumbers, FisheyeNumbers, NonEmpty, Positive
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale

ABOUT_FILE = "about.toml"


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Intrinsics of a colour camera in pixels, and its lens: Brown's k1, k2, p1, p2, k3 or the fisheye's k1 to k4.

    `first_pixel_centre`: where the calibration puts the centre of the top left pixel, 0 (OpenCV) or 0.5 (as here).
    """

    fx_px: Positive
    fy_px: Positive
    cx_px: float
    cy_px: float
    first_pixel_centre: float
    brown: BrownNumbers | None = None
    fisheye: FisheyeNumbers | None = None

    def __post_init__(self) -> None:
        if self.first_pixel_centre not in {0.0, 0.5}:
            raise ValueError(f"expected first_pixel_centre 0 or 0.5, got {self.first_pixel_centre}")
        if self.brown is not None and self.fisheye is not None:
            raise ValueError("expected brown or fisheye, got both")

    def view(self, size: Size, where: str) -> LensCamera:
        """Return the camera for pictures of `size`; CaptureError where no camera can have these numbers."""
        numbers = (self.fx_px, self.fy_px, self.cx_px, self.cy_px)
        camera = make_camera(size, numbers, where, self.first_pixel_centre)
        check_centre(camera, where)
        return LensCamera(camera, lens_of(self.brown, self.fisheye, where))


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `about.toml` holds; the meaning of each key is that of `capture.toml`."""

    scale: Scale
    licence: NonEmpty
    source: NonEmpty
    length_sigma: Annotated[float, Meta(gt=0, lt=1)]
    id: NonEmpty | None = None
    up: tuple[float, float, float] | None = None
    calibration: Calibration | None = None


def read_about(folder: Path, elsewhere: Path | None, published: About | None) -> About:
    """Return what is said of a folder: in the file `elsewhere`, else in its `about.toml`, else what was published.

    Raises:
        CaptureError: there is none of the three, or the file cannot be used (the message names the key).
    """
    file = inside(folder, ABOUT_FILE) if elsewhere is None else SafeFile(elsewhere, elsewhere.name)
    if elsewhere is None and not file.path.exists():
        if published is None:
            raise CaptureError(
                f"{folder.name}: expected {ABOUT_FILE} with scale, licence, source and length_sigma: the folder does "
                "not say them itself (docs/captures.md)"
            )
        return published
    return decode_about(file)


def decode_about(file: SafeFile) -> About:
    """Return the validated description (CaptureError names the key that is wrong)."""
    try:
        return msgspec.toml.decode(read_bytes(file), type=About)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise CaptureError(f"{file.name}: {error}") from None


def refuse_calibration(about: About, where: str) -> None:
    """Raise CaptureError where a calibration is given for a layout that has one of its own, in `where`."""
    if about.calibration is not None:
        raise CaptureError(f"{ABOUT_FILE}: expected no calibration, the folder has its own in {where}")


def capture_of(folder: Path, layout: str, about: About, gathered: Gathered) -> Capture:
    """Return the capture of a folder of a known layout; without an id of its own it is named after both."""
    name = about.id or f"{layout}-" + re.sub(r"[^A-Za-z0-9_-]", "-", folder.resolve().name)
    check_capture_id(name, folder.name)
    return Capture(
        id=name,
        scale=about.scale,
        frames=gathered.frames,
        categories={},
        up=unit_vector(about.up, ABOUT_FILE),
        length_sigma=about.length_sigma,
        licence=about.licence,
        source=about.source,
        dropped=gathered.dropped,
        corrected=gathered.corrected + resampling_notes(gathered.frames),
    )


def unit_vector(direction: tuple[float, float, float] | None, where: str) -> FloatArray | None:
    """Return `up` as a unit vector (CaptureError: it has no direction)."""
    if direction is None:
        return None
    length = float(np.linalg.norm(direction))
    if not (np.isfinite(length) and length > 0):
        raise CaptureError(f"{where}: up: expected a direction, got {direction}")
    return np.asarray(direction, dtype=np.float64) / length
