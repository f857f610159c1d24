"""Freezing `spacevista_sim`: which questions it asks, in which words, and what is true.

A scene is annotated to know what its pictures support; only those candidates are asked. The answers come from the
world's own truth: a candidate with which the truth disagrees, or whose choice it does not decide by 10 %, is dropped
and counted. One row a fact, so that rows do not repeat each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from spacevista import __version__
from spacevista.annotate.annotate import annotate
from spacevista.annotate.lift import object_views
from spacevista.errors import DatasetError
from spacevista.qa.balance import pick_facts
from spacevista.qa.make import fact_id, questions_of
from spacevista.qa.naming import sightings_of
from spacevista.qa.options import LETTERS, lettered
from spacevista.qa.record import QA_VERSION, Question, UnitPolicy
from spacevista.qa.refer import sent_frames
from spacevista.qa.sim_benchmark import exact_frame, quantity_of, true_answer
from spacevista.qa.sim_benchmark_file import (
    BENCHMARK_VERSION,
    NAME,
    FrozenScene,
    Header,
    PointedAt,
    Row,
    encode,
    lines_hash,
    quantised,
    truth_hashes,
)
from spacevista.qa.sim_plans import fact_holds, plans_of
from spacevista.scales import Scale
from spacevista.scenes.record import Noise, Scene, SceneObject
from spacevista.sim.seeds import WORLD_VERSION
from spacevista.sim.simulate import UP, simulate
from spacevista.sim.truth import Truth, size_of
from spacevista.sim.truth_table import JUDGES
from spacevista.sim.worlds import make_world
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import TASK_VERSION, Candidate, Fact, Interval
from spacevista.tasks.plans import PLANNING
from spacevista.tasks.rules import APART, margin
from spacevista.tasks.view_change import measure

PICKED = 30  # facts looked at in a scene, so that KEPT are left where some are dropped
KEPT = 20
NUMBER_TOLERANCE = 0.10  # a label farther from the truth is wrong (docs/audit.md): the pictures do not support it
POLICY: UnitPolicy = "native"
EXACT = Noise(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Frozen:
    """A frozen scene, letters not yet dealt, and how many candidates were dropped, by reason."""

    scene: FrozenScene
    dropped: dict[str, int]


def freeze_scene(scale: Scale, seed: int) -> Frozen:
    """Choose and word the questions of one world."""
    world = make_world(scale, seed)
    truth, rng = Truth(world), np.random.default_rng([seed, list(Scale).index(scale)])
    annotated = annotate(simulate(world, rng, color=False))
    found = [item for item in all_candidates(annotated, seed) if isinstance(item, Fact)]
    true: list[Fact] = []
    dropped: Counter[str] = Counter()
    for fact in pick_facts(both_ways(found, annotated, rng), rng, PICKED):
        try:
            true.append(truth_fact(fact, truth))
        except DatasetError as error:
            dropped[f"{fact.candidate.task}: {error}"] += 1
    scene = exact_scene(truth)
    kept = true[:KEPT]
    asked = questions_of(scene, kept, rng, seed=seed, unit_policy=POLICY)
    chosen = one_each(asked, kept, scene.id, seed)
    dropped["no way to refer to its objects"] += len(kept) - len(chosen)
    sightings = sightings_of(scene)
    rows = tuple(row_of(fact, q, sent_frames(fact.candidate, sightings)) for fact, q in chosen)
    categories = {body.id: body.category for body in world.objects}
    return Frozen(FrozenScene(scale.value, seed, len(world.path), categories, rows), dict(+dropped))


def both_ways(facts: Sequence[Fact], scene: Scene, rng: np.random.Generator) -> list[Fact]:
    """Return facts with every camera motion asked backwards too, and each main direction as often as the rarest.

    Paths mostly run one way around a scene: "right" would be a good answer without a look at the pictures.
    """
    pairs = sorted({fact.candidate.frames for fact in facts if fact.candidate.task == "view_change"})
    backwards = [item for first, second in pairs for item in measure(scene, second, first) if isinstance(item, Fact)]
    others: list[Fact] = []
    directions: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in (*facts, *backwards):
        (directions[fact.choice] if fact.candidate.aspect == "direction" else others).append(fact)
    rarest = min(map(len, directions.values()), default=0)
    even = [group[i] for _, group in sorted(directions.items()) for i in rng.permutation(len(group))[:rarest]]
    return others + even


def truth_fact(fact: Fact, truth: Truth) -> Fact:
    """Return a fact with its answer and the quantities that it compares taken from the truth.

    Raises:
        DatasetError: the truth has no answer, has another one, or does not decide a choice by 10 %.
    """
    if fact.candidate.task in PLANNING:
        if not fact_holds(fact, truth):
            raise DatasetError("the plan does not hold, or a wrong one does")
        return replace(fact, margin=round(fact.margin, 4))
    values, choice = true_answer(truth, fact.candidate)
    if choice:
        if choice != fact.choice:
            raise DatasetError("the truth is another choice")
        if (fact.candidate.task, fact.candidate.aspect) in JUDGES:  # of these the task's own rule is the margin
            return Fact(fact.candidate, "choice", (), (), choice, fact.options, round(fact.margin, 4))
        sizes = compared(truth, fact.candidate)
        winner = fact.options.index(choice) % len(sizes)  # of six directions, three are the others backwards
        intervals = tuple(Interval(size, size) for size in sizes)
        ahead = margin(intervals, winner)
        if ahead < APART:
            raise DatasetError("the truth is not apart by 10 %")
        return Fact(fact.candidate, "choice", (), intervals, choice, fact.options, round(ahead, 4))
    lengths = 1 if fact.quantity == "place" else 3
    size = np.linalg.norm(values[:lengths])
    if np.linalg.norm(np.subtract(fact.values[:lengths], values[:lengths])) > NUMBER_TOLERANCE * size:
        raise DatasetError("the label is over 10 % off the truth")
    numbers = quantised(quantity_of(fact.candidate), values)
    return Fact(fact.candidate, fact.quantity, numbers, tuple(Interval(number, number) for number in numbers))


def compared(truth: Truth, candidate: Candidate) -> list[float]:
    """Return the true quantities that a choice compares, in the order of its options, metres (volumes: cubed)."""
    objects, frames = candidate.objects, candidate.frames
    match candidate.task:
        case "size_comparison":
            aspect = "length" if candidate.aspect == "width" else candidate.aspect
            return [size_of(truth, aspect, number) for number in objects]
        case "relative_distance":
            return [truth.distance_m(objects[0], number) for number in objects[1:]]
        case "view_change":
            return [abs(part) for part in truth.motion(*frames)[:3]]
    own = frames * len(objects) if len(frames) == 1 else frames
    nearest = (truth.nearest_point(frame, number) for frame, number in zip(own, objects, strict=True))
    return [point.distance_m for point in nearest if point is not None]


def exact_scene(truth: Truth) -> Scene:
    """Return what naming and marking need of a scene: the frames and the objects of a world as they are."""
    world = truth.world
    frames = tuple(exact_frame(truth, number) for number in range(len(world.path)))
    nothing = np.empty((0, 3))
    objects = tuple(
        SceneObject(body.id, body.category, nothing, nothing, False, None, object_views(frames, body.id))
        for body in world.objects
    )
    up = np.array(UP)
    return Scene(world.id, world.scale, frames, objects, up, (), EXACT, world.licence, world.source, ())


def one_each(
    questions: Sequence[Question], facts: Sequence[Fact], scene_id: str, turn: int
) -> list[tuple[Fact, Question]]:
    """Return one question for each fact that has any.

    Within a task every other one points at its objects with marks, and of three that ask for a number two want it as
    one, for the rest of the benchmark is multiple choice already. Sentences (form free) have no exact score: left out.
    """
    by_fact: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.form != "free":
            by_fact[question.fact_id].append(question)
    turns: Counter[str] = Counter()
    chosen = []
    for fact in facts:
        number = turn + turns[fact.candidate.task]
        turns[fact.candidate.task] += 1
        form, marked = "mc" if number % 3 == 2 else "reg", number % 2 == 1
        rows = by_fact[fact_id(scene_id, fact.candidate)]
        if rows:
            chosen.append((fact, max(rows, key=lambda q: (q.form == form, (q.prompt_type != "none") == marked))))
    return chosen


def row_of(fact: Fact, question: Question, sent: tuple[int, ...]) -> Row:
    """Return the row of a question."""
    candidate = fact.candidate
    return Row(
        task=question.task,
        aspect=candidate.aspect,
        form=question.form,
        prompt_type=question.prompt_type,
        question=question.question,
        answer=question.answer,
        sent=sent,
        objects=candidate.objects,
        about=candidate.frames,
        point_px=candidate.point_px,
        options=tuple(question.options),
        marks=tuple(PointedAt(mark.kind, mark.frame_index, mark.object_id, mark.color) for mark in question.marks),
        values=fact.values,
        choice=fact.choice,
        margin=fact.margin,
        unit=question.unit,
        plans=plans_of(fact),
    )


def assembled(scenes: Iterable[FrozenScene]) -> bytes:
    """Return the file of the benchmark from its scenes, in the order of scales and seeds, with the letters dealt."""
    order = [scale.value for scale in Scale]
    ordered = sorted(scenes, key=lambda scene: (order.index(scene.scale), scene.seed))
    done = [scene for scale in order for scene in with_letters([s for s in ordered if s.scale == scale])]
    header = Header(
        name=NAME,
        version=BENCHMARK_VERSION,
        package=__version__,
        world_version=WORLD_VERSION,
        task_version=TASK_VERSION,
        qa_version=QA_VERSION,
        truth_sha256=truth_hashes(done),
        lines_sha256=lines_hash(done),
    )
    return encode(header, done)


def with_letters(scenes: Sequence[FrozenScene]) -> list[FrozenScene]:
    """Return the scenes of one scale with right letters as even as their number allows, by the number of options."""
    rng = np.random.default_rng(len(scenes))
    counts = Counter(len(row.options) for scene in scenes for row in scene.rows if row.form == "mc")
    decks = {
        options: [LETTERS[place] for place in rng.permutation(np.arange(count) % options)]
        for options, count in sorted(counts.items())
    }
    return [
        msgspec.structs.replace(
            scene,
            rows=tuple(
                relettered(row, decks[len(row.options)].pop()) if row.form == "mc" else row for row in scene.rows
            ),
        )
        for scene in scenes
    ]


def relettered(row: Row, letter: str) -> Row:
    """Return a multiple-choice row with its right option at another letter, exchanged with the one that was there."""
    options = list(row.options)
    had, gets = LETTERS.index(row.answer), LETTERS.index(letter)
    options[had], options[gets] = options[gets], options[had]
    question = row.question.replace(f"\n{lettered(row.options)}\n", f"\n{lettered(options)}\n")
    return msgspec.structs.replace(row, options=tuple(options), question=question, answer=letter)
