"""Navigation: in which directions, and how far, does an agent walk from beside one object to beside another?

Aspect: `path`. Stretches with headings in whole degrees, clockwise from the way into the first picture (the viewing
direction of its camera, levelled), and lengths in metres, three digits; they are rounded before they are checked. A
stated agent walks on the free floor (tasks/floor.py), starting wherever beside the first object it suits the way best.
Forms: mc (a path that is free among paths that fail: they hit an object or end elsewhere), free. Candidates: PAIRS
ordered pairs drawn by the scene's random numbers. Source: SpaceVista, navigation. Declines: as route_planning, no level
right in the first view, no room for whole degrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.floor import Floor, floor_of
from spacevista.tasks.floor_paths import bearings_deg, is_free, walked, way_over, why_it_fails
from spacevista.tasks.plans import AGENTS, Agent, Move, Plan, place, plan_fact, square
from spacevista.tasks.workspace import view_axes

SCALES = (Scale.OUTDOOR, Scale.DRONE)
PAIRS = 20
LENGTH_DIGITS = 3
TWIST_DEG = (90, -90, 180, 45, -45)  # by which a wrong path's headings are off
FACTORS = (0.5, 1.6)  # by which a wrong path's lengths are off


def navigation(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the drawn pairs (start, goal)."""
    if scene.scale in SCALES:
        yield from paths_of(scene, AGENTS[scene.scale], rng)


def paths_of(scene: Scene, agent: Agent, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the drawn pairs for a stated agent."""
    ids = [thing.id for thing in scene.objects]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    floor = floor_of(scene, agent)
    for number in rng.permutation(len(pairs))[:PAIRS]:
        candidate = Candidate("navigation", "path", pairs[number])
        north = None if isinstance(floor, str) else north_deg(scene, floor)
        if isinstance(floor, str):
            yield Decline(candidate, floor)
        elif north is None:
            yield Decline(candidate, "first view has no level right")
        else:
            yield measure(floor, candidate, north, rng)


def north_deg(scene: Scene, floor: Floor) -> float | None:
    """Return the bearing of the way into the first picture, from its lower edge to its upper one, levelled."""
    axes = view_axes(scene.frames[0], scene.up)
    if axes is None:
        return None
    view = axes[:, 1] @ floor.grid.axes
    return float(np.degrees(np.arctan2(view[0], view[1])))


def measure(floor: Floor, candidate: Candidate, north: float, rng: np.random.Generator) -> Fact | Decline:
    """Plan one path, round it, check it again, and find paths that fail."""
    if not set(candidate.objects) <= set(floor.ids):
        return Decline(candidate, "too few points")
    first, goal = (floor.ids.index(number) for number in candidate.objects)
    way = way_over(floor, [first, goal])
    if isinstance(way, str):
        return Decline(candidate, way)
    lengths = rounded(np.linalg.norm(np.diff(way, axis=0), axis=1))
    headings = np.round(bearings_deg(way) - north) % 360
    told = walked(way[0], headings + north, lengths)
    if not is_free(floor, told) or floor.distance_m(told[-1], goal) > floor.reach_m:
        return Decline(candidate, "no room for whole degrees")
    right = plan_of(floor, way[0], headings, lengths, north)
    wrong = failing(floor, way, (headings, lengths), north, goal, rng)
    if not wrong:
        return Decline(candidate, "no wrong path that certainly fails")
    return plan_fact(
        candidate, [right, *wrong], tolerance_m=floor.reach_m, reach_m=floor.reach_m, margin=1.0, agent=floor.agent
    )


def plan_of(floor: Floor, start_m: FloatArray, headings: FloatArray, lengths_m: FloatArray, north: float) -> Plan:
    way = walked(start_m, headings + north, lengths_m)
    moves = tuple(Move("heading", float(n), heading_deg=int(h) % 360) for h, n in zip(headings, lengths_m, strict=True))
    return Plan(moves, tuple(place(p) for p in floor.to_world(way)))


def three_digits(length_m: float) -> float:
    return float(f"{length_m:.{LENGTH_DIGITS - 1}e}")


Legs = tuple[FloatArray, FloatArray]  # headings and lengths


def failing(
    floor: Floor, way_m: FloatArray, right: Legs, north: float, goal: int, rng: np.random.Generator
) -> list[Plan]:
    """Return paths that certainly fail, by two edits of the right one; see `plans.square`."""

    def failed(legs: Legs) -> Plan | None:
        reason = why_it_fails(floor, walked(way_m[0], legs[0] + north, legs[1]), goal)
        plan = plan_of(floor, way_m[0], *legs, north)
        return None if reason is None else Plan(plan.moves, plan.points_m, *reason)

    step = way_m[-1] - way_m[0]
    straight = np.round(np.degrees(np.arctan2(step[0], step[1])) - north) % 360
    direct = np.array([straight]), np.array([three_digits(float(np.linalg.norm(step)))])
    return square(right, edits_of(right, direct), failed, plan_of(floor, way_m[0], *right, north), rng)


def edits_of(right: Legs, direct: Legs) -> list[Callable[[Legs], Legs]]:
    """Return edits that people might make: all headings off, or mirrored; lengths off; straight to the end."""
    edits: list[Callable[[Legs], Legs]] = [partial(_twisted, by_deg=twist) for twist in TWIST_DEG]
    edits += [_mirrored, *(partial(_longer, factor=factor) for factor in FACTORS)]
    if len(right[1]) > 1:
        edits += [_backwards, *([partial(_straight, right=right, direct=direct)] * len(edits))]  # the likeliest mistake
    return edits


def _twisted(legs: Legs, by_deg: float) -> Legs:
    return (legs[0] + by_deg) % 360, legs[1]


def _mirrored(legs: Legs) -> Legs:
    return -legs[0] % 360, legs[1]


def _longer(legs: Legs, factor: float) -> Legs:
    return legs[0], rounded(factor * legs[1])


def _backwards(legs: Legs) -> Legs:
    return legs[0], legs[1][::-1]


def _straight(legs: Legs, right: Legs, direct: Legs) -> Legs:
    """Return the direct way, turned and stretched as the first leg was by another edit."""
    turned, longer = legs[0][0] - right[0][0], legs[1][0] / right[1][0]
    return (direct[0] + turned) % 360, rounded(direct[1] * longer)


def rounded(lengths_m: FloatArray) -> FloatArray:
    return np.array([three_digits(float(length)) for length in lengths_m])
