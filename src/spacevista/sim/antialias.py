"""Compiled passes of colour antialiasing: which pixels need more rays, and what light those rays see."""

from __future__ import annotations

from numba import prange

from spacevista.geometry.arrays import BoolArray, Float32Array, IntArray
from spacevista.sim.kernels import kernel, parallel_kernel
from spacevista.sim.shade import Samples, same_surface
from spacevista.sim.surfaces import SurfaceTables


@parallel_kernel
def find_edges(tables: SurfaceTables, samples: Samples, width_px: int, edges: BoolArray, thin: BoolArray) -> None:
    """Tell which pixels border on another surface, another material or the sky, and which do on opposite sides."""
    for i in prange(len(samples.face)):
        left, right = _differs(tables, samples, i, -1, width_px), _differs(tables, samples, i, 1, width_px)
        above = _differs(tables, samples, i, -width_px, width_px)
        below = _differs(tables, samples, i, width_px, width_px)
        edges[i] = left or right or above or below
        thin[i] = (left and right) or (above and below)


@kernel
def _differs(tables: SurfaceTables, samples: Samples, i: int, step: int, width_px: int) -> bool:
    j = i + step
    if not 0 <= j < len(samples.face) or abs(j % width_px - i % width_px) > 1:
        return False
    face, other = samples.face[i], samples.face[j]
    if face < 0 or other < 0:
        return face != other
    return bool(tables.material[face] != tables.material[other]) or not same_surface(samples, i, samples, j)


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
