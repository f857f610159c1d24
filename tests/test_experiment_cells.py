"""Cells on disk: what is written is read back with four digits, and what is wrong is refused with file and field."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from experiments.all_scale.cell_checks import check_against_plan
from experiments.all_scale.cell_records import Cell, CellError, Letters
from experiments.all_scale.cells import MAX_BYTES, file_of, read_cell, read_gates, rounded, write_cell
from experiments.all_scale.plan import CellPlan, cells_of
from experiments.all_scale.protocol import PROTOCOL

from experiment_cells import SMALL, answers_of, cell_of

NAME = "arms/oracle/seed-1"


def plan_of(name: str) -> CellPlan:
    return next(plan for plan in cells_of(SMALL) if plan.name == name)


@pytest.fixture
def cell() -> Cell:
    return cell_of(plan_of(NAME), unread=0.1)


def changed(cell: Cell, **lengths: list[object]) -> Cell:
    """Return the cell with other columns of lengths in its only test."""
    rows = cell.tests["main"]
    rows = msgspec.structs.replace(rows, lengths=msgspec.structs.replace(rows.lengths, **lengths))
    return msgspec.structs.replace(cell, tests={"main": rows})


def test_a_cell_comes_back_with_four_digits(tmp_path: Path, cell: Cell) -> None:
    file = write_cell(tmp_path, cell)
    assert file == tmp_path / "arms" / "oracle" / "seed-1.json"
    back = read_cell(tmp_path, NAME)
    assert back is not None
    assert back.settings == cell.settings
    before, after = cell.tests["main"].lengths, back.tests["main"].lengths
    assert after.question == before.question
    assert None in after.predicted_m
    assert [p is None for p in after.predicted_m] == [p is None for p in before.predicted_m]
    assert after.true_m == pytest.approx(before.true_m, rel=5.001e-4)
    assert write_cell(tmp_path, back).read_bytes() == file.read_bytes()
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("value", "kept"), [(0.00123456, 0.001235), (123456.0, 123500.0), (-0.5, -0.5), (0.0, 0.0), (None, None)]
)
def test_four_digits(value: float | None, kept: float | None) -> None:
    assert rounded(value) == kept


def test_a_cell_that_was_not_run_is_none(tmp_path: Path) -> None:
    assert read_cell(tmp_path, NAME) is None
    assert read_gates(tmp_path) == {}


def test_a_full_cell_is_small_enough(tmp_path: Path) -> None:
    # As many scenes as the protocol asks for, four questions about each in the mean, as the laboratory has.
    plan = next(plan for plan in cells_of(PROTOCOL) if plan.name == "evidence/oracle/seed-1")
    full = cell_of(plan, PROTOCOL)
    assert len(write_cell(tmp_path, full).read_bytes()) * 5 / 3 < MAX_BYTES


def test_letters_are_kept(tmp_path: Path, cell: Cell) -> None:
    letters = Letters(scene=[0, 1], question=["left", "left"], true=["A", "B"], predicted=["A", None])
    rows = msgspec.structs.replace(cell.tests["main"], letters=letters)
    write_cell(tmp_path, msgspec.structs.replace(cell, tests={"main": rows}))
    back = read_cell(tmp_path, NAME)
    assert back is not None
    assert back.tests["main"].letters == letters


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"true_m": [1.0]}, r"tests.main.lengths.true_m: expected 60 values, got 1"),
        ({"true_m": [0.0] + [1.0] * 59}, r"tests.main.lengths.true_m\[0\]: expected a finite length above 0, got 0"),
        ({"true_m": [1.0, float("nan")] + [1.0] * 58}, r"true_m\[1\]: expected a finite length above 0, got nan"),
        ({"predicted_m": [None, float("inf")] + [1.0] * 58}, r"predicted_m\[1\]: expected a finite length or null"),
        ({"scene": [20] * 60}, r"tests.main.lengths.scene: expected places of 0 to 19"),
        ({"scene": [0] * 60}, r"tests.main.lengths.question: expected no question of a scene twice"),
        ({"question": []}, r"tests.main.lengths.question: expected 60 values, got 0"),
    ],
)
def test_wrong_columns_are_refused(tmp_path: Path, cell: Cell, columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(CellError, match=rf"seed-1.json: .*{message}"):
        write_cell(tmp_path, changed(cell, **columns))
    assert not file_of(tmp_path, NAME).exists()


def test_wrong_settings_and_names_are_refused(tmp_path: Path, cell: Cell) -> None:
    put = msgspec.structs.replace
    for wrong, message in (
        (put(cell, name="../arms/oracle"), "name: expected that of a cell"),
        (put(cell, name="/etc/passwd"), "name: expected that of a cell"),
        (put(cell, seconds=float("nan")), "seconds: expected 0 or more"),
        (put(cell, tests={}), "tests: expected one or more"),
        (put(cell, settings=put(cell.settings, rate=-1.0)), "settings.rate"),
        (put(cell, settings=put(cell.settings, steps=-1)), "settings: expected counts of 0 or more"),
        (put(cell, tests={"main": put(cell.tests["main"], doses=["much"] * 20)}), "doses: expected some of none"),
        (put(cell, tests={"main": put(cell.tests["main"], scenes=["a"] * 20)}), "scenes: expected one or more ids"),
    ):
        with pytest.raises(CellError, match=message):
            write_cell(tmp_path, wrong)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-20], "expected a cell, got"),
        (lambda text: text.replace('"steps":250', '"steps":250,"gpu":"big"'), r"unknown field `gpu`.*settings"),
        (lambda text: text.replace('"rank":4', '"rank":"four"'), r"Expected `int`, got `str`.*settings.rank"),
        (lambda text: text.replace('"version":1', '"version":2'), "version: expected 1, got 2"),
        (lambda text: text.replace("oracle", "random"), f"name: expected {NAME}, got arms/random/seed-1"),
        (lambda text: " " * MAX_BYTES + text, "expected at most 300,000 bytes"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, cell: Cell, change: object, message: str) -> None:
    file = write_cell(tmp_path, cell)
    assert callable(change)
    file.write_text(change(file.read_text()))
    with pytest.raises(CellError, match=message) as caught:
        read_cell(tmp_path, NAME)
    assert str(file) in str(caught.value)


def test_a_cell_must_be_what_was_planned(tmp_path: Path, cell: Cell) -> None:
    plan, file = plan_of(NAME), tmp_path / "x.json"
    check_against_plan(cell, plan, SMALL, file)
    put = msgspec.structs.replace
    rows = cell.tests["main"]
    one_band = put(rows, sizes=[rows.sizes[0]] * len(rows.sizes))
    few = replace(SMALL, tests=tuple(replace(test, scenes=5) for test in SMALL.tests))
    for wrong, protocol, message in (
        (put(cell, settings=put(cell.settings, seed=2)), SMALL, "settings.seed: expected 1, got 2"),
        (put(cell, settings=put(cell.settings, samples=8000)), SMALL, "settings.samples: expected 1600, got 8000"),
        (put(cell, tests={"gaps": rows}), SMALL, r"tests: expected \['main'\], got \['gaps'\]"),
        (put(cell, tests={"main": one_band}), SMALL, "sizes: expected all of tiny_tabletop"),
        (put(cell, tests={"main": put(rows, forced=[0] * 20)}), SMALL, "forced: expected it in test forced"),
        (cell, few, "scenes: expected at most 5, got 20"),
    ):
        with pytest.raises(CellError, match=message):
            check_against_plan(wrong, plan, protocol, file)


def test_a_trial_must_have_its_rate(tmp_path: Path) -> None:
    plan = plan_of("rates/arms/oracle/0.002")
    trial = cell_of(plan)
    check_against_plan(trial, plan, SMALL, tmp_path)
    other = msgspec.structs.replace(trial, settings=msgspec.structs.replace(trial.settings, rate=0.003))
    with pytest.raises(CellError, match=r"settings.rate: expected 0.002, got 0.003"):
        check_against_plan(other, plan, SMALL, tmp_path)


@pytest.mark.parametrize(
    "text", ['[{"gate":"cnn","passed":true,"limit":0.25,"more":[1]}]', '{"x":{"gate":"cnn","passed":true}}']
)
def test_gates_in_a_list_or_under_names(tmp_path: Path, text: str) -> None:
    (tmp_path / "gates.json").write_text(text)
    assert read_gates(tmp_path)["cnn"].passed


def test_gates_that_are_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "gates.json").write_text('[{"passed":true}]')
    with pytest.raises(CellError, match=r"gates.json: expected the gates' objects.*gate"):
        read_gates(tmp_path)


def test_forced_answers_have_other_experts(tmp_path: Path) -> None:
    test = next(test for test in SMALL.tests if test.name == "forced")
    rows = answers_of(test, 1, np.random.default_rng(0))
    assert rows.forced is not None
    assert len(rows.forced) == len(rows.scenes)
