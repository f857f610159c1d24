"""Integrated circuits: DIP, SOIC, SSOP and SOT-23 packages with their legs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import MOULDED_BLACK, TIN, WHITE_INK
from spacevista.sim.shapes import box, cylinder, extrude, moved, rotated, scaled, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "chip"


@dataclass(frozen=True)
class Package:
    """Dimensions in mm: body width and height, pitch and width of the legs, span over them, air under the body."""

    pins: int
    length: float
    width: float
    height: float
    pitch: float
    leg: float
    span: float
    stand_off: float


# JEDEC MS-001 (DIP-8, -14, -16), MS-012 (SO-8, -14, -16), MS-013 (SO-16 wide, -20), MO-150 (SSOP-8, -16),
# MO-178 (SOT-23-6), MO-203 (SC-70-6); nominal dimensions.
PACKAGES = (
    Package(8, 9.3, 6.35, 3.3, 2.54, 0.5, 7.9, 3.6),
    Package(14, 19.1, 6.35, 3.3, 2.54, 0.5, 7.9, 3.6),
    Package(16, 19.2, 6.35, 3.3, 2.54, 0.5, 7.9, 3.6),
    Package(8, 4.9, 3.9, 1.5, 1.27, 0.42, 6.0, 0.18),
    Package(14, 8.65, 3.9, 1.5, 1.27, 0.42, 6.0, 0.18),
    Package(16, 9.9, 3.9, 1.5, 1.27, 0.42, 6.0, 0.18),
    Package(16, 10.3, 7.5, 2.35, 1.27, 0.42, 10.3, 0.2),
    Package(20, 12.8, 7.5, 2.35, 1.27, 0.42, 10.3, 0.2),
    Package(8, 3.0, 2.9, 0.95, 0.65, 0.3, 4.9, 0.1),
    Package(16, 6.2, 5.3, 1.75, 0.65, 0.3, 7.8, 0.1),
    Package(6, 2.9, 1.6, 1.1, 0.95, 0.4, 2.8, 0.08),
    Package(6, 2.0, 1.25, 0.9, 0.65, 0.22, 2.1, 0.08),
)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a chip standing on its legs, its longer side within `longest_m`; None if no package's is."""
    stock = [
        package for package in PACKAGES if longest_m[0] <= max(package.length, package.span) * 1e-3 <= longest_m[1]
    ]
    if not stock:
        return None
    package = stock[int(rng.integers(len(stock)))]
    mesh = settled(scaled(_chip(package, int(rng.integers(2, 4))), (1e-3, 1e-3, 1e-3)))
    return Shape(mesh, (MOULDED_BLACK, TIN, WHITE_INK, Material((0.09, 0.09, 0.095), gloss=0.1)))


def _chip(package: Package, lines: int) -> Mesh:
    """Return the chip in millimetres: body, legs, notch or dot by pin 1, printed lines."""
    per_side = package.pins // 2
    first = -(per_side - 1) / 2 * package.pitch
    leg = _leg(package)
    legs = [moved(leg, (first + i * package.pitch, 0, 0)) for i in range(per_side)]
    other = [rotated(part, (0, 0, 1), 180) for part in legs]
    top = package.stand_off + package.height
    return union(_body(package), *legs, *other, *_print(package, top, lines))


def _body(package: Package) -> Mesh:
    """The moulded block with a half-round notch in its pin 1 end (the upper half of the block)."""
    x, y, half = package.length / 2, package.width / 2, package.height / 2
    low = moved(box((package.length, package.width, half)), (0, 0, package.stand_off))
    arc = np.linspace(math.pi / 2, -math.pi / 2, 17)
    notch = np.stack([-x + 0.14 * package.width * np.cos(arc), 0.14 * package.width * np.sin(arc)], axis=1)
    outline = np.vstack([[(-x, -y), (x, -y), (x, y), (-x, y)], notch])
    return union(low, moved(extrude(outline, half), (0, 0, package.stand_off + half)))


def _leg(package: Package) -> Mesh:
    """One leg on the -y side: out of the body at half height, down, and for surface mount a foot outwards."""
    thick = 0.45 * package.leg
    out, middle = package.span / 2, package.stand_off + package.height / 2
    body = package.width / 2
    if package.stand_off > 1:  # through hole: the leg is wide above and a narrow pin below
        side = [(-body + 0.1, middle), (-out, middle), (-out, 0), (-out + thick, 0), (-out + thick, middle - thick)]
        side.append((-body + 0.1, middle - thick))
        pin = _standing(side, package.leg)
        shoulder = _standing(
            [(-out, 0.55 * middle), (-out + thick, 0.55 * middle), (-out + thick, middle), (-out, middle)],
            2.6 * package.leg,
        )
        return union(pin, shoulder)
    knee = -(body + 0.35 * (out - body))
    side = [
        (-body + 0.05, middle),
        (knee - thick, middle),
        (knee - thick, thick),
        (-out, thick),
        (-out, 0),
        (knee, 0),
        (knee, middle - thick),
        (-body + 0.05, middle - thick),
    ]
    return _standing(side, package.leg)


def _standing(side_yz: list[tuple[float, float]], width: float) -> Mesh:
    """Return a plate of a width along x whose side view is a polygon of (y, z), in the second material."""
    flat = moved(extrude(side_yz, width, material=1), (0, 0, -width / 2))
    return rotated(rotated(flat, (1, 0, 0), 90), (0, 0, 1), 90)


def _print(package: Package, top: float, lines: int) -> list[Mesh]:
    """A dimple-like dot by pin 1 and rows of lettering, as thin layers on the top."""
    layer = 0.01 * package.height
    dot = moved(
        cylinder(0.09 * package.width, layer, 24, material=3),
        (-package.length / 2 + 0.2 * package.width, -package.width / 2 + 0.2 * package.width, top),
    )
    letters = []
    step = 0.55 * package.width / lines
    for row in range(lines):
        y = 0.24 * package.width - row * step
        count = max(3, int(0.6 * package.length / (0.55 * step)) - row)
        for i in range(count):
            x = -0.28 * package.length + i * 0.55 * step
            letters.append(moved(box((0.38 * step, 0.6 * step, layer), 2), (x, y - 0.3 * step, top)))
    return [dot, *letters]
