"""The report: from no cell, from some, from wrong ones; conclusions follow the differences that were put in."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
from experiments.all_scale import report
from experiments.all_scale.analysis import contrast_result, forced_response, pair_response, side_result
from experiments.all_scale.cell_records import Cell, CellError
from experiments.all_scale.cells import read_cell, write_cell
from experiments.all_scale.figures import Bar, axis_of, factors_svg, intervals_svg
from experiments.all_scale.findings import chosen_rate, find, rate_trials
from experiments.all_scale.plan import cells_of
from experiments.all_scale.protocol_records import Contrast, Side
from experiments.all_scale.report import write_report
from experiments.all_scale.report_sections import seeds_part
from experiments.all_scale.report_text import decimal, seeds_text, table

from experiment_cells import SMALL, cell_of, write_cells

PRIMARY = [contrast for contrast in SMALL.contrasts if contrast.primary]
ROUTER = PRIMARY[2]  # learned - oracle


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results in which experts are right and one adapter is off by a factor of five, with three seeds."""
    results = tmp_path_factory.mktemp("results")
    write_cells(results, ["arms/learned", "arms/oracle", "evidence/oracle"], [0, 1, 2], spread=0.02)
    write_cells(results, ["arms/lora_matched", "arms/lora"], [0, 1, 2], bias=0.7, spread=0.02)
    write_cells(results, ["conflict/tabletop"], [0, 1, 2], spread=0.02)
    write_cells(results, ["arms/random"], [0], spread=0.02)
    (results / "gates.json").write_text('[{"gate":"cnn","passed":true,"limit":0.25}]')
    (results / "notes.json").write_text("{}")
    return results


@pytest.fixture(scope="module")
def written(some: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "experiment.md"
    write_report(some, out, SMALL)
    return out


@pytest.fixture(scope="module")
def text(written: Path) -> str:
    return written.read_text()


def section(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_without_any_cell_all_are_listed(tmp_path: Path) -> None:
    out = tmp_path / "docs" / "experiment.md"
    found = write_report(tmp_path / "nowhere", out, SMALL)
    text = out.read_text()
    assert len(found.missing()) == len(cells_of(SMALL))
    assert f"0 of {len(found.plans)} cells were run" in text
    assert section(text, "What the intervals allow to say").count("**not run**") == 4
    listed = re.findall(r"\((\d+)(?:, \d+ of them mandatory)?\)$", section(text, "Not run"), flags=re.MULTILINE)
    assert sum(map(int, listed)) == len(found.plans)
    assert not re.search(r"higher\*\*|lower\*\*|\.svg", text)
    assert not (tmp_path / "docs" / "experiment").exists()


def test_conclusions_follow_what_was_put_in(text: str) -> None:
    said = section(text, "What the intervals allow to say")
    # Answers off by 10^0.7 = 5 score 0; those within 10^0.02 = 5 % most of 100: higher by nearly all.
    assert re.search(r"`learned` − `lora_matched`.*\*\*higher\*\* \(\+9\d\.\d \(\+\d", said)
    assert re.search(r"`oracle` − `random`.*\*\*no conclusion\*\* \([+−]?\d\.\d \(one seed\)", said)
    assert re.search(r"`rewards/progressive` − `rewards/additive`.*\*\*not run\*\*", said)


def test_what_was_not_run_is_named_and_counted(text: str) -> None:
    missing = section(text, "Not run")
    assert "- `arms/learned`: seeds 3-7 (5)\n" in missing
    assert "- `arms/random`: seeds 1-7 (7, 2 of them mandatory)\n" in missing
    assert "- `gates`: pixels, prior (2, 2 of them mandatory)\n" in missing
    assert "1 files below the results are no cell of the plan: `notes.json`" in missing
    # 3 seeds each of lora, lora_matched, learned, oracle, its evidence and a specialist; 1 of random; 1 gate.
    assert "20 of 291 cells were run" in text


def test_parts_show_what_there_is(text: str) -> None:
    assert "| cnn | 0.25 | passed |" in section(text, "Gates")
    assert "| `arms/oracle` | 3 | 123,456 |" in section(text, "Arms")
    assert "| `conflict/tabletop` − `lora` on tabletop |" in section(text, "Exploratory contrasts")
    assert "| `arms/oracle` | 3 | 2.00 | 0.50 | 1.20 |" in section(text, "How the experts are used")
    moved = section(text, "Answers that should move")
    # Answers are right within 5 % whatever the pair's scales and whatever expert is forced: slopes 1 and 0.
    assert re.search(r"\| `oracle` \| 3 \| 1\.0\d \(.*\n", moved)
    assert re.search(r"\| `oracle` \| 3 \| −?0\.0\d \(.*\n", moved)


def test_every_row_of_a_table_has_the_cells_of_its_head(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


def test_the_same_cells_give_the_same_bytes_and_figures_stand_alone(some: Path, written: Path, tmp_path: Path) -> None:
    # The link to the prose is relative: both lie in folders of one depth.
    again = written.parent.parent / "again" / "experiment.md"
    write_report(some, again, SMALL)
    first, second = ({f.name: f.read_bytes() for f in out.parent.rglob("*.*")} for out in (written, again))
    assert first == second
    assert set(first) == {"experiment.md", "arms.svg", "contrasts.svg", "conflict.svg"}
    for figure in ("arms", "contrasts", "conflict"):
        svg = (written.parent / "experiment" / f"{figure}.svg").read_text()
        assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"<script|href|url\(|nan", svg)


def test_figures_of_an_earlier_report_go(tmp_path: Path) -> None:
    old = tmp_path / "experiment" / "arms.svg"
    old.parent.mkdir()
    old.write_text("<svg/>")
    write_report(tmp_path / "nowhere", tmp_path / "experiment.md", SMALL)
    assert not old.exists()


def test_seeds_that_one_side_lacks_are_left_out(tmp_path: Path) -> None:
    write_cells(tmp_path, ["arms/learned"], [0, 1, 2], spread=0.1)
    write_cells(tmp_path, ["arms/oracle"], [0, 2, 3], spread=0.1)
    found = find(tmp_path, SMALL)
    assert contrast_result(ROUTER, "macro_mra", found.cells, SMALL).seeds == (0, 2)
    assert side_result(Side("arms/learned"), "macro_mra", found.cells, SMALL).seeds == (0, 1, 2)


def test_a_difference_is_the_mean_of_the_seeds_differences(some: Path) -> None:
    cells = find(some, SMALL).cells
    first, second, difference = (
        side_result(ROUTER.first, "off_by_ten", cells, SMALL),
        side_result(ROUTER.second, "off_by_ten", cells, SMALL),
        contrast_result(ROUTER, "off_by_ten", cells, SMALL),
    )
    assert first.estimate is not None
    assert second.estimate is not None
    assert difference.estimate is not None
    assert difference.estimate.value == pytest.approx(first.estimate.value - second.estimate.value)


def test_answers_are_compared_question_by_question(tmp_path: Path) -> None:
    # The same answers in both arms: no draw of seeds and scenes makes a difference, however much each arm varies.
    write_cells(tmp_path, ["arms/oracle"], [0, 1, 2], spread=0.3)
    for seed in range(3):
        cell = read_cell(tmp_path, f"arms/oracle/seed-{seed}")
        assert cell is not None
        write_cell(tmp_path, msgspec.structs.replace(cell, name=f"arms/learned/seed-{seed}"))
    cells = find(tmp_path, SMALL).cells
    for endpoint in SMALL.endpoints:
        alone = side_result(ROUTER.first, endpoint.name, cells, SMALL).estimate
        assert alone is not None
        assert alone.interval is not None
        assert endpoint.name == "off_by_ten" or alone.interval[0] < alone.interval[1] - 0.01
        difference = contrast_result(ROUTER, endpoint.name, cells, SMALL).estimate
        assert difference is not None
        assert difference.interval == (0.0, 0.0)


def other_truths(cell: Cell) -> Cell:
    rows = cell.tests["main"]
    lengths = msgspec.structs.replace(rows.lengths, true_m=[2 * value for value in rows.lengths.true_m])
    return msgspec.structs.replace(cell, tests={"main": msgspec.structs.replace(rows, lengths=lengths)})


def test_arms_that_were_asked_other_questions_are_not_compared(tmp_path: Path) -> None:
    write_cells(tmp_path, ["arms/learned"], [0])
    plan = next(plan for plan in cells_of(SMALL) if plan.name == "arms/oracle/seed-0")
    write_cell(tmp_path, other_truths(cell_of(plan)))
    with pytest.raises(CellError, match=r"arms/learned and arms/oracle, seed 0, test main: expected the same scenes"):
        write_report(tmp_path, tmp_path / "experiment.md", SMALL)


def test_seeds_that_share_scenes_are_refused(tmp_path: Path) -> None:
    write_cells(tmp_path, ["arms/oracle"], [0])
    cell = read_cell(tmp_path, "arms/oracle/seed-0")
    assert cell is not None
    settings = msgspec.structs.replace(cell.settings, seed=1)
    write_cell(tmp_path, msgspec.structs.replace(cell, name="arms/oracle/seed-1", settings=settings))
    with pytest.raises(CellError, match=r"arms/oracle.*: expected scenes of its own for every seed"):
        write_report(tmp_path, tmp_path / "experiment.md", SMALL)


def test_a_cell_under_another_protocol_is_named(tmp_path: Path) -> None:
    plan = next(plan for plan in cells_of(SMALL) if plan.name == "arms/oracle/seed-0")
    write_cell(tmp_path, msgspec.structs.replace(cell_of(plan), protocol="000000000000"))
    write_report(tmp_path, tmp_path / "experiment.md", SMALL)
    assert "1 cells were run under another protocol: `arms/oracle/seed-0`." in (tmp_path / "experiment.md").read_text()


def test_a_pilot_with_a_wide_spread_asks_for_more_seeds(tmp_path: Path) -> None:
    # Differences of about 0, 5 and 15 points: a spread of several points, which eight seeds cannot see through.
    write_cells(tmp_path, ["arms/oracle"], [0, 1, 2], spread=0.02)
    for seed, spread in enumerate((0.02, 0.03, 0.06)):
        write_cells(tmp_path, ["arms/learned"], [seed], spread=spread)
    found = find(tmp_path, SMALL)
    seeds = max(plan.seed for plan in found.plans) + 1
    assert seeds > 8
    assert re.search(rf"\| `learned` − `oracle` \| \d+\.\d \| {seeds} \|", seeds_part(found, SMALL))


def test_the_rate_is_that_of_the_best_trial(tmp_path: Path) -> None:
    trials = [plan for plan in cells_of(SMALL) if plan.cells == "rates/arms/lora"]
    for plan, bias in zip(trials, (0.3, 0.0), strict=True):
        assert chosen_rate("arms/lora", find(tmp_path, SMALL).cells, SMALL) is None  # not all have been run
        write_cell(tmp_path, cell_of(plan, bias=bias, spread=0.02))
    cells = find(tmp_path, SMALL).cells
    assert list(rate_trials("arms/lora", cells)) == [2e-3, 6e-3]
    assert chosen_rate("arms/lora", cells, SMALL) == 6e-3
    assert chosen_rate("conflict/drone", cells, SMALL) == 6e-3
    assert chosen_rate("counts/each-2", cells, SMALL) is None


def test_doses_are_compared_within_an_arm(tmp_path: Path) -> None:
    write_cells(tmp_path, ["arms/oracle"], [0, 1, 2], spread=0.02)
    strong_none = Contrast("evidence", Side("arms/oracle", dose="strong"), Side("arms/oracle", dose="none"), "")
    result = contrast_result(strong_none, "off_by_ten", find(tmp_path, SMALL).cells, SMALL)
    assert result.estimate is not None
    assert result.estimate.interval == (0.0, 0.0)


def test_slopes_of_the_responses(some: Path) -> None:
    cells = find(some, SMALL).cells
    for response, expected in ((pair_response, 1.0), (forced_response, 0.0)):
        found = response("oracle", cells, SMALL)
        assert found.result.estimate is not None
        assert found.result.estimate.value == pytest.approx(expected, abs=0.02)
        assert found.unread == 0
        assert response("learned", cells, SMALL).result.estimate is None


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out, damaged = tmp_path / "experiment.md", tmp_path / "results" / "arms" / "oracle" / "seed-0.json"
    monkeypatch.setattr(sys, "argv", ["report", "--results", str(tmp_path / "results"), "--out", str(out)])
    assert report.main() == 0
    assert capsys.readouterr().out == f"{out}: 0 of 291 cells\n"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    assert report.main() == 1
    assert capsys.readouterr().err.startswith(f"CellError: {damaged}: expected a cell")


def test_small_texts() -> None:
    assert seeds_text([0, 1, 2, 5, 7, 8]) == "0-2, 5, 7-8"
    assert decimal(-0.04, 1) == "0.0"
    assert decimal(-0.06, 1, True) == "−0.1"
    assert decimal(1.25, 2, True) == "+1.25"
    assert table(["a|b"], [["c"]]) == "| a\\|b |\n| --- |\n| c |\n\n"


def test_axes_hold_their_values_and_have_few_ticks() -> None:
    for values in ([0.2], [-18.0, 40.0], [5.0, 5.1], [0.0, 1e4], []):
        low, high, step = axis_of(values, 5.0)
        assert all(low <= value <= high for value in values)
        assert high - low >= 5.0
        assert 3 <= round((high - low) / step) <= 10


def test_names_in_figures_are_escaped() -> None:
    bars = [Bar("<b>&", 1.0, None), Bar("x", 2.0, (1.0, 3.0))]
    assert "&lt;b&gt;&amp;" in intervals_svg(bars, "<i>")
    svg = factors_svg([("<b>", {"line": np.full(41, 0.1)})], ["line"], "label")
    ElementTree.fromstring(svg)
    assert "<b>" not in svg
