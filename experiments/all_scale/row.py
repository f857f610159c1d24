"""From what is asked to a row of the data set."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.all_scale.bands import scale_of
from experiments.all_scale.frames import Shot
from experiments.all_scale.splits import LAB_VERSION, part_of

from spacevista.qa.make import fact_id, frame_path
from spacevista.qa.naming import mark_object
from spacevista.qa.record import QA_VERSION, Color, Form, Mark, MarkKind, PromptType, Question, TaskName
from spacevista.scenes.record import SceneFrame
from spacevista.tasks.facts import Candidate

SOURCE = "spacevista laboratory"
LICENCE = "CC0-1.0"


@dataclass(frozen=True)
class Ask:
    """One row to be: what is asked and what is right."""

    task: TaskName
    aspect: str
    objects: tuple[int, ...]
    form: Form
    question: str
    answer: str
    value: tuple[float, ...] = ()
    unit: str = ""
    options: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    frames: tuple[int, ...] = ()
    rationale: str = ""
    margin: float = 0.0


def mark_on(shot: Shot, thing_id: int, frame: int, kind: MarkKind, color: Color) -> Mark:
    """Return a mark on a thing in a frame."""
    layout = shot.scene.layout
    seen = SceneFrame(f"{frame:06d}", layout.camera, layout.path[frame], shot.depths[frame], shot.ids[frame])
    return mark_object(seen, frame, thing_id, kind, color)


def best_frame(shot: Shot, thing_ids: tuple[int, ...]) -> int:
    """Return the frame that shows the least visible of some things best."""
    frames = range(len(shot.colors))
    return max(frames, key=lambda f: (min(shot.sights[number][f].pixels for number in thing_ids), -f))


def question_of(ask: Ask, shot: Shot, scene_id: str, seed: int) -> Question:
    """Return the row of an ask; all frames of the scene are sent with it."""
    candidate = Candidate(ask.task, ask.aspect, ask.objects, ask.frames, None)
    fact = fact_id(scene_id, candidate)
    prompt_type: PromptType = ask.marks[0].kind if ask.marks else "none"
    return Question(
        id=f"{fact}:{ask.form}:{prompt_type}",
        fact_id=fact,
        scene_id=scene_id,
        split=part_of(shot.scene.number),
        task=ask.task,
        scale=scale_of(shot.scene.metres_per_unit).value,
        form=ask.form,
        prompt_type=prompt_type,
        question=ask.question,
        options=list(ask.options),
        answer=ask.answer,
        value=list(ask.value),
        unit=ask.unit,
        frames=[frame_path(scene_id, frame) for frame in range(len(shot.colors))],
        marks=list(ask.marks),
        rationale=ask.rationale,
        margin=ask.margin,
        error=0.0,
        seed=seed,
        version=f"{LAB_VERSION}.{QA_VERSION}",
        source=SOURCE,
        licence=LICENCE,
    )
