"""Compiled passes of colour antialiasing: which pixels need more rays, and what light those rays see."""

from __future__ import annotations

import numpy as np
from numba import prange

from spacevista.geometry.arrays import BoolArray, Float32Array, Int32Array, IntArray
from spacevista.sim.kernels import kernel, parallel_kernel
from spacevista.sim.shade import Samples, same_surface


@parallel_kernel
def find_borders(materials: Int32Array, samples: Samples, right: BoolArray, below: BoolArray) -> None:
    """Tell where (H, W) another surface, another material or the sky begins to the right of a pixel, or below it.

    `materials` (H * W,) is the material that each pixel shows, -1 for the sky.
    """
    height, width = right.shape
    for y in prange(height):
        for x in range(width):
            i = y * width + x
            right[y, x] = x + 1 < width and _differs(materials, samples, i, i + 1)
            below[y, x] = y + 1 < height and _differs(materials, samples, i, i + width)


@kernel
def _differs(materials: Int32Array, samples: Samples, i: int, j: int) -> bool:
    if materials[i] != materials[j]:
        return True
    return materials[i] >= 0 and not same_surface(samples, i, samples, j)


def pixels_to_refine(materials: Int32Array, samples: Samples, shape: tuple[int, int]) -> IntArray:
    """Return the numbers of the pixels of an image (H, W) that show more than one surface.

    Something thinner than a pixel is hit by some of its pixels' centres only: around those (borders on opposite
    sides), two pixels each way are taken too, so that a thin line does not break into dashes.
    """
    right, below = np.empty((2, *shape), np.bool_)
    find_borders(materials, samples, right, below)
    left, above = np.zeros((2, *shape), np.bool_)
    left[:, 1:], above[1:] = right[:, :-1], below[:-1]
    edges = left | right | above | below
    rows, columns = np.nonzero((left & right) | (above & below))
    for dy in range(-2, 3):
        near = np.clip(rows + dy, 0, shape[0] - 1)
        for dx in range(-2, 3):
            edges[near, np.clip(columns + dx, 0, shape[1] - 1)] = True
    return np.flatnonzero(edges)


@parallel_kernel
def borrow_terms(
    samples: Samples, terms: Float32Array, width_px: int, pixels: IntArray, subs: Samples, out: Float32Array
) -> None:
    """Give each subsample the light terms of the pixel around it that shows the same surface, else of its own pixel."""
    count = len(samples.face)
    for s in prange(len(subs.face)):
        own = pixels[s]
        out[s, 0], out[s, 1] = (terms[own, 0], terms[own, 1]) if samples.face[own] >= 0 else (1.0, 1.0)
        if subs.face[s] < 0:
            continue
        sun, sky, total = 0.0, 0.0, 0.0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                j = own + dy * width_px + dx
                if 0 <= j < count and same_surface(subs, s, samples, j):
                    sun, sky, total = sun + terms[j, 0], sky + terms[j, 1], total + 1
        if total > 0:
            out[s, 0], out[s, 1] = sun / total, sky / total
