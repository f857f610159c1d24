"""Route planning: which turns lead from beside one object, facing a second, to beside another?

Aspects: `direct`, from A, facing F, to C; `via`, past X on the way. The stretches are told with their lengths, the
turns are the blanks to fill: left, right or back, as in VSI-Bench; straight on is told. A stated agent walks on the
free floor (tasks/floor.py), starting wherever beside A it suits the way best. Frame: the agent's own. Forms: mc, free.
Candidates: ROUTES ways of each aspect drawn by the scene's random numbers, each with up to FACED objects to face.
Source: SpaceVista, route planning; VSI-Bench. Declines: fewer than two objects, too few points, no floor, no free floor
(at all, beside the start, beside the target, between), too near, too many turns, short stretches, a faced object too
near, a turn that is not plainly one of the four, no wrong turns that certainly fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.floor import Floor, floor_of
from spacevista.tasks.floor_paths import bearings_deg, turn_deg, walked, way_over, why_it_fails
from spacevista.tasks.plans import AGENTS, Agent, Move, Plan, place, plan_fact, square

SCALES = (Scale.INDOOR, Scale.OUTDOOR, Scale.DRONE)
ROUTES = 12
FACED = 4
TURNS: dict[str, float] = {"straight": 0.0, "right": 90.0, "back": 180.0, "left": -90.0}
BLANKS = ("left", "right", "back")  # what wrong answers fill in, as VSI-Bench
PLAIN_DEG = 28.0  # a turn so near to one of the four is called by its name
LOOSE_DEG = (0.0, -30.0, -15.0, 15.0, 30.0)  # about a named turn: what somebody told so might do
FACING_WIDTHS = 2.0  # the faced object is at least so far away
LENGTH_DIGITS = 2


def route_planning(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the drawn routes of both aspects."""
    if scene.scale in SCALES:
        yield from routes_of(scene, AGENTS[scene.scale], rng)


def routes_of(scene: Scene, agent: Agent, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the drawn routes of a stated agent, each with several objects to face at its start."""
    floor = floor_of(scene, agent)
    for stops, faced in drawn_routes([thing.id for thing in scene.objects], rng):
        candidates = [route_of(stops, number) for number in faced]
        way: FloatArray | str = floor if isinstance(floor, str) else "too few points"
        if not isinstance(floor, str) and set(stops) <= set(floor.ids):
            way = way_over(floor, [floor.ids.index(number) for number in stops])
        for candidate in candidates:
            if isinstance(way, str) or isinstance(floor, str):
                yield Decline(candidate, str(way))
            else:
                yield measure(floor, candidate, way, rng)


def route_of(stops: tuple[int, ...], faced: int) -> Candidate:
    """Return the candidate (start, faced, ...): `direct` to one goal, or `via` another object."""
    return Candidate("route_planning", "direct" if len(stops) == 2 else "via", (stops[0], faced, *stops[1:]))


def drawn_routes(ids: Sequence[int], rng: np.random.Generator) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return up to ROUTES ways (start, goal) and as many (start, via, goal), each with up to FACED others."""
    routes: dict[tuple[int, ...], tuple[int, ...]] = {}
    for size in (2, 3):
        for _ in range(ROUTES if len(ids) > size else 0):
            mixed = tuple(int(i) for i in rng.permutation(np.array(ids)))
            routes.setdefault(mixed[:size], mixed[size : size + FACED])
    return list(routes.items())


def measure(floor: Floor, candidate: Candidate, way: FloatArray, rng: np.random.Generator) -> Fact | Decline:
    """Name the turns of a way for an agent that faces an object at its start."""
    if candidate.objects[1] not in floor.ids:
        return Decline(candidate, "too few points")
    _, faced, *others = (floor.ids.index(number) for number in candidate.objects)
    look = floor.middles_m[faced] - way[0]
    if np.linalg.norm(look) < FACING_WIDTHS * floor.agent.width_m:
        return Decline(candidate, "start too near to what is faced")
    facing = float(np.degrees(np.arctan2(look[0], look[1])))
    bearings = bearings_deg(way)
    turns = [turn_deg(a, b) for a, b in zip([facing, *bearings], bearings, strict=False)]
    names = [turn_name(turn) for turn in turns]
    if None in names or names[0] == "straight":
        return Decline(candidate, "a turn that is not plainly one of the four")
    told = [name for name in names if name is not None]
    until = stops_at(floor, way, others)
    wrong = failing(floor, way, facing, told, until, others[-1], rng)
    if not wrong:
        return Decline(candidate, "no wrong turns that certainly fail")
    right = Plan(moves_of(told, way, until), tuple(place(p) for p in floor.to_world(way)))
    margin = 1 - float(max(abs(turn_deg(TURNS[name], turn)) for name, turn in zip(told, turns, strict=True))) / 45
    return plan_fact(
        candidate, [right, *wrong], tolerance_m=floor.reach_m, reach_m=floor.reach_m, margin=margin, agent=floor.agent
    )


def turn_name(turn: float) -> str | None:
    """Return the name of a turn (degrees, right positive), None if it is not plainly one of the four."""
    return next((name for name, angle in TURNS.items() if abs(turn_deg(angle, turn)) <= PLAIN_DEG), None)


def stops_at(floor: Floor, way_m: FloatArray, stops: list[int]) -> tuple[int, ...]:
    """Return for each stretch the id of the stop beside which it ends, 0 where it is none."""
    until = [0] * (len(way_m) - 1)
    until[-1] = floor.ids[stops[-1]]
    if len(stops) > 1:
        inner = [floor.distance_m(corner, stops[0]) for corner in way_m[1:-1]]
        if inner and min(inner) <= floor.reach_m + floor.grid.cell_m:
            until[int(np.argmin(inner))] = floor.ids[stops[0]]
    return tuple(until)


def moves_of(names: Sequence[str], way_m: FloatArray, until: tuple[int, ...]) -> tuple[Move, ...]:
    lengths = np.linalg.norm(np.diff(way_m, axis=0), axis=1)
    return tuple(
        Move("turn", two_digits(float(length)), turn=name, until=stop)
        for name, length, stop in zip(names, lengths, until, strict=True)
    )


def two_digits(length_m: float) -> float:
    return float(f"{length_m:.{LENGTH_DIGITS - 1}e}")


def failing(
    floor: Floor, way_m: FloatArray, facing: float, names: list[str], until: tuple[int, ...], goal: int,
    rng: np.random.Generator,
) -> list[Plan]:  # fmt: skip
    """Return other turns that fail however loosely they are followed; straight on is kept, for it is no blank.

    With one blank, the other turns; with more, two of them changed alone and together (see `plans.square`).
    """

    def checked(turns: tuple[str, ...]) -> Plan | None:
        return failed(floor, way_m, facing, turns, names, until, goal)

    blanks = [number for number, name in enumerate(names) if name != "straight"]
    if len(blanks) == 1:
        others = [tuple(turn if name != "straight" else name for name in names) for turn in BLANKS]
        plans = [checked(turns) for turns in others if list(turns) != names]
        return [plan for plan in plans if plan is not None]
    edits = [
        partial(_refilled, number=number, turn=turn) for number in blanks for turn in BLANKS if turn != names[number]
    ]
    had = Plan(moves_of(names, way_m, until), ())
    return square(tuple(names), edits, checked, had, rng)


def _refilled(turns: tuple[str, ...], number: int, turn: str) -> tuple[str, ...]:
    return (*turns[:number], turn, *turns[number + 1 :])


def failed(
    floor: Floor, way_m: FloatArray, facing: float, turns: tuple[str, ...], right: list[str], until: tuple[int, ...],
    goal: int,
) -> Plan | None:  # fmt: skip
    """Return the plan of these turns if all walks that are told so fail; its way is that of exact turns."""
    ways = list(loose_walks(way_m, facing, turns, right))
    reasons = [why_it_fails(floor, way, goal) for way in ways]
    found = [reason for reason in reasons if reason is not None]
    if len(found) < len(reasons):
        return None
    fails, hits = found[0]
    return Plan(moves_of(turns, way_m, until), tuple(place(p) for p in floor.to_world(ways[0])), fails, hits)


def loose_walks(way_m: FloatArray, facing: float, turns: Sequence[str], right: Sequence[str]) -> Iterator[FloatArray]:
    """Yield the walks that lengths and turns may lead to, the one of exact turns first.

    Where a turn is the right one it is the way's own; all others are loose by the same angle.
    """
    lengths = np.linalg.norm(np.diff(way_m, axis=0), axis=1)
    bearings = bearings_deg(way_m)
    own = [turn_deg(a, b) for a, b in zip([facing, *bearings], bearings, strict=False)]
    for loose in LOOSE_DEG:
        named = [TURNS[turn] + loose for turn in turns]
        taken = [
            mine if turn == true else other for mine, turn, true, other in zip(own, turns, right, named, strict=True)
        ]
        yield walked(way_m[0], facing + np.cumsum(taken), lengths)
