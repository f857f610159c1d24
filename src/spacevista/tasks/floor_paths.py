"""Ways of an agent over a free floor: from beside one object to beside others, and ways that certainly fail.

Places are (2) along the floor's horizontal axes, metres. Angles are clockwise seen from above, as one turns right.
"""

from __future__ import annotations

import itertools
import math
from typing import Literal

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.occupancy import clear_stretch
from spacevista.tasks.floor import Floor

MOST_LEGS = 3
LEAST_LEG_WIDTHS = 2.0  # a stretch shorter than this is not told
SURE_HIT = 0.35  # of the agent's width: a seen point so near to its middle is run into
ELSEWHERE = 1.5  # of the reach: an end at least so far from what was seen of the goal is elsewhere,
OUT_OF_REACH = 1.2  # if it is so far from all that the goal might fill


def way_over(floor: Floor, stops: list[int]) -> FloatArray | str:
    """Return the corners (K, 2) of a way from beside the first stop to beside each other, or why there is none.

    The first stretch starts where beside the first object it suits the way best; later ones where the last ended.
    """
    net = floor.net
    if not len(net.beside[stops[0]]):
        return "no free floor beside the start"
    here, corners = net.beside[stops[0]], list[int]()
    for goal in stops[1:]:
        if not len(net.beside[goal]):
            return "no free floor beside the target"
        way = net.way(here, net.beside[goal])
        if way is None:
            return "no free floor between"
        if len(way) < 2:
            return "too near to walk"
        corners.extend(way.tolist() if not corners else way[1:].tolist())
        here = way[-1:]
    return checked(floor, floor.grid.low_m + (net.cells[corners] + 0.5) * floor.grid.cell_m)


def checked(floor: Floor, way_m: FloatArray) -> FloatArray | str:
    """Return a way if it can be told and is free by a check of its own, else why not."""
    legs = np.linalg.norm(np.diff(way_m, axis=0), axis=1)
    if len(legs) > MOST_LEGS:
        return "too many turns"
    if legs.min() < LEAST_LEG_WIDTHS * floor.agent.width_m:
        return "a stretch too short to tell"
    return way_m if is_free(floor, way_m) else "way not free when checked"


def is_free(floor: Floor, way_m: FloatArray) -> bool:
    """Tell whether an agent's middle stays where it may stand all the way; samples of the way, no graph."""
    in_cells = (way_m - floor.grid.low_m) / floor.grid.cell_m
    return all(clear_stretch(a, b, floor.standing) for a, b in itertools.pairwise(in_cells))


def bearings_deg(way_m: FloatArray) -> FloatArray:
    """Return the direction (K - 1) of each stretch, clockwise from the second axis, degrees."""
    steps = np.diff(way_m, axis=0)
    return np.degrees(np.arctan2(steps[:, 0], steps[:, 1]))


def turn_deg(from_deg: float, to_deg: float) -> float:
    """Return the turn from one bearing to another, right positive, -180 to 180."""
    return (to_deg - from_deg + 180) % 360 - 180


def walked(start_m: FloatArray, bearings: FloatArray, lengths_m: FloatArray) -> FloatArray:
    """Return the corners (K + 1, 2) of a walk."""
    angles = np.radians(bearings)
    steps = np.stack([np.sin(angles), np.cos(angles)], axis=1) * lengths_m[:, None]
    return np.concatenate([start_m[None], start_m + np.cumsum(steps, axis=0)])


def why_it_fails(floor: Floor, way_m: FloatArray, goal: int) -> tuple[Literal["hits", "ends elsewhere"], int] | None:
    """Return how a walk certainly fails: ("hits", object id) or ("ends elsewhere", 0); None where it may not."""
    hit = surely_hit(floor, way_m)
    if hit is not None:
        return "hits", floor.ids[hit]
    away = floor.distance_m(way_m[-1], goal) >= ELSEWHERE * floor.reach_m + floor.margin_m
    out = floor.least_distance_m(way_m[-1], goal) >= OUT_OF_REACH * floor.reach_m + floor.margin_m
    return ("ends elsewhere", 0) if away and out else None


def surely_hit(floor: Floor, way_m: FloatArray) -> int | None:
    """Return the object of which the agent first runs into a seen point, None if it meets none for certain."""
    radius = SURE_HIT * floor.agent.width_m - floor.margin_m
    if radius <= 0:
        return None
    for start, end in itertools.pairwise(way_m):
        count = max(math.ceil(float(np.linalg.norm(end - start)) / (radius / 2)), 1)
        places = start + np.linspace(0, 1, count + 1)[:, None] * (end - start)
        away, nearest = floor.low_points.query(places, distance_upper_bound=radius)
        if np.isfinite(away).any():
            return int(floor.owners[nearest[np.isfinite(away)][0]])
    return None
