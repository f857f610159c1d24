"""The runner and its file: one line a question, whatever happens, and a run that goes on where it was."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval_samples import BUDGET, Fixed, header, sample, samples
from spacevista.errors import SpacevistaError
from spacevista.evals import runner
from spacevista.evals.answerers import Answer, Blind
from spacevista.evals.predictions import PredictionsError, read_predictions
from spacevista.evals.records import Frames
from spacevista.evals.replay import replay
from spacevista.evals.runner import benchmark_hash, first_of_a_shuffle
from spacevista.evals.versions import library_versions
from spacevista.locks import locked

REFUSED = Answer(None, failure="too little is seen", refused=True)
FAILED = Answer(None, failure="HTTP 400: no", attempts=1)


def run(asked, out, answerer=None, header_=None, **options):
    answerer = answerer or Fixed()
    return asyncio.run(runner.run(asked, answerer, BUDGET, out, header_ or header(asked), **options))


def ids_in(out: Path) -> list[str]:
    return sorted(line["id"] for line in read_predictions(out).lines)


def test_every_question_has_one_flat_line_after_the_header(tmp_path):
    asked, out = samples(tmp_path, 10), tmp_path / "run" / "predictions.jsonl"
    answerer = Fixed({"q3": Answer("2.5", attempts=2, interval=(2.0, 3.0))})
    summary = run(asked, out, answerer)
    assert (summary.kept, summary.asked, summary.unscored.total()) == (0, 10, 0)
    first = json.loads(out.read_text().splitlines()[0])
    assert first["header"]["benchmark_sha256"] == benchmark_hash(asked)
    assert ids_in(out) == sorted(s.id for s in asked)
    line = next(line for line in read_predictions(out).lines if line["id"] == "q3")
    assert line.pop("seconds") >= 0
    assert line == {
        "question_type": "object_rel_distance",
        "ground_truth": "A",
        "options": ["cup", "box"],
        "predicted_answer": "2.5",
        "id": "q3",
        "scene_id": "clip0",
        "scale": "indoor",
        "form": "mc",
        "attempts": 2,
        "frames_sent": [0, 2],  # two of three, first and last
        "unscored": None,
        "refused": False,
        "interval": [2.0, 3.0],
        "unit": "",
    }


def test_a_second_run_asks_only_what_is_missing(tmp_path):
    asked, out = samples(tmp_path, 10), tmp_path / "predictions.jsonl"
    limited = first_of_a_shuffle(asked, 4)
    run(limited, out, header_=header(asked))
    answerer = Fixed()
    summary = run(asked, out, answerer)
    assert (summary.kept, summary.asked) == (4, 6)
    assert set(answerer.asked) == {s.id for s in asked} - {s.id for s in limited}
    assert ids_in(out) == sorted(s.id for s in asked)
    before = out.read_bytes()
    assert run(asked, out).asked == 0
    assert out.read_bytes() == before


def test_a_limit_draws_the_same_and_a_larger_one_adds(tmp_path):
    asked = samples(tmp_path, 40)
    chosen = [{s.id for s in first_of_a_shuffle(asked, limit)} for limit in (5, 20, 40, 99)]
    assert [len(ids) for ids in chosen] == [5, 20, 40, 40]
    assert chosen[0] < chosen[1] < chosen[2]


@pytest.mark.parametrize("cut", [1, 2, 30, 100])
def test_a_torn_last_line_is_asked_again(tmp_path, cut):
    asked, out = samples(tmp_path, 5), tmp_path / "predictions.jsonl"
    run(asked, out, concurrency=1)
    whole = out.read_bytes()
    out.write_bytes(whole[:-cut])
    answerer = Fixed()
    run(asked, out, answerer)
    assert answerer.asked == ([] if cut == 1 else ["q4"])  # without its line end alone the last line is whole
    assert ids_in(out) == sorted(s.id for s in asked)
    assert out.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answerer", "blind fixed"),
        ("model", "other"),
        ("prompt_version", 2),
        ("frames", 32),
        ("longest_edge_px", None),
        ("media", "video"),
        ("seed", 1),
        ("source", "noise level harsh"),
    ],
)
def test_another_run_does_not_go_on_in_the_same_file(tmp_path, field, value):
    asked, out = samples(tmp_path, 3), tmp_path / "predictions.jsonl"
    run(asked, out)
    before = out.read_bytes()
    with pytest.raises(PredictionsError, match=f"made with {field} = .* this run has {value!r}"):
        run(asked, out, header_=header(asked, **{field: value}))
    assert out.read_bytes() == before


def test_a_run_over_other_questions_does_not_go_on(tmp_path):
    asked, out = samples(tmp_path, 3), tmp_path / "predictions.jsonl"
    run(asked, out)
    with pytest.raises(PredictionsError, match="made of other questions"):
        run(asked[:2], out)


def test_parser_and_library_versions_may_change_on_the_way(tmp_path):
    asked, out = samples(tmp_path, 3), tmp_path / "predictions.jsonl"
    run(asked[:1], out, header_=header(asked))
    run(asked, out, header_=header(asked, parser="strict", versions=library_versions()))
    assert len(ids_in(out)) == 3


def test_two_runs_cannot_share_a_file(tmp_path):
    asked, out = samples(tmp_path, 3), tmp_path / "run" / "predictions.jsonl"
    with locked(out.parent, "run"), pytest.raises(SpacevistaError, match="another run is at work there"):
        run(asked, out)
    run(asked, out)
    assert len(ids_in(out)) == 3


@pytest.mark.parametrize("content", [b"my notes", b'{"id": "q1", "predicted_answer": "A"}\n', b"[]"])
def test_a_file_of_somebody_else_is_not_touched(tmp_path, content):
    asked, out = samples(tmp_path, 3), tmp_path / "predictions.jsonl"
    out.write_bytes(content)
    with pytest.raises(PredictionsError, match="expected a header in the first line"):
        run(asked, out)
    assert out.read_bytes() == content


def test_an_id_that_is_on_disk_twice_is_named(tmp_path):
    asked, out = samples(tmp_path, 3), tmp_path / "predictions.jsonl"
    run(asked, out)
    with out.open("ab") as stream:
        stream.write(out.read_bytes().splitlines(keepends=True)[-1])
    with pytest.raises(PredictionsError, match="expected each id once, got 'q2' twice"):
        run(asked, out, concurrency=1)


def test_two_samples_with_one_id_are_named(tmp_path):
    asked = samples(tmp_path, 3)
    with pytest.raises(SpacevistaError, match="got 'q1' twice"):
        run([*asked, asked[1]], tmp_path / "predictions.jsonl")


def test_what_cannot_be_answered_is_a_line_with_a_reason(tmp_path):
    asked, out = samples(tmp_path, 4), tmp_path / "predictions.jsonl"
    asked[0] = sample(0, Frames(tmp_path / "clip0", ("missing.png",)))
    summary = run(asked, out, Fixed({"q1": FAILED, "q2": REFUSED}))
    assert summary.unscored == {"media": 1, "answer": 1, "refused": 1}
    lines = {line["id"]: line for line in read_predictions(out).lines}
    assert lines["q0"]["unscored"].startswith("media: missing.png")
    assert (lines["q1"]["unscored"], lines["q1"]["refused"]) == ("HTTP 400: no", False)
    assert (lines["q2"]["unscored"], lines["q2"]["refused"]) == ("too little is seen", True)
    assert [lines[f"q{n}"]["predicted_answer"] for n in range(4)] == [None, None, None, "A"]


def test_unscored_questions_are_asked_again_if_wished(tmp_path):
    asked, out = samples(tmp_path, 4), tmp_path / "predictions.jsonl"
    run(asked, out, Fixed({"q1": FAILED, "q2": REFUSED}))
    answerer = Fixed()
    assert run(asked, out, answerer).asked == 0
    run(asked, out, answerer, retry_unscored=True)
    assert answerer.asked == ["q1"]  # a refusal is an answer
    assert ids_in(out) == ["q0", "q1", "q2", "q3"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["predictions.jsonl"]


def test_only_the_questions_of_this_run_are_taken_out_to_be_asked_again(tmp_path):
    asked, out = samples(tmp_path, 4), tmp_path / "predictions.jsonl"
    run(asked, out, Fixed({"q1": FAILED, "q3": FAILED}))
    answerer = Fixed()
    run(asked[:2], out, answerer, header(asked), retry_unscored=True)
    assert answerer.asked == ["q1"]
    assert ids_in(out) == ["q0", "q1", "q2", "q3"]


def test_an_error_ends_the_run_and_loses_nothing(tmp_path):
    asked, out = samples(tmp_path, 20), tmp_path / "predictions.jsonl"
    with pytest.raises(SpacevistaError, match="out of memory"):
        run(asked, out, Fixed({"q7": SpacevistaError("out of memory")}), concurrency=3)
    kept = ids_in(out)
    assert "q7" not in kept
    assert len(kept) >= 5  # three at a time: q0 to q4 at least were done when q7 was asked
    answerer = Fixed()
    run(asked, out, answerer)
    assert sorted([*kept, *answerer.asked]) == ids_in(out) == sorted(s.id for s in asked)


@pytest.mark.parametrize("concurrency", [1, 5])
def test_no_more_questions_under_way_than_wished(tmp_path, concurrency):
    answerer = Fixed()
    run(samples(tmp_path, 30), tmp_path / "predictions.jsonl", answerer, concurrency=concurrency)
    assert answerer.most_under_way <= concurrency


def test_a_clip_is_decoded_once_for_its_questions(tmp_path, monkeypatch):
    opened = []

    def counting(sample, budget):
        opened.append(sample.id)
        return real(sample, budget)

    real = runner.open_media
    monkeypatch.setattr(runner, "open_media", counting)
    run(samples(tmp_path, 12, per_clip=4), tmp_path / "predictions.jsonl", concurrency=8)
    assert len(opened) == 3


def test_every_question_about_a_missing_clip_is_named(tmp_path):
    asked = samples(tmp_path, 8, per_clip=8)
    for frame in (tmp_path / "clip0").iterdir():
        frame.unlink()
    out = tmp_path / "predictions.jsonl"
    assert run(asked, out, concurrency=8).unscored == {"media": 8}
    assert len(ids_in(out)) == 8


def test_blind_takes_the_frames_away_and_nothing_else(tmp_path):
    asked, model = samples(tmp_path, 3), Fixed()
    out = tmp_path / "predictions.jsonl"
    run(asked, out, Blind(model), header(asked, "blind fixed"))
    assert Blind(model).name == "blind fixed"
    assert model.media == [None, None, None]
    assert [line["frames_sent"] for line in read_predictions(out).lines] == [[], [], []]


def test_the_hash_covers_prompts_and_truths(tmp_path):
    asked = samples(tmp_path, 2)
    changed = [
        replace(asked[1], prompt="?"),
        replace(asked[1], row=asked[1].row | {"ground_truth": "B"}),
        replace(asked[1], id="q9"),
    ]
    hashes = {benchmark_hash([asked[0], other]) for other in (asked[1], *changed)}
    assert len(hashes) == 4


def test_replay_gives_the_same_lines(tmp_path):
    asked, out = samples(tmp_path, 5), tmp_path / "predictions.jsonl"
    run(asked[:4], out, Fixed({"q1": FAILED, "q2": REFUSED, "q3": Answer("9", interval=(8.0, 10.0))}), header(asked))
    again = tmp_path / "again" / "predictions.jsonl"
    run(asked, again, replay(out), header(asked, "replay"))
    kept = ("predicted_answer", "unscored", "refused", "interval")
    first, second = ({line["id"]: [line[k] for k in kept] for line in read_predictions(f).lines} for f in (out, again))
    assert second.pop("q4") == [None, "replay: no answer to q4 in the file", False, None]
    assert second == first


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"predicted_answer": "A"}', "prediction 1: expected an id, got None"),
        ('{"id": "a", "predicted_answer": "A"}\n{"id": "a", "predicted_answer": "B"}', "expected one answer to a"),
    ],
)
def test_replay_needs_one_answer_an_id(tmp_path, text, message):
    (tmp_path / "p.jsonl").write_text(text)
    with pytest.raises(SpacevistaError, match=message):
        replay(tmp_path / "p.jsonl")


@pytest.mark.parametrize(
    ("text", "count", "torn"),
    [
        ('{"id": 1}\n{"id": 2}\n', 2, False),
        ('{"id": 1}\n\n{"id": 2}', 2, False),  # the released scripts may not end their last line
        ('{"id": 1}\n{"id": ', 1, True),
        (' [{"id": 1}, {"id": 2}]', 2, False),
        ("", 0, False),
    ],
)
def test_files_of_the_released_scripts(tmp_path, text, count, torn):
    (tmp_path / "p.json").write_text(text)
    found = read_predictions(tmp_path / "p.json")
    assert (found.header, len(found.lines), found.torn) == (None, count, torn)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1}\nnonsense\n{"id": 2}\n', "line 2: expected a JSON object"),
        ('{"id": NaN}\n', "line 1: expected a JSON object"),
        ("3\n", "line 1: expected a JSON object"),
        ('{"id": "\udcff"}\n', "line 1: expected a JSON object, got 'utf-8'"),
        ('{"id": ', "line 1: expected a JSON object"),  # no run leaves a part of its first line
        ('{"id": 1}\n' + '{"a":' * 2_000 + "1" + "}" * 2_000 + "\n", "line 2: .* too many values inside each other"),
        ('{"a": ' + "[" * 101 + "]" * 101 + "}\n", "line 1: .* too many values inside each other"),
        ('[{"id": 1}, 2]', "expected a JSON list of objects"),
        (
            '[{"a":' + "[" * 2_000 + "]" * 2_000 + "}]",
            "expected a JSON list of objects, got too many values inside each other",
        ),
        ('{"header": {"model": 3}}\n', "line 1: expected the header of a run"),
        ("\n" + " " * (17 << 20), "line 2: expected at most 16777216 bytes"),
    ],
    ids=lambda text: text[:24],
)
def test_damaged_files_are_named(tmp_path, text, message):
    (tmp_path / "p.jsonl").write_text(text, errors="surrogateescape")
    with pytest.raises(PredictionsError, match=message):
        read_predictions(tmp_path / "p.jsonl")
