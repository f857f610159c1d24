"""`spacevista ask`: one question about a capture or a video, measured or put to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spacevista.ask.geometric import Asking, ask_capture
from spacevista.ask.page import page_of
from spacevista.ask.record import Answered, Part, Refusal
from spacevista.ask.words import interval_text
from spacevista.captures.open import names_capture
from spacevista.commands.ask_options import AskOptions
from spacevista.commands.outcome import Outcome
from spacevista.errors import SpacevistaError
from spacevista.evals.records import Budget
from spacevista.qa.record import COLORS, Mark

MOST_PATHS = 4  # frames whose paths are printed; the figures have all
VIDEO_ALONE = Refusal(
    "no scale: a video alone has neither poses nor depth, and nothing can be measured in it",
    "",
    "a video",
    (
        "ask a model: --model FOLDER",
        "give a posed capture with depth instead, the folder that docs/captures.md describes",
        "put a ruler or a tag of known size in view, so that poses made from the video can be scaled",
    ),
)


def run(source: Path, question: str, asked: AskOptions) -> Outcome:
    """Ask and print the answer, or why there is none; a refusal is an answer.

    Raises:
        SpacevistaError: there is no such source or model, or it is damaged.
        MarkError: a mark is on no frame that there is, or not within it.
    """
    if not source.exists() and not names_capture(source):
        raise SpacevistaError(f"{source}: expected the folder of a capture or a video file, got nothing there")
    marks = [
        Mark(flag.kind, flag.frame, list(flag.coords), "", color, 0)
        for flag, color in zip(asked.marks, COLORS, strict=False)
    ]
    if asked.model is not None:
        return _reply(source, question, marks, asked.model, asked)
    asking = ask_capture(source, asked.config, question, marks) if names_capture(source) else Asking(VIDEO_ALONE)
    lines = told(asking.outcome)
    print(*lines, sep="\n")
    if asked.out is not None:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(page_of(asking, question, lines), encoding="utf-8")
        print(f"page: {asked.out}")
    return Outcome({"question": question} | figures(asking.outcome))


def told(outcome: Answered | Refusal) -> list[str]:
    """Return an answer or a refusal in plain lines."""
    if isinstance(outcome, Refusal):
        lines = [f"no answer: {outcome.reason}"]
        lines += [f"understood: {outcome.understood}"] if outcome.understood else []
        lines += [f"{part.label}: {interval_text(part)} (90 %)" for part in outcome.parts]
        lines += [f"the scene has: {outcome.scene}"] if outcome.scene else []
        return lines + [f"what would help: {text}" for text in outcome.help]
    return [
        f"answer: {outcome.text}{_interval(outcome)}",
        f"measured: {outcome.understood}",
        *_compared(outcome),
        _frames_line(outcome.frames),
        "rests on, in the world of the capture (metres):",
        *(f"  {place.label}: {_ends(place.ends_m.tolist())}" for place in outcome.places),
    ]


def figures(outcome: Answered | Refusal) -> dict[str, Any]:
    """Return an answer or a refusal as plain numbers and text."""
    if isinstance(outcome, Refusal):
        return {
            "answer": None,
            "refused": outcome.reason,
            "understood": outcome.understood,
            "scene": outcome.scene,
            "help": list(outcome.help),
            "known": [_part(part) for part in outcome.parts],
        }
    candidate = outcome.fact.candidate
    return {
        "answer": outcome.text,
        "refused": None,
        "understood": outcome.understood,
        "task": candidate.task,
        "aspect": candidate.aspect,
        "objects": [{"id": pick.object_id, "label": pick.label} for pick in outcome.picks],
        "kind": outcome.kind,
        **(_number(outcome.parts[0]) if outcome.kind == "number" else {}),
        "parts": [_part(part) for part in outcome.parts],
        "margin": outcome.fact.margin if outcome.kind == "choice" else None,
        "frames": [{"index": number, "path": path} for number, path in outcome.frames],
        "points": [{"label": place.label, "world_m": place.ends_m.tolist()} for place in outcome.places],
    }


def _reply(source: Path, question: str, marks: list[Mark], model: Path, asked: AskOptions) -> Outcome:
    from spacevista.ask.model import ask_model

    budget = Budget(frames=asked.frames)
    reply = ask_model(source, asked.config, question, marks, model, budget, asked.max_new_tokens)
    print(reply.text)
    read = "no single value" if reply.value is None else f"{reply.value:g} {reply.unit}".strip()
    print(f"read as: {read}")
    print(f"frames shown: {', '.join(map(str, reply.frames))}")
    return Outcome(
        {
            "question": question,
            "answer": reply.text,
            "refused": None,
            "value": reply.value,
            "unit": reply.unit,
            "frames": list(reply.frames),
        }
    )


def _interval(outcome: Answered) -> str:
    if outcome.kind != "number":
        return ""
    return f", 90 % interval {interval_text(outcome.parts[0])}"


def _compared(outcome: Answered) -> list[str]:
    if outcome.kind == "number":
        return []
    lines = [f"  {part.label}: {interval_text(part)}" for part in outcome.parts]
    what = f"compared, ahead by {outcome.fact.margin:.0%}" if outcome.kind == "choice" else "intervals"
    return [f"{what} (90 %):", *lines]


def _frames_line(frames: tuple[tuple[int, str], ...]) -> str:
    shown = ", ".join(f"{number} ({path})" for number, path in frames[:MOST_PATHS])
    more = f" and {len(frames) - MOST_PATHS} more" if len(frames) > MOST_PATHS else ""
    return f"frames: {shown}{more}"


def _ends(ends_m: list[list[float]]) -> str:
    first, second = (f"({', '.join(f'{c:.4g}' for c in end)})" for end in ends_m)
    return first if first == second else f"{first} to {second}"


def _number(part: Part) -> dict[str, Any]:
    return {"value": part.value, "interval": [part.low, part.high], "unit": part.unit}


def _part(part: Part) -> dict[str, Any]:
    return {"label": part.label, "value": part.value, "low": part.low, "high": part.high, "unit": part.unit}
