"""The pinhole camera: x right, y down, z forward; pixel centres at +0.5 (docs/conventions.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray

MAX_SIDE_PX = 32_768


@dataclass(frozen=True)
class Camera:
    """Pinhole intrinsics in pixels; the centre of the top left pixel is at (0.5, 0.5)."""

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float

    def __post_init__(self) -> None:
        if not (0 < self.width_px <= MAX_SIDE_PX and 0 < self.height_px <= MAX_SIDE_PX):
            raise GeometryError(
                f"camera: expected sides of 1 to {MAX_SIDE_PX} px, got {self.width_px} x {self.height_px}"
            )
        numbers = (self.fx_px, self.fy_px, self.cx_px, self.cy_px)
        if not all(math.isfinite(n) for n in numbers) or self.fx_px <= 0 or self.fy_px <= 0:
            raise GeometryError(f"camera: expected finite intrinsics with positive focal lengths, got {numbers}")

    @staticmethod
    def from_fov(width_px: int, height_px: int, horizontal_fov_deg: float) -> Camera:
        """Return a camera with square pixels and the principal point in the middle."""
        if not 0 < horizontal_fov_deg < 180:
            raise GeometryError(f"camera: expected a field of view of 0 to 180 degrees, got {horizontal_fov_deg}")
        focal = width_px / 2 / math.tan(math.radians(horizontal_fov_deg) / 2)
        return Camera(width_px, height_px, focal, focal, width_px / 2, height_px / 2)

    @property
    def horizontal_fov_deg(self) -> float:
        left, right = math.atan(self.cx_px / self.fx_px), math.atan((self.width_px - self.cx_px) / self.fx_px)
        return math.degrees(left + right)

    def resized(self, width_px: int, height_px: int) -> Camera:
        """Return the camera of the same picture at another size (pixel centres at +0.5 need no shift)."""
        sx, sy = width_px / self.width_px, height_px / self.height_px
        return Camera(width_px, height_px, self.fx_px * sx, self.fy_px * sy, self.cx_px * sx, self.cy_px * sy)

    def project(self, points_camera_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return pixels (..., 2) and z-depth (...) of points (..., 3); pixels are NaN where z is not positive."""
        z = points_camera_m[..., 2]
        safe = np.where(z > 0, z, np.nan)
        u = self.fx_px * points_camera_m[..., 0] / safe + self.cx_px
        v = self.fy_px * points_camera_m[..., 1] / safe + self.cy_px
        return np.stack([u, v], axis=-1), z

    def back_project(self, pixels: FloatArray, depth_m: FloatArray) -> FloatArray:
        """Return camera-frame points (..., 3) of pixels (..., 2) at z-depth (...)."""
        x = (pixels[..., 0] - self.cx_px) / self.fx_px * depth_m
        y = (pixels[..., 1] - self.cy_px) / self.fy_px * depth_m
        return np.stack([x, y, np.broadcast_to(depth_m, x.shape)], axis=-1)

    def pixel_centres(self) -> FloatArray:
        """Return the centres of all pixels, H x W x 2."""
        u, v = np.meshgrid(np.arange(self.width_px) + 0.5, np.arange(self.height_px) + 0.5)
        return np.stack([u, v], axis=-1)

    def rays(self) -> FloatArray:
        """Return camera-frame directions with z = 1 through all pixel centres, H x W x 3: t along one is z-depth."""
        return self.back_project(self.pixel_centres(), np.ones((self.height_px, self.width_px)))

    def contains(self, pixels: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell which pixels (..., 2) lie in the picture."""
        u, v = pixels[..., 0], pixels[..., 1]
        return np.asarray((u >= 0) & (u < self.width_px) & (v >= 0) & (v < self.height_px))
