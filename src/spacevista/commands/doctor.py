"""What is this capture, is it usable, and what would later steps drop and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from spacevista.annotate.segment import with_objects
from spacevista.captures.doctor import Report, examine
from spacevista.captures.doctor_text import render
from spacevista.captures.georeferenced import read_georeferenced
from spacevista.captures.ground_text import ground_figures, holds_tiff, render_ground
from spacevista.captures.open import READERS, open_capture
from spacevista.commands.outcome import Outcome


def run(path: Path, config: Path | None) -> Outcome:
    """Examine the capture in `path`; the check fails where nothing can be measured from it.

    Where it has depth but no ids, the objects are those that `build` would find by geometry.
    """
    if config is None and holds_tiff(path) and not any(recognises(path) for _, recognises, _ in READERS):
        return of_the_ground(path)
    capture = open_capture(path, config)
    report = examine(capture)
    if report.usable and "ids" in report.missing:
        report = examine(with_objects(capture))
    print(render(report))
    return Outcome(figures(report), passed=report.usable)


def of_the_ground(path: Path) -> Outcome:
    """Examine a picture from straight above; it is no capture, and only what lies in its plane can be measured."""
    image = read_georeferenced(path, licence="", source="")
    print(render_ground(image))
    return Outcome(ground_figures(image), passed=True)


def figures(report: Report) -> dict[str, Any]:
    """Return the report as plain numbers and text, with its two verdicts."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain | {"pair_median_m": report.pair_median_m, "usable": report.usable}
