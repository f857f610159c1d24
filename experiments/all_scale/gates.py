"""Put the gates' results into results/gates.json and the table of README.md.

    python -m experiments.all_scale.gates pixels.json cnn.json prior.json

Each file holds what a gate printed; its last line is read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS, README = FOLDER / "results" / "gates.json", FOLDER / "README.md"
START, END = "<!-- gates -->\n", "<!-- /gates -->\n"
ORDER = ("pixels", "cnn", "prior")


def table(gates: list[dict[str, Any]]) -> str:
    """Return the gates as a Markdown table."""
    lines = ["| gate | what | found | limit | passed |", "| --- | --- | --- | --- | --- |"]
    for gate in gates:
        for what, found, limit in ROWS[gate["gate"]](gate):
            passed = "-" if limit == "-" else "yes" if gate["passed"] else "no"
            lines.append(f"| {gate['gate']} | {what} | {found} | {limit} | {passed} |")
    return "\n".join(lines) + "\n"


def _pixel_rows(gate: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for name in ("colour", "spectrum", "both"):
        one = gate[name]
        found = f"{one['accuracy']:.1%} ({one['low']:.1%} to {one['high']:.1%})"
        rows.append((f"band told by {name}, chance 20 %", found, f"under {gate['limit']:.0%}"))
    return rows


def _cnn_rows(gate: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for dose in ("strong", "weak", "none"):
        one = gate[dose]
        found = f"{one['median_error']:.1%} ({one['low']:.1%} to {one['high']:.1%}), band right {one['right_band']:.1%}"
        limit = f"under {gate['limit']:.0%}" if dose == "strong" else "-"
        rows.append((f"median error of the size, evidence {dose}, {one['things']} things", found, limit))
    one = gate["none"]
    found = f"{one['median_log10']:.2f} decades; a constant guess {one['constant_median_log10']:.2f}"
    rows.append(("median size of the log10 ratio, evidence none", found, "no better than the guess by 0.1"))
    return rows


def _prior_rows(gate: dict[str, Any]) -> list[tuple[str, str, str]]:
    limits = gate["limits"]
    rows = []
    for name, who in (("prior", "the prior"), ("text", "the best from the text"), ("band", "told the band")):
        one = gate[name]
        spread = f"{one['mra_low']:.3f} to {one['mra_high']:.3f}"
        found = f"MRA {one['mra']:.3f} ({spread}), {one['median_log10']:.2f} decades off"
        limit = "-" if name == "band" else f"MRA at most {limits['mra']}, at least {limits['median_log10']} decades"
        rows.append((who, found, limit))
    return rows


ROWS = {"pixels": _pixel_rows, "cnn": _cnn_rows, "prior": _prior_rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    found = [json.loads(file.read_text().splitlines()[-1]) for file in parser.parse_args().files]
    gates = sorted(found, key=lambda gate: ORDER.index(gate["gate"]))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(gates, indent=1) + "\n", encoding="utf-8")
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    README.write_text(before + START + table(gates) + END + rest.partition(END)[2], encoding="utf-8")
    print(table(gates))


if __name__ == "__main__":
    main()
