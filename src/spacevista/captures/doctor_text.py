"""The words of a `Report`: plain text, one finding a line."""

from __future__ import annotations

from collections.abc import Iterator

from spacevista.captures.doctor import Agreement, Report, Spread
from spacevista.captures.expectations import ObjectSummary
from spacevista.scales import SCALE_FACTS, in_unit

SHOWN = 12  # entries of a list in full; the rest is counted

VERDICTS = {
    Agreement.AGREE: "poses, depth and intrinsics agree",
    Agreement.DOUBTFUL: "poses, depth and intrinsics agree only roughly",
    Agreement.DISAGREE: "poses, depth and intrinsics DO NOT agree",
    Agreement.UNKNOWN: "agreement of poses and depth unknown: no two consecutive frames with depth overlap",
}


def render(report: Report) -> str:
    """Return the report as lines of plain text; lengths in the unit people use at its scale."""
    lines = [
        f"capture    {report.id}",
        f"scale      {report.scale.value} ({SCALE_FACTS[report.scale].label})",
        f"source     {report.source or '-'}",
        f"licence    {report.licence or '-'}",
        f"frames     {report.frames} usable, {len(report.dropped)} dropped",
        *_notes(report.dropped, "dropped"),
        *_notes(report.corrected, "corrected"),
        f"missing    {', '.join(report.missing) or 'nothing'}",
        *_cameras(report),
        *_depth(report),
        *_agreement(report),
        *_objects(report.objects),
        *_losses(report),
    ]
    return "\n".join(lines)


def _notes(notes: tuple[tuple[str, str], ...], verb: str) -> list[str]:
    return _cut([f"  {verb}: {what}: {reason}" for what, reason in notes])


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"  ... and {len(lines) - SHOWN} more"]


def _cameras(report: Report) -> Iterator[str]:
    sizes = ", ".join(f"{width} x {height}" for width, height in report.sizes_px[:SHOWN])
    yield f"camera     {sizes} px, horizontal field of view {_spread(report.fov_deg)} degrees"
    if report.baseline_m is not None and report.rotation_deg is not None:
        moved, turned = _length(report.baseline_m, report), _spread(report.rotation_deg)
        yield f"motion     between consecutive frames {moved}, {turned} degrees"


def _depth(report: Report) -> Iterator[str]:
    if report.depth_m is None or report.valid_depth is None:
        return
    share = Spread(*(100 * n for n in (report.valid_depth.low, report.valid_depth.middle, report.valid_depth.high)))
    yield f"depth      on {_spread(share)} % of the pixels; median of a frame {_length(report.depth_m, report)}"


def _agreement(report: Report) -> Iterator[str]:
    yield f"verdict    {VERDICTS[report.agreement]}"
    of_pairs = Spread.of([pair.median_m for pair in report.pairs])
    if of_pairs is not None:
        yield (
            f"  re-projected into the next frame: median difference {_small(of_pairs.middle)}, "
            f"pairs {_small(of_pairs.low)} to {_small(of_pairs.high)} ({len(report.pairs)} pairs)"
        )
    if report.pairs_apart:
        yield f"  {report.pairs_apart} consecutive pairs share too little to compare"
    if report.hint:
        yield f"  they would agree under {report.hint}"


def _objects(objects: tuple[ObjectSummary, ...]) -> list[str]:
    if not objects:
        return []
    rows = [
        f"  {thing.label}: in {len(thing.pixels)} frames, up to {max(thing.pixels) ** 0.5:.0f} px across, "
        f"{thing.depth_pixels} pixels with depth"
        for thing in objects
    ]
    return [f"objects    {len(objects)}", *_cut(rows)]


def _losses(report: Report) -> list[str]:
    if not report.losses:
        return ["later      nothing is known that a later step would drop"]
    rows = [f"  {loss.step}: {loss.what}: {loss.reason}" for loss in report.losses]
    return ["later      steps would drop", *_cut(rows)]


def _spread(spread: Spread) -> str:
    if f"{spread.low:.3g}" == f"{spread.high:.3g}":
        return f"{spread.middle:.3g}"
    return f"{spread.middle:.3g} ({spread.low:.3g} to {spread.high:.3g})"


def _length(spread: Spread, report: Report) -> str:
    unit = SCALE_FACTS[report.scale].unit
    scaled = Spread(in_unit(spread.low, unit), in_unit(spread.middle, unit), in_unit(spread.high, unit))
    return f"{_spread(scaled)} {unit}"


def _small(length_m: float) -> str:
    """A difference, in millimetres below one metre: it is far smaller than the scene."""
    unit = "mm" if length_m < 1 else "m"
    return f"{in_unit(length_m, unit):.3g} {unit}"
