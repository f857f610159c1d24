"""What a model says to the demo's own questions about lengths, beside the truth. Needs the extra `train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spacevista.errors import SpacevistaError
from spacevista.evals.local_model import LocalModel
from spacevista.evals.records import Opened
from spacevista.qa.page_model import Said
from spacevista.qa.record import Question
from spacevista.scales import METRES_PER_UNIT, Scale
from spacevista.scoring.parse import answer_part, read_length_m

TASKS = ("object_size", "absolute_distance")
EACH = 4  # questions of a world
FRAMES, PIXELS = 4, 224 * 224  # as the miniature was trained; a larger model sees enough in them too
MAX_NEW_TOKENS = 256


def model_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return what a model is asked about a world: marked lengths of different facts, the tasks in turn."""
    fitting = [q for q in questions if q.task in TASKS and q.form == "reg" and q.marks and len(q.value) == 1]
    first = {q.fact_id: q for q in reversed(fitting)}
    by_task = [[q for q in fitting if q.task == task and first[q.fact_id] is q] for task in TASKS]
    turns = [row[place] for place in range(EACH) for row in by_task if place < len(row)]
    return tuple(turns[:EACH])


def check_model(folder: Path) -> None:
    """Raise SpacevistaError unless the folder holds a model: a name would be looked for on the hub."""
    if not (folder / "config.json").is_file():
        raise SpacevistaError(f"--model: expected a folder with a model, got none at {folder}")


def said_by(folder: Path, asked: Sequence[tuple[Scale, Question]], root: Path) -> tuple[Said, ...]:
    """Ask the model in a folder, greedily; the questions' frames lie below `root`.

    Raises:
        SpacevistaError: no such model, or the extra is not installed.
    """
    model = LocalModel.load(str(folder), batch=1, max_new_tokens=MAX_NEW_TOKENS)
    from spacevista.models.clips import Budget, clip_of_question  # that room needs what has just been found there

    budget = Budget(FRAMES, PIXELS)
    said = []
    for scale, question in asked:
        clip = clip_of_question(question, root, budget)
        (text,) = model.replies(
            [(question.question, Opened(clip.frames, tuple(range(len(clip.frames))), clip.times_s))]
        )
        true_m = question.value[0] * METRES_PER_UNIT[question.unit]
        said.append(Said(scale, question, text, read_length_m(answer_part(text)), true_m))
    return tuple(said)
