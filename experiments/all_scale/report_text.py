"""How the report says things: numbers, tables, conclusions. Sentences come from intervals and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from experiments.all_scale.analysis import Result
from experiments.all_scale.plan import CellPlan
from experiments.all_scale.protocol_records import Contrast, Endpoint, Side
from experiments.all_scale.statistics import Estimate, conclusion

NOTHING = "not run"
PIPE = r"\|"  # within a cell
MINUS = "\N{MINUS SIGN}"


def number(value: float, endpoint: Endpoint, signed: bool = False) -> str:
    """Return a value as the endpoint is printed: points and percent with one digit, decades with three."""
    return decimal(value * endpoint.factor, 1 if endpoint.factor == 100 else 3, signed)


def decimal(value: float, digits: int, signed: bool = False) -> str:
    """Return a number with a true minus; 0 has no sign."""
    rounded = round(value, digits) + 0.0  # not -0.0
    return f"{rounded:{'+' if signed and rounded else ''}.{digits}f}".replace("-", MINUS)


def with_interval(estimate: Estimate | None, endpoint: Endpoint, signed: bool = False) -> str:
    """Return "41.2 (38.0 to 44.1)", without an interval where there is none."""
    if estimate is None:
        return NOTHING
    value = number(estimate.value, endpoint, signed)
    if estimate.interval is None:
        return f"{value} (one seed)"
    return f"{value} ({' to '.join(number(end, endpoint, signed) for end in estimate.interval)})"


def verdict(estimate: Estimate | None, endpoint: Endpoint, holm_p: float | None = None) -> str:
    """Return what the interval of a difference allows to say, in words."""
    if estimate is None:
        return NOTHING
    said = conclusion(estimate.interval, endpoint.margin, holm_p)
    return f"no difference within {within(endpoint)}" if said == "no difference" else said


def within(endpoint: Endpoint) -> str:
    """Return the margin of an endpoint: "1 point", "0.02 decades"."""
    return "1 point" if endpoint.factor == 100 else f"{endpoint.margin:g} decades"


def sides(contrast: Contrast) -> str:
    """Return a contrast's name: `learned - oracle`, `arms/oracle: strong - none`, `conflict/drone - lora on drone`."""
    first, second = contrast.first, contrast.second
    if first.cells == second.cells:
        return f"`{short(first)}`: {first.dose or first.test} {MINUS} {second.dose or second.test}"
    where = f" on {first.band}" if first.band else ""
    return f"`{short(first)}` {MINUS} `{short(second)}`{where}"


def short(side: Side) -> str:
    """Return the cells of a side; arms by their name alone."""
    return side.cells.removeprefix("arms/").removeprefix("evidence/")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |\n" for cells in lines) + "\n"


def seeds_text(seeds: Sequence[int]) -> str:
    """Return "0-7", "0, 2": runs of numbers joined."""
    runs = []
    for _, run in groupby(enumerate(sorted(seeds)), key=lambda pair: pair[1] - pair[0]):
        ends = [seed for _, seed in run]
        runs.append(f"{ends[0]}" if len(ends) == 1 else f"{ends[0]}-{ends[-1]}")
    return ", ".join(runs)


def seed_count(result: Result) -> str:
    return f"{len(result.seeds)}"


def missing_lines(missing: Sequence[CellPlan]) -> str:
    """Return a list of the cells that were not run, those of one name on one line."""
    lines = []
    names = dict.fromkeys(plan.cells for plan in missing)
    for name in names:
        plans = [plan for plan in missing if plan.cells == name]
        last = [plan.name.rsplit("/", 1)[1] for plan in plans]
        which = f"seeds {seeds_text([plan.seed for plan in plans])}" if last[0].startswith("seed-") else ", ".join(last)
        must = sum(plan.mandatory for plan in plans)
        lines.append(f"- `{name}`: {which} ({len(plans)}{f', {must} of them mandatory' if must else ''})\n")
    return "".join(lines) + "\n"
