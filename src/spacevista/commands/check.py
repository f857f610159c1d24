"""`spacevista check`: what a data set has twice, shares with a benchmark, and gives away without a picture."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from spacevista.checks.leaks import SHOWN, Leaks, leaks, twins
from spacevista.checks.pictures import MADE_LATER, Hashed, hashed, made_later, pictures_of
from spacevista.checks.report import Report, figures, report_of
from spacevista.checks.rows import read_rows
from spacevista.checks.shortcuts import Share, all_letters
from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counting
from spacevista.evals.records import Sample
from spacevista.qa.page_text import percent

DATA = "data"  # what the data set is called beside benchmarks


def run(named: str, against: Sequence[str], names_only: bool, strict: bool) -> Outcome:
    """Check a data set; with `strict` the check fails if a scene is in a benchmark or in two splits."""
    data = read_rows(named)
    pictures = None if names_only else hashes_of(data.samples, "pictures")
    not_hashed = {} if pictures is None else {DATA: _left_out(data.samples, pictures)}
    found: dict[str, Leaks] = {}
    for name in against:
        bench = read_rows(name)
        others = None if names_only else hashes_of(bench.samples, f"pictures of {name.partition('=')[0]}")
        if others is not None:
            not_hashed[name] = _left_out(bench.samples, others)
        found[name] = leaks(data.samples, bench.samples, pictures, others)
        for note in bench.notes:
            print(f"{name}: {note}")
    alike = None if pictures is None else twins(pictures, data.samples)
    report = report_of(data, found, alike, not_hashed)
    print_report(report)
    return Outcome(figures(report), passed=not (strict and report.leaks))


def hashes_of(samples: Sequence[Sample], what: str) -> Hashed:
    """Hash the pictures of samples, with a progress bar."""
    pictures = pictures_of(samples)
    with counting(len(pictures), what) as counted:
        return hashed(pictures, counted)


def print_report(report: Report) -> None:
    """Print all that was found."""
    print(f"{report.rows} rows about {report.scenes} scenes; {report.rejected} rows could not be read")
    print_duplicates(report)
    for name, found in report.against.items():
        print_leaks(name, found)
    for name, reasons in report.not_hashed.items():
        for reason, count in reasons.items():
            print(f"{name}: {count} not hashed: {reason}")
    print_letters(report)
    print_rules(report)


def print_duplicates(report: Report) -> None:
    """Print what is there twice."""
    twice = report.duplicates
    for what, (count, example) in (
        ("rows with the id of another row", twice.ids),
        ("rows that ask for a fact again", twice.facts),
        ("rows with the prompt of another row", twice.prompts),
        ("of them with another answer", twice.contradictions),
        ("scenes in two splits", twice.scenes_in_two_splits),
    ):
        print(f"{what}: {count}" + (f", such as {_plain(example)}" if count else ""))
    if report.twins is None:
        return
    print(f"pairs of scenes with a picture alike: {report.twins.pairs}, in two splits: {report.twins.across_splits}")
    for match in report.twins.examples:
        print(_plain(f"  {match.scene} and {match.other}: {match.by}"))


def print_leaks(name: str, found: Leaks) -> None:
    """Print which scenes of a benchmark are in the data set."""
    print(
        f"{name}: {found.rows} rows ({found.train_rows} of split train) about its scenes; found again by scale: "
        f"{found.by_scale or 'none'}; {found.nameless} of its {found.scenes} scenes have ids that only count"
    )
    for how, matches in (("name", found.by_name), ("picture", found.by_picture)):
        print(f"  pairs of scenes by {how}: {len(matches)}")
        for match in matches[:SHOWN]:
            print(_plain(f"    {match.scene} is {match.other}: {match.by}; {match.rows} rows"))
        if len(matches) > SHOWN:
            print(f"    and {len(matches) - SHOWN} more")


def print_letters(report: Report) -> None:
    """Print where the right option stands."""
    short = report.shortcuts
    print(f"{short.choices} rows with options, {short.unread} of them without options or answer that can be read")
    for count, found in short.letters.items():
        told = ", ".join(f"{letter} {number}" for letter, number in found.counts.items())
        few = "; too few rows for the test" if found.few else ""
        print(f"right letter of {count} options: {told}; chi-square {found.chi_square:.2f}, p {found.p:.3g}{few}")
    square, p = all_letters(short.letters)
    print(f"right letter in all: chi-square {square:.2f}, p {p:.3g}")


def print_rules(report: Report) -> None:
    """Print how often each rule is right, with its interval, beside chance."""
    table = Table("rule", "task", "form", "rows", "right", "95 %", "chance", "so it is", title="without a picture")
    for name, share in report.shortcuts.rules.items():
        table.add_row(name, "all", "mc", *_cells(share))
    for task, forms in report.shortcuts.medians.items():
        for form, share in forms.items():
            table.add_row("median", _plain(task), form, *_cells(share))
    for task, aspects in report.shortcuts.commonest.items():
        for aspect, share in aspects.items():
            table.add_row("commonest", _plain(f"{task} {aspect}"), "mc", *_cells(share))
    Console(width=120).print(table)


def _cells(share: Share) -> tuple[str, ...]:
    if share.rows == 0:
        return "0", "-", "-", "-", "-"
    interval = f"{percent(share.low, 1)} to {percent(share.high, 1)}"
    told = {"above": "above chance", "below": "below chance", "within": "chance"}[share.verdict]
    return str(share.rows), percent(share.right, 1), interval, percent(share.chance, 1), told


def _left_out(samples: Sequence[Sample], found: Hashed) -> dict[str, int]:
    later = made_later(samples)
    return found.left_out | ({f"scenes {MADE_LATER}": later} if later else {})


def _plain(text: str) -> str:
    """Return a text of somebody else's file without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text[:300])
