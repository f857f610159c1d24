"""A hand-made scene for the tests of questions: boxes drawn by hand into id maps of 64 x 48 pixels, four frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.scenes.record import Noise, ObjectView, Scene, SceneFrame, SceneObject
from spacevista.tasks.facts import Candidate, Fact, Interval
from spacevista.tasks.plans import Agent, Move, Plan, PlanFact, plan_fact
from spacevista.tasks.spatial_relation import RELATIONS

WIDTH, HEIGHT = 64, 48
# [x1, y1, x2, y2) of each object on frame 0; every later frame shows it two pixels further right and one row shorter.
BOXES = {1: (2, 2, 12, 10), 2: (20, 4, 30, 24), 3: (34, 20, 50, 40), 4: (4, 30, 24, 44), 5: (52, 4, 57, 16)}
CATEGORIES: dict[int, str | None] = {1: "cup", 2: "bottle", 3: "box", 4: "tissue box", 5: "cup"}


def box_on(object_id: int, frame_index: int) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = BOXES[object_id]
    return x1 + 2 * frame_index, y1, x2 + 2 * frame_index, y2 - frame_index


def scene_with(
    *object_ids: int,
    scale: Scale = Scale.TABLETOP,
    frames: int = 4,
    categories: dict[int, str | None] | None = None,
    scene_id: str = "bench",
) -> Scene:
    """Return a scene that shows these objects in every frame."""
    names = CATEGORIES if categories is None else categories
    return Scene(
        id=scene_id,
        scale=scale,
        frames=tuple(_frame(f, object_ids) for f in range(frames)),
        objects=tuple(_object(o, names[o], frames) for o in object_ids),
        up=np.array([0.0, 0.0, 1.0]),
        planes=(),
        noise=Noise(0, 0, 0),
        licence="CC0-1.0",
        source="hand-made",
        drops=(),
    )


def _frame(index: int, object_ids: tuple[int, ...]) -> SceneFrame:
    ids = np.zeros((HEIGHT, WIDTH), dtype=np.int32)
    for object_id in object_ids:
        x1, y1, x2, y2 = box_on(object_id, index)
        ids[y1:y2, x1:x2] = object_id
    camera = Camera.from_fov(WIDTH, HEIGHT, 60)
    return SceneFrame(str(index), camera, Pose.identity(), np.ones((HEIGHT, WIDTH), dtype=np.float32), ids)


def _object(object_id: int, category: str | None, frames: int) -> SceneObject:
    views = []
    for f in range(frames):
        x1, y1, x2, y2 = box_on(object_id, f)
        views.append(ObjectView(f, (x1, y1, x2, y2), (x2 - x1) * (y2 - y1), False))
    return SceneObject(object_id, category, np.zeros((1, 3)), np.zeros((1, 3)), False, None, tuple(views))


def length_fact(task: str, aspect: str, objects: tuple[int, ...], metres: float, half_m: float = 0.0) -> Fact:
    quantity = {"object_size": "length", "absolute_distance": "distance"}[task]
    interval = Interval(metres - half_m, metres + half_m)
    return Fact(Candidate(task, aspect, objects), quantity, (metres,), (interval,))  # type: ignore[arg-type]


def point_fact(object_id: int, frame: int, point_px: tuple[float, float], metres: float) -> Fact:
    candidate = Candidate("depth_estimation", "point_z", (object_id,), (frame,), point_px)
    return Fact(candidate, "depth", (metres,), (Interval(metres, metres),))


def nearest_fact(object_id: int, frame: int, metres: float) -> Fact:
    candidate = Candidate("depth_estimation", "nearest_point", (object_id,), (frame,))
    return Fact(candidate, "depth", (metres,), (Interval(metres, metres),))


def choice_fact(
    task: str, aspect: str, objects: tuple[int, ...], right: int, frames: tuple[int, ...] = (), first: int = 0
) -> Fact:
    """A choice among objects[first:]; the quantities compared do not matter here."""
    options = tuple(str(o) for o in objects[first:])
    intervals = (Interval(0.9, 1.1),) * len(options)
    return Fact(Candidate(task, aspect, objects, frames), "choice", (), intervals, str(right), options, 0.25)


def motion_fact(motion: tuple[float, float, float, float, float], frames: tuple[int, int] = (0, 2)) -> Fact:
    intervals = tuple(Interval(v, v) for v in motion)
    return Fact(Candidate("view_change", "vector", (), frames), "motion", motion, intervals)


def direction_fact(word: str, frames: tuple[int, int] = (0, 2)) -> Fact:
    words = ("right", "left", "up", "down", "forward", "back")
    return Fact(Candidate("view_change", "direction", (), frames), "choice", (), (), word, words, 0.5)


def word_fact(
    task: str, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...], right: str, options: tuple[str, ...]
) -> Fact:
    """A choice among words, places or orders."""
    return Fact(Candidate(task, aspect, objects, frames), "choice", (), (), right, options, 0.5)


def count_fact(aspect: str, objects: tuple[int, ...], frames: tuple[int, ...], count: int) -> Fact:
    interval = Interval(count, count)
    return Fact(Candidate("object_counting", aspect, objects, frames), "count", (float(count),), (interval,))


def angle_fact(aspect: str, objects: tuple[int, ...], degrees: float, frames: tuple[int, int] = (3, 0)) -> Fact:
    interval = Interval(degrees - 0.4, degrees + 0.4)
    return Fact(Candidate("rotation_estimation", aspect, objects, frames), "angle", (degrees,), (interval,))


def further_kinds() -> list[Fact]:
    """Facts of positions, existence, counts, orders, matches, rotations and places, on objects 1 to 4."""
    yes_no = ("yes", "no")
    orders = ("1-2-3", "1-3-2", "2-1-3", "2-3-1", "3-1-2", "3-2-1")
    eight = ("right", "back-right", "back", "back-left", "left", "front-left", "front", "front-right")
    place = Candidate("object_location", "place", (3, 2), (1,))
    away = (Interval(0.0312, 0.0322), Interval(-141.0, -139.0))
    return [
        choice_fact("position_comparison", "left", (2, 3), 3, (1,)),
        choice_fact("position_comparison", "nearer", (2, 3), 2, (3, 0)),
        word_fact("existence", "above", (1, 2), (1,), "no", yes_no),
        word_fact("existence", "taller", (3, 2), (0, 1, 2, 3), "yes", yes_no),
        count_fact("class", (2,), (2,), 1),
        count_fact("class", (1,), (0, 1, 2, 3), 8),
        count_fact("left", (1, 2), (1,), 0),
        word_fact("appearance_order", "order", (1, 2, 3), (3, 2, 1, 0), "3-1-2", orders),
        choice_fact("appearance_order", "first", (1, 2, 3, 4), 4, (0, 1, 2, 3)),
        word_fact("object_matching", "same", (2, 2), (1, 3), "yes", yes_no),
        word_fact("object_matching", "which", (2, 3, 2, 1), (3, 0, 0, 0), "2", ("1", "2", "3")),
        angle_fact("turn_net", (), -123.4),
        angle_fact("around_swept", (2,), 432.1),
        angle_fact("attitude", (), 171.0),
        word_fact("object_location", "direction", (2, 1), (2,), "back-left", eight),
        word_fact("spatial_relation", "how", (2, 1), (), "on", tuple(name for name in RELATIONS if name != "stacked")),
        word_fact("spatial_relation", "hanging", (3, 1), (), "no", yes_no),
        Fact(place, "place", (0.0317, -140.0), away),
    ]


def area_fact(task: str, aspect: str, objects: tuple[int, ...], value: float) -> Fact:
    """An area in square metres or, by its aspect, a volume in cubic metres, known to 1 %."""
    quantity = "volume" if aspect == "volume" else "area"
    interval = Interval(0.99 * value, 1.01 * value)
    return Fact(Candidate(task, aspect, objects), quantity, (value,), (interval,))  # type: ignore[arg-type]


def area_kinds() -> list[Fact]:
    """Facts of a room and of an area seen from above."""
    return [
        area_fact("room_size", "area", (), 0.2317),
        area_fact("room_size", "volume", (), 0.0613),
        area_fact("area_estimation", "footprint", (2,), 0.00431),
    ]


def plan_of(*moves: Move, fails: str = "", hits: int = 0) -> Plan:
    return Plan(moves, ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)), fails, hits)  # type: ignore[arg-type]


def plans_fact(task: str, aspect: str, objects: tuple[int, ...], *plans: Plan, agent: Agent | None = None) -> PlanFact:
    candidate = Candidate(task, aspect, objects)
    return plan_fact(candidate, plans, tolerance_m=0.01, reach_m=0.015, margin=1.0, agent=agent)


def plan_kinds() -> list[Fact]:
    """Facts of all planning tasks, on objects 1 to 4; the right plan comes first."""
    agent = Agent("robot", 0.3, 0.5)
    turns = [
        plan_of(Move("turn", 2.5, turn=first, until=3), Move("turn", 1.2, turn=second, until=4), fails=fails)
        for first, second, fails in (("left", "back", ""), ("right", "back", "hits"), ("left", "right", "hits"))
    ]
    headings = [
        plan_of(Move("heading", 4.61, heading_deg=angle), fails=fails) for angle, fails in ((14, ""), (104, "hits"))
    ]
    moves = [
        plan_of(Move("up", 0.06), Move(side, 0.125), fails=fails)  # type: ignore[arg-type]
        for side, fails in (("left", ""), ("right", "ends elsewhere"))
    ]
    boxes = [
        Plan((), ((x, 0.1, 0.0), (x + 0.07, 0.15, 0.12)), fails)  # type: ignore[arg-type]
        for x, fails in ((-0.04, ""), (0.2, "ends elsewhere"))
    ]
    sides = plans_fact("destination_location", "front", (1, 4), moves[0])
    return [
        plans_fact("route_planning", "via", (1, 2, 3, 4), *turns, agent=agent),
        plans_fact("navigation", "path", (2, 3), *headings, agent=agent),
        plans_fact("manipulation_planning", "left", (2, 4), *moves),
        replace(sides, choice="front", options=("left", "right", "front", "behind", "top")),
        Fact(
            Candidate("obstacles_location", "which", (1, 2, 3, 4)), "choice", (), (), "3", ("3", "4", "nothing"), 0.02
        ),
        plans_fact("obstacles_location", "where", (2, 3), *boxes),
    ]


def all_kinds() -> list[Fact]:
    """One fact of every task, and of most aspects, on objects 1 to 4."""
    facts = [
        length_fact("object_size", aspect, (2,), 0.0634 + 0.01 * i, 0.001)
        for i, aspect in enumerate(("longest", "height", "length", "width"))
    ]
    facts += [choice_fact("size_comparison", aspect, (1, 4), 4) for aspect in ("height", "width", "volume")]
    facts.append(length_fact("absolute_distance", "closest", (2, 3), 0.1234, 0.003))
    facts += [choice_fact("relative_distance", aspect, (1, 2, 3, 4), 3, first=1) for aspect in ("closest", "farthest")]
    facts += [point_fact(2, 1, (25.5, 9.5), 0.71), nearest_fact(3, 2, 0.52)]
    facts.append(choice_fact("depth_estimation", "which_nearest", (1, 2, 3), 2, (1,)))
    facts.append(choice_fact("depth_estimation", "which_nearest", (1, 2, 3), 3, (3, 0, 1)))
    facts += [motion_fact((0.12, -0.03, 0.4, -12.0, 3.0)), direction_fact("forward")]
    return facts + further_kinds() + plan_kinds() + area_kinds()
