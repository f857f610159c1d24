"""What is in a data set twice: ids, facts, prompts; prompts with two answers; scenes in two splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from spacevista.errors import DatasetError
from spacevista.evals.geometric_match import candidate_of
from spacevista.evals.records import Frames, Sample, Video

# Tasks that ask something else of the same objects in another order.
ORDER_COUNTS = ("existence", "object_counting", "object_matching", "object_location", "spatial_relation")
Fault = tuple[int, str]  # how many, and one of them


@dataclass(frozen=True)
class Duplicates:
    """How many rows (scenes) are there again, with one of them; a sound data set has none.

    Attributes:
        ids: rows whose id another row had before.
        facts: rows that ask in the same form and with the same kind of marks what another row asked of the same
            objects of the scene, in another order or under another id.
        prompts: rows with the words, pictures and marks of another row.
        contradictions: of those, rows of a prompt with different answers.
        scenes_in_two_splits: their questions leak.
    """

    ids: Fault
    facts: Fault
    prompts: Fault
    contradictions: Fault
    scenes_in_two_splits: Fault


def duplicates(samples: Sequence[Sample]) -> Duplicates:
    """Look for what is there twice."""
    counts = Counter(sample.id for sample in samples)
    distinct = list({sample.id: sample for sample in samples}.values())
    prompts = _groups(samples, _prompt)
    facts = _groups(distinct, _fact)
    apart = [rows for rows in prompts if len({str(row.row.get("ground_truth")) for row in rows}) > 1]
    splits: dict[str, set[object]] = {}
    for sample in samples:
        if "split" in sample.row:
            splits.setdefault(sample.scene_id, set()).add(sample.row["split"])
    torn = [scene for scene, names in splits.items() if len(names) > 1]
    again = [name for name, count in counts.items() if count > 1]
    return Duplicates(
        ids=(sum(counts[name] - 1 for name in again), again[0] if again else ""),
        facts=_fault(facts),
        prompts=_fault(prompts),
        contradictions=_fault(apart),
        scenes_in_two_splits=(len(torn), torn[0] if torn else ""),
    )


def _groups(samples: Sequence[Sample], key: Callable[[Sample], Hashable | None]) -> list[list[Sample]]:
    """Return the groups of more than one sample with the same key; None is nobody's key."""
    found: dict[Hashable, list[Sample]] = {}
    for sample in samples:
        if (name := key(sample)) is not None:
            found.setdefault(name, []).append(sample)
    return [rows for rows in found.values() if len(rows) > 1]


def _fault(groups: Sequence[Sequence[Sample]]) -> Fault:
    return sum(len(rows) - 1 for rows in groups), groups[0][1].id if groups else ""


def _prompt(sample: Sample) -> Hashable | None:
    """Return what is asked of which pictures; None where pictures have no names, so that nobody can tell."""
    if not isinstance(sample.media, Frames | Video):
        return None
    return " ".join(sample.prompt.split()), sample.media, repr(sample.marks)


def _fact(sample: Sample) -> Hashable | None:
    """Return what is asked of which objects, whatever their order; None for rows that are not ours."""
    if sample.benchmark != "spacevista_sim":
        return None
    try:
        asked = candidate_of(sample.id, sample.scene_id)
    except DatasetError:
        return None
    objects: Hashable = (tuple(sorted(asked.objects)), asked.frames)
    if asked.task in ORDER_COUNTS:
        objects = (asked.objects, asked.frames)
    elif asked.task == "relative_distance":  # the first one is what the others are near to
        objects = (asked.objects[:1], tuple(sorted(asked.objects[1:])))
    elif len(asked.frames) == len(asked.objects):  # each object in its own frame
        objects = tuple(sorted(zip(asked.objects, asked.frames, strict=True)))
    how = sample.id.rsplit(":", 2)[1:]
    return sample.scene_id, asked.task, asked.aspect, objects, asked.point_px, *how
