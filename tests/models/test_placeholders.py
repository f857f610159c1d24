"""Prompts whose placeholders do not stand for what comes with them are refused before anything is computed."""

# ruff: noqa: E402

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from tiny_models import GENERATIONS, batch, clip, logits, tiny

from spacevista.models.debug import Generation
from spacevista.models.errors import ModelError
from spacevista.models.placeholders import run_lengths

Inputs = dict[str, Any]


@pytest.fixture(params=["forward", "generate"])
def refused(request: pytest.FixtureRequest) -> Iterator[Callable[[Any, Inputs, str], None]]:
    """Run a model on inputs, check what it says, and that neither vision tower nor encoder ran before."""

    def run(model: Any, inputs: Inputs, message: str) -> None:
        def fail(*_: Any) -> None:
            pytest.fail("computed before the check")

        for part in (model.model.visual, model.model.dense.encoder, model.model.language_model):
            part.register_forward_pre_hook(fail)
        with pytest.raises(ModelError, match=message):
            model(**inputs) if request.param == "forward" else model.generate(**inputs, max_new_tokens=2)

    return run


def test_runs_are_measured_within_rows() -> None:
    mask = torch.tensor([[1, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]]).bool()
    assert run_lengths(mask) == [2, 1, 1, 4]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_video_that_got_lost_is_noticed(generation: Generation, refused: Any) -> None:
    # Two slots of 2 x 3 tokens: one run of 12, or two of 6 between timestamps.
    inputs = batch(generation, [[clip(generation), "How far?"]])
    lost = {name: value for name, value in inputs.items() if name not in ("pixel_values_videos", "video_grid_thw")}
    runs = "[12]" if generation == "qwen2_5" else "[6, 6]"
    refused(
        tiny(generation),
        lost,
        re.escape(f"expected 0 video tokens in runs of [] for 0 videos, got 12 in runs of {runs}"),
    )


def test_a_stray_token_is_noticed(refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    at = inputs["input_ids"].shape[1] - 6  # in the question
    inputs["input_ids"][0, at] = inputs["input_ids"].max()  # <|video_pad|> is the last token
    message = "expected 12 video tokens in runs of [12] for 1 videos, got 13 in runs of [12, 1]"
    refused(tiny(), inputs, re.escape(message))


def test_a_video_of_another_length_is_noticed(refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    other = batch("qwen2_5", [[clip("qwen2_5", frames=2), "How far?"]])
    mixed = inputs | {name: other[name] for name in ("pixel_values_videos", "video_grid_thw")}
    refused(tiny(), mixed, re.escape("expected 6 video tokens in runs of [6] for 1 videos, got 12 in runs of [12]"))


def test_two_videos_for_one_placeholder_are_noticed(refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    doubled = inputs | {name: torch.cat((inputs[name],) * 2) for name in ("pixel_values_videos", "video_grid_thw")}
    message = "expected 24 video tokens in runs of [12, 12] for 2 videos, got 12 in runs of [12]"
    refused(tiny(), doubled, re.escape(message))


def test_a_picture_for_a_video_is_noticed(refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5", frames=2), "How far?"]])
    renamed = {"pixel_values_videos": "pixel_values", "video_grid_thw": "image_grid_thw"}
    moved = {renamed.get(name, name): value for name, value in inputs.items()}
    refused(tiny(), moved, re.escape("expected 6 image tokens in runs of [6] for 1 images, got 0 in runs of []"))


@pytest.mark.parametrize("missing", ["mm_token_type_ids", "second_per_grid_ts"])
def test_what_positions_depend_on_must_come(missing: str, refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    del inputs[missing]
    refused(tiny(), inputs, f"expected {missing} with pixel_values_videos, got none")


@pytest.mark.parametrize("missing", ["pixel_values_videos", "video_grid_thw"])
def test_pixels_and_grids_come_together(missing: str, refused: Any) -> None:
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    del inputs[missing]
    refused(tiny(), inputs, "expected pixel_values_videos and video_grid_thw together")


def test_pixels_of_another_count_are_noticed(refused: Any) -> None:
    # Two slots of 4 x 6 patches are 48 rows of 3 x 2 x 14 x 14 numbers.
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    inputs["pixel_values_videos"] = inputs["pixel_values_videos"][1:]
    refused(tiny(), inputs, r"expected 48 x 1176 pixel values for the grids \[\(2, 4, 6\)\], got \(47, 1176\)")


@pytest.mark.parametrize("generation", GENERATIONS)
def test_embeddings_and_features_computed_before_are_taken(generation: Generation) -> None:
    model = tiny(generation)
    inputs = batch(generation, [[clip(generation), "How far?"]])
    expected = logits(model, inputs)
    with torch.no_grad():
        features = model.get_video_features(inputs.pop("pixel_values_videos"), inputs["video_grid_thw"])
        found = model(**inputs, mm_encoder_outputs={"video": features}).logits
    assert torch.equal(found, expected)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_prompt_read_in_chunks_is_the_same(generation: Generation) -> None:
    model = tiny(generation)
    inputs = batch(generation, [[clip(generation), "How far?"]])
    asked = {"max_new_tokens": 4, "do_sample": False}
    assert torch.equal(model.generate(**inputs, **asked, prefill_chunk_size=7), model.generate(**inputs, **asked))
