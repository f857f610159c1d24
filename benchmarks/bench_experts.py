"""Scale experts in one pass, against the base, a parameter-matched LoRA and PEFT's X-LoRA.

One random Qwen2.5-VL with the proportions of its 3B model (or, by `--shape 3b`, its size) reads 4 clips with questions,
256 tokens each, and writes 64 tokens. All rivals run in turn in every round, so what disturbs the machine disturbs all;
a ratio is the median over the rounds of the ratio in each, `_iqr` its interquartile range. Beside the ratios stand
their floors: `arithmetic_*` is the ratio of multiplications, counted, `bytes_*` that of the weights which decoding
reads for each token. Ours has a learned router of its own in each layer, on the visual tokens. Run it idle.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, XLoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from common import Result, report
from spacevista.models.expert_settings import LINEAR_LAYERS, ExpertSettings, RouterSettings
from spacevista.models.experts import attach_experts, experts_of
from spacevista.models.peft_folders import export_expert

Call = Callable[[], object]

COUNTS = (1, 2, 4, 6, 8)
MAIN = 4
START, VISION_START, VISION_END, VIDEO, ANSWER = 1, 3, 4, 6, 7
WORD = 8  # the first token id that is a word
GRID = (8, 8, 8)  # slots, rows, columns of patches of a clip: 128 visual tokens
VISUAL = 128
PATCH_VALUES = 3 * 2 * 14 * 14
TARGETS = rf".*language_model\.{LINEAR_LAYERS}"


@dataclass(frozen=True)
class Shape:
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int


SHAPES = {
    "debug": Shape(64, 344, 2, 2, 1, 256),  # to see whether this file runs; its ratios mean nothing
    # Half the width of the 3B model, the same ratio of widths, few layers: forwards of about a second on two cores.
    "small": Shape(1024, 5504, 2, 8, 1, 2048),
    "3b": Shape(2048, 11008, 36, 16, 2, 151936),
}


def new_model(shape: Shape, device: str, dtype: torch.dtype) -> Any:
    head = shape.hidden // shape.heads
    sections = [head // 8, 3 * head // 16, 3 * head // 16]
    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": shape.vocabulary,
            "hidden_size": shape.hidden,
            "intermediate_size": shape.intermediate,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.kv_heads,
            "max_position_embeddings": 4096,
            "bos_token_id": None,
            "eos_token_id": None,
            "pad_token_id": 0,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections},
        },
        vision_config={
            "depth": 2,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_heads": 4,
            "out_hidden_size": shape.hidden,
            "fullatt_block_indexes": [1],
        },
        image_token_id=5,
        video_token_id=VIDEO,
        vision_start_token_id=VISION_START,
        vision_end_token_id=VISION_END,
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    with torch.device(device):
        model = Qwen2_5_VLForConditionalGeneration(config).to(dtype).eval()
    model.generation_config.suppress_tokens = list(range(WORD))
    return model.requires_grad_(False)


def new_batch(shape: Shape, size: int, length: int, device: str, dtype: torch.dtype) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(WORD, shape.vocabulary, (size, length - VISUAL - 4), generator=generator)
    clip = torch.tensor([START, VISION_START, *[VIDEO] * VISUAL, VISION_END]).expand(size, -1)
    ids = torch.cat((clip, words, torch.full((size, 1), ANSWER)), 1)
    pixels = torch.randn(size * GRID[0] * GRID[1] * GRID[2], PATCH_VALUES, generator=generator)
    batch = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "mm_token_type_ids": 2 * (ids == VIDEO).int(),
        "pixel_values_videos": pixels.to(dtype),
        "video_grid_thw": torch.tensor([GRID] * size),
        "second_per_grid_ts": torch.ones(size),
    }
    return {name: value.to(device) for name, value in batch.items()}


def with_experts(model: Any, count: int, rank: int) -> Any:
    attach_experts(model, ExpertSettings(count, rank, 2.0 * rank), RouterSettings("learned", layerwise=True))
    generator = torch.Generator(model.device).manual_seed(1)
    with torch.no_grad():
        for linear in experts_of(model).linears.values():
            linear.up.normal_(std=0.02, generator=generator)
    return model


def with_xlora(model: Any, folders: list[Path], hidden: int) -> Any:
    model.config.use_cache = model.config.text_config.use_cache = False  # X-LoRA refuses a cache
    adapters = {str(index): str(folder) for index, folder in enumerate(folders)}
    config = XLoraConfig(
        task_type="CAUSAL_LM",
        hidden_size=hidden,
        xlora_depth=2,
        xlora_size=64,
        layerwise_scalings=True,
        adapters=adapters,
    )
    return get_peft_model(model, config).eval()


def with_lora(model: Any, rank: int) -> Any:
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=TARGETS, task_type="CAUSAL_LM"))


def forward_of(model: Any, batch: Mapping[str, Any]) -> Call:
    def forward() -> None:
        with torch.inference_mode():
            model(**batch, use_cache=False)

    return forward


def step_of(model: Any, batch: Mapping[str, Any]) -> Call:
    """A training step: forward, backward, AdamW, on the adapters alone."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5)

    def step() -> None:
        model.train()
        optimizer.zero_grad()
        model(**batch, labels=batch["input_ids"], use_cache=False).loss.backward()
        optimizer.step()

    return step


def generation_of(model: Any, batch: Mapping[str, Any], tokens: int) -> Call:
    def generate() -> None:
        model.eval()
        model.generate(**batch, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False)

    return generate


def rounds(calls: Mapping[str, Call], repeats: int, device: str) -> dict[str, list[float]]:
    """Seconds of each call in each of `repeats` rounds, after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(repeats + 1):
        for name, call in calls.items():
            _wait(device)
            start = time.perf_counter()
            call()
            _wait(device)
            if number:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def ratio(name: str, over: list[float], under: list[float]) -> list[Result]:
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    quarters = statistics.quantiles(ratios, n=4, method="inclusive")
    return [Result(name, statistics.median(ratios), "x"), Result(f"{name}_iqr", quarters[2] - quarters[0], "x")]


def multiplications(call: Call) -> int:
    with FlopCounterMode(display=False) as counter:
        call()
    return int(counter.get_total_flops())


def expert_parameters(shape: Shape, rank: int) -> int:
    """Parameters of one expert: rank x (in + out) of each linear layer."""
    kv = shape.kv_heads * shape.hidden // shape.heads
    widths = 2 * (2 * shape.hidden) + 2 * (shape.hidden + kv) + 3 * (shape.hidden + shape.intermediate)
    return shape.layers * widths * rank


def floors(base: Any, forward: Call, shape: Shape, rank: int, tokens: int) -> list[Result]:
    """What arithmetic and bytes allow: each weight of an expert costs two operations a token, and is read once."""
    read = sum(parameter.numel() for parameter in base.model.language_model.layers.parameters())
    read += base.lm_head.weight.numel()
    plain = multiplications(forward)
    results = []
    for count in COUNTS:
        extra = count * expert_parameters(shape, rank)
        results.append(Result(f"arithmetic_forward_over_base_m{count}", 1 + 2 * tokens * extra / plain, "x"))
        results.append(Result(f"bytes_decode_over_base_m{count}", 1 + extra / read, "x"))
    return results


def memory(shape: Shape, rank: int, dtype: torch.dtype) -> list[Result]:
    def mib(of: Shape, bytes_each: int) -> float:
        return expert_parameters(of, rank) * bytes_each / 2**20

    return [
        Result("memory_per_expert", mib(shape, dtype.itemsize), "MiB"),
        Result("memory_per_expert_3b_bfloat16", mib(SHAPES["3b"], 2), "MiB"),
    ]


def adapters(model: Any, folder: Path) -> list[Path]:
    """The experts of a model as PEFT folders, for X-LoRA to load."""
    folders = [folder / str(index) for index in range(MAIN)]
    for index, path in enumerate(folders):
        export_expert(model, index, path)
    return folders


def compare_forwards(args: argparse.Namespace, new: Callable[[], Any], batch: Mapping[str, Any]) -> list[Result]:
    base = new()
    calls = {"base": forward_of(base, batch)}
    results = floors(base, calls["base"], SHAPES[args.shape], args.rank, batch["input_ids"].numel())
    for count in COUNTS:
        calls[f"m{count}"] = forward_of(with_experts(new(), count, args.rank), batch)
    seconds = rounds(calls, args.repeats, args.device)
    for count in COUNTS:
        results += ratio(f"forward_over_base_m{count}", seconds[f"m{count}"], seconds["base"])
    return [*results, Result("forward_base", 1e3 * statistics.median(seconds["base"]), "ms")]


def compare_steps(args: argparse.Namespace, new: Callable[[], Any], batch: Mapping[str, Any]) -> list[Result]:
    ours = with_experts(new(), MAIN, args.rank)
    for name, parameter in ours.named_parameters():
        parameter.requires_grad_(".experts." in name)
    calls = {"ours": step_of(ours, batch), "lora": step_of(with_lora(new(), MAIN * args.rank), batch)}
    seconds = rounds(calls, args.repeats, args.device)
    return ratio(f"train_step_over_lora_m{MAIN}", seconds["ours"], seconds["lora"])


def compare_with_xlora(args: argparse.Namespace, new: Callable[[], Any], batch: Mapping[str, Any]) -> list[Result]:
    base, ours = new(), with_experts(new(), MAIN, args.rank)
    with tempfile.TemporaryDirectory() as folder:
        xlora = with_xlora(new(), adapters(ours, Path(folder)), SHAPES[args.shape].hidden)
    forwards = rounds({"base": forward_of(base, batch), "xlora": forward_of(xlora, batch)}, args.repeats, args.device)
    models = {"base": base, "ours": ours, "xlora": xlora}
    calls = {name: generation_of(model, batch, args.new_tokens) for name, model in models.items()}
    seconds = rounds(calls, args.generations, args.device)
    return [
        *ratio("xlora_forward_over_base", forwards["xlora"], forwards["base"]),
        *ratio("generate_xlora_over_ours", seconds["xlora"], seconds["ours"]),
        *ratio("generate_ours_over_base", seconds["ours"], seconds["base"]),
        Result("generate_ours", 1e3 * statistics.median(seconds["ours"]), "ms"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=256, help="of a prompt, 128 of them visual")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=9, help="rounds of forwards and of training steps, 2 or more")
    parser.add_argument("--generations", type=int, default=2, help="rounds of generations, 2 or more")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    dtype = getattr(torch, args.dtype)

    def new() -> Any:
        return new_model(SHAPES[args.shape], args.device, dtype)

    batch = new_batch(SHAPES[args.shape], args.batch, args.tokens, args.device, dtype)
    results = [
        *compare_forwards(args, new, batch),
        *compare_steps(args, new, batch),
        *compare_with_xlora(args, new, batch),
        *memory(SHAPES[args.shape], args.rank, dtype),
    ]
    print(f"shape {args.shape}, {args.dtype} on {args.device}, {args.threads} threads: {SHAPES[args.shape]}")
    report("experts", results, ("torch", "transformers", "peft"))


if __name__ == "__main__":
    main()
