"""Facts of a scene -> its questions.

Every fact that is picked (balance.py) is asked in all forms of its task. In each form there is one row without marks,
if all its objects can be named, and one row with marks of a kind taken at random: over a data set each kind gets its
third, and a fact costs at most six rows. A point's depth is asked with its own point only, a motion without marks, a
match with marks only. The options of a size go with marks too: beside a name, the usual size of such things would tell
which of them is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from spacevista.qa.balance import pick_facts
from spacevista.qa.numbers import in_units, relative_error, unit_name
from spacevista.qa.options import (
    LETTERS,
    WORD_OPTIONS,
    angle_options,
    choice_options,
    count_options,
    motion_options,
    number_options,
    opposite_options,
    place_options,
    turn_options,
)
from spacevista.qa.patterns import SLOTS, fill, listed, slots_of, templates
from spacevista.qa.plan_words import pattern_aspect, plan_mentions, plan_slots, plan_texts
from spacevista.qa.record import MARK_KINDS, QA_VERSION, Form, PromptType, Question, TaskName, UnitPolicy
from spacevista.qa.refer import Cast, Stage, cast_of, sent_frames
from spacevista.qa.split import split_of
from spacevista.qa.told import ONLY_MARKED, choice_text, kind_slots, most_deg, told, view_slot
from spacevista.qa.wording import bare_text, choose_pattern, form_line, one_of, user_text, value_text
from spacevista.scales import SCALE_FACTS
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Fact
from spacevista.tasks.object_location import DIRECTIONS as AROUND
from spacevista.tasks.plans import PLANNING
from spacevista.tasks.view_change import DIRECTIONS

FORMS: dict[str, tuple[Form, ...]] = {
    "object_size": ("mc", "reg", "free"),
    "size_comparison": ("mc", "free"),
    "absolute_distance": ("mc", "reg", "free"),
    "relative_distance": ("mc",),
    "depth_estimation": ("mc", "reg"),
    "view_change": ("mc", "reg", "free"),
    "position_comparison": ("mc", "free"),
    "existence": ("mc", "free"),
    "object_counting": ("mc", "reg", "free"),
    "appearance_order": ("mc",),
    "object_matching": ("mc",),
    "rotation_estimation": ("mc", "reg"),
    "object_location": ("mc", "free"),
    "route_planning": ("mc", "free"),
    "navigation": ("mc", "free"),
    "manipulation_planning": ("mc", "free"),
    "destination_location": ("mc",),
    "obstacles_location": ("mc", "free"),
    "room_size": ("reg",),
    "area_estimation": ("mc", "reg"),
    "spatial_relation": ("mc", "free"),
}
YES_NO = ("yes", "no")
AXES = (DIRECTIONS, AROUND)  # directions of which the opposite is offered too
NEVER_NAMED: tuple[tuple[str, Form], ...] = (
    ("object_size", "mc"),
    ("area_estimation", "mc"),
)  # a name there tells the usual answer


@dataclass(frozen=True)
class Ask:
    """One row to be: a fact, its values in the scene's unit, and the way in which it is asked."""

    fact: Fact
    aspect: str
    value: list[float]
    error: float
    unit: str
    policy: UnitPolicy
    form: Form
    prompt_type: PromptType
    length_unit: str


def questions_of(
    scene: Scene, facts: Sequence[Fact], rng: np.random.Generator, *, seed: int, unit_policy: UnitPolicy
) -> list[Question]:
    """Return the questions of a scene from facts about it; `seed` is what `rng` was made from, kept in every row."""
    stage = Stage.of(scene)
    asks = [ask for fact in pick_facts(facts, rng) for ask in _asks(fact, stage, unit_policy, rng)]
    questions = (_question(ask, stage, seed, rng) for ask in asks)
    return [question for question in questions if question is not None]


def frame_path(scene_id: str, frame_index: int) -> str:
    """Return where a data set keeps a frame of a scene, relative to its folder."""
    return f"frames/{scene_id}/{frame_index:05d}.jpg"


def fact_id(scene_id: str, candidate: Candidate) -> str:
    """Return an id that spells out what is asked: "kitchen:depth_estimation:point_z:o3:f2:p120.5-33.5"."""
    parts = [scene_id, candidate.task, candidate.aspect]
    if candidate.objects:
        parts.append("o" + "-".join(map(str, candidate.objects)))
    if candidate.frames:
        parts.append("f" + "-".join(map(str, candidate.frames)))
    if candidate.point_px is not None:
        parts.append("p" + "-".join(f"{c:g}" for c in candidate.point_px))
    return ":".join(parts)


def _asks(fact: Fact, stage: Stage, policy: UnitPolicy, rng: np.random.Generator) -> Iterator[Ask]:
    candidate = fact.candidate
    unit = SCALE_FACTS[stage.scene.scale].unit
    value = [] if fact.quantity == "choice" else in_units(fact, unit)
    across = f"{candidate.aspect}_across"
    several = len(set(candidate.frames)) > 1 and (candidate.task, across) in SLOTS
    aspect = across if several else pattern_aspect(candidate)
    for form in FORMS[candidate.task]:
        if form == "reg" and fact.quantity == "choice":
            continue
        for prompt_type in _prompt_types(candidate, form, rng):
            yield Ask(fact, aspect, value, relative_error(fact), unit_name(fact, unit), policy, form, prompt_type, unit)


def _prompt_types(candidate: Candidate, form: Form, rng: np.random.Generator) -> tuple[PromptType, ...]:
    if candidate.point_px is not None:
        return ("point",)
    if not told(candidate).objects:
        return ("none",)
    mark = MARK_KINDS[int(rng.integers(len(MARK_KINDS)))]
    only_marked = candidate.task in ONLY_MARKED or (candidate.task, form) in NEVER_NAMED
    return (mark,) if only_marked else ("none", mark)


def _question(ask: Ask, stage: Stage, seed: int, rng: np.random.Generator) -> Question | None:
    """Return the row, or None if its objects cannot be referred to, or no wrong option can be told from the truth."""
    scene, fact = stage.scene, ask.fact
    candidate = fact.candidate
    pattern = choose_pattern(candidate.task, ask.aspect, ask.unit if ask.policy == "native" else "", rng)
    people = cast_of(told(candidate), _order_of_mention(told(candidate), pattern), ask.prompt_type, stage, rng)
    if people is None:
        return None
    replies = _replies(ask, people, rng)
    if replies is None:
        return None
    options, answer = replies
    slots = _slots(ask, people) | kind_slots(candidate, scene) | view_slot(candidate)
    line = form_line(fact.quantity, ask.form, ask.policy, ask.unit, rng, fact.options == YES_NO)
    fact_key = fact_id(scene.id, candidate)
    return Question(
        id=f"{fact_key}:{ask.form}:{ask.prompt_type}",
        fact_id=fact_key,
        scene_id=scene.id,
        split=split_of(scene.id),
        task=cast(TaskName, candidate.task),
        scale=scene.scale.value,
        form=ask.form,
        prompt_type=ask.prompt_type,
        question=user_text(fill(pattern, slots), options, line),
        options=options,
        answer=answer,
        value=ask.value,
        unit=ask.unit,
        frames=[frame_path(scene.id, f) for f in sent_frames(candidate, stage.sightings)],
        marks=list(people.marks),
        rationale="",
        margin=fact.margin,
        error=ask.error,
        seed=seed,
        version=f"{fact.version}.{QA_VERSION}",
        source=scene.source,
        licence=scene.licence,
    )


def _order_of_mention(candidate: Candidate, pattern: str) -> list[int]:
    """Return the places (in candidate.objects) of the objects as the pattern mentions them."""
    if candidate.task in PLANNING:
        return plan_mentions(candidate, pattern)
    places = list(range(len(candidate.objects)))
    slots = slots_of(pattern)
    if "anchor" in slots and slots.index("list") < slots.index("anchor"):
        return [*places[1:], 0]
    return places[::-1] if "b" in slots and slots.index("b") < slots.index("a") else places


def _slots(ask: Ask, people: Cast) -> dict[str, str]:
    if ask.fact.candidate.task in PLANNING:
        return plan_slots(ask.fact, people.references, ask.length_unit)
    phrases = [r.phrase for r in people.references]
    needed = SLOTS[ask.fact.candidate.task, ask.aspect]
    slots = {"unit": ask.unit}
    if "anchor" in needed:
        return slots | {"anchor": phrases[0], "list": listed(phrases[1:])}
    if "list" in needed:
        return slots | {"list": listed(phrases)}
    if "all" in needed:
        return slots | {"all": listed(phrases, "and")}
    return slots | dict(zip("ab", phrases, strict=False))


def _replies(ask: Ask, people: Cast, rng: np.random.Generator) -> tuple[list[str], str] | None:
    """Return the options (none unless mc) and the answer."""
    if ask.form == "mc":
        found = _options(ask, people, rng)
        return found and (found[0], LETTERS[found[1]])
    if ask.form == "reg":
        return [], bare_text(ask.value, ask.error, ask.unit, ask.policy)
    pattern = one_of(templates().aspects[ask.fact.candidate.task, ask.aspect].answer, rng)
    if ask.fact.quantity == "choice":
        texts, right = _choices(ask, people)
        return [], fill(pattern, {"choice": texts[right]})
    return [], fill(pattern, {"value": value_text(ask.value, ask.error, ask.unit)})


def _options(ask: Ask, people: Cast, rng: np.random.Generator) -> tuple[list[str], int] | None:
    if ask.fact.options in AXES:
        return opposite_options(*_choices(ask, people), rng)
    if ask.fact.quantity == "choice":
        return choice_options(*_choices(ask, people), WORD_OPTIONS, rng)
    if ask.fact.quantity == "motion":
        return motion_options(ask.value, ask.error, ask.unit, rng)
    if ask.fact.quantity == "count":
        return count_options(ask.value[0], rng)
    if ask.fact.quantity == "place":
        return place_options(ask.value, ask.error, ask.unit, rng)
    if ask.fact.quantity == "angle":
        turns = turn_options if ask.aspect == "attitude" else angle_options
        return turns(ask.value[0], ask.error, most_deg(ask.aspect), rng)
    return number_options(ask.value[0], ask.error, ask.unit, rng)


def _choices(ask: Ask, people: Cast) -> tuple[list[str], int]:
    """Return what could be right as text, objects as the question refers to them, and the place of what is right."""
    fact = ask.fact
    if fact.candidate.task in PLANNING:
        return plan_texts(fact, people.references, ask.length_unit)
    references = people.references
    texts = [choice_text(told(fact.candidate), option, [r.option for r in references]) for option in fact.options]
    return texts, fact.options.index(fact.choice)
