"""What the experiment does and how it is read, as data, fixed before the first run (protocol.md says it in prose).

`digest` goes into every cell, so a change after a run cannot pass unseen. What is stated here for a stage (samples,
rank, partition) the cell's command has to carry out; nothing here trains or evaluates.
"""

from __future__ import annotations

import hashlib

import msgspec
from experiments.all_scale.contrasts import PRIMARY, secondary
from experiments.all_scale.protocol_records import (
    Arm,
    Budget,
    Count,
    Endpoint,
    HeldOut,
    Partition,
    Protocol,
    Reward,
    Seeds,
)

from spacevista.scales import Scale

BANDS: tuple[str, ...] = tuple(scale.value for scale in Scale)
CENTRES = (-2.4, -1.2, 0.0, 1.2, 2.4)  # of the bands, log10 metres (bands.py)
TINY, TABLETOP, INDOOR, OUTDOOR, DRONE = BANDS
DOSES = ("none", "weak", "strong")

ONE: Partition = (BANDS,)
TWO: Partition = ((TINY, TABLETOP), (INDOOR, OUTDOOR, DRONE))
FOUR: Partition = ((TINY,), (TABLETOP,), (INDOOR,), (OUTDOOR, DRONE))
FIVE: Partition = ((TINY,), (TABLETOP,), (INDOOR,), (OUTDOOR,), (DRONE,))
# Below and above the centre of the band: a sixth expert needs a band cut in two.
SIX: Partition = ((TINY,), (TABLETOP,), (f"{INDOOR}:lower",), (f"{INDOOR}:upper",), (OUTDOOR,), (DRONE,))

ARMS = (
    Arm("lora", "lora", ONE, 4),
    Arm("lora_matched", "lora", ONE, 0),
    Arm("random", "random", FOUR, 4),
    Arm("oracle", "given", FOUR, 4),
    Arm("uniform", "uniform", FOUR, 4),
    Arm("learned", "learned", FOUR, 4),
    Arm("layerwise", "learned", FOUR, 4, layerwise=True),
    Arm("anchored", "anchored", FOUR, 4),
)
REWARDS = (
    Reward("plain", "answer"),
    Reward("additive", "sum"),
    Reward("progressive", "progressive"),
    Reward("shuffled", "progressive", shuffled=True),
)
# Total rank 16, as near as equal ranks come: 16, 16, 16, 15, 18.
COUNTS_TOTAL = (
    Count("counts/total-1", ONE, 16),
    Count("counts/total-2", TWO, 8),
    Count("arms/oracle", FOUR, 4),
    Count("counts/total-5", FIVE, 3),
    Count("counts/total-6", SIX, 3),
)
COUNTS_EACH = (
    Count("arms/lora", ONE, 4),
    Count("counts/each-2", TWO, 4),
    Count("arms/oracle", FOUR, 4),
    Count("counts/each-5", FIVE, 4),
    Count("counts/each-6", SIX, 4),
)
SPECIALISTS = BANDS  # as arm `lora`, but on one band alone, as often as `lora` has seen it
DENSE = ("with",)  # as arm `lora` on a base with dense features; without them it is `lora` itself
TESTS = (
    HeldOut("val", "main", BANDS, 100, 0),
    HeldOut("main", "main", BANDS, 150, 250),
    HeldOut("forced", "main", BANDS, 100, 250),  # the first of `main`, each with another expert than its own
    HeldOut("gaps", "gaps", ("gap_1", "gap_2", "gap_3", "gap_4"), 80, 80),
    HeldOut("beyond", "beyond", ("below", "above"), 60, 60),
    HeldOut("pairs", "pairs", BANDS, 40, 40),
    HeldOut("named", "named", BANDS, 100, 100),
    HeldOut("native", "native", BANDS, 100, 100),
)
ENDPOINTS = (
    Endpoint("macro_mra", "macro MRA, points", 0.01, 100, "higher"),
    Endpoint("median_log_ratio", "median |log10 ratio|, decades", 0.02, 1, "lower"),
    Endpoint("off_by_ten", "10 x off, percent", 0.01, 100, "lower"),
)
FORCED_ARMS = ("oracle", "learned", "layerwise", "anchored")
MANDATORY = (
    *(f"arms/{name}" for name in ("lora", "lora_matched", "oracle", "random", "learned", "layerwise", "anchored")),
    *(f"rewards/{name}" for name in ("plain", "additive", "progressive")),
)

PROTOCOL = Protocol(
    version=1,
    arms=ARMS,
    rewards=REWARDS,
    counts_total=COUNTS_TOTAL,
    counts_each=COUNTS_EACH,
    specialists=SPECIALISTS,
    dense=DENSE,
    tests=TESTS,
    forced_arms=FORCED_ARMS,
    endpoints=ENDPOINTS,
    contrasts=(*PRIMARY, *secondary(ARMS, BANDS, (*COUNTS_TOTAL, *COUNTS_EACH))),
    rates=(2e-3, 6e-3),
    reward_rates=(1e-4, 1e-3),
    mandatory=MANDATORY,
    budget=Budget(),
    seeds=Seeds(),
)


def digest(protocol: Protocol) -> str:
    """Return 12 hexadecimal digits that change with every field."""
    return hashlib.sha256(msgspec.json.encode(protocol)).hexdigest()[:12]
