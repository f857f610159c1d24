"""What may tell the scale: things of known size, which of them fit a scene, and how much of them there is.

An item has its true size in metres and patterns of true period; it enters a scene divided by the scene's metres per
unit, so it alone changes when the scene changes its scale. Sources of the sizes stand in evidence_shapes.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from experiments.all_scale import evidence_shapes as shapes
from experiments.all_scale.splits import Dose
from experiments.all_scale.things import resized

from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import scaled

Span = tuple[float, float]
# flat: lies on the ground and may run under things; solid: stands or lies beside them.
Form = Literal["flat", "solid"]
Build = Callable[[np.random.Generator, float], Shape]


@dataclass(frozen=True)
class Kind:
    """One kind of evidence.

    Attributes:
        telling_m: the known length: the side of the whole item, or the period of what has no size of its own.
        strong: lengths `telling_m` may have in layout units (things are about 1 long) to be clearly seen.
        weak: likewise, to be small in the picture.
        build: makes an item in metres; its second argument is the scene's metres per unit, by which the extent of
            what has no size of its own (a mat, a wall, a stretch of road) is chosen.
    """

    name: str
    telling_m: float
    strong: Span
    weak: Span
    form: Form
    build: Build


RIGID_WEAK = (0.11, 0.30)
WEAK_EXTENT = 0.3  # of a mat or wall, where a clear one has 1
FLAT_UNITS = 0.006  # thickness of flat items in layout units: things stand on them without sinking in visibly
KINDS: tuple[Kind, ...] = (
    Kind("line target", shapes.BAND_M, (0.12, 0.90), (0.07, 0.30), "flat", shapes.line_target),
    Kind("millimetre paper", shapes.MILLIMETRE_M, (0.12, 1.30), (0.07, 0.30), "flat", shapes.millimetre_paper),
    Kind("centimetre squares", shapes.CENTIMETRE_M, (0.12, 1.30), (0.07, 0.30), "flat", shapes.centimetre_squares),
    Kind("coin", shapes.COIN_M, (0.30, 1.60), RIGID_WEAK, "solid", shapes.coin),
    Kind("brick wall", shapes.COURSE_M, (0.10, 0.80), (0.06, 0.30), "solid", shapes.brick_wall),
    Kind("A4 sheet", shapes.A4_M[0], (0.30, 3.60), RIGID_WEAK, "flat", shapes.a4_sheet),
    Kind("person", shapes.PERSON_M, (0.30, 2.00), RIGID_WEAK, "solid", shapes.person),
    Kind("door", shapes.DOOR_M[1], (0.30, 2.00), RIGID_WEAK, "solid", shapes.door),
    Kind("lane", shapes.LANE_M, (0.25, 2.50), (0.12, 0.25), "flat", shapes.lane),
    Kind("parking bays", shapes.BAY_M[1], (0.35, 2.80), (0.15, 0.35), "flat", shapes.parking_bays),
    Kind("tennis court", shapes.COURT_M[0], (0.35, 3.20), (0.12, 0.35), "flat", shapes.tennis_court),
    Kind("football pitch", shapes.PITCH_M[0], (0.50, 3.20), (0.14, 0.50), "flat", shapes.football_pitch),
    Kind("running track", shapes.TRACK_M[0], (0.40, 3.20), (0.14, 0.40), "flat", shapes.running_track),
    Kind("irrigated circle", shapes.PIVOT_M, (0.30, 3.20), (0.11, 0.30), "flat", shapes.irrigated_circle),
    Kind("irrigated section", 2 * shapes.PIVOT_M, (0.22, 3.20), (0.11, 0.22), "flat", shapes.irrigated_section),
)


def fitting(metres_per_unit: float, dose: Dose) -> tuple[Kind, ...]:
    """Return the kinds that can be seen in a scene of this scale, clearly (strong) or as something small (weak)."""
    if dose == "none":
        return ()
    spans = ((kind, kind.strong if dose == "strong" else kind.weak) for kind in KINDS)
    return tuple(kind for kind, (low, high) in spans if low <= kind.telling_m / metres_per_unit <= high)


def item_in_units(kind: Kind, metres_per_unit: float, dose: Dose, rng: np.random.Generator) -> Shape:
    """Return an item of a kind in layout units, standing on z = 0; a weak one of free extent is small."""
    extent = metres_per_unit * (WEAK_EXTENT if dose == "weak" else 1.0)
    item = resized(kind.build(rng, extent), 1 / metres_per_unit)
    if kind.form == "solid":
        return item
    return Shape(scaled(item.mesh, (1, 1, FLAT_UNITS / float(item.size_m[2]))), item.materials)
