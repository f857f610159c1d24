"""Compiled building blocks of the renderer: how kernels are compiled, hashed noise, filtered pulses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numba as nb

F = TypeVar("F", bound=Callable[..., object])

# Not fastmath=True: that would assume that no number is ever infinite or NaN.
FAST = {"contract", "reassoc", "arcp", "nsz"}


def kernel(function: F) -> F:
    """Compile `function` for one thread."""
    return cast(F, nb.njit(cache=True, fastmath=FAST, error_model="numpy", forceinline=True)(function))


def parallel_kernel(function: F) -> F:
    """Compile `function` with its `prange` loops spread over numba's threads."""
    return cast(F, nb.njit(cache=True, fastmath=FAST, error_model="numpy", parallel=True, nogil=True)(function))


@kernel
def hash01(i: int, j: int, k: int) -> float:
    """Return a number in 0..1 that depends on three whole numbers as if by chance."""
    h = (i * 73856093 ^ j * 19349663 ^ k * 83492791) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 739982445) & 0xFFFFFFFF
    h = ((h ^ (h >> 12)) * 695872825) & 0xFFFFFFFF
    return float(h ^ (h >> 15)) * (1.0 / 4294967296.0)


@kernel
def noise(x: float, y: float, z: float) -> float:
    """Return smooth value noise in 0..1 with features of about one unit; its mean is 0.5."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    a, b, c = x - i, y - j, z - k
    a, b, c = a * a * (3 - 2 * a), b * b * (3 - 2 * b), c * c * (3 - 2 * c)
    i, j, k = int(i), int(j), int(k)
    lower = (hash01(i, j, k) * (1 - a) + hash01(i + 1, j, k) * a) * (1 - b)
    lower += (hash01(i, j + 1, k) * (1 - a) + hash01(i + 1, j + 1, k) * a) * b
    upper = (hash01(i, j, k + 1) * (1 - a) + hash01(i + 1, j, k + 1) * a) * (1 - b)
    upper += (hash01(i, j + 1, k + 1) * (1 - a) + hash01(i + 1, j + 1, k + 1) * a) * b
    return lower * (1 - c) + upper * c


@kernel
def scattered(x: float, y: float, z: float) -> float:
    """Return a number in 0..1, the same all over an irregular cell of about one unit: the nearest of scattered points.

    Each unit cube holds one point; of the 27 cubes around only the eight on the near side are searched, which leaves
    a few cells cut straight where nobody will notice.
    """
    i0, j0, k0 = math.floor(x - 0.5), math.floor(y - 0.5), math.floor(z - 0.5)
    best, own = 1e9, 0.0
    for i in range(i0, i0 + 2):
        for j in range(j0, j0 + 2):
            for k in range(k0, k0 + 2):
                h = hash01(i, j, k)
                # Further digits of the same hash place the point.
                dx = i + 0.15 + 0.7 * ((h * 977) % 1.0) - x
                dy = j + 0.15 + 0.7 * ((h * 7919) % 1.0) - y
                dz = k + 0.15 + 0.7 * ((h * 104729) % 1.0) - z
                square = dx * dx + dy * dy + dz * dz
                if square < best:
                    best, own = square, h
    return own


@kernel
def ramp(low: float, high: float, x: float) -> float:
    """Return 0 up to `low`, 1 from `high` on, smooth between."""
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@kernel
def kept(period: float, width: float) -> float:
    """Return how much of a pattern of `period` survives in pixels `width` wide: 1 for fine pixels, 0 for coarse."""
    return 1 - ramp(0.3 * period, 0.9 * period, width)


@kernel
def fractal(x: float, y: float, z: float, period: float, width: float, octaves: int) -> float:
    """Return noise (mean 0.5) of halving periods from `period` down, as far as pixels of `width` can show it."""
    total, weight = 0.5, 0.5
    x, y, z = 0.36 * x + 0.48 * y - 0.8 * z, 0.6 * y - 0.8 * x, 0.48 * x + 0.64 * y + 0.6 * z
    for _ in range(octaves):
        strength = kept(period, width) * weight
        if strength <= 0:
            break
        total += strength * (noise(x / period, y / period, z / period) - 0.5)
        # Turned, moved and not quite halved: the octaves' lattices do not line up, nor does the first with the world.
        period, weight = period * 0.47, weight * 0.55
        x, y, z = 0.36 * x + 0.48 * y - 0.8 * z + 17.3 * period, 0.6 * y - 0.8 * x, 0.48 * x + 0.64 * y + 0.6 * z
    return total


@kernel
def pulses(u: float, period: float, duty: float, width: float) -> float:
    """Return the share of the `width` around u covered by pulses [n period, (n + duty) period): an exact box filter."""
    half = 0.5 * max(width, 1e-6 * period)
    low, high = (u - half) / period, (u + half) / period
    whole_low, whole_high = math.floor(low), math.floor(high)
    covered = (whole_high - whole_low) * duty + min(high - whole_high, duty) - min(low - whole_low, duty)
    return min(max(covered * period / (2 * half), 0.0), 1.0)


@kernel
def lines(u: float, period: float, thickness: float, width: float) -> float:
    """Return the share covered by lines `thickness` wide, centred on the multiples of `period`."""
    share = thickness / period
    # Lines under two pixels apart beat against the pixels, box filter or not: they fade to their mean.
    return share + (pulses(u + 0.5 * thickness, period, share, width) - share) * (1 - ramp(0.4, 1.0, width / period))
