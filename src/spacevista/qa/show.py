"""One question of a data set, computed again from its scene alone, with a page that shows its number in 3D."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import msgspec
from PIL import Image

from spacevista.errors import DatasetError
from spacevista.qa.check import inside
from spacevista.qa.dataset import scene_folder
from spacevista.qa.evidence import Stretch, draw_evidence, evidence_of, in_view, told
from spacevista.qa.make import fact_id, frame_path
from spacevista.qa.marks import draw_marks
from spacevista.qa.options import lettered
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question
from spacevista.qa.shards import POLICIES, ask_with
from spacevista.scenes.disk import read_scene
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Fact, Interval

PICTURE_WIDTH = 480  # pixels: of a frame in the page
EVIDENCE_FRAMES = 4  # frames with the 3D evidence; the question's frames are all there
ROUNDING = 1e-9  # of numbers in a row: float64 sums in another order are off by less, an edited value by more
PARTS: dict[str, tuple[str, ...]] = {
    "motion": ("m right", "m up", "m forward", "degrees to the right", "degrees up"),
    "place": ("m away", "degrees from right over back"),
    "angle": ("degrees",),
    "count": ("objects",),
}
AGAIN = tuple(name for name in Question.__struct_fields__ if name != "rationale")
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
@media (prefers-color-scheme:dark){body{background:#181818;color:#ddd}}
img{max-width:100%;margin:0 .4rem .4rem 0}figure{display:inline-block;margin:0 .5rem .8rem 0;max-width:30rem}
pre{white-space:pre-wrap}td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}"""


@dataclass(frozen=True, eq=False)
class Shown:
    """A stored question beside what its scene gives now.

    Attributes:
        again: the same row computed again; None if the scene gives no such row any more.
        fact: the fact behind it, None likewise.
        stretches: where the number comes from.
    """

    stored: Question
    again: Question | None
    fact: Fact | None
    scene: Scene
    stretches: list[Stretch]

    @property
    def agrees(self) -> bool:
        return not differences(self)


def recompute(data: Path, question_id: str) -> Shown:
    """Find a question and compute its scene's facts and rows again, with the seed that its row holds.

    Raises:
        DatasetError: there is no such question, or its scene is not a folder of the data set.
        SceneError: the scene is missing or damaged.
    """
    stored = next((q for q in read_questions(data) if q.id == question_id), None)
    if stored is None:
        raise DatasetError(f"{data}: expected the id of one of its questions, got {question_id[:200]!r}")
    folder = scene_folder(data, stored.scene_id)
    scene = read_scene(inside(data, folder.relative_to(data).as_posix()))
    fact, again = None, None
    for policy in POLICIES:  # a row does not say which it was made with; the wording does
        asked = ask_with(scene, stored.seed, policy)
        fact = next((f for f in asked.facts if fact_id(scene.id, f.candidate) == stored.fact_id), None)
        again = next((q for q in asked.questions if q.id == question_id), again)
        if again is not None and again.question == stored.question:
            break
    stretches = [] if fact is None else evidence_of(scene, fact)
    return Shown(stored, again, fact, scene, stretches)


def differences(shown: Shown) -> list[str]:
    """Return what the stored row and the one computed again differ in; another processor may round differently.

    Rationales are not compared: a model may have told them.
    """
    if shown.again is None:
        return ["the scene gives no such question any more"]
    pairs = ((name, getattr(shown.stored, name), getattr(shown.again, name)) for name in AGAIN)
    return [f"{name}: stored {had!r}, computed {now!r}" for name, had, now in pairs if not _same(had, now)]


def _same(had: object, now: object) -> bool:
    match had, now:
        case float(), float():
            return math.isclose(had, now, rel_tol=ROUNDING, abs_tol=ROUNDING)
        case list(), list():
            return len(had) == len(now) and all(map(_same, had, now))
    return had == now


def fact_lines(shown: Shown) -> list[str]:
    """Return the fact in plain lines: its values with their intervals, its choice with its margin, and the evidence."""
    fact = shown.fact
    if fact is None:
        return ["no such fact"]
    lines = [f"{fact.candidate.task}, {fact.candidate.aspect}: {fact.quantity}, version {fact.version}"]
    if fact.choice:
        lines.append(f"choice {fact.choice} of {', '.join(fact.options)}, ahead by {fact.margin:.1%}")
        lines += [f"compared: {_interval(interval)}" for interval in fact.intervals]
    else:
        units = PARTS.get(fact.quantity, ("m",))
        parts = zip(fact.values, fact.intervals, units, strict=True)
        lines += [f"value {value:.6g} {unit}, interval {_interval(interval)}" for value, interval, unit in parts]
    return lines + told(shown.stretches)


def _interval(interval: Interval) -> str:
    return f"[{interval.low:.6g}, {interval.high:.6g}], of which noise +-{interval.statistical:.3g}"


def page(shown: Shown, data: Path) -> str:
    """Return a self-contained HTML page."""
    stored = shown.stored
    verdict = "computed again: the same" if shown.agrees else "computed again: NOT the same"
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(stored.id)}</title><style>{STYLE}</style>",
        f"<h1>{escape(stored.id)}</h1><p>{verdict}</p>",
        f"<h2>Question</h2><pre>{escape(stored.question)}</pre><p>Answer: <b>{escape(stored.answer)}</b></p>",
        *_marked_frames(stored, data),
        f"<h2>Fact</h2><pre>{escape(chr(10).join([*fact_lines(shown), *differences(shown)]))}</pre>",
        *_evidence_frames(shown, data),
        _table(stored),
    ]
    return "\n".join(parts) + "\n"


def _marked_frames(question: Question, data: Path) -> Iterator[str]:
    for index, path in enumerate(question.frames):
        picture = _open(data, path)
        marks = [mark for mark in question.marks if mark.frame_index == index]
        drawn = draw_marks(small(picture), marks, picture.size)
        yield figure(drawn, f"picture {index + 1}: {path}")


def _evidence_frames(shown: Shown, data: Path) -> Iterator[str]:
    yield "<h2>Where the number comes from</h2>"
    if shown.fact is None:
        return
    for index in evidence_frames(shown.scene, shown.fact, shown.stretches):
        picture = small(_open(data, frame_path(shown.scene.id, index)))
        frame = shown.scene.frames[index]
        yield figure(draw_evidence(picture, shown.stretches, frame, index), f"frame {index}")


def evidence_frames(scene: Scene, fact: Fact, stretches: list[Stretch]) -> list[int]:
    """Return the frames that show the evidence best: those it is bound to, else those with most of the objects."""
    frames = scene.frames
    seen = [n for n in range(len(frames)) if any(in_view(stretch, frames[n]) for stretch in stretches)]
    bound = {index for stretch in stretches for index in stretch.frames}
    if bound:
        return sorted(bound.intersection(seen))
    things = [scene.object(number) for number in fact.candidate.objects]
    pixels = [{view.frame_index: view.pixels for view in thing.views} for thing in things]

    def shows(index: int) -> tuple[int, int]:
        counts = [of.get(index, 0) for of in pixels]
        return min(counts, default=0), sum(counts)

    return sorted(sorted(seen, key=shows, reverse=True)[:EVIDENCE_FRAMES])


def _table(question: Question) -> str:
    left_out = {"id", "question", "marks", "frames", "answer", "options"}
    row = {k: v for k, v in msgspec.to_builtins(question).items() if k not in left_out}
    cells = "".join(f"<tr><th>{escape(k)}<td>{escape(str(v))}" for k, v in row.items())
    options = f"<pre>{escape(lettered(question.options))}</pre>" if question.options else ""
    return f"{options}<h2>Row</h2><table>{cells}</table>"


def _open(data: Path, path: str) -> Image.Image:
    file = inside(data, path)
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(f"{file}: expected a frame as PNG or JPEG, got {error}") from error


def small(picture: Image.Image) -> Image.Image:
    """Return a picture as wide as those of a page."""
    height = max(1, round(picture.height * PICTURE_WIDTH / picture.width))
    return picture.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)


def figure(picture: Image.Image, caption: str) -> str:
    """Return a picture with its caption as HTML that holds its pixels."""
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    data = base64.b64encode(content.getvalue()).decode()
    text = escape(caption)
    return f'<figure><img alt="{text}" src="data:image/jpeg;base64,{data}"><figcaption>{text}</figcaption></figure>'
