"""Tensors from questions: right positions in time, nothing resized twice, nothing random, bad input refused first."""

# ruff: noqa: E402

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from questions import mark, question_on, write_frames
from tiny_models import GENERATIONS, logits, tiny

from spacevista.media.video import video_frames
from spacevista.models.clips import Budget, Clip, budget_for, chosen_frames, finished_frame, fitted_size
from spacevista.models.debug import Generation, debug_processor
from spacevista.models.errors import ModelError
from spacevista.models.inputs import Prompt, control_tokens, encode, prompt_of_question

SIDES = {"qwen2_5": 28, "qwen3": 32}


def clip_at(times_s: tuple[float, ...], side: int = 28, seed: int = 0) -> Clip:
    rng = np.random.default_rng(seed)
    frames = [Image.fromarray(rng.integers(0, 256, (2 * side, 3 * side, 3), dtype=np.uint8)) for _ in times_s]
    return Clip(tuple(frames), times_s)


def encoded(generation: Generation, *prompts: Prompt, **options: Any) -> dict[str, Any]:
    processor = debug_processor(generation)
    return encode(processor, prompts, budget_for(processor), **options)


def test_positions_in_time_are_true() -> None:
    # Frames 1.5 s apart, two in a slot: slots 3 s apart, and 4 positions for a second make 12.
    inputs = encoded("qwen2_5", Prompt("How far?", (clip_at((10.0, 11.5, 13.0, 14.5, 16.0, 17.5)),)))
    assert inputs["second_per_grid_ts"].tolist() == pytest.approx([3.0])
    positions, _ = tiny().model.get_rope_index(**{k: v for k, v in inputs.items() if not k.startswith("pixel")})
    times = positions[0, 0][inputs["mm_token_type_ids"][0] == 2].view(3, 6)
    assert (times - times[0, 0]).tolist() == [[0] * 6, [12] * 6, [24] * 6]


def test_times_of_slots_stand_in_the_text_of_qwen3() -> None:
    # Uneven frames, as marks make them: a slot's time is the mean of its two frames; the last one is shown twice.
    inputs = encoded("qwen3", Prompt("How far?", (clip_at((0.0, 1.0, 7.0, 8.0, 9.0), side=32),)))
    text = debug_processor("qwen3").tokenizer.decode(inputs["input_ids"][0])
    assert [f"<{seconds} seconds>" in text for seconds in ("0.5", "7.5", "9.0")] == [True] * 3


@pytest.mark.parametrize("generation", GENERATIONS)
def test_frames_reach_the_model_as_they_are(generation: Generation) -> None:
    clip = clip_at((0.0, 1.0), SIDES[generation])
    inputs = encoded(generation, Prompt("How far?", (clip,)))
    assert inputs["video_grid_thw"].tolist() == [[1, 4, 6]]
    assert inputs["mm_token_type_ids"].sum() == 2 * 6
    # The first row is the first patch of both frames: channel, frame, y, x.
    processor = debug_processor(generation).video_processor
    patch = SIDES[generation] // 2
    row = inputs["pixel_values_videos"][0].view(3, 2, patch, patch).numpy()
    for index, frame in enumerate(clip.frames):
        shown = (np.asarray(frame)[:patch, :patch] / 255 - processor.image_mean) / processor.image_std
        assert np.abs(row[:, index] - shown.transpose(2, 0, 1)).max() < 1e-4


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("count", [1, 3])
def test_the_last_frame_of_an_odd_clip_is_shown_twice(generation: Generation, count: int) -> None:
    clip = clip_at(tuple(float(i) for i in range(count)), SIDES[generation])
    even = Clip((*clip.frames, clip.frames[-1]), (*clip.times_s, float(count)))
    found, expected = (encoded(generation, Prompt("How far?", (c,))) for c in (clip, even))
    assert torch.equal(found["pixel_values_videos"], expected["pixel_values_videos"])
    assert torch.equal(found["video_grid_thw"], expected["video_grid_thw"])
    assert torch.isfinite(logits(tiny(generation), found)).all()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_clips_pictures_and_text_in_one_batch(generation: Generation) -> None:
    side = SIDES[generation]
    first, second = clip_at((0.0, 1.0), side), clip_at((0.0, 2.0, 4.0, 6.0), side, seed=1)
    still = second.frames[0]
    inputs = encoded(generation, Prompt("Both?", (first, still, second)), Prompt("Hello"), Prompt("One?", (second,)))
    assert inputs["video_grid_thw"].tolist() == [[1, 4, 6], [2, 4, 6], [2, 4, 6]]
    assert inputs["image_grid_thw"].tolist() == [[1, 4, 6]]
    assert torch.isfinite(logits(tiny(generation), inputs)[inputs["attention_mask"].bool()]).all()
    left, right = inputs, encoded(generation, Prompt("Hello"), Prompt("One?", (second,)), padding_side="right")
    assert left["attention_mask"][1, 0] == 0
    assert right["attention_mask"][0, -1] == 0


def test_a_batch_depends_on_rows_and_files_alone(tmp_path: Path) -> None:
    frames = write_frames(tmp_path, 7, (200, 120))
    rows = [question_on(frames, [mark([100.0, 60.0], frame_index=2)]), question_on(frames[:3], text="And this?")]
    processor = debug_processor()
    budget = budget_for(processor, frames=4, pixels=20 * 28**2)

    def batch() -> dict[str, Any]:
        return encode(processor, [prompt_of_question(row, tmp_path, budget) for row in rows], budget)

    first, again = batch(), batch()
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) for name in first)
    # 0, 2, 4, 6 with the mark on 2 are four frames; 200 x 120 is 7.1 x 4.3 tokens, 28 of the 20 allowed: 5 x 3.
    assert first["video_grid_thw"].tolist() == [[2, 6, 10], [2, 6, 10]]


def test_a_video_file_gives_a_batch(tmp_path: Path) -> None:
    import av

    # Eight frames, a quarter of a second apart, each of one grey.
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=4, width=56, height=28, pix_fmt="yuv420p")
        for index in range(8):
            shot = av.VideoFrame.from_image(Image.new("RGB", (56, 28), (30 * index,) * 3))
            container.mux(stream.encode(shot))
        container.mux(stream.encode())
    budget = Budget(frames=4)
    shots = video_frames(
        tmp_path,
        "clip.mp4",
        (0.0, math.inf),
        lambda part, count: chosen_frames(count, (), budget),
        lambda _, frame: finished_frame(frame, (), fitted_size(frame.size, budget)),
    )
    clip = Clip(tuple(frame for _, _, frame in shots), tuple(time for _, time, _ in shots))
    # floor(i * 7 / 3): frames 0, 2, 4, 7.
    assert clip.times_s == (0.0, 0.5, 1.0, 1.75)
    assert [frame.getpixel((20, 10))[0] for frame in clip.frames] == pytest.approx([0, 60, 120, 210], abs=3)
    inputs = encode(debug_processor(), [Prompt("How far?", (clip,))], budget)
    # The mean step is 1.75 / 3 s, two frames in a slot.
    assert inputs["second_per_grid_ts"].tolist() == pytest.approx([3.5 / 3])


@pytest.mark.parametrize("token", ["<|video_pad|>", "<|image_pad|>", "<|im_end|>", "<|vision_start|>"])
def test_control_tokens_in_a_text_are_refused(token: str) -> None:
    with pytest.raises(ModelError) as caught:
        encoded("qwen2_5", Prompt("Hello"), Prompt(f"How far{token}?", (clip_at((0.0, 1.0)),)))
    assert str(caught.value) == f"prompt 1: expected text without control tokens, got {token} at character 7"


def test_tags_are_no_control_tokens() -> None:
    assert "<answer>" not in control_tokens(debug_processor().tokenizer)
    assert encoded("qwen2_5", Prompt("Write <answer>1</answer>"))


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Prompt("?", (clip_at(tuple(float(i) for i in range(65))),)), "expected 32 frames or fewer.*, got 65"),
        (Prompt("?", (clip_at((0.0, 1.0), side=30),)), r"multiples of 28 px, got \(90, 60\)"),
        (Prompt("?", (Image.new("RGB", (28 * 43, 28 * 3)),)), r"expected 100352 pixels or fewer, got \(1204, 84\)"),
        (Prompt("?", (Image.new("L", (28, 28)),)), "expected an RGB picture .*got L, 28 x 28"),
        (Prompt("word " * 5000), "expected prompts of 4096 tokens or fewer, got"),
    ],
)
def test_what_is_over_the_budget_is_refused(prompt: Prompt, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        encoded("qwen2_5", prompt)


def test_no_prompt_is_refused() -> None:
    with pytest.raises(ModelError, match="expected one prompt or more, got none"):
        encoded("qwen2_5")


def test_a_budget_of_another_processor_is_refused() -> None:
    budget = replace(budget_for(debug_processor("qwen3")), frames=4)
    with pytest.raises(ModelError, match="expected a budget in tokens of 28 px, as the processor's, got 32"):
        encode(debug_processor("qwen2_5"), [Prompt("Hello")], budget)
