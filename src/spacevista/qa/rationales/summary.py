"""Where the rationales of a data set come from, as its manifest says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from spacevista.qa.record import Question

SourceName = Literal["computed", "endpoint"]


class RationaleSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the rationales of a data set come from.

    Attributes:
        source: who was asked last, `model` which one it was if it was a model behind an endpoint.
        rows: that were to get one; `kept` have it, the others have none, by reason in `discarded`.
    """

    source: SourceName
    model: str
    rows: int
    kept: int
    discarded: dict[str, int]


def summary_of(
    source: SourceName, model: str, rows: Iterable[Question], discarded: Mapping[str, int]
) -> RationaleSummary:
    """Count the rows that have a rationale."""
    have = [bool(row.rationale) for row in rows]
    return RationaleSummary(source, model, len(have), sum(have), dict(sorted(discarded.items())))
