"""Machine screws: ISO 1207 slotted cheese head, ISO 7045 cross-recessed pan head, ISO 4762 socket head, M1 to M8."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, BRASS, STEEL
from spacevista.sim.categories.threads import (
    cross_angles,
    cross_radius,
    cylindrical,
    even_angles,
    hexagon_radius,
    threaded_rod,
)
from spacevista.sim.shapes import cylinder, extrude, loft, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "screw"

# Thread, pitch (ISO 261 coarse), head diameter and height of the pan head (ISO 7045; below M1.6 watch screws), lengths
# of stock (ISO 888), all in mm.
SIZES_MM = (
    (1.0, 0.25, 1.8, 0.65, (2, 3)),
    (1.2, 0.25, 2.3, 0.85, (2, 3)),
    (1.6, 0.35, 3.2, 1.3, (2.5, 3, 4, 5, 6)),
    (2.0, 0.4, 4.0, 1.6, (3, 4, 5, 6, 8, 10, 12)),
    (3.0, 0.5, 5.6, 2.4, (5, 6, 8, 10, 12, 16, 20)),
    (4.0, 0.7, 8.0, 3.1, (8, 10, 12, 16, 20, 25, 30)),
    (5.0, 0.8, 9.5, 3.7, (12, 16, 20, 25, 30, 35)),
    (6.0, 1.0, 12.0, 4.6, (16, 20, 25, 30, 40)),
    (8.0, 1.25, 16.0, 6.0, (20, 25, 30, 35, 40)),
)


@dataclass(frozen=True, eq=False)
class Screw:
    """A screw that stands on the end of its thread, its head on top; sizes in metres."""

    mesh: Mesh
    finish: Material
    thread_m: float
    head_m: float
    head_height_m: float
    length_m: float


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a screw lying on its side, its total length within `longest_m`; None if no stock size is."""
    screw = drawn(rng, longest_m)
    if screw is None:
        return None
    roll_deg = float(rng.uniform(0, 360))
    lying = _lying(screw.mesh, screw.head_m / 2, screw.thread_m / 2, screw.length_m, roll_deg)
    return Shape(lying, (screw.finish,))


def drawn(rng: np.random.Generator, longest_m: tuple[float, float]) -> Screw | None:
    """Draw a screw whose total length is within `longest_m`; None if no stock size is."""
    stock = [
        (size, length)
        for size in SIZES_MM
        for length in size[4]
        if longest_m[0] <= (length + size[3]) * 1e-3 <= longest_m[1]
    ]
    if not stock:
        return None
    size, stock_length = stock[int(rng.integers(len(stock)))]
    thread, pitch, head, head_height, length = (1e-3 * v for v in (*size[:4], stock_length))
    heads = (_slotted_head, _cross_head, _socket_head)
    top = heads[int(rng.integers(3))](head, head_height)
    rod = threaded_rod(thread, pitch, length + 0.2 * head_height)  # reaches into the head
    finish = (STEEL, STEEL, BRASS, BLACK_OXIDE)[int(rng.integers(4))]
    return Screw(union(rod, moved(top, (0, 0, length))), finish, thread, head, head_height, length)


def _lying(upright: Mesh, head_radius: float, rod_radius: float, length: float, roll_deg: float) -> Mesh:
    """Lay a screw down as it rests: on the rim of its head and the end of its rod."""
    rolled = rotated(upright, (0, 0, 1), roll_deg)
    tilt_deg = math.degrees(math.atan2(head_radius - rod_radius, length))
    return settled(rotated(rolled, (0, 1, 0), 90 - tilt_deg))


def _base(diameter_m: float, height_m: float) -> Mesh:
    """The part of a head below its recess."""
    return cylinder(diameter_m / 2, 0.5 * height_m)


def _slotted_head(diameter_m: float, height_m: float) -> Mesh:
    """Two halves of a disc over a full disc: the slot between them is a fifth of the head wide (ISO 1207)."""
    half_slot = diameter_m / 10
    limit = math.asin(2 * half_slot / diameter_m)
    arc = np.linspace(limit, math.pi - limit, 24)
    half = diameter_m / 2 * np.stack([np.cos(arc), np.sin(arc)], axis=1)
    block = moved(extrude(half, 0.5 * height_m), (0, 0, 0.5 * height_m))
    return union(_base(diameter_m, height_m), block, rotated(block, (0, 0, 1), 180))


def _cross_head(diameter_m: float, height_m: float) -> Mesh:
    """A rounded rim about a cross recess as wide as 0.58 of the head (ISO 7045, type H)."""
    span, width = 0.58 * diameter_m, 0.14 * diameter_m
    angles = cross_angles(span, width)
    return union(
        _base(diameter_m, height_m), _rim(diameter_m, height_m, angles, cross_radius(span, width, angles), 0.3)
    )


def _socket_head(diameter_m: float, height_m: float) -> Mesh:
    """A rim about a hexagon socket as wide as half the head (ISO 4762)."""
    angles = even_angles(48)
    return union(
        _base(diameter_m, height_m), _rim(diameter_m, height_m, angles, hexagon_radius(0.5 * diameter_m, angles), 0.08)
    )


def _rim(diameter_m: float, height_m: float, angles: FloatArray, recess_m: FloatArray, rounding: float) -> Mesh:
    """Return the upper half of a head: outside rounded by a part of its height, a recess through its middle."""
    bow = np.linspace(0, math.pi / 2, 5)
    edge = rounding * height_m
    outside = diameter_m / 2 - edge * (1 - np.cos(bow))
    heights = height_m - edge * (1 - np.sin(bow))
    low = 0.5 * height_m
    radii = [np.full(len(angles), diameter_m / 2), *(np.full(len(angles), r) for r in outside), recess_m, recess_m]
    return loft(cylindrical(np.array(radii), angles, np.array([low, *heights, height_m, low])), closed=True)
