"""All checks of one data set, and their figures as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spacevista.checks.asked import asked
from spacevista.checks.commonest import commonest_rules
from spacevista.checks.duplicates import Duplicates, duplicates
from spacevista.checks.leaks import SHOWN, Leaks, Match, Twins
from spacevista.checks.shortcuts import (
    Letters,
    Share,
    all_letters,
    letter_rule,
    letters,
    longest_rule,
    median_rules,
    middle_rule,
)
from spacevista.evals.records import Loaded, Sample


@dataclass(frozen=True)
class Shortcuts:
    """What answers without looking.

    Attributes:
        choices: rows with options; `unread` of them whose options or right option cannot be read, which no rule sees.
        rules: letter, middle and longest.
        medians: task -> form -> the median's share.
        commonest: task -> aspect -> the share of the answer in words that is right most often.
    """

    choices: int
    unread: int
    letters: dict[int, Letters]
    rules: dict[str, Share]
    medians: dict[str, dict[str, Share]]
    commonest: dict[str, dict[str, Share]]


@dataclass(frozen=True)
class Report:
    """What the checks found.

    Attributes:
        against: by the name of each benchmark.
        twins: None where pictures were not looked at.
        not_hashed: by data set, pictures without a hash, by reason.
    """

    rows: int
    rejected: int
    scenes: int
    duplicates: Duplicates
    twins: Twins | None
    against: dict[str, Leaks]
    not_hashed: dict[str, dict[str, int]]
    shortcuts: Shortcuts

    @property
    def leaks(self) -> bool:
        """Whether a scene is in a benchmark, or in two splits by its name or by its pictures."""
        found = any(leak.by_name or leak.by_picture for leak in self.against.values())
        torn = self.duplicates.scenes_in_two_splits[0] or (self.twins is not None and self.twins.across_splits)
        return bool(found or torn)


def shortcuts_of(samples: Sequence[Sample]) -> Shortcuts:
    """Try every rule on every row."""
    rows = [asked(sample) for sample in samples]
    choices = [row for row in rows if row.form == "mc"]
    return Shortcuts(
        choices=len(choices),
        unread=sum(row.right is None for row in choices),
        letters=letters(rows),
        rules={"letter": letter_rule(rows), "middle": middle_rule(rows), "longest": longest_rule(rows)},
        medians=median_rules(rows),
        commonest=commonest_rules(rows),
    )


def report_of(
    data: Loaded, against: Mapping[str, Leaks], twins: Twins | None, not_hashed: Mapping[str, Mapping[str, int]]
) -> Report:
    """Put a data set's own checks beside what was found in benchmarks."""
    return Report(
        rows=len(data.samples),
        rejected=len(data.rejected),
        scenes=len({sample.scene_id for sample in data.samples}),
        duplicates=duplicates(data.samples),
        twins=twins,
        against=dict(against),
        not_hashed={name: dict(reasons) for name, reasons in not_hashed.items()},
        shortcuts=shortcuts_of(data.samples),
    )


def figures(report: Report) -> dict[str, Any]:
    """Return plain values; what has no rows is None."""
    short = report.shortcuts
    square, p = all_letters(short.letters)
    return {
        "rows": report.rows,
        "rejected": report.rejected,
        "scenes": report.scenes,
        "leaks": report.leaks,
        "duplicates": {name: {"count": n, "example": one} for name, (n, one) in asdict(report.duplicates).items()},
        "twins": None if report.twins is None else _twins(report.twins),
        "against": {name: _leaks(found) for name, found in report.against.items()},
        "not_hashed": report.not_hashed,
        "choices": {"rows": short.choices, "unread": short.unread},
        "letters": {str(count): asdict(found) for count, found in short.letters.items()}
        | {"all": {"chi_square": square, "p": p}},
        "rules": {name: _share(found) for name, found in short.rules.items()},
        "medians": _shares(short.medians),
        "commonest": _shares(short.commonest),
    }


def _shares(shares: Mapping[str, Mapping[str, Share]]) -> dict[str, Any]:
    return {task: {name: _share(found) for name, found in of_task.items()} for task, of_task in shares.items()}


def _share(share: Share) -> dict[str, Any]:
    known = {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in asdict(share).items()}
    return known | {"verdict": share.verdict}


def _leaks(found: Leaks) -> dict[str, Any]:
    return {
        "scenes": found.scenes,
        "nameless": found.nameless,
        "rows": found.rows,
        "train_rows": found.train_rows,
        "by_scale": found.by_scale,
        "by_name": _matches(found.by_name),
        "by_picture": _matches(found.by_picture),
    }


def _matches(matches: Sequence[Match]) -> dict[str, Any]:
    return {"count": len(matches), "examples": [asdict(match) for match in matches[:SHOWN]]}


def _twins(twins: Twins) -> dict[str, Any]:
    return {
        "pairs": twins.pairs,
        "across_splits": twins.across_splits,
        "examples": [asdict(match) for match in twins.examples],
    }
