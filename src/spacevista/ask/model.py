"""A question put to a local model, with frames of a video or a capture: marks are drawn, the reply is read strictly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from spacevista.ask.geometric import check_marks
from spacevista.ask.picks import check_mark
from spacevista.ask.record import MarkError
from spacevista.captures.open import names_capture, open_capture
from spacevista.errors import SpacevistaError
from spacevista.evals.local_model import LocalModel
from spacevista.evals.records import Budget, Opened
from spacevista.media.pictures import resized
from spacevista.media.sampling import uniform, with_marked
from spacevista.media.video import video_frames
from spacevista.qa.marks import draw_marks
from spacevista.qa.record import Mark
from spacevista.scoring.parse import answer_part, read_length_m, read_number
from spacevista.scoring.units import unit_asked

MarksOf = Mapping[int, Sequence[Mark]]


@dataclass(frozen=True)
class Reply:
    """What a model said, the numbers of the frames it saw, and the one value the strict parser reads, if any."""

    text: str
    frames: tuple[int, ...]
    value: float | None
    unit: str


def ask_model(
    source: Path,
    config: Path | None,
    question: str,
    marks: Sequence[Mark],
    model: Path,
    budget: Budget,
    max_new_tokens: int,
) -> Reply:
    """Put a question to the model in a folder; it answers greedily.

    Args:
        source: a video file, or the folder of a capture, of which the colour pictures are shown.
        config: the capture's description, where its folder has none.

    Raises:
        SpacevistaError: no such model, an extra is not installed, or the source is damaged.
        MarkError: a mark is on no frame that there is, or not within it.
    """
    if not (model / "config.json").is_file():  # else its name would be looked for on the hub
        raise SpacevistaError(f"--model: expected a folder with a model, got none at {model}")
    loaded = LocalModel.load(str(model), batch=1, max_new_tokens=max_new_tokens)
    shown = (
        capture_pictures(source, config, marks, budget)
        if names_capture(source)
        else video_pictures(source, marks, budget)
    )
    (text,) = loaded.replies([(question, shown)])
    value, unit = reading_of(text, question)
    return Reply(text, shown.indices, value, unit)


def video_pictures(video: Path, marks: Sequence[Mark], budget: Budget) -> Opened:
    """Return frames of a video with their times: evenly chosen, those with marks added, marks drawn last."""
    on_frame = _by_frame(marks)
    shots = video_frames(
        video.parent,
        video.name,
        (0.0, math.inf),
        lambda part, count: _chosen(count, on_frame, budget),
        lambda number, picture: _finished(picture, on_frame.get(number, ()), budget),
    )
    numbers, times_s, pictures = zip(*shots, strict=True)
    return Opened(pictures, numbers, times_s)


def capture_pictures(folder: Path, config: Path | None, marks: Sequence[Mark], budget: Budget) -> Opened:
    """Return colour pictures of a capture, as `video_pictures` does; they have no times."""
    capture, on_frame = open_capture(folder, config), _by_frame(marks)
    check_marks(capture.frames, marks)
    numbers = _chosen(len(capture.frames), on_frame, budget)
    pictures = (Image.fromarray(capture.frames[number].images.color()) for number in numbers)
    finished = (_finished(picture, on_frame.get(n, ()), budget) for n, picture in zip(numbers, pictures, strict=True))
    return Opened(tuple(finished), tuple(numbers))


def reading_of(reply: str, question: str) -> tuple[float | None, str]:
    """Return the one value of a reply and its unit: that which the question wants, else metres, else none.

    >>> reading_of("They are 63 mm apart.", "How far apart are they?")
    (0.063, 'm')
    """
    text, unit = answer_part(reply), unit_asked(question)
    if unit:
        value = read_number(text, unit)
        return value, unit if value is not None else ""
    if (length := read_length_m(text)) is not None:
        return length, "m"
    return read_number(text), ""


def _by_frame(marks: Sequence[Mark]) -> MarksOf:
    return {number: [m for m in marks if m.frame_index == number] for number in {m.frame_index for m in marks}}


def _chosen(count: int, on_frame: MarksOf, budget: Budget) -> list[int]:
    if outside := [number for number in on_frame if not 0 <= number < count]:
        kind = on_frame[outside[0]][0].kind
        raise MarkError(f"--{kind}: expected a frame of 0 to {count - 1}, got {outside[0]}")
    return with_marked(uniform(count, budget.frames), on_frame)


def _finished(picture: Image.Image, marks: Sequence[Mark], budget: Budget) -> Image.Image:
    for mark in marks:
        check_mark(mark, picture.size)
    smaller = resized(picture, budget.longest_edge_px)
    return draw_marks(smaller, marks, picture.size) if marks else smaller
