"""What people have: posed frames with optional depth and ids, in memory or on disk.

A frame's pictures are read when they are asked for, so that a capture of a thousand frames costs no memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spacevista.errors import CaptureError
from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray, Int32Array, frozen_floats
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale

SKY_ID = -1  # in `ids`: nothing there as far as anyone can see; 0 is background or unlabelled


class FrameImages(Protocol):
    """Where a frame's pictures come from. Each method returns the same array whenever it is called."""

    def color(self) -> ByteArray:
        """Return H x W x 3, sRGB."""
        ...

    def depth_m(self) -> Float32Array | None:
        """Return H x W z-depth in metres, 0 where there is none; None if the capture has no depth."""
        ...

    def ids(self) -> Int32Array | None:
        """Return H x W object ids (positive), 0 for background, SKY_ID for sky; None if the capture has none."""
        ...


@dataclass(frozen=True, eq=False)
class MemoryImages:
    """Pictures held in memory."""

    color_rgb: ByteArray | None = None
    depth_map_m: Float32Array | None = None
    id_map: Int32Array | None = None

    def color(self) -> ByteArray:
        if self.color_rgb is None:
            raise CaptureError("this frame was rendered without colour")
        return self.color_rgb

    def depth_m(self) -> Float32Array | None:
        return self.depth_map_m

    def ids(self) -> Int32Array | None:
        return self.id_map


@dataclass(frozen=True)
class Frame:
    """One posed picture. `name` is its file name (relative) or a number; `camera` is at the size of its pictures."""

    name: str
    camera: Camera
    world_from_camera: Pose
    images: FrameImages


@dataclass(frozen=True, eq=False)
class Capture:
    """A posed capture of a static scene.

    Attributes:
        id: unique among captures; seeds every random choice made about the scene.
        scale: the scene scale.
        frames: in order of time.
        categories: object id -> category in plain words ("tissue box"); ids without one are pointed at, never named.
        up: unit vector against gravity in the world frame; None: unknown, to be estimated.
        length_sigma: relative standard error of the depth's metric scale (0: exact), from the sensor's data sheet.
        licence: SPDX identifier or plain words, carried into every question.
        source: where the capture comes from, in public words.
        dropped: (what, reason) of everything a reader left out.
        corrected: (what, correction) of everything it kept but had to mend (bad depth pixels, inexact rotations).
    """

    id: str
    scale: Scale
    frames: tuple[Frame, ...]
    categories: Mapping[int, str]
    up: FloatArray | None
    length_sigma: float
    licence: str
    source: str
    dropped: tuple[tuple[str, str], ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.frames:
            raise CaptureError(f"capture {self.id}: expected at least one usable frame, got none")
        if self.up is not None:
            up = frozen_floats(self.up, (3,), "up")
            if abs(float(np.linalg.norm(up)) - 1) > 1e-6:
                raise CaptureError(f"capture {self.id}: expected up to be a unit vector, got {up.tolist()}")
            object.__setattr__(self, "up", up)
        if not 0 <= self.length_sigma < 1:
            raise CaptureError(f"capture {self.id}: expected a length_sigma of 0 to 1, got {self.length_sigma}")
