"""`spacevista rationale`: computed ones, and those of a server that tells well, wrongly, malformed, slowly or not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api_server import ApiServer, prompt_of, running
from rationale_data import SIZE_M, asked, write_data
from spacevista.cli import main
from spacevista.evals import endpoint
from spacevista.evals.endpoint import Patience
from spacevista.qa import read_questions
from spacevista.qa.dataset import read_manifest
from spacevista.qa.rationales.scene_cases import with_computed
from spacevista.qa.record import Question

HASTY = Patience(attempts=3, timeout_s=0.5, first_wait_s=0.01, longest_wait_s=0.02)
LIMIT = 12  # rows that a server is asked about


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rationales") / "data"
    write_data(folder)
    return folder


@pytest.fixture
def data(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "data"))


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint.Endpoint.__init__, "__kwdefaults__", {"media": "images", "seed": 0, "patience": HASTY})


def run(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> tuple[int, dict]:
    code = main(["rationale", str(data), *arguments, "--json"])
    lines = capsys.readouterr().out.splitlines()
    return code, json.loads(lines[-1]) if lines else {}


def told(
    server: ApiServer,
    data: Path,
    capsys: pytest.CaptureFixture[str],
    *more: str,
    limit: int = LIMIT,
    model: str = "some-model",
) -> tuple[int, dict]:
    shared = ("--source", "endpoint", "--url", server.url, "--model", model, "--limit", str(limit))
    return run(capsys, data, *shared, *more)


def teller(data: Path, change: Callable[[str, int], str]) -> Callable[[dict], str]:
    """Return a server's answers: the computed completion of the row that is asked, changed; the number counts calls."""
    scene, found = asked()
    completions: dict[str, Question] = {
        q.question: q for q in with_computed(scene, found.facts, found.questions, SIZE_M).questions
    }
    calls = iter(range(10_000))

    def answer(request: dict) -> str:
        row = completions[prompt_of(request).rpartition("Now your question: ")[2]]
        return change(f"<think>{row.rationale}</think><answer>{row.answer}</answer>", next(calls))

    return answer


def test_computed_rationales_are_those_of_a_build(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, figures = run(capsys, data, "--source", "computed", "--splits", "train,val,test")
    scene, found = asked()
    assert code == 0
    assert (
        read_questions(data)
        == with_computed(scene, found.facts, found.questions, SIZE_M).questions
        == read_questions(data / "all.json")
    )
    assert figures["kept"] == figures["rows"] == len(found.questions)
    assert figures["discarded"] == {}
    summary = read_manifest(data).rationales
    assert summary is not None
    assert (summary.source, summary.model, summary.kept) == ("computed", "", figures["kept"])


def test_a_model_that_tells_well_is_kept_and_sees_the_frames(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_questions(data)
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        code, figures = told(server, data, capsys)
    assert code == 0
    assert (figures["rows"], figures["kept"], figures["discarded"]) == (LIMIT, LIMIT, {})
    after = read_questions(data)
    assert sum(bool(q.rationale) for q in after) == LIMIT
    assert [(q.id, q.answer) for q in after] == [(q.id, q.answer) for q in before]
    assert read_questions(data / "all.json") == after
    (_, request), *_ = server.requests
    *pictures, text = request["messages"][0]["content"]
    assert pictures
    assert all(part["type"] == "image_url" for part in pictures)
    assert "<semantic>" in text["text"]
    summary = read_manifest(data).rationales
    assert summary is not None
    assert (summary.source, summary.model) == ("endpoint", "some-model")


def wrongly(text: str, call: int) -> str:
    """Change each kind of reply in its own way."""
    before, _, after = text.partition("</think>")
    match call % 6:
        case 0:
            return text
        case 1:
            return f"{before}</think><answer>no idea at all, 7 or 9 or 11</answer>"
        case 2:
            return f"Sure! {text}"
        case 3:
            return f"{before} It is 700 km long.</think>{after}"
        case 4:
            return text.replace("<scale>18 cm</scale>", "<scale>18 m</scale>")
        case _:
            return text.replace("<semantic>", "").replace("</semantic>", "")


def test_what_fails_is_discarded_and_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rationale", str(data), "--source", "computed"])
    capsys.readouterr()
    with running(ApiServer(answer=teller(data, wrongly))) as server:
        code, figures = told(server, data, capsys, "--concurrency", "1")
    assert code == 0
    reasons = figures["discarded"]
    # Two of each kind. A length is held against lengths alone, so rows of nothing known in metres keep the third kind.
    assert reasons["form"] == reasons["scale off"] == reasons["no name"] == 2
    assert reasons.get("answer unreadable", 0) + reasons.get("answer wrong", 0) == 2
    assert reasons["number"] == 2
    assert figures["kept"] == LIMIT - sum(reasons.values()) == 2
    # Discarded rows have none; rows that were not asked keep the computed one.
    rows = read_questions(data)
    assert sum(not q.rationale for q in rows) == sum(reasons.values())


def test_errors_are_asked_again_and_what_never_comes_is_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = ["500", "truncated", "429", "empty", "timeout", "dropped"]
    with running(ApiServer(script=script, answer=teller(data, lambda text, call: text))) as server:
        code, figures = told(server, data, capsys, "--concurrency", "2")
    assert code == 0
    assert figures["kept"] >= LIMIT - 2
    assert figures["kept"] + figures["discarded"].get("no reply", 0) == LIMIT


def test_a_dead_model_gives_nothing_and_ends_with_1(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(ApiServer(fault_share=1.0, faults=("500",))) as server:
        code, figures = told(server, data, capsys)
    assert (code, figures["kept"], figures["discarded"]) == (1, 0, {"no reply": LIMIT})
    # The same command asks them again if that is wished for.
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        code, figures = told(server, data, capsys, "--retry-unscored")
    assert (code, figures["kept"], figures["replies_asked"]) == (0, LIMIT, LIMIT)


def test_nothing_is_asked_twice(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        told(server, data, capsys)
        first = len(server.requests)
        _, again = told(server, data, capsys)
        _, more = told(server, data, capsys, limit=LIMIT + 3)
        assert len(server.requests) == first + 3 == LIMIT + 3
    assert (again["replies_kept"], again["replies_asked"]) == (LIMIT, 0)
    assert (more["rows"], more["kept"]) == (LIMIT + 3, LIMIT + 3)


def test_a_run_that_was_killed_goes_on(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = data / "replies" / "replies.jsonl"
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        told(server, data, capsys)
    whole = replies.read_bytes()
    lines = whole.splitlines(keepends=True)
    replies.write_bytes(b"".join(lines[:6]) + lines[6][:20])  # five replies and a torn one, as a kill leaves them
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        _, figures = told(server, data, capsys)
        assert len(server.requests) == LIMIT - 5
    assert (figures["replies_kept"], figures["replies_asked"], figures["kept"]) == (5, LIMIT - 5, LIMIT)


def test_replies_of_another_model_need_another_folder(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(ApiServer(answer=teller(data, lambda text, call: text))) as server:
        told(server, data, capsys)
        assert main(["rationale", str(data), "--source", "endpoint", "--url", server.url, "--model", "other"]) == 1
        assert "made with model = 'some-model'" in capsys.readouterr().err
        code, figures = told(server, data, capsys, "--replies", str(tmp_path / "other"), model="other")
    assert (code, figures["replies_asked"]) == (0, LIMIT)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--source", "endpoint", "--url", "http://localhost:1/v1"], 2, "expected --model"),
        (["--source", "endpoint"], 2, "expected --model and --url"),
        (["--source", "computed", "--splits", "train,dev"], 2, "--splits: expected some of train,val,test"),
        (["--source", "endpoint", "--url", "http://x/v1", "--model", "m", "--key-env", "NO_SUCH_KEY"], 2, "--key-env"),
        (["--source", "computed", "--splits", "test"], 1, "expected rows of split test"),
    ],
)
def test_wrong_calls(
    arguments: list[str], code: int, message: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (data / "questions.parquet").read_bytes()
    assert main(["rationale", str(data), *arguments]) == code
    assert message in capsys.readouterr().err
    assert (data / "questions.parquet").read_bytes() == before


def test_a_data_set_that_is_not_finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rationale", str(tmp_path), "--source", "computed"]) == 1
    assert "expected the manifest of a finished data set" in capsys.readouterr().err
