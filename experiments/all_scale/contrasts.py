"""Which cells are set against which, and why: four primary contrasts, which decide, and exploratory ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.all_scale.protocol_records import Arm, Contrast, Count, Side


def whole(first: str, second: str, question: str, primary: bool = False) -> Contrast:
    """Return first - second over the whole main test; names are those of cells without their seed."""
    return Contrast(first.split("/")[0], Side(first), Side(second), question, primary)


PRIMARY = (
    whole("arms/learned", "arms/lora_matched", "is it more than capacity?", True),
    whole("arms/oracle", "arms/random", "is it the scale that experts should be split by?", True),
    whole("arms/learned", "arms/oracle", "what does the router lose?", True),
    whole("rewards/progressive", "rewards/additive", "does the order of the terms matter?", True),
)


def secondary(arms: Sequence[Arm], bands: Sequence[str], counts: Sequence[Count]) -> tuple[Contrast, ...]:
    """Return all others, in the order of the report."""
    return (*_arms(), *_conflict(bands), *_evidence(arms), *_elsewhere(), *_rewards(), *_counts(counts), _dense())


def _arms() -> Iterator[Contrast]:
    for first, second, question in (
        ("oracle", "lora_matched", "experts by label against capacity alone"),
        ("random", "lora_matched", "experts without a meaning against one adapter"),
        ("lora_matched", "lora", "what do more parameters bring?"),
        ("learned", "uniform", "does it matter what the router says?"),
        ("layerwise", "learned", "a router for each layer"),
        ("layerwise", "lora_matched", "a router for each layer against capacity alone"),
        ("layerwise", "oracle", "what do the layers' routers lose?"),
        ("anchored", "learned", "a router that predicts a size"),
        ("anchored", "oracle", "what does the anchored router lose?"),
        ("anchored", "lora_matched", "anchored experts against capacity alone"),
    ):
        yield whole(f"arms/{first}", f"arms/{second}", question)


def _conflict(bands: Sequence[str]) -> Iterator[Contrast]:
    """Yield specialist - mixture on each band, for the mixture in one adapter and for that in experts."""
    for cells, question in (("arms/lora", "the conflict"), ("arms/oracle", "what experts leave of it")):
        for band in bands:
            yield Contrast("conflict", Side(f"conflict/{band}", band=band), Side(cells, band=band), question)


def _evidence(arms: Sequence[Arm]) -> Iterator[Contrast]:
    for arm in arms:
        for low in ("none", "weak"):
            first, second = (Side(f"arms/{arm.name}", dose=dose) for dose in ("strong", low))
            yield Contrast("evidence", first, second, "does it use the evidence?")


def _elsewhere() -> Iterator[Contrast]:
    for topic, test in (("gaps", "gaps"), ("beyond", "beyond"), ("unusual sizes", "named"), ("units", "native")):
        for first, second in (("learned", "lora_matched"), ("anchored", "lora_matched"), ("anchored", "learned")):
            yield Contrast(topic, Side(f"evidence/{first}", test), Side(f"evidence/{second}", test), f"test {test}")


def _rewards() -> Iterator[Contrast]:
    yield whole("rewards/additive", "rewards/plain", "do anchors help at all?")
    yield whole("rewards/progressive", "rewards/plain", "do progressive anchors help?")
    yield whole("rewards/progressive", "rewards/shuffled", "does the scale have to be the true one?")
    yield whole("rewards/plain", "arms/lora", "what does reinforcement learning bring?")


def _counts(counts: Sequence[Count]) -> Iterator[Contrast]:
    for count in counts:
        if count.cells.startswith("counts/"):
            question = f"{len(count.partition)} experts of rank {count.rank} against 4 of rank 4"
            yield whole(count.cells, "arms/oracle", question)


def _dense() -> Contrast:
    return whole("dense/with", "arms/lora", "do dense features help?")
