"""Gate 1: do colours and textures alone tell the band? They must not: under 60 % right, chance 20 %.

    python -m experiments.all_scale.gate_pixels out/lab_main --seed 0

Features of a scene are the means over its frames of colour histograms and of the radial power spectrum; the classifier
is a multinomial logistic regression, its penalty chosen on the val part. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
from experiments.all_scale.bands import BANDS
from experiments.all_scale.record import SceneTruth, read_scenes
from PIL import Image
from scipy.optimize import minimize
from scipy.special import logsumexp

from spacevista.geometry.arrays import ByteArray, FloatArray, IntArray

LIMIT = 0.60
BINS, LEVELS = 16, 4  # of each channel's histogram; of each channel in the joint histogram
RINGS = 32
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
Z95 = 1.959964


def colour_features(picture: ByteArray) -> FloatArray:
    """Return histograms of the three channels and a joint one of 4 x 4 x 4 colours, as square roots of shares."""
    counts = [np.bincount(picture[:, :, c].ravel() // (256 // BINS), minlength=BINS) for c in range(3)]
    coarse = picture.reshape(-1, 3) // (256 // LEVELS)
    counts.append(np.bincount(coarse @ np.array([LEVELS**2, LEVELS, 1]), minlength=LEVELS**3))
    return np.asarray(np.sqrt(np.concatenate(counts) / coarse.shape[0]))


def spectrum_features(picture: ByteArray) -> FloatArray:
    """Return the log of the mean power of the grey picture in rings of equal width of spatial frequency."""
    grey = picture.mean(axis=2)
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    power = np.abs(np.fft.fftshift(np.fft.fft2((grey - grey.mean()) * window))) ** 2
    y, x = np.indices(power.shape)
    radius = np.hypot(y - power.shape[0] // 2, x - power.shape[1] // 2)
    ring = np.minimum((radius / (power.shape[0] / 2) * RINGS).astype(int), RINGS)
    return np.asarray([math.log(float(power[ring == k].mean()) + 1e-9) for k in range(RINGS)])


def features_of(data: Path, scene: SceneTruth) -> FloatArray:
    """Return the features (112 of colour, then 32 of the spectrum) of a scene."""
    rows = []
    for file in sorted((data / "frames" / scene.id).glob("*.jpg")):
        with Image.open(file) as opened:
            picture = np.asarray(opened.convert("RGB"))
        rows.append(np.concatenate([colour_features(picture), spectrum_features(picture)]))
    return np.asarray(np.mean(rows, axis=0))


def fitted(x: FloatArray, y: IntArray, classes: int, penalty: float) -> FloatArray:
    """Return the weights (D + 1, classes) of a multinomial logistic regression of standardised x (N, D)."""
    padded = np.column_stack([x, np.ones(len(x))])
    target = np.eye(classes)[y]

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(-1, classes)
        scores = padded @ weights
        logp = scores - logsumexp(scores, axis=1, keepdims=True)
        slope = padded.T @ (np.exp(logp) - target) / len(x)
        slope[:-1] += 2 * penalty * weights[:-1]
        value = -float((target * logp).sum()) / len(x) + penalty * float((weights[:-1] ** 2).sum())
        return value, slope.ravel()

    start = np.zeros(padded.shape[1] * classes)
    return np.asarray(
        minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400}).x.reshape(-1, classes)
    )


def predicted(x: FloatArray, weights: FloatArray) -> IntArray:
    return np.asarray(np.argmax(np.column_stack([x, np.ones(len(x))]) @ weights, axis=1))


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    share, spread = right / count, Z95**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return middle - half, middle + half


def accuracy(data: Path, columns: slice, x: FloatArray, scenes: list[SceneTruth]) -> dict[str, object]:
    """Fit on train, choose the penalty on val, return the test part's accuracy over all and by dose."""
    names = [band.name for band in BANDS]
    y = np.array([names.index(scene.sizes) for scene in scenes])
    part = np.array([scene.split for scene in scenes])
    train = part == "train"
    kept = x[:, columns]
    kept = (kept - kept[train].mean(axis=0)) / (kept[train].std(axis=0) + 1e-9)
    fits = [fitted(kept[train], y[train], len(names), penalty) for penalty in PENALTIES]
    val, test = part == "val", part == "test"
    best = max(fits, key=lambda w: float((predicted(kept[val], w) == y[val]).mean()))
    right = predicted(kept[test], best) == y[test]
    dose = np.array([scene.dose for scene in scenes])[test]
    low, high = wilson(int(right.sum()), len(right))
    by_dose = {d: round(float(right[dose == d].mean()), 4) for d in sorted(set(dose.tolist()))}
    return {"accuracy": round(float(right.mean()), 4), "low": round(low, 4), "high": round(high, 4), "by_dose": by_dose}


def run(data: Path, seed: int) -> dict[str, object]:
    """Return the gate's result; `seed` shuffles the training rows, which does not matter to the fit."""
    scenes = read_scenes(data)
    order = np.random.default_rng(seed).permutation(len(scenes))
    scenes = [scenes[i] for i in order.tolist()]
    x = np.stack([features_of(data, scene) for scene in scenes])
    colours = 3 * BINS + LEVELS**3
    parts = {"colour": slice(0, colours), "spectrum": slice(colours, None), "both": slice(None)}
    found = {name: accuracy(data, columns, x, scenes) for name, columns in parts.items()}
    counts = {part: sum(scene.split == part for scene in scenes) for part in ("train", "val", "test")}
    worst = max(float(str(one["accuracy"])) for one in found.values())
    return {
        "gate": "pixels",
        "seed": seed,
        "scenes": counts,
        "chance": 0.2,
        "limit": LIMIT,
        **found,
        "passed": worst < LIMIT,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(run(given.data, given.seed)))


if __name__ == "__main__":
    main()
