"""Commands on finished data sets, thin as those of `cli`, which loads this file when one of them is called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from cyclopts import App

from spacevista.cli import Count, Seed, WrongCallError, finish, keys
from spacevista.commands.rationale_options import SPLITS, RationaleOptions

review = App(name="review", help="Let people accept or reject rows of a data set.")


def publish(data: Path, /, *, json: bool = False) -> int:
    """Make a data set's folder ready for the Hugging Face hub, a picture beside every row; nothing is sent.

    Args:
        data: folder of the data set; gets viewer/ and a new card.
        json: print the figures as the last line.
    """
    from spacevista.commands import publish as command

    return finish(command.run(data), json)


def check(
    data: str,
    /,
    *,
    against: list[str] | None = None,
    names_only: bool = False,
    strict: bool = False,
    json: bool = False,
) -> int:
    """Look for duplicates, scenes of benchmarks, and shortcuts that answer without a look at a picture.

    Nothing is changed. A data set is a path (ours, or a JSON file of training items in the released form), or
    NAME=PATH, the released files of a benchmark; spacevista_sim alone is the frozen one.

    Args:
        data: the data set.
        against: a benchmark whose scenes it must not have; again for each one.
        names_only: compare scenes by their names only, without opening a picture.
        strict: exit with 1 if a scene is in a benchmark or in two splits.
        json: print the figures as the last line.
    """
    from spacevista.commands import check as command

    return finish(command.run(data, against or [], names_only, strict), json)


def rationale(data: Path, /, options: RationaleOptions) -> int:
    """Give the rows of a data set new rationales: computed ones, or those of a model; goes on where it was stopped.

    A rationale is kept only if its answer is the row's and its numbers agree with the scene; what fails is counted by
    reason, and the row has none.

    Args:
        data: folder of the data set.
    """
    if fault := options.fault():
        raise WrongCallError(fault)
    key = os.environ.get(options.key_env) if options.key_env else None
    if options.key_env and key is None:
        raise WrongCallError(f"--key-env: expected an environment variable that is set, got {options.key_env}")
    splits = keys(options.splits, SPLITS, "--splits")

    from spacevista.commands import rationale as command

    return finish(command.run(data, options, splits, key), options.json)


@review.command
def export(data: Path, /, *, out: Path, rows: Count | None = None, seed: Seed = 0, json: bool = False) -> int:
    """Write a sheet to review: a page that saves decisions itself (.html), or a table (.csv).

    Args:
        data: folder of the data set.
        out: file to write, .html or .csv.
        rows: at most this many, drawn at random.
        seed: seeds the draw.
        json: print the figures as the last line.
    """
    if out.suffix not in (".html", ".csv"):
        raise WrongCallError(f"--out: expected a .html or .csv file, got {out}")

    from spacevista.commands import review as command

    return finish(command.export_sheet(data, out, rows, seed), json)


@review.command(name="import")
def import_(
    data: Path,
    saved: Path,
    /,
    *,
    out: Path,
    undecided: Literal["keep", "drop"] | None = None,
    json: bool = False,
) -> int:
    """Make a data set of the rows that a review accepted; rejected ones are listed in its manifest with the comments.

    Args:
        data: folder of the data set.
        saved: the review, .json or .csv.
        out: folder of the new data set, empty or not there.
        undecided: what becomes of rows without a decision; if it is not said, there may be none.
        json: print the figures as the last line.
    """
    from spacevista.commands import review as command

    return finish(command.import_review(data, saved, out, undecided), json)
