"""The record of the demo's model, and what the report says of it beside the prior."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from experiments.all_scale.cell_records import Answers, CellError
from experiments.all_scale.checkpoint_record import CHECKPOINT_FILE, Checkpoint, read_checkpoint, write_checkpoint
from experiments.all_scale.findings import find
from experiments.all_scale.protocol import BANDS
from experiments.all_scale.report_checkpoint import NOT_SCORED, checkpoint_part

from experiment_cells import QUESTIONS, SCENES, SMALL, answers_of

MAIN = next(test for test in SMALL.tests if test.name == "main")


def off_by(factor: float, bands: tuple[str, ...] = BANDS) -> Answers:
    """Return answers that are right, but off by a factor in some bands."""
    rows = answers_of(MAIN, 0, np.random.default_rng(0), spread=0.0)
    own = [rows.sizes[place] for place in rows.lengths.scene]
    said = [true * (factor if band in bands else 1.0) for true, band in zip(rows.lengths.true_m, own, strict=True)]
    return msgspec.structs.replace(rows, lengths=msgspec.structs.replace(rows.lengths, predicted_m=said))


def beside(model: Answers, prior: Answers) -> Checkpoint:
    return Checkpoint(weights="a1b2", prior_source="12 training rows", model=model, prior=prior)


def test_a_record_is_read_as_it_was_written_and_is_no_stranger(tmp_path: Path) -> None:
    file = write_checkpoint(tmp_path, beside(off_by(1.0), off_by(20.0)))
    found = read_checkpoint(tmp_path)
    assert found is not None
    assert file.name == CHECKPOINT_FILE
    assert found.prior_source == "12 training rows"
    assert find(tmp_path, SMALL).strangers == ()
    assert read_checkpoint(tmp_path / "nowhere") is None


def test_other_questions_or_a_damaged_file_are_refused(tmp_path: Path) -> None:
    fewer = answers_of(MAIN, 1, np.random.default_rng(0))  # scenes of another seed
    with pytest.raises(CellError, match="expected the same questions"):
        write_checkpoint(tmp_path, beside(off_by(1.0), fewer))
    (tmp_path / CHECKPOINT_FILE).write_text('{"weights": 3}')
    with pytest.raises(CellError, match=r"checkpoint\.json: expected the record"):
        read_checkpoint(tmp_path)


def test_a_right_model_beats_a_prior_that_is_off_everywhere() -> None:
    # Every answer right: MRA 100; off by 20: relative error 19, MRA 0, and all are 10 x off. Each scene says the same.
    text = checkpoint_part(beside(off_by(1.0), off_by(20.0)))
    assert "In every band the interval of the paired difference lies above zero." in text
    for band in BANDS:
        asked = SCENES // len(BANDS) * QUESTIONS
        row = f"| {band} | {asked} of {SCENES // len(BANDS)} | 100.0 | 0.0 | +100.0 (+100.0 to +100.0) | 0.00 | 1.30 |"
        assert row + " 0.0 | 100.0 |" in text


def test_where_it_is_no_better_the_bands_are_named() -> None:
    text = checkpoint_part(beside(off_by(20.0, ("tabletop", "drone")), off_by(20.0)))
    assert "Its interval does not lie above zero in: tabletop, drone." in text


def test_it_says_where_the_guess_of_the_prior_lies() -> None:
    rows = off_by(1.0)
    guess = msgspec.structs.replace(rows.lengths, predicted_m=[0.9] * len(rows.lengths.true_m))
    text = checkpoint_part(beside(rows, msgspec.structs.replace(rows, lengths=guess)))
    assert "0.9 m in the middle, a length of indoor" in text  # log10 is -0.05; that band's centre is 0


def test_without_a_record_it_says_how_one_is_made() -> None:
    assert checkpoint_part(None) == NOT_SCORED
    assert "checkpoint_scores" in NOT_SCORED
