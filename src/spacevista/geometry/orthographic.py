"""The orthographic camera of a georeferenced picture: it looks straight down, and every pixel covers the same ground.

    (x, y) = world_from_pixel @ (u, v, 1)

x runs east and y north in metres, z is up; u and v are pixels with centres at +0.5 (docs/conventions.md). Lengths and
areas hold in the plane that the picture was rectified to: what leans or stands above it is moved aside, not enlarged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray, frozen_floats
from spacevista.geometry.cameras import MAX_SIDE_PX

FINEST_M, COARSEST_M = 1e-6, 1e4  # a pixel's side on the ground: microscopes to weather satellites


@dataclass(frozen=True, eq=False)
class OrthographicCamera:
    """Size in pixels, and the affine map (2, 3) from pixels to metres on the ground."""

    width_px: int
    height_px: int
    world_from_pixel: FloatArray

    def __post_init__(self) -> None:
        if not (0 < self.width_px <= MAX_SIDE_PX and 0 < self.height_px <= MAX_SIDE_PX):
            raise GeometryError(
                f"orthographic camera: expected sides of 1 to {MAX_SIDE_PX} px, got {self.width_px} x {self.height_px}"
            )
        matrix = frozen_floats(self.world_from_pixel, (2, 3), "world_from_pixel")
        sides = np.linalg.norm(matrix[:, :2], axis=0)
        if not ((sides >= FINEST_M) & (sides <= COARSEST_M)).all():
            raise GeometryError(
                f"world_from_pixel: expected pixels of {FINEST_M:g} to {COARSEST_M:g} m, got {sides.tolist()}"
            )
        determinant = float(np.linalg.det(matrix[:, :2]))
        if determinant > -0.1 * float(np.prod(sides)):
            kind = "a mirrored picture" if determinant > 0 else "axes that all but coincide"
            raise GeometryError(f"world_from_pixel: expected a picture seen from above (determinant < 0), got {kind}")
        object.__setattr__(self, "world_from_pixel", matrix)

    @property
    def metres_per_pixel(self) -> tuple[float, float]:
        """Lengths on the ground of one pixel to the right and one pixel down."""
        along, down = np.linalg.norm(self.world_from_pixel[:, :2], axis=0)
        return float(along), float(down)

    @property
    def pixel_area_m2(self) -> float:
        return abs(float(np.linalg.det(self.world_from_pixel[:, :2])))

    def to_world(self, pixels: FloatArray) -> FloatArray:
        """Return ground points (..., 2) in metres of pixels (..., 2)."""
        return np.asarray(pixels @ self.world_from_pixel[:, :2].T + self.world_from_pixel[:, 2])

    def to_pixels(self, points_m: FloatArray) -> FloatArray:
        """Return pixels (..., 2) of ground points (..., 2)."""
        inverse = np.linalg.inv(self.world_from_pixel[:, :2])
        return np.asarray((points_m - self.world_from_pixel[:, 2]) @ inverse.T)

    def distance_m(self, first_px: FloatArray, second_px: FloatArray) -> float:
        """Return the distance on the ground between two pixels (2,)."""
        return float(np.linalg.norm(self.to_world(first_px) - self.to_world(second_px)))

    def area_m2(self, coverage: FloatArray) -> float:
        """Return the ground area of a picture's share (H, W) of each pixel, from 0 to 1, or of a mask."""
        if coverage.shape != (self.height_px, self.width_px):
            raise GeometryError(
                f"area: expected {self.height_px} x {self.width_px} pixels, got {' x '.join(map(str, coverage.shape))}"
            )
        return float(coverage.sum()) * self.pixel_area_m2

    def resized(self, width_px: int, height_px: int) -> OrthographicCamera:
        """Return the camera of the same picture at another size."""
        scale = np.array([self.width_px / width_px, self.height_px / height_px, 1.0])
        return OrthographicCamera(width_px, height_px, self.world_from_pixel * scale)
