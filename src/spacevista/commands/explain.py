"""`spacevista explain`: which experts a model used, layer by layer and scale by scale, as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spacevista.commands.explain_page import explain, explain_page, scale_label
from spacevista.commands.outcome import Outcome
from spacevista.errors import SpacevistaError
from spacevista.traces import read_traces


def run(traces: Path, out: Path, names: Sequence[str] = ()) -> Outcome:
    """Draw a trace file as a page.

    Args:
        traces: JSON Lines, as `spacevista.traces.write_traces` writes them.
        out: HTML file to write.
        names: of the experts, one each; none: their numbers.

    Raises:
        SpacevistaError: the file cannot be used, or there is not one name an expert.
    """
    rows = read_traces(traces)
    count = len(rows[0].weights[0])
    if names and len(names) != count:
        raise SpacevistaError(f"{traces}: expected names for {count} experts, got {len(names)}")
    explained = explain(rows, names or [str(number) for number in range(1, count + 1)])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(explain_page(explained), encoding="utf-8")
    bits = explained.mean_usage() if explained.rows else None
    print(f"{len(explained.rows)} sequences, {explained.without} without a video; {count} experts")
    if bits is not None:
        print(
            f"H(mean weights) {bits['of_mean']:.3f} bits, mean H(weights) {bits['mean_of']:.3f}, "
            f"information on the scale {bits['with_scale']:.3f}"
        )
    print(f"page: {out}")
    return Outcome(
        {
            "sequences": len(explained.rows),
            "without_video": explained.without,
            "scales": [scale_label(scale) for scale in explained.scales],
            "bits": bits,
        }
    )
