"""The demo and its page: on hand-made worlds, and one small world from end to end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from page_reports import report, world_report
from qa_scenes import all_kinds
from spacevista.commands import demo
from spacevista.errors import DatasetError
from spacevista.qa.page import SHEETS, Checked, WorldReport, report_page
from spacevista.qa.page_cards import MOST_PICTURES, SLOTS, card, chosen, frames_of
from spacevista.qa.page_text import percent
from spacevista.qa.readers import read_questions
from spacevista.scales import SCALE_FACTS, Scale


@pytest.mark.parametrize(
    ("length", "count", "numbers"),
    [
        (16, 4, (2, 6, 10, 14)),  # middles of four stretches of four
        (16, 5, (1, 4, 8, 11, 14)),  # middles 1.6, 4.8, 8, 11.2, 14.4 of stretches of 3.2
        (20, 4, (2, 7, 12, 17)),
        (3, 5, (0, 1, 2)),  # no frame twice
    ],
)
def test_frames_are_spread_evenly(length: int, count: int, numbers: tuple[int, ...]) -> None:
    assert demo.spread(length, count) == numbers


def test_one_world_a_scale_has_at_most_24_frames() -> None:
    assert set(demo.FRAMES) == set(Scale)
    assert sum(demo.FRAMES.values()) <= 24


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.873, 0, "87 %"),
        (0.8734, 1, "87.3 %"),
        (1.0, 1, "100 %"),
        (0.9996, 0, ">99 %"),
        (0.9996, 1, ">99.9 %"),  # 99.96 would be written 100.0
        (0.9994, 1, "99.9 %"),
        (0.0, 2, "0 %"),
        (4e-5, 2, "<0.01 %"),
        (float("nan"), 0, "–"),
    ],
)
def test_shares_never_round_to_all_or_nothing(share: float, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("page")
    return report_page(report(root), root)


def test_the_page_needs_nothing_else(page: str) -> None:
    assert "://" not in page
    assert "<script" not in page
    assert not re.search(r"\$[a-z]", page)  # no slot left open
    sources = re.findall(r'(?:src|href)="([^"#][^"]*)"', page)
    assert sources
    assert all(source.startswith("data:") for source in sources)


def test_the_page_shows_every_scale_and_task(page: str) -> None:
    for scale in Scale:
        assert f'<section id="{scale}">' in page
        assert f"{SCALE_FACTS[scale].label}</text>" in page  # in the legends of the figures
    for task in ("object size", "size comparison", "absolute distance", "relative distance", "view change"):
        assert f'<th rowspan="5">{task}</th>' in page
        assert f"<span>{task}</span>" in page
    # Four frames of each of five worlds in their strips, and twelve pictures on the cards of each.
    assert page.count("<img ") == 5 * (4 + SLOTS)
    assert "1 × a &lt;b&gt; &amp; c" in page


def test_the_page_counts_what_it_does_not_show(tmp_path: Path) -> None:
    page = report_page(report(tmp_path, scenes=SHEETS + 2), tmp_path)
    assert page.count("2 more worlds are in the figures only") == 5
    assert page.count('class="strip"') == 5 * SHEETS


def test_cards_show_every_task_in_turn_and_no_fact_twice(tmp_path: Path) -> None:
    world = world_report(Scale.INDOOR, tmp_path)
    shown = [chosen(world.questions, turn) for turn in range(len(Scale))]
    assert {card.task for cards in shown for card in cards} == {question.task for question in world.questions}
    assert {card.form for cards in shown for card in cards} == {"mc", "reg", "free"}
    for cards in shown:
        assert len({question.task for question in cards}) == len(cards)  # one task has room for one card
        assert len({question.fact_id for question in cards}) == len(cards)
        assert sum(len(frames_of(question)) for question in cards) <= SLOTS
        assert all(len(frames_of(question)) <= MOST_PICTURES for question in cards)


def test_a_card_says_what_is_right_and_what_is_wrong(tmp_path: Path) -> None:
    world = world_report(Scale.TABLETOP, tmp_path)
    question = next(q for q in world.questions if q.task == "object_size" and q.form == "mc")
    verdict = next(check.judged for check in world.checked if check.fact_id == question.fact_id)
    good = card(question, verdict, tmp_path)
    right = question.options["ABCD".index(question.answer)]
    assert f'<li class="right"><b>{question.answer}</b> {right}' in good
    assert good.count('class="right"') == 1
    assert "✓ 1.23 % off the truth, stated: ±2.00 %" in good
    assert "✗ 1.23 % off the truth" in card(question, replace(verdict, right=False), tmp_path)


def test_a_question_cannot_show_files_from_elsewhere(tmp_path: Path) -> None:
    world = world_report(Scale.TABLETOP, tmp_path / "data")
    (tmp_path / "secret.jpg").write_bytes(b"no")
    verdict = world.checked[0].judged
    question = next(q for q in world.questions if q.prompt_type == "none")
    outside = msgspec.structs.replace(question, frames=["../secret.jpg"])
    with pytest.raises(DatasetError, match="secret"):
        card(outside, verdict, tmp_path / "data")


def with_wrong(world: WorldReport, count: int) -> WorldReport:
    wrong = [Checked(c.fact_id, replace(c.judged, right=False)) for c in world.checked[:count]]
    return replace(world, checked=(*wrong, *world.checked[count:]))


@pytest.mark.parametrize(("wrong", "passed"), [(0, True), (3, False)])
def test_the_run_fails_if_facts_are_wrong(
    wrong: int, passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def done(jobs: Sequence[demo.Job]) -> Iterator[WorldReport]:
        yield from (world_report(job.scale, job.out, job.seed) for job in jobs[:-1])
        yield with_wrong(world_report(jobs[-1].scale, jobs[-1].out, jobs[-1].seed), wrong)

    monkeypatch.setattr(demo, "done_jobs", done)
    outcome = demo.run(1, tmp_path)
    assert outcome.passed is passed
    # One fact of each kind in each of the five worlds. Three wrong ones of fewer than 300 leave less than 99 %.
    labels = len(all_kinds()) * len(Scale)
    assert labels < 300
    assert outcome.figures["labels"] == labels
    assert outcome.figures["right"] == labels - wrong
    assert len(read_questions(tmp_path)) == len(read_questions(tmp_path / "all.json")) == outcome.figures["questions"]
    assert (tmp_path / "README.md").is_file()
    printed = capsys.readouterr().out
    assert f"page: {tmp_path / demo.PAGE_FILE}" in printed
    assert re.search(r"seconds by step.* world 2\.5, render 10\.0, page ", printed)  # five times 0.5 and 2
    assert len(re.findall(r"│ view_change +│ \w+ +│ 2 ", printed)) == 5


def test_one_world_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(demo.FRAMES, Scale.OUTDOOR, 2)
    world = demo.do(demo.Job(Scale.OUTDOOR, 0, tmp_path))
    assert len(world.frame_numbers) == 2
    assert list(world.seconds) == ["world", "render", "annotate", "questions", "check"]
    assert all(1e-2 < size < 1e3 for size in world.sizes_m)
    asked = [check.judged for check in world.checked if not check.judged.reason]
    assert asked
    assert sum(item.right for item in asked) >= demo.MIN_RIGHT * len(asked)
    demo.write_dataset(tmp_path, [world])
    assert read_questions(tmp_path) == list(world.questions)  # and every mark lies on its frame
    assert {question.fact_id for question in world.questions} <= {check.fact_id for check in world.checked}
