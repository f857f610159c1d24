"""Which frames of a clip are taken."""

from __future__ import annotations

from collections.abc import Iterable


def uniform(count: int, wanted: int) -> list[int]:
    """Return `wanted` indices spread evenly over 0 .. count - 1, first and last among them; all if there are no more.

    Index i is floor(i (count - 1) / (wanted - 1)), as the released evaluation code has it; one alone is the middle.

    Raises:
        ValueError: count or wanted is under 1.
    """
    if count < 1 or wanted < 1:
        raise ValueError(f"expected at least one frame and one wanted, got {count} and {wanted}")
    if wanted >= count:
        return list(range(count))
    if wanted == 1:
        return [(count - 1) // 2]
    return [i * (count - 1) // (wanted - 1) for i in range(wanted)]


def with_marked(sampled: Iterable[int], marked: Iterable[int]) -> list[int]:
    """Return the sampled indices with the marked ones among them, rising.

    Marked frames are added and replace none, so that what else is seen does not depend on where the marks are. There
    are at most as many more as there are marks.
    """
    return sorted({*sampled, *marked})
