"""Depth noise: measured from each depth map alone, and averaged away along smooth surfaces.

Both work on inverse depth, which is affine over a plane in the picture: its second difference is noise and curvature.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numba
import numpy as np

from spacevista.geometry.arrays import BoolArray, Float32Array, FloatArray, Int32Array

QUIET = 3e-4  # relative; below it a depth map is taken as exact: curvature alone measures up to about this
RADIUS_PX = 3  # the window is 7 x 7
BINS = 6
FRAMES = 6  # are enough to measure the noise on
STEEP = 2.7  # footprints of depth a pixel: tan(70 degrees), the steepest view of a surface that is averaged along


@dataclass(frozen=True)
class DepthError:
    """Standard error of one pixel's z-depth: constant_m + relative * z."""

    constant_m: float
    relative: float

    def at(self, depth_m: FloatArray | Float32Array) -> FloatArray:
        return np.asarray(self.constant_m + self.relative * np.asarray(depth_m, dtype=np.float64))


def measure_depth_error(depths_m: list[Float32Array]) -> DepthError:
    """Return the noise of depth maps (H, W; 0 = none), fitted over bins of depth; zero below QUIET.

    The second difference of inverse depth w has variance 6 sigma_w^2 under white noise; the median of its size over a
    bin is robust against edges, as long as most pixels lie on surfaces.
    """
    depth, sigma = [], []
    for depth_map in depths_m[:: max(len(depths_m) // FRAMES, 1)]:
        z = depth_map.astype(np.float64)
        step = spacing_px(depth_map)
        with np.errstate(divide="ignore", invalid="ignore"):
            w = np.where(z > 0, 1 / z, np.nan)
        middle = w[step:-step, step:-step]
        across = np.abs(w[step:-step, 2 * step :] - 2 * middle + w[step:-step, : -2 * step])
        down = np.abs(w[2 * step :, step:-step] - 2 * middle + w[: -2 * step, step:-step])
        # The smaller of the two is less often at an edge or on a curved surface.
        second = np.minimum(across, down)
        good = np.isfinite(second)
        depth.append(z[step:-step, step:-step][good])
        sigma.append((second * z[step:-step, step:-step] ** 2)[good])
    return fit_error(np.concatenate(depth), np.concatenate(sigma))


def spacing_px(depth_m: Float32Array) -> int:
    """Return the distance of neighbouring measured pixels: 1, or 2 to 4 where depth lies on a sparser grid."""
    valid = depth_m > 0
    for step in (1, 2, 3):
        paired = valid[:, :-step] & valid[:, step:]
        if paired.sum() > 0.5 * valid.sum():
            return step
    return 4


# Median of the smaller of two |N(0, 1)| with correlation 2/3, as the two second differences through one pixel have
# (4 sigma^2 of 6 sigma^2 are the shared centre): 0.403, by drawing a million of them.
MEDIAN_OF_SMALLER = 0.403


def fit_error(depth_m: FloatArray, second_m: FloatArray) -> DepthError:
    """Fit constant + relative * z to the noise of pixels (N,), given the smaller second difference of each (N,)."""
    if len(depth_m) < 1000:
        return DepthError(0.0, 0.0)
    edges = np.quantile(depth_m, np.linspace(0, 1, BINS + 1))
    middles, sigmas = [], []
    for low, high in pairwise(edges):
        inside = (depth_m >= low) & (depth_m <= high)
        middles.append(float(np.median(depth_m[inside])))
        sigmas.append(float(np.median(second_m[inside])) / (MEDIAN_OF_SMALLER * np.sqrt(6)))
    z, s = np.array(middles), np.array(sigmas)
    relative = float(np.median(s / z))
    if relative < QUIET:
        return DepthError(0.0, 0.0)
    design = np.stack([1 / z, np.ones(BINS)], axis=1)
    constant, slope = np.linalg.lstsq(design, s / z, rcond=None)[0]
    if constant < 0 or slope < 0:
        return DepthError(0.0, relative)
    return DepthError(float(constant), float(slope))


def smoothed(
    depth_m: Float32Array, ids: Int32Array, sky_id: int, error: DepthError, focal_px: float
) -> tuple[Float32Array, Float32Array]:
    """Return the depth map (H, W) averaged along surfaces, and the standard error (H, W) that is left, metres.

    Each pixel gets the value of a plane fitted to the pixels around it that lie on its surface. A pixel without depth
    gets one where pixels on opposite sides of it have it and agree; sky stays as it is. Pixels of other `ids` (H, W)
    are left out: where an object meets its support the plane would cut the corner between them.
    """
    inverse = np.zeros(depth_m.shape)
    np.divide(1.0, depth_m, out=inverse, where=depth_m > 0)
    bridge_holes(inverse, ids == sky_id, STEEP / focal_px)
    z = 1 / np.where(inverse > 0, inverse, 1)
    sigma = np.where(inverse > 0, error.at(z) * inverse**2, 0)
    out, left = np.zeros(depth_m.shape), np.zeros(depth_m.shape)
    _smooth(inverse, depth_m > 0, ids, sigma, STEEP / focal_px, RADIUS_PX, out, left)
    depth = np.zeros(depth_m.shape, dtype=np.float32)
    np.divide(1.0, out, out=depth, where=out > 0, casting="unsafe")
    return depth, (left * depth.astype(np.float64) ** 2).astype(np.float32)


def bridge_holes(inverse: FloatArray, closed: BoolArray, slope: float) -> None:
    """Give holes (0) of one or two pixels the mean of opposite neighbours that agree to `slope` a pixel; in place."""
    for reach in (1, 2):
        hole = (inverse == 0) & ~closed
        for rows, columns in ((0, reach), (reach, 0)):
            one = np.roll(inverse, (rows, columns), axis=(0, 1))
            two = np.roll(inverse, (-rows, -columns), axis=(0, 1))
            both = (one > 0) & (two > 0) & (np.abs(one - two) <= 2 * reach * slope * np.minimum(one, two))
            both[:rows] = both[inverse.shape[0] - rows :] = False  # np.roll wraps around the border
            both[:, :columns] = both[:, inverse.shape[1] - columns :] = False
            inverse[hole & both] = ((one + two) / 2)[hole & both]
            hole &= ~both


@numba.njit(cache=True)
def _smooth(inverse: Any, measured: Any, ids: Any, sigma: Any, slope: float, radius: int, out: Any, left: Any) -> None:
    plane = np.zeros(5)
    for row in range(inverse.shape[0]):
        for column in range(inverse.shape[1]):
            if inverse[row, column] > 0:
                noise = sigma[row, column]
                fit_plane(inverse, measured, ids, noise, slope, radius, row, column, plane)
                out[row, column] = plane[0]
                left[row, column] = noise * np.sqrt(plane[3])


@numba.njit(cache=True)
def fit_plane(
    inverse: Any, measured: Any, ids: Any, noise: float, slope: float, radius: int, row: int, column: int, plane: Any
) -> None:
    """Fit w = a + b dx + c dy to inverse depth around a pixel, in two rounds; of its id, where it agrees.

    Fills `plane` with a, b, c, the variance of a in units of one pixel's, and the number of pixels fitted (0: too few,
    and a is the pixel's own value). The second round takes what is within 3 `noise` of the first plane.
    """
    height, width = inverse.shape
    w = inverse[row, column]
    a, b, c = w, 0.0, 0.0
    plane[0], plane[1], plane[2], plane[3], plane[4] = w, 0.0, 0.0, 1.0, 0.0
    for turn in range(2):
        s1 = sx = sy = sxx = sxy = syy = sw = swx = swy = 0.0
        for y in range(max(row - radius, 0), min(row + radius + 1, height)):
            for x in range(max(column - radius, 0), min(column + radius + 1, width)):
                v = inverse[y, x]
                dx, dy = float(x - column), float(y - row)
                allowed = 3 * noise
                if turn == 0:
                    allowed = 4 * noise + slope * w * max(abs(dx), abs(dy))
                if not measured[y, x] or ids[y, x] != ids[row, column] or abs(v - a - b * dx - c * dy) > allowed:
                    continue
                s1 += 1
                sx += dx
                sy += dy
                sxx += dx * dx
                sxy += dx * dy
                syy += dy * dy
                sw += v
                swx += v * dx
                swy += v * dy
        if s1 < 6:
            return
        # Cramer's rule for the plane a + b dx + c dy; the variance of a is the first entry of the inverse.
        m00, m01, m02 = sxx * syy - sxy * sxy, sxy * sy - sx * syy, sx * sxy - sxx * sy
        det = s1 * m00 + sx * m01 + sy * m02
        if det < 1e-6 * s1 * s1 * s1:
            return
        m11, m12, m22 = s1 * syy - sy * sy, sx * sy - s1 * sxy, s1 * sxx - sx * sx
        a = (m00 * sw + m01 * swx + m02 * swy) / det
        b = (m01 * sw + m11 * swx + m12 * swy) / det
        c = (m02 * sw + m12 * swx + m22 * swy) / det
        plane[0], plane[1], plane[2], plane[3], plane[4] = a, b, c, m00 / det, s1
