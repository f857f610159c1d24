"""What a step is computed from: the prompt of evaluation, the completion's tokens, and the video, which counts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402
from small_data import SIDE, question, write_data  # noqa: E402
from torch.nn import functional  # noqa: E402

from spacevista.models.clips import budget_for  # noqa: E402
from spacevista.models.debug import TINY, debug_config, debug_model  # noqa: E402
from spacevista.models.inputs import encode, prompt_of_question  # noqa: E402
from spacevista.train.collate import IGNORED, Batch, Collator  # noqa: E402
from spacevista.train.errors import TrainError  # noqa: E402
from spacevista.train.parts import let_learn, part_of  # noqa: E402
from spacevista.train.rows import completion_of  # noqa: E402
from spacevista.train.shards import Row, Shards, index_of  # noqa: E402
from spacevista.train.trainer import SCALES, answer_loss  # noqa: E402


@pytest.fixture(scope="module")
def tiny() -> Any:
    return debug_model(0, debug_config(size=TINY))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    root = write_data(tmp_path_factory.mktemp("rows") / "data", each=3, val=0)
    index = index_of([root / "questions.parquet"])
    return [Shards(index, 1).row(number) for number in range(len(index))]


def collator_of(processor: Any, **options: Any) -> Collator:
    return Collator(processor, budget_for(processor, 2, SIDE * SIDE), **options)


def test_the_sequence_is_evaluations_prompt_and_then_the_completion(tiny: Any, rows: list[Row]) -> None:
    _, processor = tiny
    collator = collator_of(processor)
    batch = Batch(**collator(rows[:3]))
    for number, row in enumerate(rows[:3]):
        asked = encode(processor, [prompt_of_question(row.question, row.root, collator.budget)], collator.budget)
        tokens = processor.tokenizer.encode(completion_of(row.question) + "<|im_end|>", add_special_tokens=False)
        length = asked["input_ids"].shape[1] + len(tokens)
        shown = batch.tensors["input_ids"][number]
        assert shown[-length:].tolist() == asked["input_ids"][0].tolist() + tokens
        assert batch.tensors["attention_mask"][number].tolist() == [0] * (len(shown) - length) + [1] * length
        assert batch.tensors["mm_token_type_ids"][number][-length:].tolist() == [
            *asked["mm_token_type_ids"][0].tolist(),
            *[0] * len(tokens),
        ]
        assert batch.labels[number].tolist() == [IGNORED] * (len(shown) - len(tokens)) + tokens
    assert batch.kept == max(int((labels != IGNORED).sum()) for labels in batch.labels) + 1


def test_the_loss_is_that_of_the_whole_logits(tiny: Any, rows: list[Row]) -> None:
    model, processor = tiny
    batch = Batch(**collator_of(processor)(rows[:5:2]))
    with torch.no_grad():
        loss, by_scale = answer_loss(model, batch)
        logits = model(**batch.tensors).logits
    plain = functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), batch.labels[:, 1:].flatten(), ignore_index=IGNORED, reduction="sum"
    )
    assert loss.item() == pytest.approx(plain.item(), rel=1e-6)
    assert by_scale[:, 0].sum().item() == pytest.approx(plain.item(), rel=1e-6)
    assert int(by_scale[:, 1].sum()) == int((batch.labels != IGNORED).sum())
    shown = {row.question.scale for row in rows[:5:2]}
    assert {scale for scale, (_, count) in zip(SCALES, by_scale, strict=True) if count} == shown


@pytest.mark.parametrize("what", ["vision", "dense"])
def test_the_forward_sees_the_video(what: str, rows: list[Row], tmp_path: Path) -> None:
    model, processor = debug_model(1, debug_config(size=TINY))
    if what == "dense":  # its way into the tokens begins at zero: open it, and close the vision tower's
        for name, parameter in model.named_parameters():
            if part_of(name) == "fusion":
                torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(0))
    first = rows[0].question
    for folder, seed in (("a", 0), ("b", 1)):
        for path in first.frames:
            (tmp_path / folder / path).parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / path)
    collator = collator_of(processor)
    batches = [Batch(**collator([Row(first, tmp_path / folder)])) for folder in ("a", "b", "a")]
    same = {name for name in batches[0].tensors if torch.equal(batches[0].tensors[name], batches[1].tensors[name])}
    assert set(batches[0].tensors) - same == {"pixel_values_videos"}  # the one thing that differs
    with torch.no_grad():
        losses = [answer_loss(model, batch)[0].item() for batch in batches]
    assert losses[0] == losses[2]
    assert abs(losses[0] - losses[1]) > 1e-3


def test_gradients_reach_the_vision_tower_through_the_video(rows: list[Row]) -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    loss, _ = answer_loss(model.train(), Batch(**collator_of(processor)(rows[:2])))
    loss.backward()
    vision = [parameter for name, parameter in model.named_parameters() if part_of(name) in ("vision", "projector")]
    assert all(parameter.grad is not None and bool(parameter.grad.abs().max() > 0) for parameter in vision)
    encoder = [parameter for name, parameter in model.named_parameters() if part_of(name) is None]
    assert encoder
    assert all(parameter.grad is None for parameter in encoder)


def test_sizes_come_from_the_rationale_or_the_scene(tiny: Any, rows: list[Row]) -> None:
    _, processor = tiny
    told, untold = rows[1], rows[0]
    assert "<scale>2 cm</scale>" in told.question.rationale
    assert not untold.question.rationale
    sizes = collator_of(processor, scene_sizes={untold.question.scene_id: 0.5})([told, untold])["log10_sizes"]
    assert sizes.tolist() == pytest.approx([math.log10(0.02), 0.5])
    assert math.isnan(collator_of(processor)([untold])["log10_sizes"].item())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"answer": "1 cm<|im_end|>"}, "expected a completion without control tokens, got <|im_end|>"),
        ({"rationale": "word " * 5_000}, "expected 4096 tokens or fewer"),
    ],
)
def test_completions_that_cannot_be_learned_are_named(
    tiny: Any, rows: list[Row], fields: dict[str, Any], expected: str
) -> None:
    bad = replace(rows[0], question=question(0, rows[0].question.scale, **fields))
    with pytest.raises(TrainError, match=expected.replace("|", r"\|")) as error:
        collator_of(tiny[1])([rows[1], bad])
    assert bad.question.id in str(error.value)


def test_only_the_stated_parts_learn(tiny: Any) -> None:
    from small_data import sft_settings

    model, _ = debug_model(0, debug_config(size=TINY))
    names = let_learn(model, sft_settings(trained=("projector", "fusion")))
    assert {part_of(name) for name in names} == {"projector", "fusion"}
    assert names == [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    plain, _ = debug_model(0, debug_config(size=TINY, encoder=None))
    with pytest.raises(
        TrainError, match="expected a model with fusion, got one with language_model, projector, vision"
    ):
        let_learn(plain, sft_settings(trained=("fusion",)))
