"""Obstacles location: which objects, and where, stand in the way of a straight motion?

Aspects: `which`, which of two other objects is in the way, or neither; `where`, the axis-aligned box of the only
object in the way, seen from the middle of the moved object's foot. The motion: straight and level towards another
object, box centre to box centre, until the boxes meet. An object is in the way if its box meets the volume swept by
the moved one's. Frame: the first picture's camera, levelled: right, forward, up; the scale's unit. Forms: mc, free.
Candidates: PAIRS ordered pairs drawn by the scene's random numbers, each with two others if there are any. Source:
SpaceVista, obstacles. Declines: fewer than two objects, too few points, unseen sides, an object that is
met for some boxes between those seen and possible and not for others, both in the way, none or several to locate.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.geometry.sweeps import Boxes, entered_at
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.manipulation_planning import SCALES, drawn_pairs
from spacevista.tasks.plans import MOST_WRONG, RIGHT_PLAN, Plan, PlanFact, place
from spacevista.tasks.table_paths import middles
from spacevista.tasks.workspace import Workspace, workspace_of

NOTHING = "nothing"
CORNER_SHARE = 0.05  # of a box's longest side: a face less sure than this is not stated
DIFFERENT = 0.3  # of the right box's longest side: a wrong box has a face at least so far off
CLEAR_SHARE = 0.02  # of the moved box's least side: nearer misses and shallower hits are not decided


def obstacles_location(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects for drawn pairs (moved, towards)."""
    pairs = drawn_pairs(scene, rng) if scene.scale in SCALES else []
    space = workspace_of(scene) if pairs else ""
    for moved, towards in pairs:
        others = [thing.id for thing in scene.objects if thing.id not in (moved, towards)]
        asked = tuple(int(n) for n in rng.choice(others, 2, replace=False)) if len(others) >= 2 else ()
        which = Candidate("obstacles_location", "which", (moved, towards, *asked))
        where = Candidate("obstacles_location", "where", (moved, towards))
        if isinstance(space, str):
            yield Decline(which, space)
            yield Decline(where, space)
            continue
        yield which_one(space, which)
        yield where_it_is(space, where)


def which_one(space: Workspace, candidate: Candidate) -> Fact | Decline:
    """Decide which of the two other objects of a candidate is in the way."""
    if len(candidate.objects) < 4:
        return Decline(candidate, "fewer than four objects")
    met = objects_met(space, candidate)
    if isinstance(met, str):
        return Decline(candidate, met)
    in_way = [number for number in candidate.objects[2:] if met[space.number(number)]]
    unsure = [number for number in candidate.objects[2:] if met[space.number(number)] is None]
    if unsure:
        return Decline(candidate, "not decided between seen and possible boxes")
    if len(in_way) > 1:
        return Decline(candidate, "both in the way")
    options = (*map(str, candidate.objects[2:]), NOTHING)
    return Fact(candidate, "choice", (), (), str(in_way[0]) if in_way else NOTHING, options, CLEAR_SHARE)


def where_it_is(space: Workspace, candidate: Candidate) -> Fact | Decline:
    """Locate the only object in the way; wrong boxes are those of objects that are not, and the right one mirrored."""
    met = objects_met(space, candidate)
    if isinstance(met, str):
        return Decline(candidate, met)
    if any(found is None for found in met):
        return Decline(candidate, "not decided between seen and possible boxes")
    in_way = [number for number, found in enumerate(met) if found]
    if len(in_way) != 1:
        return Decline(candidate, "none or several in the way")
    right = in_way[0]
    longest = float(space.seen.size_m[right].max())
    moved = space.number(candidate.objects[0])
    open_m = space.unsure_m()
    unsure = max(float(open_m[right].max()), float(open_m[moved, :2].max()), foot_open(space, moved))
    if not space.known[right] or unsure / 2 > CORNER_SHARE * longest:
        return Decline(candidate, "interval too wide")
    boxes = middles(space)
    foot = foot_of(boxes, moved)
    kept = [boxes.at(right)]
    for box in wrong_boxes(boxes, right, foot):
        if len(kept) <= MOST_WRONG and all(face_distance(box, other) > DIFFERENT * longest for other in kept):
            kept.append(box)
    plans = [box_plan(box, foot, right=number == RIGHT_PLAN) for number, box in enumerate(kept)]
    if len(plans) < 2:
        return Decline(candidate, "no other box that differs")
    return PlanFact(
        candidate, "choice", (), (), "0", tuple(str(n) for n in range(len(plans))), CLEAR_SHARE,
        plans=tuple(plans), tolerance_m=0.1 * longest,
    )  # fmt: skip


def objects_met(space: Workspace, candidate: Candidate) -> list[bool | None] | str:
    """Tell for each object of the scene whether it is in the way; None where that is not decided; or why not at all."""
    moved, towards = (space.number(number) for number in candidate.objects[:2])
    if not (space.known[moved] and space.known[towards]):
        return "unseen side without an end"
    slack = CLEAR_SHARE * float(space.seen.size_m[moved].min())
    off = step_unsure_m(space, moved) + step_unsure_m(space, towards)
    noise = space.margin_m[:, None]
    inner, outer = space.seen.grown(-noise), space.possible.grown(noise)
    less, more = inner.grown(-slack - off), outer.grown(slack + off)
    step = (middles(space).centre_m[towards] - middles(space).centre_m[moved]) * np.array([1.0, 1.0, 0.0])
    surely = swept(inner.at(moved), less, step, stopped_at(outer.at(moved), outer.at(towards), step))
    perhaps = swept(outer.at(moved), more, step, stopped_at(inner.at(moved), inner.at(towards), step))
    surely &= (less.size_m > 0).all(axis=1)  # of what is left of it
    return [
        False if number in (moved, towards) or not maybe else True if sure else None
        for number, (sure, maybe) in enumerate(zip(surely, perhaps, strict=True))
    ]


def step_unsure_m(space: Workspace, number: int) -> FloatArray:
    """Return by how much (3) the middle of an object's box may be off, level; noise is counted apart."""
    spare = space.possible.size_m[number] - space.seen.size_m[number]
    return np.asarray(spare / 4 * np.array([1.0, 1.0, 0.0]))


def stopped_at(moving: Boxes, towards: Boxes, step_m: FloatArray) -> float:
    """Return the share of a step at which a box (1) meets the one that it is moved towards; 1: it passes over it."""
    start = moving.centre_m[0]
    return min(float(entered_at(start, start + step_m, moving.size_m[0], towards)[0]), 1.0)


def swept(moving: Boxes, boxes: Boxes, step_m: FloatArray, stop: float) -> BoolArray:
    """Tell which boxes (N) a box (1) enters on a share of a step, from its own place."""
    start = moving.centre_m[0]
    return np.isfinite(entered_at(start, start + stop * step_m, moving.size_m[0], boxes))


def foot_open(space: Workspace, number: int) -> float:
    """Return how far below its lowest seen point an object might reach."""
    return float(space.seen.low_m[number, 2] - space.possible.low_m[number, 2])


def foot_of(boxes: Boxes, number: int) -> FloatArray:
    """Return the middle of the lower face of an object's box."""
    return np.array([*boxes.centre_m[number, :2], boxes.low_m[number, 2]])


def wrong_boxes(boxes: Boxes, right: int, foot_m: FloatArray) -> Iterator[Boxes]:
    """Yield the right box mirrored about the foot: left and right, back and forth, both; then the boxes of all others.

    With all mirror images none stands out as the one most like the others.
    """
    for axes in ([0], [1], [0, 1]):
        low, high = boxes.low_m[right].copy(), boxes.high_m[right].copy()
        low[axes], high[axes] = 2 * foot_m[axes] - high[axes], 2 * foot_m[axes] - low[axes]
        yield Boxes(low[None], high[None])
    for number in range(len(boxes.low_m)):
        if number != right and np.isfinite(boxes.low_m[number]).all():
            yield boxes.at(number)


def face_distance(first: Boxes, second: Boxes) -> float:
    """Return by how much the two boxes' most different faces are apart."""
    return float(max(np.abs(first.low_m - second.low_m).max(), np.abs(first.high_m - second.high_m).max()))


def box_plan(box: Boxes, foot_m: FloatArray, *, right: bool) -> Plan:
    """Return a box as its lowest and highest corner, right, forward and up of a foot."""
    low, high = box.low_m[0] - foot_m, box.high_m[0] - foot_m
    return Plan((), (place(low), place(high)), "" if right else "ends elsewhere")
