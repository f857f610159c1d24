"""All tasks, in the order of the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.absolute_distance import absolute_distance
from spacevista.tasks.appearance_order import appearance_order
from spacevista.tasks.area_estimation import area_estimation
from spacevista.tasks.depth_estimation import depth_estimation
from spacevista.tasks.destination_location import destination_location
from spacevista.tasks.existence import existence
from spacevista.tasks.facts import Decline, Fact
from spacevista.tasks.manipulation_planning import manipulation_planning
from spacevista.tasks.navigation import navigation
from spacevista.tasks.object_counting import object_counting
from spacevista.tasks.object_location import object_location
from spacevista.tasks.object_matching import object_matching
from spacevista.tasks.object_size import object_size
from spacevista.tasks.obstacles_location import obstacles_location
from spacevista.tasks.position_comparison import position_comparison
from spacevista.tasks.relative_distance import relative_distance
from spacevista.tasks.room_size import room_size
from spacevista.tasks.rotation_estimation import rotation_estimation
from spacevista.tasks.route_planning import route_planning
from spacevista.tasks.size_comparison import size_comparison
from spacevista.tasks.spatial_relation import spatial_relation
from spacevista.tasks.view_change import view_change

Task = Callable[[Scene, np.random.Generator], Iterator[Fact | Decline]]

TASKS: tuple[Task, ...] = (
    object_size,
    size_comparison,
    absolute_distance,
    relative_distance,
    depth_estimation,
    view_change,
    position_comparison,
    existence,
    object_counting,
    appearance_order,
    object_matching,
    rotation_estimation,
    object_location,
    route_planning,
    navigation,
    manipulation_planning,
    destination_location,
    obstacles_location,
    room_size,
    area_estimation,
    spatial_relation,
)


NAMES: tuple[str, ...] = tuple(task.__name__ for task in TASKS)


def all_candidates(scene: Scene, seed: int, chosen: Collection[str] = NAMES) -> list[Fact | Decline]:
    """Run every task, or those of the names chosen, on a scene.

    Each has random numbers of its own, so that neither a new task nor the choice changes another's facts.
    """
    out: list[Fact | Decline] = []
    for number, task in enumerate(TASKS):
        if task.__name__ in chosen:
            out.extend(task(scene, np.random.default_rng([seed, number])))
    return out
