"""`spacevista review`: rows on a sheet for people to accept or reject, and a data set of what they accepted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counting
from spacevista.errors import DatasetError
from spacevista.qa.dataset import read_manifest
from spacevista.qa.readers import read_questions
from spacevista.qa.review import Undecided, decide, read_review
from spacevista.qa.review_import import write_reviewed
from spacevista.qa.review_sheet import drawn_rows, sheet_csv, sheet_html

SHOWN_COMMENTS = 10  # on the terminal; the manifest has all


def export_sheet(data: Path, out: Path, rows: int | None, seed: int) -> Outcome:
    """Write a sheet, a page or a table by the suffix of `out`."""
    questions = read_questions(data)
    chosen = drawn_rows(questions, rows, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        out.write_text(sheet_csv(chosen), encoding="utf-8-sig", newline="")
    else:
        with counting(len(chosen), "rows") as counted:
            out.write_text(sheet_html(chosen, _folder(data), data.resolve().name, counted), encoding="utf-8")
    print(f"{out}: {len(chosen)} of {len(questions)} rows, {out.stat().st_size / 1e6:.1f} MB")
    return Outcome({"rows": len(chosen), "of": len(questions), "bytes": out.stat().st_size}, passed=bool(chosen))


def import_review(data: Path, review: Path, out: Path, undecided: Undecided | None) -> Outcome:
    """Write what a review leaves of `data` as the data set `out`; the check fails if that is nothing."""
    manifest, questions, reviewed = read_manifest(data), read_questions(data), read_review(review)
    try:
        kept, summary = decide(questions, reviewed, undecided)
    except DatasetError as error:
        raise DatasetError(f"{review}: {error}") from error
    write_reviewed(data, manifest, kept, summary, out)
    comments = Counter(row.comment.strip() or "no comment" for row in summary.rejected)
    print(f"{out}: {len(kept)} rows stay; {summary.accepted} accepted, {len(summary.rejected)} rejected")
    print(f"not decided: {summary.undecided_kept} kept, {summary.undecided_dropped} dropped")
    for comment, count in comments.most_common(SHOWN_COMMENTS):
        print(f"rejected {count}: {_printable(comment)}")
    if len(comments) > SHOWN_COMMENTS:
        print(f"and {len(comments) - SHOWN_COMMENTS} more comments, see the manifest")
    figures = {
        "rows": len(kept),
        "accepted": summary.accepted,
        "undecided_kept": summary.undecided_kept,
        "undecided_dropped": summary.undecided_dropped,
        "rejected": len(summary.rejected),
        "comments": dict(comments.most_common()),
    }
    return Outcome(figures, passed=bool(kept))


def _printable(comment: str) -> str:
    """Return the start of a comment without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in comment[:200])


def _folder(data: Path) -> Path:
    return data if data.is_dir() else data.parent
