"""Which questions a page shows, with their marks drawn on the frames, as HTML."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image

from spacevista.qa.audit_judged import Judged
from spacevista.qa.check import inside
from spacevista.qa.marks import draw_marks
from spacevista.qa.options import LETTERS
from spacevista.qa.page_text import percent
from spacevista.qa.record import Form, Question

SLOTS = 12  # pictures on the cards of a world: four rows of three
STEP = SLOTS // 2  # tasks that one page's worlds are apart: together they show more than a world has room for
MOST_PICTURES = 2  # on one card; of a question without marks the two that a motion is about, or the first ones
CARD_WIDTH_PX, STRIP_WIDTH_PX = 480, 240
QUALITY = 82  # of the pictures on the page; the data set keeps the full ones
FORMS: tuple[Form, ...] = ("mc", "reg", "free")


def chosen(questions: Sequence[Question], turn: int) -> list[Question]:
    """Return questions about different facts that fill SLOTS: the tasks in turn, the forms in turn, with marks if any.

    Frames that no card shows yet come first, so that the cards go around the scene; `turn` shifts tasks and forms.
    """
    fitting = [q for q in questions if len(frames_of(q)) <= MOST_PICTURES]
    tasks = list(dict.fromkeys(q.task for q in fitting))
    first = turn * STEP % max(len(tasks), 1)
    waiting = {task: [q for q in fitting if q.task == task] for task in (*tasks[first:], *tasks[:first])}
    cards: list[Question] = []
    shown: list[str] = []
    while any(waiting.values()):
        for task in waiting:
            form = FORMS[(turn + len(cards)) % len(FORMS)]
            waiting[task] = [q for q in waiting[task] if len(shown) + len(frames_of(q)) <= SLOTS]
            best = min(waiting[task], key=lambda q: _rank(q, form, shown), default=None)
            if best is not None:
                cards.append(best)
                shown.extend(frames_of(best))
                waiting[task] = [q for q in waiting[task] if q.fact_id != best.fact_id]
    return cards


def frames_of(question: Question) -> list[str]:
    """Return the frames that a question is about: those with marks, else the first ones that it is sent with."""
    if question.marks:
        return [question.frames[index] for index in sorted({mark.frame_index for mark in question.marks})]
    return question.frames[:MOST_PICTURES]


def _rank(question: Question, form: Form, shown: Sequence[str]) -> tuple[int, bool, int, bool, str]:
    frames = frames_of(question)
    unmarked = question.prompt_type == "none"
    return len(frames), unmarked, sum(frame in shown for frame in frames), question.form != form, question.id


def card(question: Question, judged: Judged, root: Path) -> str:
    """Return one question with the verdict on its fact as HTML; its frames lie below `root`."""
    return card_with(question, _verdict(judged), judged.right, root)


def card_with(question: Question, verdict: str, good: bool, root: Path) -> str:
    """Return one question with something said below its answer as HTML; its frames lie below `root`."""
    frames = frames_of(question)
    pictures = "".join(_marked_picture(question, frame, root) for frame in frames)
    sentence, *_ = question.question.split("\n")
    answer = _options(question) if question.options else _answer(question)
    tags = (question.task.replace("_", " "), question.form, question.prompt_type)
    labels = "".join(f"<span>{escape(tag)}</span>" for tag in tags if tag != "none")
    return (
        f'<article class="card{" two" * (len(frames) > 1)}"><div class="pictures">{pictures}</div><div class="body">'
        f'<p class="tags">{labels}</p><p class="ask">{escape(sentence)}</p>{answer}'
        f'<p class="verdict {"good" if good else "bad"}">{"✓" if good else "✗"} {escape(verdict)}</p></div></article>'
    )


def strip_picture(frame: str, root: Path, caption: str) -> str:
    """Return a frame without marks, small, as HTML."""
    return _figure(_narrowed(_opened(frame, root), STRIP_WIDTH_PX), caption)


def _marked_picture(question: Question, frame: str, root: Path) -> str:
    picture = _opened(frame, root)
    index = question.frames.index(frame)
    marks = [mark for mark in question.marks if mark.frame_index == index]
    drawn = draw_marks(_narrowed(picture, CARD_WIDTH_PX), marks, picture.size)  # drawn last: scaling blurs thin lines
    return _figure(drawn, f"picture {index + 1} of {len(question.frames)}")


def _opened(frame: str, root: Path) -> Image.Image:
    with Image.open(inside(root, frame)) as file:
        return file.convert("RGB")


def _narrowed(picture: Image.Image, width_px: int) -> Image.Image:
    return picture.resize((width_px, round(picture.height * width_px / picture.width)), Image.Resampling.LANCZOS)


def _figure(picture: Image.Image, caption: str) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)  # 0: thin coloured lines keep their colour
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" width="{picture.width}" height="{picture.height}" '
        f'alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'
    )


def _options(question: Question) -> str:
    items = []
    for letter, text in zip(LETTERS, question.options, strict=False):
        style, note = (' class="right"', " <i>answer</i>") if letter == question.answer else ("", "")
        items.append(f"<li{style}><b>{letter}</b> {escape(text)}{note}</li>")
    return f'<ul class="options">{"".join(items)}</ul>'


def _answer(question: Question) -> str:
    unit = ""
    if question.form == "reg" and question.unit not in question.answer:
        unit = question.unit if len(question.value) == 1 else f"right, up, forward in {question.unit}; yaw, pitch in °"
    return f'<p class="answer"><i>answer</i> <b>{escape(question.answer)}</b> {escape(unit)}</p>'


def _verdict(judged: Judged) -> str:
    """Return how the truth judges a fact, in words."""
    if judged.rel_error is None or judged.half_width is None:  # a choice
        return "agrees with the truth" if judged.right else "differs from the truth"
    return f"{percent(judged.rel_error, 2)} off the truth, stated: ±{percent(judged.half_width, 2)}"
