"""Destination location: where does an object end that is moved as stated?

Aspects: the side of the other object at which it ends: `left`, `right`, `front`, `behind`, `top`. Frame: the first
picture's camera, levelled. Form: mc; the wrong options are other sides. Candidates, planning and declines as in
manipulation_planning: the stated moves are a path that is free and was checked. Source: SpaceVista, destination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Decline, Fact
from spacevista.tasks.manipulation_planning import planned_pairs
from spacevista.tasks.plans import PlanFact
from spacevista.tasks.table_paths import SIDES


def destination_location(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield all sides for drawn pairs (moved, other); the plan is given, the side is asked."""
    for item in planned_pairs(scene, "destination_location", rng):
        if isinstance(item, PlanFact):
            yield replace(item, choice=item.candidate.aspect, options=tuple(SIDES), plans=item.plans[:1])
        else:
            yield item
