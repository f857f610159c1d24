"""Replay: the answers of a saved predictions file, by the id of the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import Answer
from spacevista.evals.predictions import read_predictions
from spacevista.evals.records import Opened, Sample


@dataclass(frozen=True)
class Replay:
    """Gives each question the answer that a file holds for it.

    Attributes:
        answers: by id; what was unscored there is so again, with the same reason.
    """

    answers: Mapping[str, Answer]
    name: str = "replay"
    needs_frames: bool = False

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Return the saved answer, or say that there is none."""
        return self.answers.get(sample.id) or Answer(None, failure=f"replay: no answer to {sample.id} in the file")


def replay(path: Path) -> Replay:
    """Read the answers of a predictions file, ours or the released scripts'.

    Raises:
        SpacevistaError: not a predictions file, or a line without an id, or one that is there twice; names the line.
    """
    answers: dict[str, Answer] = {}
    for number, line in enumerate(read_predictions(path).lines, 1):
        key = line.get("id")
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise SpacevistaError(f"{path}, prediction {number}: expected an id, got {key!r}")
        if str(key) in answers:
            raise SpacevistaError(f"{path}, prediction {number}: expected one answer to {key}, got a second")
        answers[str(key)] = _saved(line)
    return Replay(answers)


def _saved(line: Mapping[str, object]) -> Answer:
    text, reason, refused = line.get("predicted_answer"), line.get("unscored"), line.get("refused") is True
    if text is None:
        return Answer(None, failure=str(reason or "replay: no answer and no reason in the file"), refused=refused)
    bounds = line.get("interval")
    interval = None
    if isinstance(bounds, list) and len(bounds) == 2 and all(isinstance(end, int | float) for end in bounds):
        interval = (float(bounds[0]), float(bounds[1]))
    return Answer(text if isinstance(text, str) else str(text), refused=refused, interval=interval)
