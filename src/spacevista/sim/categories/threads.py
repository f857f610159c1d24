"""Screw threads and the drives of screw heads."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.shapes import loft
from spacevista.sim.world import Mesh

AROUND = 24  # corners of a thread's circle
PER_PITCH = 6  # rings a turn: enough for the flanks of the V to show


def threaded_rod(diameter_m: float, pitch_m: float, length_m: float, material: int = 0) -> Mesh:
    """Return a rod with a right-handed ISO metric V thread (ISO 68-1: depth 0.613 pitch), standing on z = 0."""
    rings = max(8, math.ceil(length_m / pitch_m * PER_PITCH)) + 1
    angles = even_angles(AROUND)
    heights = np.linspace(0, length_m, rings)
    phase = np.mod(heights[:, None] / pitch_m - angles / (2 * math.pi), 1.0)
    radius = diameter_m / 2 - 0.613 * pitch_m * np.abs(2 * phase - 1)
    chamfer = np.minimum(heights, length_m - heights)[:, None] + diameter_m / 2 - 0.613 * pitch_m  # 45 degrees
    radius = np.minimum(radius, chamfer)
    return loft(cylindrical(radius, angles, heights), material=material)


def even_angles(count: int) -> FloatArray:
    """Return `count` angles (count,) that go once around, from 0."""
    return np.linspace(0, 2 * math.pi, count, endpoint=False, dtype=np.float64)


def cylindrical(radius_m: FloatArray, angles_rad: FloatArray, heights_m: FloatArray) -> FloatArray:
    """Return rings (N, K, 3) of radii (N, K) at angles (K,) and heights (N,)."""
    radii = np.broadcast_to(radius_m, (len(heights_m), len(angles_rad)))
    z = np.broadcast_to(heights_m[:, None], radii.shape)
    return np.stack([radii * np.cos(angles_rad), radii * np.sin(angles_rad), z], axis=-1)


def hexagon_radius(across_flats_m: float, angles_rad: FloatArray) -> FloatArray:
    """Return the distance (K,) from the centre to the sides of a regular hexagon with a corner at angle 0."""
    return across_flats_m / 2 / np.cos(np.mod(angles_rad, math.pi / 3) - math.pi / 6)


def cross_radius(span_m: float, width_m: float, angles_rad: FloatArray) -> FloatArray:
    """Return the distance (K,) from the centre to the sides of a plus sign of a span and an arm width."""
    folded = np.abs(np.mod(angles_rad + math.pi / 4, math.pi / 2) - math.pi / 4)
    side = width_m / 2 / np.maximum(np.sin(folded), 1e-9)
    return np.minimum(span_m / 2 / np.cos(folded), side)


def cross_angles(span_m: float, width_m: float) -> FloatArray:
    """Return angles (K,) that hold every corner of a plus sign and go round evenly enough for a circle outside it."""
    tip = math.atan2(width_m, span_m)
    quarter = np.concatenate([[0, tip / 2], np.linspace(tip, math.pi / 2 - tip, 11), [math.pi / 2 - tip / 2]])
    return np.sort(np.concatenate([quarter + turn * math.pi / 2 for turn in range(4)]))
