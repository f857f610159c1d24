"""Frames for a model: which, how large, with marks where they belong, and errors that name both numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

pytest.importorskip("torch")

from questions import mark, question_on, write_frames

from spacevista.errors import CaptureError, DatasetError
from spacevista.models.clips import Budget, Clip, budget_for, chosen_frames, clip_of, clip_of_question, fitted_size
from spacevista.models.debug import debug_processor
from spacevista.models.errors import ModelError
from spacevista.qa.masks import encode_mask
from spacevista.qa.record import Mark

RED = (230, 25, 25)  # of marks


def picture(width: int = 56, height: int = 28, shade: int = 0) -> Image.Image:
    return Image.new("RGB", (width, height), (shade, shade, shade))


def test_frames_are_chosen_uniformly() -> None:
    # floor(i * 9 / 3) for i = 0 .. 3; one alone is the middle, floor(9 / 2).
    assert chosen_frames(10, (), Budget(frames=4)) == [0, 3, 6, 9]
    assert chosen_frames(10, (), Budget(frames=1)) == [4]
    assert chosen_frames(3, (), Budget(frames=4)) == [0, 1, 2]


def test_marked_frames_are_added_and_replace_none() -> None:
    assert chosen_frames(10, [8, 3, 8], Budget(frames=4)) == [0, 3, 6, 8, 9]


@given(count=st.integers(1, 3000), frames=st.integers(1, 64), seed=st.integers(0, 100))
def test_what_is_chosen_is_rising_in_the_clip_and_bounded(count: int, frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    marked = rng.integers(0, count, rng.integers(0, frames + 1)).tolist()
    chosen = chosen_frames(count, marked, Budget(frames=frames))
    assert chosen == sorted({*chosen})
    assert {*marked} <= {*chosen} <= {*range(count)}
    assert min(count, frames) <= len(chosen) <= 2 * frames


@pytest.mark.parametrize(
    ("count", "marked", "message"),
    [
        (0, [], "expected a clip of one frame or more, got 0"),
        (5, [5], "expected marks on frames 0 to 4, got one on 5"),
        (5, [-1], "expected marks on frames 0 to 4, got one on -1"),
        (9, [1, 2, 3, 4, 5], "expected marks on 4 frames or fewer, got 5"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(count: int, marked: list[int], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        chosen_frames(count, marked, Budget(frames=4))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        # 23 x 17 tokens are too many: sqrt(100352 / 307200) x (640, 480) = 365.8 x 274.3 px, 13.06 x 9.8 tokens.
        ((640, 480), (13 * 28, 9 * 28)),
        ((100, 60), (112, 56)),  # to the nearest token, and never more than half of one larger
        ((10, 10), (28, 28)),
        ((5600, 28), (3584, 28)),  # a strip: 128 tokens long at most
    ],
)
def test_frames_are_fitted_to_whole_tokens_under_the_budget(size: tuple[int, int], expected: tuple[int, int]) -> None:
    budget = Budget()
    assert budget.pixels == 128 * 28 * 28
    assert fitted_size(size, budget) == expected


@given(
    width=st.integers(1, 8000),
    height=st.integers(1, 8000),
    side=st.sampled_from([28, 32]),
    tokens=st.integers(1, 400),
)
def test_any_frame_fits(width: int, height: int, side: int, tokens: int) -> None:
    budget = Budget(pixels=tokens * side**2 + 5, side_px=side)
    if max(width, height) > 200 * min(width, height):
        with pytest.raises(ModelError, match="aspect ratio up to 200"):
            fitted_size((width, height), budget)
        return
    across, down = fitted_size((width, height), budget)
    assert across % side == down % side == 0
    assert 0 < across * down <= budget.pixels
    assert across <= max(side, width + side / 2)
    assert down <= max(side, height + side / 2)


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (201 * 4, 4)])
def test_frames_of_no_size_or_any_length_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=f"got {size[0]} x {size[1]}"):
        fitted_size(size, Budget())


def test_only_the_frames_that_are_shown_are_opened() -> None:
    opened: list[int] = []

    def open_frame(index: int) -> Image.Image:
        opened.append(index)
        return picture(shade=index)

    clip = clip_of(open_frame, [0.5 * i for i in range(100)], (), Budget(frames=3))
    assert opened == [0, 49, 99]
    assert clip.times_s == (0.0, 24.5, 49.5)
    assert [frame.getpixel((0, 0))[0] for frame in clip.frames] == [0, 49, 99]


@pytest.mark.parametrize("height", [56, 1400])
def test_marks_are_drawn_after_resizing(height: int) -> None:
    # The point is at the same place of the picture whatever the frame's size was, and as large.
    width = 2 * height
    clip = clip_of(
        lambda _: picture(width, height), [0.0], [mark([width * 0.75, height / 2])], Budget(pixels=28**2 * 8)
    )
    (frame,) = clip.frames
    assert frame.size == (112, 56)
    red = np.argwhere((np.asarray(frame) == RED).all(-1))
    assert np.abs(red.mean(0) - [27.5, 83.5]).max() <= 0.5
    assert len(red) < 30  # a radius of two pixels or so


@pytest.mark.parametrize(
    ("coords", "kind"), [([56.0, 3.0], "point"), ([3.0], "point"), ([5.0, 5.0, 5.0, 9.0], "box"), ([], "box")]
)
def test_a_mark_off_its_frame_is_refused(coords: list[float], kind: Any) -> None:
    with pytest.raises(DatasetError, match="expected"):
        clip_of(lambda _: picture(), [0.0], [mark(coords, kind)], Budget())


def test_a_mask_of_another_size_is_refused() -> None:
    mask = Mark("mask", 0, [], encode_mask(np.ones((29, 56), dtype=bool)), "red", 1)
    with pytest.raises(ModelError, match=r"expected a mask of the frame's \(56, 28\) pixels, got \(56, 29\)"):
        clip_of(lambda _: picture(), [0.0], [mask], Budget())


def test_frames_of_different_sizes_are_refused() -> None:
    with pytest.raises(ModelError, match=r"expected frames of \(56, 28\) pixels .*got \(57, 28\) at 1"):
        clip_of(lambda index: picture(56 + index), [0.0, 1.0], (), Budget())


@pytest.mark.parametrize(
    ("frames", "times", "message"),
    [
        ((), (), "got 0 frames, 0 times"),
        ((picture(),), (0.0, 1.0), "got 1 frames, 2 times"),
        ((picture(), picture(28)), (0.0, 1.0), "expected frames of one size"),
        ((picture(), picture()), (1.0, 1.0), "expected finite rising times"),
        ((picture(), picture()), (0.0, float("nan")), "expected finite rising times"),
        ((Image.new("L", (28, 28)),), (0.0,), "expected an RGB picture .*got L, 28 x 28"),
        ((Image.new("RGB", (0, 28)),), (0.0,), "got RGB, 0 x 28"),
    ],
)
def test_a_clip_that_is_none_is_refused(frames: Any, times: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Clip(frames, times)


@pytest.mark.parametrize(("frames", "pixels"), [(0, 784), (1, 783)])
def test_a_budget_of_nothing_is_refused(frames: int, pixels: int) -> None:
    with pytest.raises(ModelError, match="expected a budget of one frame"):
        Budget(frames, pixels)


def test_the_budget_has_the_token_side_of_the_processor() -> None:
    assert budget_for(debug_processor("qwen2_5")).side_px == 28
    assert budget_for(debug_processor("qwen3"), frames=4).side_px == 32


def test_the_frames_of_a_question(tmp_path: Path) -> None:
    frames = write_frames(tmp_path, 5, (112, 56))
    asked = question_on(frames, [mark([8.5, 8.5], frame_index=3)])
    clip = clip_of_question(asked, tmp_path, Budget(frames=2))
    assert clip.times_s == (0.0, 3.0, 4.0)
    assert [frame.getpixel((100, 50))[0] for frame in clip.frames] == [0, 30, 40]
    assert clip.frames[1].getpixel((8, 8)) == RED


def test_a_question_whose_frames_are_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"^q1: frames/0.png: missing"):
        clip_of_question(question_on(["frames/0.png"]), tmp_path, Budget())
    with pytest.raises(CaptureError, match=r"^q1: .*without"):
        clip_of_question(question_on(["../0.png"]), tmp_path, Budget())
    with pytest.raises(ModelError, match=r"^q1: expected a clip of one frame or more, got 0"):
        clip_of_question(question_on([]), tmp_path, Budget())
