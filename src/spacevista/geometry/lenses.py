"""Lens distortion in normalised coordinates (x / z, y / z): Brown's model and the fisheye model, and their inverses.

Both as OpenCV's calib3d documentation writes them (distortion coefficients k1, k2, p1, p2, k3; fisheye k1 to k4), the
first after D. C. Brown (1966), the second after Kannala and Brandt (2006). A polynomial lens folds back beyond some
angle, where two directions would share a pixel. Each model here ends there: it is defined on the disc around the axis
on which it is one-to-one, and `distort` and `undistort` are NaN from its edge on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cached_property

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray

MAX_COEFFICIENT = 1e6  # lenses in use stay under 100; far larger ones overflow
START_SAMPLES = 4096  # of the radial table from which Newton's iteration starts
MAX_STEPS = 50
CONVERGED = 1e-14  # of a step, in focal lengths
ACCEPTED = 1e-11  # of the point mapped again, in focal lengths: 4e-8 px at a focal length of 4,000 px
STRAIGHT_ANGLE = math.pi / 2  # a pinhole picture shows nothing at 90 degrees off its axis and beyond
MAX_RADIUS = 1e3  # in focal lengths, 89.94 degrees off the axis: no pinhole picture reaches so far
NEGLIGIBLE = 1e-12  # a term of a polynomial that never becomes larger is none


@dataclass(frozen=True)
class Brown:
    """Radial (k1, k2, k3) and tangential (p1, p2) distortion, in OpenCV's order.

    With s = x^2 + y^2 and the gain g = 1 + k1 s + k2 s^2 + k3 s^3:
    x' = x g + 2 p1 x y + p2 (s + 2 x^2), y' = y g + p1 (s + 2 y^2) + 2 p2 x y.
    """

    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def limit(self) -> float:
        """The radius sqrt(x^2 + y^2) up to which the model is one-to-one; MAX_RADIUS at most.

        The Jacobian is symmetric. Its radial part has the eigenvalues (r g)' and g at radius r, and the tangential
        part moves them by 6 |p| r at most. While both stay positive on a disc, the map is there the gradient of a
        convex function, and so one-to-one. Exact without p1 and p2, else on the safe side.
        """
        shift = -6 * math.hypot(self.p1, self.p2)
        along = [1.0, shift, 3 * self.k1, 0.0, 5 * self.k2, 0.0, 7 * self.k3]
        across = [1.0, shift, self.k1, 0.0, self.k2, 0.0, self.k3]
        return min(_first_root(along), _first_root(across), MAX_RADIUS)

    def distort(self, points: FloatArray) -> FloatArray:
        """Return where the lens puts the normalised points (..., 2); NaN from `limit` on."""
        return np.where(self._inside(points)[..., None], self._mapped(points), np.nan)

    def undistort(self, points: FloatArray) -> FloatArray:
        """Return the normalised points (..., 2) that the lens puts at `points`; NaN where there is none."""
        radius = np.hypot(points[..., 0], points[..., 1])
        start = _inverse_table(radius, lambda r: r * self._gain(r * r), self.limit)
        found = points * _ratio(start, radius)[..., None]
        for _ in range(MAX_STEPS):
            step = self._newton_step(found, self._mapped(found) - points)
            found = self._held(found - step)
            if not (np.abs(step) > CONVERGED * (1 + np.abs(found))).any():
                break
        near = np.abs(self._mapped(found) - points).max(axis=-1) <= ACCEPTED * (1 + radius)
        return np.where((near & self._inside(found))[..., None], found, np.nan)

    def _inside(self, points: FloatArray) -> BoolArray:
        return np.asarray(np.hypot(points[..., 0], points[..., 1]) < self.limit)

    def _held(self, points: FloatArray) -> FloatArray:
        """Return points, those beyond the limit brought back to it: another branch of the polynomial lies there."""
        radius = np.hypot(points[..., 0], points[..., 1])
        return np.asarray(points * _ratio(np.minimum(radius, self.limit), radius)[..., None])

    def _gain(self, square: FloatArray) -> FloatArray:
        return 1 + square * (self.k1 + square * (self.k2 + square * self.k3))

    def _mapped(self, points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        square = x * x + y * y
        gain = self._gain(square)
        u = x * gain + 2 * self.p1 * x * y + self.p2 * (square + 2 * x * x)
        v = y * gain + self.p1 * (square + 2 * y * y) + 2 * self.p2 * x * y
        return np.stack([u, v], axis=-1)

    def _newton_step(self, at: FloatArray, error: FloatArray) -> FloatArray:
        x, y = at[..., 0], at[..., 1]
        square = x * x + y * y
        gain = self._gain(square)
        slope = 2 * (self.k1 + square * (2 * self.k2 + square * 3 * self.k3))  # derivative of the gain, over r
        xx = gain + slope * x * x + 2 * self.p1 * y + 6 * self.p2 * x
        yy = gain + slope * y * y + 6 * self.p1 * y + 2 * self.p2 * x
        xy = slope * x * y + 2 * self.p1 * x + 2 * self.p2 * y
        determinant = xx * yy - xy * xy
        safe = np.where(determinant != 0, determinant, np.inf)
        u = (yy * error[..., 0] - xy * error[..., 1]) / safe
        v = (xx * error[..., 1] - xy * error[..., 0]) / safe
        return np.stack([u, v], axis=-1)


@dataclass(frozen=True)
class Fisheye:
    """Distortion of the angle t off the axis: the radius is t (1 + k1 t^2 + k2 t^4 + k3 t^6 + k4 t^8).

    All zero is the equidistant fisheye: the radius is the angle.
    """

    k1: float = 0.0
    k2: float = 0.0
    k3: float = 0.0
    k4: float = 0.0

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def limit_rad(self) -> float:
        """The angle off the axis up to which the model is one-to-one; 90 degrees at most."""
        slope = [1.0, 0.0, 3 * self.k1, 0.0, 5 * self.k2, 0.0, 7 * self.k3, 0.0, 9 * self.k4]
        return min(_first_root(slope), STRAIGHT_ANGLE)

    def distort(self, points: FloatArray) -> FloatArray:
        """Return where the lens puts the normalised points (..., 2); NaN from `limit_rad` on."""
        radius = np.hypot(points[..., 0], points[..., 1])
        angle = np.arctan(radius)
        mapped = points * _ratio(self._radius(angle), radius)[..., None]
        return np.where((angle < self.limit_rad)[..., None], mapped, np.nan)

    def undistort(self, points: FloatArray) -> FloatArray:
        """Return the normalised points (..., 2) that the lens puts at `points`; NaN where there is none."""
        radius = np.hypot(points[..., 0], points[..., 1])
        angle = _inverse_table(radius, self._radius, self.limit_rad)
        for _ in range(MAX_STEPS):
            slope = self._slope(angle)
            step = (self._radius(angle) - radius) / np.where(slope != 0, slope, np.inf)
            angle = np.clip(angle - step, 0, self.limit_rad)
            if not (np.abs(step) > CONVERGED).any():
                break
        near = np.abs(self._radius(angle) - radius) <= ACCEPTED * (1 + radius)
        found = points * _ratio(np.tan(angle), radius)[..., None]
        return np.where((near & (angle < self.limit_rad))[..., None], found, np.nan)

    def _radius(self, angle: FloatArray) -> FloatArray:
        s = angle * angle
        return angle * (1 + s * (self.k1 + s * (self.k2 + s * (self.k3 + s * self.k4))))

    def _slope(self, angle: FloatArray) -> FloatArray:
        s = angle * angle
        return 1 + s * (3 * self.k1 + s * (5 * self.k2 + s * (7 * self.k3 + s * 9 * self.k4)))


Lens = Brown | Fisheye


def _check(lens: Lens) -> None:
    if not all(abs(number) <= MAX_COEFFICIENT for number in astuple(lens)):  # NaN is not at most anything
        raise GeometryError(f"lens: expected coefficients of up to {MAX_COEFFICIENT:g}, got {lens}")


def _first_root(ascending: list[float]) -> float:
    """Return the smallest positive root of a polynomial that is 1 at 0, given from its constant upwards.

    Infinite where there is none up to MAX_RADIUS.
    """
    terms = [c if abs(c) * MAX_RADIUS**power > NEGLIGIBLE else 0.0 for power, c in enumerate(ascending)]
    roots = map(complex, np.polynomial.Polynomial(np.trim_zeros(terms, "b")).roots())
    # Where a polynomial only touches zero, rounding gives a pair of roots with a tiny imaginary part.
    return min((r.real for r in roots if r.real > 0 and abs(r.imag) <= 1e-6 * abs(r)), default=math.inf)


def _inverse_table(wanted: FloatArray, radius_of: Callable[[FloatArray], FloatArray], limit: float) -> FloatArray:
    """Return about where `radius_of`, which increases from 0 up to `limit`, has the values `wanted`."""
    largest, end = float(np.max(wanted, initial=0.0)), min(1.0, limit)
    while end < limit and radius_of(np.array(end)) < largest:
        end = min(2 * end, limit)
    at = np.linspace(0, end, START_SAMPLES)
    return np.asarray(np.interp(wanted, radius_of(at), at))


def _ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """Return over / under, 1 where both are 0."""
    return np.where(under > 0, over / np.where(under > 0, under, 1.0), 1.0)
