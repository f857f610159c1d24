"""What is this capture, is it usable, and what would later steps drop and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from spacevista.captures.doctor import Report, examine
from spacevista.captures.doctor_text import render
from spacevista.captures.open import open_capture
from spacevista.commands.outcome import Outcome


def run(path: Path, config: Path | None) -> Outcome:
    """Examine the capture in `path`; the check fails where nothing can be measured from it."""
    report = examine(open_capture(path, config))
    print(render(report))
    return Outcome(figures(report), passed=report.usable)


def figures(report: Report) -> dict[str, Any]:
    """Return the report as plain numbers and text, with its two verdicts."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain | {"pair_median_m": report.pair_median_m, "usable": report.usable}
