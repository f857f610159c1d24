"""From the frames of a video to those that a model sees: chosen, made smaller, marks drawn.

Frames are chosen uniformly; one that carries a mark is always among them, on top of the budget, so that what else is
seen does not depend on where the marks are. Each is resized to whole visual tokens under a budget of pixels, and marks
are drawn last, so that their lines have the same width whatever the size of the video was. Nothing here is random: a
question's row and its files are all that its pictures depend on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from spacevista.captures.safe import inside, picture_size, read_color
from spacevista.errors import CaptureError, DatasetError
from spacevista.media.sampling import uniform, with_marked
from spacevista.models.errors import ModelError
from spacevista.qa.marks import by_frame, check_on_frame, draw_marks
from spacevista.qa.record import Mark, Question

NOMINAL_STEP_S = 1.0  # between the frames of a data set's row, which does not say when they were taken
MAX_ASPECT = 200  # the processors of Qwen-VL refuse longer pictures


@dataclass(frozen=True)
class Budget:
    """How much of a video a model sees.

    Attributes:
        frames: chosen uniformly; frames with marks come on top, at most as many again.
        pixels: of a frame at most.
        side_px: of a visual token: both sides of a frame are multiples of it.
    """

    frames: int = 32
    pixels: int = 128 * 28 * 28
    side_px: int = 28

    def __post_init__(self) -> None:
        if self.frames < 1 or self.side_px < 1 or self.pixels < self.side_px**2:
            raise ModelError(f"expected a budget of one frame of one token of {self.side_px} px or more, got {self}")


@dataclass(frozen=True)
class Clip:
    """Frames as a model sees them, in the order of time.

    Attributes:
        frames: RGB, all of one size, marks drawn.
        times_s: when each was taken, seconds from the start of the video, rising.
    """

    frames: tuple[Image.Image, ...]
    times_s: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.frames or len(self.frames) != len(self.times_s):
            raise ModelError(
                f"expected a time for each frame, got {len(self.frames)} frames, {len(self.times_s)} times"
            )
        if len(sizes := {frame.size for frame in self.frames}) > 1:
            raise ModelError(f"expected frames of one size, got {sorted(sizes)[:3]}")
        for frame in self.frames:
            check_picture(frame)
        if not all(map(math.isfinite, self.times_s)) or any(
            later <= earlier for earlier, later in zip(self.times_s, self.times_s[1:], strict=False)
        ):
            raise ModelError(f"expected finite rising times, got {list(self.times_s[:8])}")


def check_picture(picture: Image.Image) -> None:
    """Raise ModelError unless a picture is RGB and has pixels."""
    if picture.mode != "RGB" or not picture.width * picture.height:
        raise ModelError(
            f"expected an RGB picture of 1 x 1 pixels or more, got {picture.mode}, {picture.width} x {picture.height}"
        )


def budget_for(processor: Any, frames: int = Budget.frames, pixels: int = Budget.pixels) -> Budget:
    """Return the budget with the token side of a model's processor.

    Raises:
        ModelError: pictures and videos have tokens of different sides, or the numbers make no frame.
    """
    sides = {part.patch_size * part.merge_size for part in (processor.image_processor, processor.video_processor)}
    if len(sides) != 1:
        raise ModelError(f"expected one token side for pictures and videos, got {sorted(sides)} px")
    return Budget(frames, pixels, sides.pop())


def roomy_budget(processor: Any, pictures: Iterable[Sequence[Image.Image]]) -> Budget:
    """Return a budget that holds these pictures as they are, but for the rounding to whole tokens."""
    side = budget_for(processor).side_px
    sizes = [picture.size for own in pictures for picture in own]
    most = max((len(own) for own in pictures), default=1)
    return budget_for(processor, most, max(((w + side) * (h + side) for w, h in sizes), default=side * side))


def chosen_frames(count: int, marked: Iterable[int], budget: Budget) -> list[int]:
    """Return the rising indices of the frames to show, of a clip of `count` frames: the `uniform` ones and the marked.

    Raises:
        ModelError: there are no frames, a marked one is not in the clip, or more are marked than the budget has.
    """
    shown = set(marked)
    if count < 1:
        raise ModelError(f"expected a clip of one frame or more, got {count}")
    if outside := sorted(index for index in shown if not 0 <= index < count):
        raise ModelError(f"expected marks on frames 0 to {count - 1}, got one on {outside[0]}")
    if len(shown) > budget.frames:
        raise ModelError(f"expected marks on {budget.frames} frames or fewer, got {len(shown)}")
    return with_marked(uniform(count, budget.frames), shown)


def fitted_size(size: tuple[int, int], budget: Budget) -> tuple[int, int]:
    """Return the (width, height) in which a frame of `size` is shown.

    Multiples of the token side, at least one, at most the budget's pixels together, of about the frame's aspect ratio
    and never more than half a token larger than the frame.

    Raises:
        ModelError: the frame has no pixels, or is too long for its width.
    """
    width, height = size
    if width < 1 or height < 1 or max(size) > MAX_ASPECT * min(size):
        raise ModelError(f"expected a frame with pixels and an aspect ratio up to {MAX_ASPECT}, got {width} x {height}")
    side = budget.side_px
    across, down = (max(1, round(n / side)) for n in size)
    if across * down * side**2 > budget.pixels:
        shrink = math.sqrt(budget.pixels / (width * height))
        across, down = (max(1, math.floor(n * shrink / side)) for n in size)
        most = budget.pixels // side**2  # of a strip, which stays one token wide however much it shrinks
        across, down = min(across, most), min(down, most)
    return across * side, down * side


def finished_frame(frame: Image.Image, marks: Sequence[Mark], size: tuple[int, int]) -> Image.Image:
    """Return a full-size RGB frame in another size, with marks on it (their pixels are the full-size frame's).

    Raises:
        ModelError: the frame is not RGB or has no pixels, or a mask is of another size.
        DatasetError: another mark does not lie on the frame.
    """
    check_picture(frame)
    for mark in marks:
        check_on_frame(mark, frame.size, ModelError)
    shown = frame if frame.size == size else frame.resize(size, Image.Resampling.BICUBIC)
    return draw_marks(shown, marks, frame.size) if marks else shown


def clip_of(
    open_frame: Callable[[int], Image.Image], times_s: Sequence[float], marks: Iterable[Mark], budget: Budget
) -> Clip:
    """Return what a model sees of a clip; only the frames that are shown are opened.

    Args:
        open_frame: returns the full-size frame of an index, RGB.
        times_s: of every frame of the clip, rising.
        marks: their `frame_index` counts in the clip.

    Raises:
        ModelError: no frames, frames of different sizes, marks on frames that are not there, masks of other sizes.
        DatasetError: another mark does not lie on its frame.
    """
    on_frame = by_frame(marks)
    chosen = chosen_frames(len(times_s), on_frame, budget)
    frames: list[Image.Image] = []
    full_size = None
    for index in chosen:
        frame = open_frame(index)
        full_size = full_size or frame.size
        if frame.size != full_size:
            raise ModelError(f"expected frames of {full_size} pixels (width, height), got {frame.size} at {index}")
        frames.append(finished_frame(frame, on_frame.get(index, ()), fitted_size(full_size, budget)))
    return Clip(tuple(frames), tuple(float(times_s[index]) for index in chosen))


def clip_of_question(question: Question, root: Path, budget: Budget) -> Clip:
    """Return what a model sees of a question's frames, which lie below the data set's folder `root`.

    Raises:
        ModelError: the question has no frames, or they do not fit together; names the question.
        CaptureError, DatasetError: a frame is missing or damaged, or a mark does not lie on it.
    """
    times_s = [index * NOMINAL_STEP_S for index in range(len(question.frames))]
    try:
        return clip_of(lambda index: _frame(root, question.frames[index]), times_s, question.marks, budget)
    except (ModelError, CaptureError, DatasetError) as error:
        raise type(error)(f"{question.id}: {error}") from error


def _frame(root: Path, path: str) -> Image.Image:
    file = inside(root, path)
    return Image.fromarray(read_color(file, picture_size(file)))
