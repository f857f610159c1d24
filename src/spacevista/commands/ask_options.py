"""The options of `spacevista ask`. Nothing heavy is imported here: help is quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

_Count = Annotated[int, Parameter(validator=Number(gte=1))]
_COORDS = {"point": 2, "box": 4}
_FORMS = {"point": "frame,x,y such as 0,120,80", "box": "frame,x1,y1,x2,y2 such as 0,40,60,200,180"}
MOST_MARKS = 4  # as many as there are colours


@dataclass(frozen=True)
class MarkFlag:
    """A mark as it was given: `--point f,x,y` or `--box f,x1,y1,x2,y2`."""

    kind: Literal["point", "box"]
    frame: int
    coords: tuple[float, ...]


def mark_flags(_: type, tokens: Sequence[Token]) -> tuple[MarkFlag, ...]:
    """Return the marks of a command line in the order in which they stand there.

    Raises:
        ValueError: one is not a whole number and two (box: four) others with commas between, or there are too many.
    """
    if len(tokens) > MOST_MARKS:
        raise ValueError(f"expected at most {MOST_MARKS} marks, got {len(tokens)}")
    return tuple(_flag((token.keyword or "").lstrip("-"), token.value) for token in tokens)


def _flag(kind: str, text: str) -> MarkFlag:
    try:
        frame, *coords = text.split(",")
        flag = MarkFlag("point" if kind == "point" else "box", int(frame), tuple(map(float, coords)))
    except ValueError:
        flag = None
    if flag is None or len(flag.coords) != _COORDS[kind]:
        raise ValueError(f"expected {_FORMS[kind]}, got {text!r}")
    return flag


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AskOptions:
    """What `ask` is called with, besides the source and the question.

    Args:
        marks: --point f,x,y or --box f,x1,y1,x2,y2, up to four in all: red, blue, green, yellow in their order; frame
            numbers count from 0, pixels are of the full-size frame, x to the right, y down.
        model: folder of a model that is asked; without it a capture is measured. A video needs one.
        config: the capture's capture.toml, where its folder has none.
        frames: that a model sees, evenly chosen; frames with marks are added.
        max_new_tokens: of a model's reply.
        out: HTML page to write with the frames, the marks and what the number rests on (not with --model).
        json: print the figures as the last line.
    """

    marks: Annotated[
        tuple[MarkFlag, ...],
        Parameter(name=("--point", "--box"), converter=mark_flags, n_tokens=1, accepts_keys=False),
    ] = ()
    model: Path | None = None
    config: Path | None = None
    frames: _Count = 16
    max_new_tokens: _Count = 1_024
    out: Path | None = None
    json: bool = False

    def fault(self) -> str:
        """Return what is wrong with the options together, "" if nothing is."""
        return "--out: expected no --model: a model's reply rests on no points" if self.out and self.model else ""
