"""Car: body with bonnet and boot, glazed cabin with pillars, four wheels, lights. Hatchback, saloon or van."""

from dataclasses import dataclass

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import Span, block, choice, tapered, upright_prism
from spacevista.sim.categories.wheels import wheel
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "car"
# Passenger cars: 3.6-4.9 m long, 1.65-1.90 m wide without mirrors, 1.42-1.75 m high (makers' data, segments A to D);
# wheels 0.58-0.68 m across.
LENGTH_M = (3.6, 4.9)
WIDTH_M = (1.65, 1.90)
HEIGHT_M = (1.42, 1.75)
WHEEL_M = (0.58, 0.68)
PAINT, GLASS, TYRE, RIM, LAMP, TAIL, TRIM = range(7)
PAINTS = (
    (0.50, 0.04, 0.04),
    (0.04, 0.10, 0.35),
    (0.75, 0.75, 0.75),
    (0.35, 0.36, 0.38),
    (0.03, 0.03, 0.035),
    (0.08, 0.22, 0.12),
    (0.60, 0.42, 0.06),
)


@dataclass(frozen=True)
class Kind:
    """Proportions along the length, from the tail (0) to the nose (1), and the range of length and height."""

    length_m: Span
    height_m: Span
    cabin_low: Span
    cabin_high: Span


KINDS = (
    Kind((3.6, 4.2), (1.45, 1.55), (0.02, 0.72), (0.10, 0.52)),  # hatchback
    Kind((4.4, 4.9), (1.42, 1.48), (0.16, 0.70), (0.30, 0.54)),  # saloon
    Kind((4.2, 4.7), (1.60, 1.75), (0.01, 0.75), (0.05, 0.60)),  # van
)


def build(rng: np.random.Generator) -> Shape:
    """Draw a car; it drives towards +x."""
    kind = KINDS[int(rng.integers(len(KINDS)))]
    length, height, width = rng.uniform(*kind.length_m), rng.uniform(*kind.height_m), rng.uniform(*WIDTH_M)
    radius = rng.uniform(*WHEEL_M) / 2
    belt = 0.61 * height
    parts = [
        _body(length, width, belt, radius),
        *_cabin(kind, length, width, belt, height),
        *_lights(length, width, belt),
    ]
    for x in (0.20 * length, 0.81 * length):
        for side in (-1, 1):
            parts += wheel(x - length / 2, side, width / 2, radius, TYRE, RIM)
    paint = Material(choice(rng, PAINTS), gloss=0.8)
    looks = (
        paint,
        Material((0.02, 0.03, 0.04), gloss=0.9),
        Material((0.02, 0.02, 0.02), gloss=0.1),
        Material((0.5, 0.5, 0.52), gloss=0.7),
        Material((0.85, 0.85, 0.80), gloss=0.9),
        Material((0.50, 0.02, 0.02), gloss=0.6),
        Material((0.03, 0.03, 0.03), gloss=0.2),
    )
    return Shape(settled(union(*parts)), looks)


def _body(length: float, width: float, belt: float, wheel: float) -> Mesh:
    """Return the lower body: a side view with wheel arches, between the flanks."""
    half, sill = length / 2, 0.55 * wheel
    bottom = [(-half + 0.03, sill)]
    for x in (0.20 * length - half, 0.81 * length - half):
        arch = 1.12 * wheel
        angles = np.linspace(np.pi - 0.45, 0.45, 9)
        bottom += [(x + arch * float(np.cos(a)), wheel + arch * float(np.sin(a))) for a in angles]
        bottom[-9] = (bottom[-9][0], sill)
        bottom[-1] = (bottom[-1][0], sill)
    nose = [(half - 0.02, sill), (half, 0.3), (half - 0.03, 0.76 * belt), (half - 0.12, 0.84 * belt)]
    top = [(0.74 * length - half, belt), (0.1 * length - half, belt), (-half + 0.06, 0.97 * belt), (-half, 0.75 * belt)]
    return upright_prism([*bottom, *nose, *top], (-width / 2, width / 2), PAINT)


def _cabin(kind: Kind, length: float, width: float, belt: float, height: float) -> list[Mesh]:
    """Return the glass, the roof and the pillars, which stand out by 1 cm."""
    half = length / 2
    low: Span = (kind.cabin_low[0] * length - half, kind.cabin_low[1] * length - half)
    high: Span = (kind.cabin_high[0] * length - half, kind.cabin_high[1] * length - half)
    y_low, y_high = 0.47 * width, 0.39 * width
    z: Span = (belt - 0.02, height - 0.05)
    parts = [
        tapered((low, (-y_low, y_low)), (high, (-y_high, y_high)), z, GLASS),
        tapered(
            (high, (-y_high - 0.012, y_high + 0.012)),
            ((high[0] + 0.08, high[1] - 0.08), (-y_high + 0.08, y_high - 0.08)),
            (z[1], height),
            PAINT,
        ),
    ]
    middle = (0.44 * length - half, 0.42 * length - half)
    for start, end in ((low[0], high[0]), (low[1] - 0.09, high[1] - 0.09), middle):
        for side in (-1, 1):
            foot: Span = (side * y_low - 0.012, side * y_low + 0.012)
            head: Span = (side * y_high - 0.012, side * y_high + 0.012)
            parts.append(tapered(((start, start + 0.09), foot), ((end, end + 0.09), head), z, PAINT))
    for side in (-1, 1):
        mirror_y = side * (y_low + 0.11)
        x = low[1] - 0.25
        parts.append(block((x - 0.05, x + 0.05), (mirror_y - 0.08, mirror_y + 0.08), (belt + 0.02, belt + 0.16), PAINT))
    return parts


def _lights(length: float, width: float, belt: float) -> list[Mesh]:
    half = length / 2
    parts = [
        block((half - 0.06, half + 0.005), (-0.3 * width, 0.3 * width), (0.42 * belt, 0.60 * belt), TRIM),
        block((half - 0.05, half + 0.012), (-0.26, 0.26), (0.26 * belt, 0.26 * belt + 0.11), LAMP),
        block((-half - 0.008, -half + 0.05), (-0.26, 0.26), (0.45 * belt, 0.45 * belt + 0.11), LAMP),
    ]
    for side in (-1, 1):
        y: Span = (side * 0.40 * width - 0.16, side * 0.40 * width + 0.16)
        parts.append(block((half - 0.1, half + 0.004), y, (0.62 * belt, 0.78 * belt), LAMP))
        parts.append(block((-half - 0.006, -half + 0.05), y, (0.66 * belt, 0.86 * belt), TAIL))
    return parts
