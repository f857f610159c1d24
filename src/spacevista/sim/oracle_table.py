"""What an oracle can decide, and what the frames show, for the tasks of `truth_table`, by task and aspect."""

from __future__ import annotations

from collections.abc import Callable

from spacevista.sim import (
    oracle_areas,
    oracle_location,
    oracle_positions,
    oracle_relations,
    oracle_rooms,
    oracle_rotation,
    oracle_sightings,
)
from spacevista.sim.oracle import Oracle
from spacevista.sim.truth_table import JUDGES

Rule = Callable[[Oracle, str, tuple[int, ...], tuple[int, ...]], bool]

DECIDED_BY: dict[str, Rule] = {
    "position_comparison": oracle_positions.decides_which,
    "existence": oracle_positions.decides_existence,
    "object_counting": oracle_positions.decides_count,
    "appearance_order": oracle_sightings.decides_order,
    "object_matching": oracle_sightings.decides_match,
    "rotation_estimation": oracle_rotation.decides_turn,
    "object_location": oracle_location.decides_place,
    "room_size": oracle_rooms.decides_room,
    "area_estimation": oracle_areas.decides_area,
    "spatial_relation": oracle_relations.decides_relation,
}
SEEN_BY: dict[str, Rule] = {
    "position_comparison": oracle_sightings.each_in_its_frame,
    "existence": oracle_sightings.anchor_shown,
    "object_counting": oracle_sightings.anchor_shown,
    "appearance_order": oracle_sightings.all_shown,
    "object_matching": oracle_sightings.each_in_its_frame,
    "rotation_estimation": oracle_sightings.shown_in_clip,
    "object_location": oracle_sightings.all_shown,
    "room_size": oracle_rooms.inside,
}
DECIDES: dict[tuple[str, str], Rule] = {key: DECIDED_BY[key[0]] for key in JUDGES if key[0] in DECIDED_BY}
SEES: dict[tuple[str, str], Rule] = {key: SEEN_BY[key[0]] for key in JUDGES if key[0] in SEEN_BY}
