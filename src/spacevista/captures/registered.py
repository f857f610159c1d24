"""Depth from a camera of its own, beside the colour camera: carried into the colour camera's picture.

Every depth pixel's centre is moved by the rig and falls on one pixel of the colour picture; where several do, the
nearest surface counts. No depth is invented: pixels that none falls on, and what the depth camera does not see, have
none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.captures.frame_files import DepthFile, Note, check_maps
from spacevista.captures.safe import SafeFile, read_color
from spacevista.geometry.arrays import ByteArray, Float32Array, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose


@dataclass(frozen=True, eq=False)
class Rig:
    """A depth camera and a colour camera that are fixed to each other."""

    depth_camera: Camera
    color_camera: Camera
    color_from_depth: Pose


@dataclass(frozen=True, eq=False)
class RegisteredImages:
    """The pictures of one frame in files, its depth carried into the colour picture when it is asked for."""

    rig: Rig
    color_file: SafeFile
    depth_file: DepthFile

    def color(self) -> ByteArray:
        camera = self.rig.color_camera
        return read_color(self.color_file, (camera.height_px, camera.width_px))

    def depth_m(self) -> Float32Array | None:
        return self._depth()[0]

    def ids(self) -> Int32Array | None:
        return None

    def check(self) -> list[Note]:
        """Decode everything once; return what had to be corrected (errors as in `FileImages.check`)."""
        self.color()
        return check_maps(self.depth_file, *self._depth(), None)

    def _depth(self) -> tuple[Float32Array, int]:
        camera = self.rig.depth_camera
        raw, bad = self.depth_file.read((camera.height_px, camera.width_px))
        return registered(raw, self.rig), bad


def registered(depth_m: Float32Array, rig: Rig) -> Float32Array:
    """Return the depth map (H, W) of the depth camera as the colour camera's (H', W'), 0: none."""
    row, column = np.nonzero(depth_m > 0)
    centres = np.stack([column + 0.5, row + 0.5], axis=-1)
    points = rig.depth_camera.back_project(centres, depth_m[row, column].astype(np.float64))
    pixels, z = rig.color_camera.project(rig.color_from_depth.apply(points))
    inside = rig.color_camera.contains(pixels)  # pixels behind the camera are NaN, and nowhere
    column, row = np.floor(pixels[inside]).astype(np.int64).T
    nearest = np.full((rig.color_camera.height_px, rig.color_camera.width_px), np.inf, dtype=np.float32)
    np.minimum.at(nearest, (row, column), z[inside].astype(np.float32))
    return np.where(np.isfinite(nearest), nearest, np.float32(0))
