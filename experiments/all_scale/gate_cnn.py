"""Gate 2: is the answer in the pictures? A small network regresses log10 of the marked thing's size from them.

    python -m experiments.all_scale.gate_cnn out/lab_main --seed 0 --minutes 25

Needs torch. The network sees one frame, cut to a square four times as wide as the mark's box around it (grey beyond the
picture), and tells the probability of each tenth of a decade; its answer is the median of that (of the cut and its
mirror image), averaged over the frames in log10. It learns from all doses and is told none. Held-out scenes of each
dose are reported apart: with strong evidence the median error must be under 25 %; without evidence it must not beat a
constant guess, or the scale leaks. While it learns it also names the kinds of evidence in the scene, a second output
that no answer uses: it finds coins and doors in fewer pictures so. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from experiments.all_scale.bands import BANDS
from experiments.all_scale.evidence import KINDS
from experiments.all_scale.record import SceneTruth, read_scenes
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray, IntArray

LIMIT = 0.25
SIDE, WIDTH = 144, 4.0  # of the cut: pixels; in widths of the mark's box
JITTER = 0.06  # of the cut's width, while training
GREY = 128
LOW, HIGH, BIN = -3.4, 3.4, 0.1  # log10 metres
SMEAR = 0.06  # decades: width of the target's bump over the bins
BATCH, RATE, DECAY = 48, 2e-3, 0.02
DOSE_WEIGHTS = {"none": 0.1, "weak": 0.1, "strong": 0.8}  # shares of the pictures it learns from
KIND_WEIGHT = 2.0  # of the loss for naming the evidence
LEAK = 0.10  # decades by which the error without evidence may lie under that of a constant guess


@dataclass(frozen=True)
class Cuts:
    """Cuts of one part.

    Attributes:
        pictures: (N, S, S, 3); log_m: (N,) log10 of the thing's longest dimension in metres.
        kinds: (N, K) which kinds of evidence its scene holds.
    """

    pictures: ByteArray
    log_m: FloatArray
    thing: list[str]
    band: list[str]
    dose: list[str]
    kinds: Float32Array


def cuts_of(data: Path, scenes: list[SceneTruth], margin: float) -> Cuts:
    """Cut every thing out of every frame, `margin` wider than the network looks, which leaves room to move the cut."""
    pictures: list[ByteArray] = []
    log_m: list[float] = []
    thing: list[str] = []
    band: list[str] = []
    dose: list[str] = []
    kinds: list[list[bool]] = []
    side = round(SIDE * (1 + margin))
    for scene in scenes:
        for number, file in enumerate(sorted((data / "frames" / scene.id).glob("*.jpg"))):
            with Image.open(file) as opened:
                frame = opened.convert("RGB")
            for one in scene.things:
                pictures.append(_cut(frame, one.boxes_px[number], side, WIDTH * (1 + margin)))
                log_m.append(math.log10(one.longest_m))
                thing.append(f"{scene.id}:{one.id}")
                band.append(scene.sizes)
                dose.append(scene.dose)
                kinds.append([kind.name in scene.evidence for kind in KINDS])
    return Cuts(np.stack(pictures), np.array(log_m), thing, band, dose, np.array(kinds, np.float32))


def _cut(frame: Image.Image, box: tuple[float, float, float, float], side: int, width: float) -> ByteArray:
    x1, y1, x2, y2 = box
    half = width * max(x2 - x1, y2 - y1) / 2
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    pad = math.ceil(max(0.0, half - min(x, y), max(x - frame.width, y - frame.height) + half))
    wide = Image.new("RGB", (frame.width + 2 * pad, frame.height + 2 * pad), (GREY,) * 3)
    wide.paste(frame, (pad, pad))
    place = (x - half + pad, y - half + pad, x + half + pad, y + half + pad)
    return np.asarray(wide.resize((side, side), Image.Resampling.BILINEAR, box=place))


class Network(nn.Module):
    """Six convolutions and two linear layers."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        widths = ((3, 32, 5, 2), (32, 48, 3, 2), (48, 96, 3, 2), (96, 96, 3, 1), (96, 160, 3, 2), (160, 160, 3, 1))
        layers: list[nn.Module] = []
        for before, after, size, step in widths:
            layers += [nn.Conv2d(before, after, size, step, size // 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.look = nn.Sequential(*layers)
        self.tell = nn.Sequential(nn.Linear(160 * 9, 160), nn.ReLU(), nn.Dropout(0.2), nn.Linear(160, outputs))
        self.name = nn.Linear(160, len(KINDS))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits (N, bins) of pictures (N, 3, S, S), and those of the kinds of evidence (N, K)."""
        found = self.look(pictures)
        return self.tell(functional.adaptive_avg_pool2d(found, 3).flatten(1)), self.name(found.amax(dim=(2, 3)))


def bins() -> Tensor:
    return torch.arange(LOW, HIGH, BIN) + BIN / 2


def batch_of(cuts: Cuts, rows: IntArray, rng: np.random.Generator | None) -> Tensor:
    """Return pictures (N, 3, S, S); with `rng` moved, mirrored, and with channels and brightness changed."""
    room = cuts.pictures.shape[1] - SIDE
    out = np.empty((len(rows), SIDE, SIDE, 3), np.float32)
    for place, row in enumerate(rows.tolist()):
        x, y = (room // 2, room // 2) if rng is None else rng.integers(0, room + 1, 2).tolist()
        one = cuts.pictures[row, y : y + SIDE, x : x + SIDE].astype(np.float32)
        if rng is not None:
            one = one[:, ::-1] if rng.random() < 0.5 else one
            one = (one[:, :, rng.permutation(3)] - 128) * rng.uniform(0.7, 1.2) + 128 + rng.uniform(-25, 25)
        out[place] = one / 64 - 2
    return torch.from_numpy(out).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def train(cuts: Cuts, seed: int, minutes: float) -> tuple[Network, int]:
    """Train for `minutes` of one core's time; return the network and the epochs it had."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    centres = bins()
    network = Network(len(centres)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    started, epoch, losses = time.process_time(), 0, []
    share = 0.0
    count = Counter(cuts.dose)
    weights = np.array([DOSE_WEIGHTS[dose] / count[dose] for dose in cuts.dose])
    weights /= weights.sum()
    while share < 1:
        order = rng.choice(len(cuts.log_m), len(cuts.log_m), p=weights)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            share = (time.process_time() - started) / (60 * minutes)
            if share >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, 20 * share + 0.05) * 0.5 * (1 + math.cos(math.pi * share))
            rows = order[first : first + BATCH]
            goal = torch.tensor(cuts.log_m[rows], dtype=torch.float32)
            bump = torch.softmax(-(((centres - goal[:, None]) / SMEAR) ** 2) / 2, dim=1)
            with torch.autocast("cpu", torch.bfloat16):
                logits, named = network(batch_of(cuts, rows, rng))
            loss = functional.cross_entropy(logits.float(), bump)
            naming = functional.binary_cross_entropy_with_logits(named.float(), torch.from_numpy(cuts.kinds[rows]))
            optimizer.zero_grad()
            (loss + KIND_WEIGHT * naming).backward()
            optimizer.step()
            losses.append(loss.item())
        epoch += 1
        print(f"epoch {epoch}: loss {np.mean(losses[-200:]):.3f}, {share:.0%} of the time", flush=True)
    return network, epoch


@torch.inference_mode()
def answers(network: Network, cuts: Cuts) -> dict[str, float]:
    """Return the log10 metres that the network tells for each thing: the mean over frames of its medians."""
    network.eval()
    centres = bins().numpy()
    told: dict[str, list[float]] = {}
    for first in range(0, len(cuts.log_m), BATCH):
        rows = np.arange(first, min(first + BATCH, len(cuts.log_m)), dtype=np.int64)
        pictures = batch_of(cuts, rows, None)
        both = torch.stack([torch.softmax(network(p)[0].float(), dim=1) for p in (pictures, pictures.flip(3))])
        shares = both.mean(dim=0).numpy().cumsum(axis=1)
        for row, one in zip(rows.tolist(), shares, strict=True):
            told.setdefault(cuts.thing[row], []).append(float(np.interp(0.5, one, centres + BIN / 2)))
    return {thing: float(np.mean(values)) for thing, values in told.items()}


def report(cuts: Cuts, told: dict[str, float], trained: Cuts, seed: int) -> dict[str, dict[str, object]]:
    """Return for each dose the median relative error and |log10 ratio| of the network and of two constant guesses."""
    truth = dict(zip(cuts.thing, zip(cuts.log_m.tolist(), cuts.band, cuts.dose, strict=True), strict=True))
    constant = float(np.median(trained.log_m))
    middle = {band.name: (band.low + band.high) / 2 for band in BANDS}
    out: dict[str, dict[str, object]] = {}
    for dose in sorted(set(cuts.dose)):
        rows = [
            (told[t], log_m, constant, middle[band], t.split(":")[0])
            for t, (log_m, band, d) in truth.items()
            if d == dose
        ]
        said, true, guess, banded = (np.array([row[i] for row in rows]) for i in range(4))
        errors = np.abs(10 ** (said - true) - 1)
        low, high = _interval(errors, [row[4] for row in rows], seed)
        out[dose] = {
            "things": len(rows),
            "median_error": round(float(np.median(errors)), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "median_log10": round(float(np.median(np.abs(said - true))), 4),
            "by_band": {
                band.name: round(float(np.median(errors[banded == middle[band.name]])), 4)
                for band in BANDS
                if (banded == middle[band.name]).any()
            },
            "right_band": round(float((np.abs(said - banded) < 0.6).mean()), 4),
            "constant_median_log10": round(float(np.median(np.abs(guess - true))), 4),
            "band_median_log10": round(float(np.median(np.abs(banded - true))), 4),
        }
    return out


def _interval(errors: FloatArray, scenes: list[str], seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval over scenes of the median."""
    names, groups = np.unique(scenes, return_inverse=True)
    members = [np.flatnonzero(groups == k) for k in range(len(names))]
    rng = np.random.default_rng(seed)
    drawn = (np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]) for _ in range(1000))
    medians = [float(np.median(errors[rows])) for rows in drawn]
    return float(np.quantile(medians, 0.025)), float(np.quantile(medians, 0.975))


def run(data: Path, seed: int, minutes: float) -> dict[str, object]:
    """Train on the train part, report on the test part."""
    torch.set_num_threads(1)
    scenes = read_scenes(data)
    training = cuts_of(data, [scene for scene in scenes if scene.split == "train"], JITTER)
    held_out = cuts_of(data, [scene for scene in scenes if scene.split == "test"], JITTER)
    network, epochs = train(training, seed, minutes)
    found = report(held_out, answers(network, held_out), training, seed)
    leak = float(str(found["none"]["constant_median_log10"])) - float(str(found["none"]["median_log10"]))
    return {
        "gate": "cnn",
        "seed": seed,
        "minutes": minutes,
        "epochs": epochs,
        "parameters": sum(p.numel() for p in network.parameters()),
        "cuts": {"train": len(training.log_m), "test": len(held_out.log_m)},
        "limit": LIMIT,
        **found,
        "leak_log10": round(leak, 4),
        "passed": float(str(found["strong"]["median_error"])) < LIMIT and leak < LEAK,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=25.0, help="of one core's time, for training")
    given = parser.parse_args()
    print(json.dumps(run(given.data, given.seed, given.minutes)))


if __name__ == "__main__":
    main()
