"""How often the option that is right most often elsewhere is right: of options in words, as the median is of numbers.

For each text, how often it was right among the rows of its task and aspect that offered it; drawn towards chance by
STRENGTH rows, so that a text seen once does not count for certain. Shares come from other scenes (the folds of
shortcuts.py). Rows of which no option stands out, as where nothing was offered before, are not among the rule's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacevista.checks.asked import Asked
from spacevista.checks.shortcuts import Guess, Share, drawn, fold_of, share_of
from spacevista.evals.prior import STRENGTH, WIDEST, Kind


@dataclass(frozen=True)
class _Seen:
    """How often a text of a kind was offered and was right: in all, and in each fold."""

    offered: Counter[tuple[Kind, str, int | None]] = field(default_factory=Counter)
    right: Counter[tuple[Kind, str, int | None]] = field(default_factory=Counter)

    def share(self, kind: Kind, text: str, fold: int, options: int) -> float:
        """Return how often a text of `options` was right outside a fold, drawn towards chance."""
        offered, right = (c[kind, text, None] - c[kind, text, fold] for c in (self.offered, self.right))
        return (right + STRENGTH / options) / (offered + STRENGTH)


def commonest_rules(rows: Sequence[Asked]) -> dict[str, dict[str, Share]]:
    """Return how often the commonest answer is right: task -> aspect ("" where none is known)."""
    words = [row for row in rows if row.options and row.right is not None and not row.value]
    seen = _seen(words)
    found: defaultdict[str, defaultdict[str, list[Guess]]] = defaultdict(lambda: defaultdict(list))
    for row in words:
        if (guess := _commonest(row, seen)) is not None:
            found[row.task][_kind(row)[1]].append(guess)
    return {task: {name: share_of(asked[name]) for name in sorted(asked)} for task, asked in sorted(found.items())}


def _seen(rows: Iterable[Asked]) -> _Seen:
    seen = _Seen()
    for row in rows:
        for place, option in enumerate(row.options):
            for fold in (None, fold_of(row.scene_id)):
                name = _kind(row), option.lower(), fold
                seen.offered[name] += 1
                seen.right[name] += place == row.right
    return seen


def _commonest(row: Asked, seen: _Seen) -> Guess | None:
    fold, count = fold_of(row.scene_id), len(row.options)
    shares = [seen.share(_kind(row), option.lower(), fold, count) for option in row.options]
    best = [place for place, share in enumerate(shares) if share == max(shares)]
    return None if len(best) == count else drawn(best, row)


def _kind(row: Asked) -> Kind:
    return row.kinds[-1][:WIDEST]
