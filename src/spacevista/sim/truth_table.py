"""The true answer of each task that does not measure sizes, distances, depths or motions, by task and aspect."""

from __future__ import annotations

from collections.abc import Callable

from spacevista.sim import (
    truth_areas,
    truth_location,
    truth_positions,
    truth_relations,
    truth_rooms,
    truth_rotation,
    truth_sightings,
)
from spacevista.sim.truth import Judgement, Truth

Judge = Callable[[Truth, str, tuple[int, ...], tuple[int, ...]], Judgement | None]

JUDGES: dict[tuple[str, str], Judge] = {
    **{("position_comparison", aspect): truth_positions.which for aspect in truth_positions.POSITIONS},
    **{("existence", aspect): truth_positions.exists for aspect in truth_positions.RELATIONS},
    ("object_counting", "class"): truth_sightings.count,
    **{("object_counting", aspect): truth_positions.count_related for aspect in truth_positions.RELATIONS},
    ("appearance_order", "order"): truth_sightings.order,
    **{("appearance_order", aspect): truth_sightings.nth for aspect in truth_sightings.PLACES},
    ("object_matching", "same"): truth_sightings.same,
    ("object_matching", "which"): truth_sightings.which,
    **{("rotation_estimation", aspect): truth_rotation.turn_deg for aspect in truth_rotation.ASPECTS},
    ("object_location", "direction"): truth_location.direction,
    ("object_location", "place"): truth_location.place,
    ("room_size", "area"): truth_rooms.area,
    ("room_size", "volume"): truth_rooms.volume,
    ("area_estimation", "footprint"): truth_areas.footprint,
    **{("spatial_relation", aspect): truth_relations.how for aspect in truth_relations.ASPECTS},
}
