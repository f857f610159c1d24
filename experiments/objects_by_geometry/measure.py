"""Objects found by geometry in simulated worlds without their ids, against the truth.

    python experiments/objects_by_geometry/measure.py FILE [SEED...] [--facts]

Adds one JSON line to FILE for each scale, seed (1000 to 1002) and noise level that it does not have yet, and prints the
tables. `--facts` also annotates what was found and holds every fact about it against the truth (slower).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from spacevista.annotate.annotate import annotate
from spacevista.annotate.segment import with_objects
from spacevista.captures.record import Capture, MemoryImages
from spacevista.geometry.arrays import FloatArray, Int32Array
from spacevista.qa.audit import Judged, judged_numbers
from spacevista.scales import Scale
from spacevista.sim.noise import NoiseLevel, degrade
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth, judge
from spacevista.sim.worlds import make_world
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Fact

SEEDS = (1000, 1001, 1002)
LEVELS = (NoiseLevel.EXACT, NoiseLevel.SENSOR)
VISIBLE_PX, VISIBLE_VIEWS = 400, 2  # as the segmentation itself wants it: 20 px across in two frames
FOUND_IOU = 0.5
SHARE = 0.1  # of a found object's pixels: as much of a second true one makes a merged pair
NO_TRUTH = 1_000_000  # added to the id of what is no true object

IdMaps = list[Int32Array]


def with_ids(capture: Capture, maps: list[Int32Array | None]) -> Capture:
    """Return the capture with other id maps, or with none, and no categories."""
    frames = tuple(
        replace(frame, images=MemoryImages(None, frame.images.depth_m(), ids))
        for frame, ids in zip(capture.frames, maps, strict=True)
    )
    return replace(capture, frames=frames, categories={})


def overlaps(found: IdMaps, true: IdMaps) -> FloatArray:
    """Return the pixels (frames, found ids, true ids) that found and true objects share; 0: none, or the sky."""
    rows, columns = (max(int(ids.max()) for ids in maps) + 1 for maps in (found, true))
    cells = [(f * columns + np.maximum(t, 0)).ravel() for f, t in zip(found, true, strict=True)]
    return np.stack([np.bincount(cell, minlength=rows * columns).reshape(rows, columns) for cell in cells]).astype(
        float
    )


def matches(pixels: FloatArray) -> dict[int, tuple[int, float]]:
    """Return for each true object that is visible the found one that fits best, 0: none, and its mean IoU."""
    best = {}
    for true in range(1, pixels.shape[2]):
        own = pixels[:, :, true].sum(axis=1)
        seen = np.flatnonzero(own >= VISIBLE_PX)
        if len(seen) < VISIBLE_VIEWS:
            continue
        common = pixels[seen][:, 1:, true]
        union = pixels[seen][:, 1:].sum(axis=2) + own[seen, None] - common
        iou = (common / union).mean(axis=0) if common.shape[1] else np.zeros(1)
        best[true] = (int(iou.argmax()) + 1 if iou.max() > 0 else 0, float(iou.max()))
    return best


def kind_of(found: int, pixels: FloatArray, claimed: set[int]) -> str:
    """Return what a found object is: found, merged, a part of one, or structure (no object's)."""
    row = pixels[:, found].sum(axis=0)
    if (row[1:] >= SHARE * row.sum()).sum() > 1:
        return "merged"
    if found in claimed:
        return "found"
    return "structure" if row[0] >= 0.5 * row.sum() else "part"


def is_right(fact: Fact, truth: Truth) -> bool:
    """Hold a fact against the world's own truth, as the audit does."""
    candidate = fact.candidate
    true = judge(truth, candidate.task, candidate.aspect, candidate.objects, candidate.frames, candidate.point_px)
    if true is None or isinstance(true, str):
        return fact.choice == true
    blank = Judged("", "", "", candidate.task, candidate.aspect, candidate.objects, "", True, True)
    return judged_numbers(blank, fact, true).right


def facts_of(capture: Capture, found: IdMaps, pixels: FloatArray, truth: Truth, seed: int) -> dict[str, int]:
    """Annotate what was found under the ids of what it is most of; count facts: right, wrong, about no true object."""
    rows = pixels.sum(axis=0)
    names = np.arange(len(rows), dtype=np.int32) + NO_TRUTH
    for true in range(1, rows.shape[1]):
        largest = int(rows[:, true].argmax())
        if largest and rows[largest, true] >= 0.5 * rows[largest].sum():
            names[largest] = true
    names[0] = 0
    scene = annotate(with_ids(capture, [names[ids] for ids in found]))
    counts: Counter[str] = Counter()
    for item in all_candidates(scene, seed):
        if isinstance(item, Fact) and item.candidate.objects:
            known = max(item.candidate.objects) < NO_TRUTH
            counts["no truth" if not known else "right" if is_right(item, truth) else "wrong"] += 1
    return dict(counts)


def measure(scale: Scale, seed: int, level: NoiseLevel, with_facts: bool) -> dict[str, Any]:
    """Measure one world at one noise level."""
    world = make_world(scale, seed)
    exact = simulate(world, np.random.default_rng(seed), color=False)
    capture = degrade(exact, level, np.random.default_rng([seed, LEVELS.index(level)]))
    segmented = with_objects(with_ids(capture, [None] * len(capture.frames)))
    found = [ids for frame in segmented.frames if (ids := frame.images.ids()) is not None]
    true = [ids for frame in exact.frames if (ids := frame.images.ids()) is not None]
    pixels = overlaps(found, true)
    best = matches(pixels)
    claimed = {number for number, iou in best.values() if iou >= FOUND_IOU}
    kinds = Counter(kind_of(number, pixels, claimed) for number in range(1, pixels.shape[1]))
    missed = [exact.categories.get(true_id, "") for true_id, (_, iou) in best.items() if iou < FOUND_IOU]
    return {
        "scale": scale.value,
        "seed": seed,
        "level": level.value,
        "true": len(best),
        "found": len(best) - len(missed),
        "iou": [round(iou, 3) for _, iou in best.values() if iou >= FOUND_IOU],
        "kinds": dict(kinds),
        "missed": sorted(missed),
        "rejected": {why: int(what.split()[0]) for what, why in segmented.dropped if what.endswith("by geometry")},
    } | ({"facts": facts_of(capture, found, pixels, Truth(world), seed)} if with_facts else {})


def tables(rows: list[dict[str, Any]]) -> str:
    """Return the results by scale and level."""
    lines = ["| scale | level | true | found | median IoU | merged | part | structure | facts right | about parts |"]
    lines.append("|---" * 10 + "|")
    for scale, level in product(Scale, LEVELS):
        own = [row for row in rows if (row["scale"], row["level"]) == (scale.value, level.value)]
        if not own:
            continue
        kinds = sum((Counter(row["kinds"]) for row in own), Counter())
        facts = sum((Counter(row.get("facts", {})) for row in own), Counter())
        judged = facts["right"] + facts["wrong"]
        ious = [iou for row in own for iou in row["iou"]]
        true, found = (sum(row[key] for row in own) for key in ("true", "found"))
        cells = [scale.value, level.value, true, f"{found} ({found / max(true, 1):.0%})"]
        cells += [f"{np.median(ious):.2f}" if ious else "-", kinds["merged"], kinds["part"], kinds["structure"]]
        cells += [f"{facts['right']} of {judged}" if judged else "-", facts["no truth"] if judged else "-"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main(file: Path, seeds: tuple[int, ...], with_facts: bool) -> None:
    """Measure what the file does not have, and print all of it."""
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    done = {(row["scale"], row["seed"], row["level"]) for row in rows if "facts" in row or not with_facts}
    for seed, scale, level in product(seeds, Scale, LEVELS):
        if (scale.value, seed, level.value) in done:
            continue
        row = measure(scale, seed, level, with_facts)
        rows = [r for r in rows if (r["scale"], r["seed"], r["level"]) != (scale.value, seed, level.value)] + [row]
        file.write_text("".join(json.dumps(r) + "\n" for r in rows))
        print(json.dumps(row), flush=True)
    print(tables([row for row in rows if row["seed"] in seeds]))


if __name__ == "__main__":
    words = [word for word in sys.argv[2:] if word != "--facts"]
    main(Path(sys.argv[1]), tuple(map(int, words)) or SEEDS, "--facts" in sys.argv)
