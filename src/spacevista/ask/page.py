"""The page of an answer: frames with marks, and what the number rests on drawn into them; it needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PIL import Image

from spacevista.ask.geometric import Asking
from spacevista.ask.record import Answered
from spacevista.qa.evidence import draw_evidence, evidence_of
from spacevista.qa.marks import draw_marks
from spacevista.qa.show import STYLE, evidence_frames, figure, small
from spacevista.scenes.record import Scene


def page_of(asking: Asking, question: str, lines: list[str]) -> str:
    """Return a self-contained HTML page: the question, what was printed, and the frames."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(question)}</title><style>{STYLE}</style>",
        f"<h1>{escape(question)}</h1><pre>{escape(chr(10).join(lines))}</pre>",
        *_figures(asking),
    ]
    return "\n".join(parts) + "\n"


def _figures(asking: Asking) -> Iterator[str]:
    """Yield the frames with marks, and those that show best what an answer rests on."""
    if asking.capture is None:
        return
    marked = {mark.frame_index for mark in asking.marks}
    for number in sorted(marked | set(_evident(asking))):
        picture = Image.fromarray(asking.capture.frames[number].images.color())
        marks = [mark for mark in asking.marks if mark.frame_index == number]
        drawn = draw_marks(_with_evidence(asking, small(picture), number), marks, picture.size)
        yield figure(drawn, f"frame {number}")


def _evident(asking: Asking) -> list[int]:
    answered = _answered(asking)
    if answered is None:
        return []
    outcome, scene, home = answered
    back = {at: number for number, at in home.items()}
    fact = outcome.fact
    return [back[number] for number in evidence_frames(scene, fact, evidence_of(scene, fact))]


def _with_evidence(asking: Asking, picture: Image.Image, number: int) -> Image.Image:
    answered = _answered(asking)
    if answered is None or number not in answered[2]:
        return picture
    outcome, scene, home = answered
    return draw_evidence(picture, evidence_of(scene, outcome.fact), scene.frames[home[number]], home[number])


def _answered(asking: Asking) -> tuple[Answered, Scene, dict[int, int]] | None:
    if isinstance(asking.outcome, Answered) and asking.scene is not None and asking.home is not None:
        return asking.outcome, asking.scene, asking.home
    return None
