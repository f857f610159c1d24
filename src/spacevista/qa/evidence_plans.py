"""Where a plan leads in 3D: its stretches, to be drawn into the frames and printed."""

from __future__ import annotations

import numpy as np

from spacevista.geometry.boxes import axis_aligned_box
from spacevista.qa.evidence import Stretch, box_edges
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Fact
from spacevista.tasks.plans import PlanFact


def plan_evidence(scene: Scene, fact: Fact) -> list[Stretch]:
    """Return the stretches of the right plan; about obstacles, boxes around what was seen of the objects."""
    if isinstance(fact, PlanFact) and fact.plans[0].moves:
        points = np.array(fact.plans[0].points_m)
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        return [
            Stretch(points[number : number + 2], f"stretch {number + 1}: {length:.6g} m")
            for number, length in enumerate(lengths)
        ]
    things = [scene.object(number) for number in fact.candidate.objects]
    return [Stretch(ends) for thing in things for _, ends in box_edges(axis_aligned_box(thing.seen_m))]
