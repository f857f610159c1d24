"""`spacevista eval run` and `eval score`, called as a user does."""

import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from api_server import ApiServer, prompt_of, running
from bench_releases import write_vsi
from eval_lines import HEADER
from qa_scenes import HEIGHT, WIDTH, all_kinds, scene_with
from spacevista.cli import main
from spacevista.evals.predictions import read_predictions
from spacevista.qa import questions_of
from spacevista.qa.parquet import write_parquet

KEY = "sk-very-secret-0123456789"
HEADER_ALONE = msgspec.json.encode({"header": HEADER}).decode() + "\n"
QUESTIONS = [
    msgspec.structs.replace(question, split="train")
    for question in questions_of(
        scene_with(1, 2, 3, 4), all_kinds(), np.random.default_rng(0), seed=7, unit_policy="native"
    )
]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    for path in {path for question in QUESTIONS for path in question.frames}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (WIDTH, HEIGHT)).save(folder / path)
    write_parquet(folder / "questions.parquet", QUESTIONS)
    return folder


def eval_run(data: Path, out: Path, *options: str) -> int:
    return main(["eval", "run", "--bench", "spacevista_sim", "--data", str(data), "--out", str(out), *options])


def endpoint_options(server: ApiServer) -> list[str]:
    return ["--answerer", "endpoint", "--url", server.url, "--model", "m"]


def figures(capsys) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def gold(request: dict) -> str:
    """Answer rightly, by the question in the prompt; of questions asked twice any answer will do."""
    prompt = prompt_of(request)
    return next(question.answer for question in QUESTIONS if prompt.startswith(question.question))


def test_an_endpoint_that_is_always_right(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOME_KEY", KEY)
    out = tmp_path / "run"
    with running(ApiServer(answer=gold)) as server:
        assert eval_run(data, out, *endpoint_options(server), "--key-env", "SOME_KEY", "--frames", "2", "--json") == 0
    found = figures(capsys)
    assert (found["kept"], found["asked"], found["unscored"]) == (0, len(QUESTIONS), {})
    assert found["strict"]["by_form"]["mc"] == found["strict"]["by_form"]["reg"] == 1.0
    assert {headers["authorization"] for headers, _ in server.requests} == {f"Bearer {KEY}"}
    header = read_predictions(out / "predictions.jsonl").header
    assert (header.answerer, header.model, header.frames, header.media) == ("endpoint", "m", 2, "images")
    assert {"python", "spacevista", "aiohttp"} <= set(header.versions)
    assert KEY not in (out / "predictions.jsonl").read_text()


def test_a_run_goes_on_and_blind_is_another_run(data, tmp_path, capsys):
    out = tmp_path / "run"
    with running(ApiServer()) as server:
        assert eval_run(data, out, *endpoint_options(server), "--limit", "3", "--json") == 0
        assert figures(capsys)["asked"] == 3
        assert eval_run(data, out, *endpoint_options(server), "--limit", "5", "--json") == 0
        assert (found := figures(capsys))["asked"] == 2
        assert found["kept"] == 3
        assert eval_run(data, out, *endpoint_options(server), "--blind") == 1
        assert "made with answerer = 'endpoint', and this run has 'blind endpoint'" in capsys.readouterr().err
        assert eval_run(data, tmp_path / "blind", *endpoint_options(server), "--blind", "--limit", "5") == 0
        assert isinstance(server.requests[-1][1]["messages"][0]["content"], str)
    header = read_predictions(tmp_path / "blind" / "predictions.jsonl").header
    assert (header.frames, header.longest_edge_px, header.media) == (0, None, "none")


def test_what_failed_can_be_asked_again(data, tmp_path, capsys):
    out = tmp_path / "run"
    with running(ApiServer(script=["400", "400"], answer=gold)) as server:
        eval_run(data, out, *endpoint_options(server), "--json")
        assert figures(capsys)["unscored"] == {"answer": 2}
        eval_run(data, out, *endpoint_options(server), "--retry-unscored", "--json")
        assert (found := figures(capsys))["asked"] == 2
    assert found["strict"]["unscored_reasons"].get("HTTP 400") is None
    assert len(read_predictions(out / "predictions.jsonl").lines) == len(QUESTIONS)


def test_no_score_at_all_ends_with_1(data, tmp_path, capsys):
    with running(ApiServer(fault_share=1.0, faults=("400",))) as server:
        assert eval_run(data, tmp_path / "run", *endpoint_options(server), "--json") == 1
    output = capsys.readouterr().out
    assert json.loads(output.splitlines()[-1])["unscored"] == {"answer": len(QUESTIONS)}
    assert "--retry-unscored asks" in output


def test_a_wrong_model_or_key_is_told_at_once_and_nothing_counts_as_asked(data, tmp_path, capsys):
    out = tmp_path / "run"
    with running(ApiServer(script=["404"], answer=gold)) as server:
        assert eval_run(data, out, *endpoint_options(server), "--concurrency", "1") == 1
        assert "expected answers, got HTTP 404" in capsys.readouterr().err
        assert eval_run(data, out, *endpoint_options(server), "--json") == 0
    assert figures(capsys)["asked"] == len(QUESTIONS)


def test_other_questions_need_another_folder(data, tmp_path, capsys):
    prior = ("--answerer", "prior", "--train", str(data))
    assert eval_run(data, tmp_path / "run", *prior) == 0
    write_parquet(data / "questions.parquet", QUESTIONS[1:])
    assert eval_run(data, tmp_path / "run", *prior) == 1
    assert "made of other questions" in capsys.readouterr().err


def test_prior_then_replay(data, tmp_path, capsys):
    assert eval_run(data, tmp_path / "prior", "--answerer", "prior", "--train", str(data), "--json") == 0
    first = figures(capsys)
    saved = tmp_path / "prior" / "predictions.jsonl"
    assert eval_run(data, tmp_path / "replay", "--answerer", "replay", "--predictions", str(saved), "--json") == 0
    again = figures(capsys)
    assert again["answerer"] == "replay"
    for parser in ("official", "strict"):
        assert again[parser] == first[parser]


def test_geometric_refuses_what_it_cannot_place(data, tmp_path, capsys):
    # These questions are about a hand-made scene, not about a simulated world.
    assert eval_run(data, tmp_path / "run", "--answerer", "geometric", "--level", "sensor", "--json") == 1
    assert (found := figures(capsys))["unscored"] == {"refused": len(QUESTIONS)}
    assert found["answerer"] == "geometric sensor"


def test_scales_choose_the_questions(data, tmp_path, capsys):
    prior = ("--answerer", "prior", "--train", str(data), "--json")
    assert eval_run(data, tmp_path / "a", *prior, "--scales", "tabletop,drone") == 0
    assert figures(capsys)["asked"] == len(QUESTIONS)
    assert eval_run(data, tmp_path / "b", *prior, "--scales", "drone") == 1
    assert "--scales: expected questions of drone, got none" in capsys.readouterr().err


def test_rows_that_cannot_be_asked_are_kept_and_counted(tmp_path, capsys):
    write_vsi(tmp_path / "vsi")
    options = ["--bench", "vsi_bench", "--data", str(tmp_path / "vsi"), "--out", str(tmp_path / "run"), "--json"]
    with running(ApiServer()) as server:
        main(["eval", "run", *options, *endpoint_options(server)])
    found = figures(capsys)
    lines = read_predictions(tmp_path / "run" / "predictions.jsonl").lines
    assert found["asked"] == len(lines) > 0
    assert read_predictions(tmp_path / "run" / "predictions.jsonl").header.rejected == found["not_askable"]


@pytest.mark.parametrize(
    "options",
    [
        ["--answerer", "endpoint", "--model", "m"],
        ["--answerer", "endpoint", "--url", "http://localhost:1/v1"],
        ["--answerer", "endpoint", "--url", "http://localhost:1/v1", "--model", "m", "--key-env", "NOT_SET_ANYWHERE"],
        ["--answerer", "local"],
        ["--answerer", "prior"],
        ["--answerer", "replay"],
        ["--answerer", "prior", "--train", "data", "--blind"],
        ["--answerer", "local", "--model", "m", "--media", "video"],
        ["--answerer", "geometric", "--level", "loud"],
        ["--answerer", "geometric", "--scales", "galaxy"],
        ["--answerer", "geometric", "--concurrency", "0"],
        ["--answerer", "nobody"],
    ],
)
def test_a_wrong_call_ends_with_2_and_leaves_nothing(data, tmp_path, options, capsys):
    assert eval_run(data, tmp_path / "run", *options) == 2
    assert capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_other_benchmarks_need_their_files(tmp_path):
    options = ["--bench", "vsi_bench", "--answerer", "geometric", "--out", str(tmp_path)]
    assert main(["eval", "run", *options]) == 2


# Two answers of a released script: one right letter, one number of which the parsers think differently.
RELEASED = [
    {"question_type": "object_rel_distance", "ground_truth": "C", "predicted_answer": "<answer>C</answer>"},
    {"question_type": "object_size_estimation", "ground_truth": "63", "predicted_answer": "0.63 m"},
]


@pytest.mark.parametrize("as_list", [True, False])
@pytest.mark.parametrize(("parser", "overall"), [("official", 0.5), ("strict", 1.0)])
def test_files_of_the_released_scripts_are_scored(tmp_path, capsys, as_list, parser, overall):
    file = tmp_path / "results.json"
    file.write_text(json.dumps(RELEASED) if as_list else "\n".join(map(json.dumps, RELEASED)))
    assert main(["eval", "score", str(file), "--bench", "vsi_bench", "--parser", parser, "--json"]) == 0
    output = capsys.readouterr().out
    found = json.loads(output.splitlines()[-1])
    assert (found["parser"], found["overall"]) == (parser, overall)
    assert found["official"]["by_type"] == {"object_rel_distance": 1.0, "object_size_estimation": 0.0}
    assert found["strict"]["by_type"] == {"object_rel_distance": 1.0, "object_size_estimation": 1.0}
    assert "object_size_estimation" in output


def test_lines_of_another_kind_are_counted_and_named(tmp_path, capsys):
    file = tmp_path / "results.jsonl"
    file.write_text("\n".join(map(json.dumps, [*RELEASED, {"id": "[red]x[/red]"}])) + '\n{"cut')
    assert main(["eval", "score", str(file), "--bench", "vsi_bench", "--json"]) == 0
    output = capsys.readouterr().out
    found = json.loads(output.splitlines()[-1])
    assert (found["official"]["scored"], found["rejected"], found["torn"]) == (2, 1, True)
    assert "prediction 3: " in output
    assert "[red]" in output  # shown as it is, not as markup
    assert "the last line is cut short" in output


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ('{"a": 1}', [], "the file does not name its benchmark"),
        ('{"a": 1}', ["--bench", "vsi_bench"], "no line is a result of vsi_bench"),
        ("nonsense\n", ["--bench", "vsi_bench"], "line 1: expected a JSON object"),
        ('{"a": ' * 2_000, ["--bench", "vsi_bench"], "line 1: expected a JSON object"),
        ("", ["--bench", "vsi_bench"], "expected predictions, got none"),
        ("\n\n", ["--bench", "vsi_bench"], "expected predictions, got none"),
        ("[]", ["--bench", "vsi_bench"], "expected predictions, got none"),
        (HEADER_ALONE, [], "expected predictions, got none"),
        (None, ["--bench", "vsi_bench"], "expected a predictions file, got no file"),
    ],
)
def test_files_that_cannot_be_scored(tmp_path, capsys, content, options, message):
    file = tmp_path / "results.jsonl"
    if content is not None:
        file.write_text(content)
    assert main(["eval", "score", str(file), *options]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "\n\n", "[]", HEADER_ALONE])
def test_a_file_without_predictions_gives_no_report(tmp_path, capsys, content):
    (tmp_path / "results.jsonl").write_text(content)
    options = ["--bench", "spacevista_sim", "--out", str(tmp_path / "report")]
    assert main(["eval", "report", str(tmp_path / "results.jsonl"), *options]) == 1
    assert "expected predictions, got none" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_why_there_is_no_score_is_told_for_both_parsers(tmp_path, capsys):
    # 1e400 is no number that a score could be made of: the released scorer gives 0, the strict parser no score.
    file = tmp_path / "results.jsonl"
    file.write_text(json.dumps(RELEASED[1] | {"ground_truth": "1e400"}))
    assert main(["eval", "score", str(file), "--bench", "vsi_bench"]) == 0
    assert re.search(r"unscored: .+: 0 / 1$", capsys.readouterr().out, re.MULTILINE)


def test_our_own_file_names_its_benchmark(data, tmp_path, capsys):
    eval_run(data, tmp_path / "run", "--answerer", "prior", "--train", str(data))
    file = str(tmp_path / "run" / "predictions.jsonl")
    assert main(["eval", "score", file]) == 0
    assert main(["eval", "score", file, "--bench", "vsi_bench"]) == 1
    assert "expected answers to vsi_bench, got those to spacevista_sim" in capsys.readouterr().err
