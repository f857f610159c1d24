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
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from common import Result, report
from experts_models import (
    SHAPES,
    Shape,
    adapters,
    expert_parameters,
    new_batch,
    new_model,
    with_experts,
    with_lora,
    with_xlora,
)

Call = Callable[[], object]

COUNTS = (1, 2, 4, 6, 8)
MAIN = 4


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
        xlora = with_xlora(new(), adapters(ours, MAIN, Path(folder)), SHAPES[args.shape].hidden)
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
