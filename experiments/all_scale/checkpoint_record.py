"""The record of the demo's model: what it and the prior answer to every held-out scene of the main split."""

from __future__ import annotations

from pathlib import Path

import msgspec
from experiments.all_scale.cell_checks import check_rows
from experiments.all_scale.cell_records import Answers, CellError
from experiments.all_scale.cells import read_record, rounded_rows

from spacevista.files import write_whole

CHECKPOINT_FILE = "checkpoint.json"
MAX_BYTES = 1_000_000


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answers of two answerers to the same questions.

    Attributes:
        weights: digest of the model's.
        prior_source: the rows that the prior took its medians from.
    """

    weights: str
    prior_source: str
    model: Answers
    prior: Answers


def write_checkpoint(results: Path, checkpoint: Checkpoint) -> Path:
    """Write the record, whole or not at all, and return its file (CellError: it is not what it must be)."""
    file = results / CHECKPOINT_FILE
    rounded = msgspec.structs.replace(
        checkpoint, model=rounded_rows(checkpoint.model), prior=rounded_rows(checkpoint.prior)
    )
    _check(rounded, file)
    write_whole(file, msgspec.json.encode(rounded) + b"\n")
    return file


def read_checkpoint(results: Path) -> Checkpoint | None:
    """Read the record, None where there is none (CellError: it is damaged, or the questions are not the same)."""
    file = results / CHECKPOINT_FILE
    found: Checkpoint | None = read_record(file, MAX_BYTES, Checkpoint, "the record of a checkpoint")
    if found is not None:
        _check(found, file)
    return found


def _check(found: Checkpoint, file: Path) -> None:
    check_rows(found.model, f"{file}: model")
    check_rows(found.prior, f"{file}: prior")
    if asked_of(found.model) != asked_of(found.prior):
        raise CellError(f"{file}: expected the same questions of model and prior, got others")


def asked_of(rows: Answers) -> tuple[object, ...]:
    """Return what a test asks, without the answers."""
    return rows.scenes, rows.sizes, rows.doses, rows.lengths.scene, rows.lengths.question, rows.lengths.true_m
