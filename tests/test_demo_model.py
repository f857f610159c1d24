"""What the demo asks a model, and how the page shows what it said."""

import math
from pathlib import Path

import msgspec
import pytest

from page_reports import world_report
from spacevista.commands.demo_model import EACH, check_model, model_questions
from spacevista.errors import SpacevistaError
from spacevista.qa.page_model import Said, figures_of, model_section
from spacevista.qa.record import Mark, Question
from spacevista.scales import Scale

MARK = Mark(kind="box", frame_index=0, coords=[4.0, 4.0, 20.0, 20.0], mask_rle="", color="red", object_id=1)
ROWS: list[Question] = []


@pytest.fixture(scope="module", autouse=True)
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the frames of all questions here."""
    folder = tmp_path_factory.mktemp("frames")
    ROWS[:] = world_report(Scale.INDOOR, folder).questions
    return folder


def length(number: int, task: str = "object_size", form: str = "reg", marks: tuple[Mark, ...] = (MARK,)) -> Question:
    return msgspec.structs.replace(
        ROWS[0],
        id=f"q{number}:{form}",
        fact_id=f"f{number}",
        task=task,
        form=form,
        options=[],
        value=[2.0],
        unit="m",
        answer="2.0 m",
        marks=list(marks),
    )


def said(predicted_m: float | None, scale: Scale = Scale.INDOOR) -> Said:
    return Said(scale, length(0), "<answer>?</answer>" if predicted_m is None else "<answer/>", predicted_m, 2.0)


def test_a_model_is_asked_marked_lengths_of_different_facts_the_tasks_in_turn() -> None:
    rows = [
        length(0),
        length(0, form="mc"),
        length(1),
        length(2, marks=()),
        length(3, task="view_change"),
        length(4, task="absolute_distance"),
        *(length(5 + k) for k in range(EACH)),
    ]
    assert [q.fact_id for q in model_questions(rows)] == ["f0", "f4", "f1", "f5"]
    assert model_questions([]) == ()


def test_figures_of_replies() -> None:
    # True 2 m. Said: 2 m (MRA 1, 0 decades), 40 m (MRA 0, 1.30 decades, so ten times off), nothing (MRA 0, off).
    found = figures_of([said(2.0), said(40.0), said(None)])[Scale.INDOOR]
    assert (found.asked, found.unread) == (3, 1)
    assert found.mra == pytest.approx(1 / 3)
    assert found.median_decades == pytest.approx(math.log10(20) / 2)
    assert found.far == pytest.approx(2 / 3)


def test_lengths_of_nought_or_less_are_no_lengths() -> None:
    found = figures_of([said(0.0), said(-3.0)])[Scale.INDOOR]
    assert (found.unread, found.mra, found.far) == (2, 0.0, 1.0)
    assert math.isnan(found.median_decades)


def test_the_section_shows_replies_and_is_absent_without_them(root: Path) -> None:
    page = model_section("<small>", [said(4.0), said(None)], root)
    assert "&lt;small&gt;" in page
    assert "2 times the truth" in page
    assert "holds no one length" in page
    assert model_section("small", [], root) == ""


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpacevistaError, match="--model: expected a folder with a model, got none at"):
        check_model(tmp_path)
