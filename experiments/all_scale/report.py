"""The report of the experiment, from the cells that are there.

    python -m experiments.all_scale.report [--results DIR] [--out docs/experiment.md]

Figures are written beside it, in a folder of its name. What was not run is listed. The same cells give the same bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.all_scale import report_sections as sections
from experiments.all_scale.analysis import PRIMARY_ENDPOINT, Result, conflict_of
from experiments.all_scale.figures import Bar, factors_svg, intervals_svg
from experiments.all_scale.findings import Findings, Found, find, findings_of
from experiments.all_scale.protocol import BANDS, PROTOCOL
from experiments.all_scale.protocol_records import Protocol
from experiments.all_scale.report_checkpoint import checkpoint_part
from experiments.all_scale.report_text import sides

from spacevista.errors import SpacevistaError

RESULTS, PROSE = Path(__file__).parent / "results", Path(__file__).parent / "protocol.md"
OUT = Path("docs/experiment.md")
COMMAND = "python -m experiments.all_scale.report"
LINES = ("own specialist", "other bands' specialists", "one adapter", "experts by label")
ALTS = {
    "contrasts": "differences of macro MRA with their intervals",
    "arms": "macro MRA of all arms with its intervals",
    "conflict": "histograms of predicted over true length, by band",
}


def report_text(findings: Findings, figures: Mapping[str, str], out: Path) -> str:
    """Return the report in Markdown.

    Args:
        figures: as `figures_of` gives them; those that are not there are not shown.
        out: where it will lie, for its links.
    """
    found, protocol = findings.found, findings.protocol
    conflicts = [conflict_of(band, found.cells) for band in BANDS]
    shown = {name: f"![{alt}]({out.stem}/{name}.svg)\n\n" if name in figures else "" for name, alt in ALTS.items()}
    parts = (
        ("What the intervals allow to say", f"{sections.primary_part(findings)}\n{shown['contrasts']}"),
        ("How to read it", sections.limits_part(findings)),
        ("What was run", sections.counts_part(found, protocol)),
        ("Gates", sections.gates_part(found)),
        ("Arms", sections.arms_part(findings) + shown["arms"]),
        ("Exploratory contrasts", sections.secondary_part(findings)),
        ("By which factor answers are off", shown["conflict"] + sections.conflict_part(conflicts, LINES)),
        ("Answers that should move", sections.moves_part(found, protocol)),
        ("How the experts are used", sections.usage_part(found)),
        ("The demo's model", checkpoint_part(found.checkpoint)),
        ("Seeds and learning rates", sections.seeds_part(found, protocol)),
        ("Not run", sections.missing_part(found, protocol)),
    )
    link = os.path.relpath(PROSE, out.resolve().parent)
    body = "".join(f"## {title}\n\n{text.rstrip()}\n\n" for title, text in parts)
    return (
        f"# Experts for all scales: the experiment\n\nMade by `{COMMAND}`; do not edit. What it does and why stands in "
        f"[the protocol]({link}), fixed before the first run.\n\n{body.rstrip()}\n"
    )


def figures_of(findings: Findings) -> dict[str, str]:
    """Return the figures as SVG by name; a figure without any cell is left out."""
    figures = {"arms": _arms_figure(findings), "contrasts": _contrasts_figure(findings)}
    conflicts = [conflict_of(band, findings.found.cells) for band in BANDS]
    if any(conflict.shares for conflict in conflicts):
        panels = [(conflict.band, conflict.shares) for conflict in conflicts]
        figures["conflict"] = factors_svg(panels, LINES, "predicted over true length; share of answers")
    return {name: svg for name, svg in figures.items() if svg}


def _arms_figure(findings: Findings) -> str:
    place = [endpoint.name for endpoint in findings.protocol.endpoints].index(PRIMARY_ENDPOINT)
    families = list(dict.fromkeys(name.split("/")[0] for name in findings.arms))
    bars = [_bar(name, of[place], families.index(name.split("/")[0])) for name, of in findings.arms.items()]
    return _plot(bars, "macro MRA, points", families, None)


def _contrasts_figure(findings: Findings) -> str:
    """Plot the contrasts over the whole main test: the primary ones first."""
    bars = [
        _bar(sides(contrast).replace("`", ""), result, 0 if contrast.primary else 1)
        for contrast, result in findings.contrasts.items()
        if contrast.first.test == "main" and not contrast.first.band and not contrast.first.dose
    ]
    return _plot(bars, "difference of macro MRA, points (shaded: counts as none)", ("primary", "exploratory"), 1.0)


def _plot(bars: Sequence[Bar | None], label: str, series: Sequence[str], margin: float | None) -> str:
    there = [bar for bar in bars if bar is not None]
    return intervals_svg(there, label, series, margin) if there else ""


def _bar(name: str, result: Result, color: int) -> Bar | None:
    if result.estimate is None:
        return None
    ends = result.estimate.interval
    points = None if ends is None else (100 * ends[0], 100 * ends[1])
    return Bar(name, 100 * result.estimate.value, points, color)


def write_report(results: Path, out: Path, protocol: Protocol) -> Found:
    """Write the report and its figures, and return what it was made from; figures of an earlier report go.

    Raises:
        CellError: a cell is damaged, or not what the protocol asks for.
    """
    found = find(results, protocol)
    findings = findings_of(found, protocol)
    figures = figures_of(findings)
    text = report_text(findings, figures, out)
    folder = out.with_suffix("")
    for name in ALTS:
        (folder / f"{name}.svg").unlink(missing_ok=True)
    if figures:
        folder.mkdir(parents=True, exist_ok=True)
    for name, svg in figures.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    try:
        found = write_report(given.results, given.out, PROTOCOL)
    except SpacevistaError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"{given.out}: {len(found.plans) - len(found.missing())} of {len(found.plans)} cells")
    return 0


if __name__ == "__main__":
    sys.exit(main())
