"""Reviews: the sheet that people get, the file that they give back, and the data set that is left."""

import base64
import csv
import hashlib
import io
import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review_data import rows_of, write_data
from spacevista.cli import main
from spacevista.errors import DatasetError
from spacevista.qa import read_questions
from spacevista.qa.dataset import read_manifest
from spacevista.qa.parquet import write_parquet
from spacevista.qa.record import Question
from spacevista.qa.review import Reviewed, decide, guarded, read_review, unguarded
from spacevista.qa.review_sheet import answer_text, as_data, drawn_rows, sheet_csv, sheet_html

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \u2028 \"'"
ROWS = rows_of("bench")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_data(tmp_path / "data")
    return tmp_path / "data"


def review_json(path: Path, rows: list[dict]) -> Path:
    path.write_text(json.dumps({"version": 1, "rows": rows}))
    return path


# The sheet.


def test_a_page_holds_every_row_and_every_picture_once(data: Path) -> None:
    questions = read_questions(data)
    page = sheet_html(questions, data, "data", lambda: None)
    held = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert [row["id"] for row in held["rows"]] == [q.id for q in questions]
    for row, question in zip(held["rows"], questions, strict=True):
        assert len(row["pictures"]) == len(question.frames)
        marked = [index for index, picture in enumerate(row["pictures"]) if picture[3]]
        assert marked == sorted({mark.frame_index for mark in question.marks})
    used = {picture[0] for row in held["rows"] for picture in row["pictures"]}
    assert used == set(held["pictures"])
    assert not re.search(r'(src|href)="(?!data:)', page)  # nothing is loaded from elsewhere


def test_what_a_row_says_is_never_markup(data: Path) -> None:
    hostile = msgspec.structs.replace(ROWS[0], question=HOSTILE, id=HOSTILE)
    page = sheet_html([hostile], data, HOSTILE, lambda: None)
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])["rows"][0]["question"] == HOSTILE


@given(st.text())
def test_data_in_a_page_is_no_markup_whatever_it_says(text: str) -> None:
    written = as_data({"a": text})
    assert json.loads(written) == {"a": text}
    assert not set("<>&\u2028\u2029") & set(written)


def test_the_policy_of_a_page_runs_its_own_script_only(data: Path) -> None:
    page = sheet_html(ROWS[:1], data, "data", lambda: None)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_table_has_no_formulas_and_comes_back(tmp_path: Path) -> None:
    risky = msgspec.structs.replace(ROWS[0], id='=HYPERLINK("http://x")', question="+1\n-2", licence="@x")
    table = list(csv.reader(io.StringIO(sheet_csv([risky, ROWS[1]]), newline="")))
    assert table[0][:3] == ["id", "decision", "comment"]
    assert not [cell for row in table for cell in row if re.match(r"[=+\-@\t\r\n]", cell)]
    file = tmp_path / "sheet.csv"
    file.write_text(sheet_csv([risky, ROWS[1]]), encoding="utf-8-sig", newline="")
    assert [row.id for row in read_review(file)] == [risky.id, ROWS[1].id]


@given(st.text(alphabet="='+-@\t\n ab"))
def test_a_guarded_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not re.match(r"[=+\-@\t\r\n]", guarded(text))


def test_answers_as_people_read_them() -> None:
    number = next(q for q in ROWS if q.form == "reg" and q.task == "object_size" and q.options == [])
    choice = next(q for q in ROWS if q.form == "mc")
    assert answer_text(number) == f"{number.answer} cm"
    assert answer_text(choice).endswith(choice.options["ABCD".index(choice.answer)])


def test_rows_are_drawn_by_the_seed_in_their_order() -> None:
    some = drawn_rows(ROWS, 5, seed=3)
    assert some == drawn_rows(ROWS, 5, seed=3)
    assert some != drawn_rows(ROWS, 5, seed=4)
    assert [ROWS.index(q) for q in some] == sorted(ROWS.index(q) for q in some)
    assert drawn_rows(ROWS, None, 0) == drawn_rows(ROWS, 10_000, 0) == ROWS


def test_export_and_import_through_the_commands(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    sheet = tmp_path / "sheet.csv"
    assert main(["review", "export", str(data), "--out", str(sheet)]) == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    for number, row in enumerate(rows):
        row["decision"] = "reject" if number % 3 == 0 else "Accept "
        row["comment"] = "blurred" if number % 6 == 0 else "\x1b[31mwrong object"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")  # as some spreadsheets save it
        writer.writeheader()
        writer.writerows(rows)
    out = tmp_path / "out"
    assert main(["review", "import", str(data), str(sheet), "--out", str(out), "--json"]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    figures = json.loads(printed.splitlines()[-1])
    # Of rows 0, 1, 2, ... every third is rejected; of those 0, 3, 6, ... every second was called blurred.
    rejected = len(range(0, len(rows), 3))
    assert figures["rejected"] == rejected
    assert figures["comments"]["blurred"] == len(range(0, len(rows), 6))
    assert figures["rows"] == figures["accepted"] == len(rows) - rejected


@pytest.mark.parametrize("name", ["sheet.txt", "sheet"])
def test_a_sheet_is_a_page_or_a_table(name: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["review", "export", str(data), "--out", str(tmp_path / name)]) == 2
    assert "expected a .html or .csv file" in capsys.readouterr().err


def test_a_missing_frame_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (data / "frames" / "bench" / "00001.jpg").unlink()
    assert main(["review", "export", str(data), "--out", str(tmp_path / "sheet.html")]) == 1
    assert "00001.jpg" in capsys.readouterr().err


# What comes back.


def decisions(questions: list[Question], *rejected: int) -> list[Reviewed]:
    return [Reviewed(q.id, "reject" if n in rejected else "accept", f"no {n}") for n, q in enumerate(questions)]


def test_accepted_rows_stay_and_rejected_ones_are_listed() -> None:
    kept, summary = decide(ROWS, decisions(ROWS, 1, 4), None)
    assert kept == [q for n, q in enumerate(ROWS) if n not in (1, 4)]
    assert (summary.accepted, summary.undecided_kept, summary.undecided_dropped) == (len(ROWS) - 2, 0, 0)
    assert [(row.id, row.comment) for row in summary.rejected] == [(ROWS[1].id, "no 1"), (ROWS[4].id, "no 4")]


def test_rows_without_a_decision_need_one_for_all() -> None:
    some = [*decisions(ROWS, 0)[:3], Reviewed(ROWS[3].id, "", "not sure")]
    with pytest.raises(DatasetError, match=f"got none about {len(ROWS) - 3} of {len(ROWS)}, such as '{ROWS[3].id}'"):
        decide(ROWS, some, None)
    kept, summary = decide(ROWS, some, "keep")
    assert (len(kept), summary.undecided_kept, summary.undecided_dropped) == (len(ROWS) - 1, len(ROWS) - 3, 0)
    kept, summary = decide(ROWS, some, "drop")
    assert (kept, summary.undecided_kept, summary.undecided_dropped) == (ROWS[1:3], 0, len(ROWS) - 3)


def test_an_unknown_or_repeated_id_is_an_error_that_names_the_row() -> None:
    with pytest.raises(DatasetError, match="row 2: expected the id of a row of the data set, got 'nobody'"):
        decide(ROWS, [Reviewed(ROWS[0].id, "accept"), Reviewed("nobody", "accept")], "keep")
    with pytest.raises(DatasetError, match=f"row 3: expected every id once, got '{ROWS[0].id}' again"):
        decide(ROWS, [Reviewed(ROWS[0].id), Reviewed(ROWS[1].id), Reviewed(ROWS[0].id, "accept")], "keep")


BAD_JSON = {
    "no json": ("{", "expected a review as JSON"),
    "a list": ("[]", "expected a review as JSON"),
    "version": ('{"version": 2, "rows": []}', "expected version 1, got 2"),
    "decision": ('{"version": 1, "rows": [{"id": "a", "decision": "maybe"}]}', r"maybe.*rows\[0\]"),
    "number": ('{"version": 1, "rows": [{"id": 7}]}', r"rows\[0\].id"),
    "more": ('{"version": 1, "rows": [{"id": "a", "answer": "B"}]}', "unknown field `answer`"),
    "long": (json.dumps({"version": 1, "rows": [{"id": "a", "comment": "x" * 10_001}]}), "row 1: .* 10000 characters"),
    "deep": ("[" * 100_000, "expected a review as JSON"),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_damaged_json(name: str, tmp_path: Path) -> None:
    text, message = BAD_JSON[name]
    (tmp_path / "review.json").write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_review(tmp_path / "review.json")


BAD_CSV = {
    "empty": (b"", "expected the columns id, decision, comment once each"),
    "no comment": (b"id,decision\na,accept\n", "expected the columns"),
    "twice": (b"id,id,decision,comment\n", "expected the columns"),
    "short row": (b"id,decision,comment\na,accept,\nb\n", "row 2: expected a cell in each"),
    "decision": (b"id,decision,comment\na,accept,\nb,ok,\n", "row 2: expected accept, reject or nothing .* got 'ok'"),
    "quote": (b'id,decision,comment\n"a,accept,\n', "line 2: expected a table as CSV"),
    "not utf-8": (b"id,decision,comment\na,accept,\xff\n", "expected text in UTF-8"),
    "huge cell": (b"id,decision,comment\na,accept," + b"x" * 200_000 + b"\n", "line 2: expected a table as CSV"),
}


@pytest.mark.parametrize("name", BAD_CSV)
def test_damaged_csv(name: str, tmp_path: Path) -> None:
    content, message = BAD_CSV[name]
    (tmp_path / "review.csv").write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_review(tmp_path / "review.csv")


@pytest.mark.parametrize(("name", "message"), [("none.json", "nothing there"), ("a.xlsx", "got .xlsx")])
def test_no_review(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=message):
        read_review(tmp_path / name)


# The data set that is left.


def test_a_reviewed_data_set_is_one(data: Path, tmp_path: Path) -> None:
    questions = read_questions(data)
    # The first row is rejected and every row of the scene "shelf".
    rows = [
        {"id": q.id, "decision": "reject" if q.scene_id == "shelf" or not n else "accept", "comment": f"<b>{n}</b>"}
        for n, q in enumerate(questions)
    ]
    out = tmp_path / "new" / "out"
    review = review_json(tmp_path / "review.json", rows)
    assert main(["review", "import", str(data), str(review), "--out", str(out)]) == 0
    kept = [q for q in questions if q.scene_id == "bench"][1:]
    assert read_questions(out) == read_questions(out / "all.json") == kept
    assert {path.name for path in (out / "scenes").iterdir()} == {"bench"}
    assert all((out / frame).is_file() for q in kept for frame in q.frames)
    manifest = read_manifest(out)
    assert manifest.questions == len(kept) == manifest.scenes[0].questions
    assert [(left.capture, left.outcome, left.reason) for left in manifest.left_out] == [
        ("captures/shelf", "dropped", "no row left after the review")
    ]
    assert manifest.review is not None
    assert manifest.review.rejected[0].comment == "<b>0</b>"
    assert len(manifest.review.rejected) == len(questions) - len(kept)
    assert manifest.facts == {"object_size": 2}  # one of two scenes, each with two
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]


def test_a_second_review_keeps_what_the_first_rejected(data: Path, tmp_path: Path) -> None:
    questions = read_questions(data)
    for number, source in ((0, "data"), (1, "out-0")):
        review = review_json(tmp_path / f"{number}.json", [{"id": questions[number].id, "decision": "reject"}])
        arguments = [str(tmp_path / source), str(review), "--out", str(tmp_path / f"out-{number}")]
        assert main(["review", "import", *arguments, "--undecided", "keep"]) == 0
    assert read_questions(tmp_path / "out-1") == questions[2:]
    review = read_manifest(tmp_path / "out-1").review
    assert review is not None
    assert [row.id for row in review.rejected] == [q.id for q in questions[:2]]


def test_nothing_is_written_over_and_nothing_left_behind(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    accepted = [{"id": q.id, "decision": "accept"} for q in read_questions(data)]
    review = review_json(tmp_path / "review.json", accepted)
    assert main(["review", "import", str(data), str(review), "--out", str(data)]) == 1
    assert "expected a folder that is empty or not there" in capsys.readouterr().err
    (data / "scenes" / "shelf" / "scene.json").unlink()
    (data / "scenes" / "shelf").rmdir()
    assert main(["review", "import", str(data), str(review), "--out", str(tmp_path / "out")]) == 1
    assert "expected scenes/shelf of a row that was kept" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"data", "review.json"}


def test_a_review_that_leaves_nothing_ends_with_1(data: Path, tmp_path: Path) -> None:
    rejected = [{"id": q.id, "decision": "reject", "comment": "no"} for q in read_questions(data)]
    review = review_json(tmp_path / "review.json", rejected)
    assert main(["review", "import", str(data), str(review), "--out", str(tmp_path / "out")]) == 1
    assert read_questions(tmp_path / "out") == []


def test_a_scene_outside_the_folder_is_not_copied(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    rows = read_questions(data)
    review = review_json(tmp_path / "review.json", [{"id": q.id, "decision": "accept"} for q in rows])
    text = (data / "manifest.json").read_text()
    (data / "manifest.json").write_text(text.replace('"id": "bench"', '"id": "../../bench"'))
    arguments = ["review", "import", str(data), str(review), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert "expected a scene of the manifest, got 'bench'" in capsys.readouterr().err
    write_parquet(data / "questions.parquet", [moved(q) for q in rows])
    assert main(arguments) == 1
    assert "expected a path below the data set's folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def moved(question: Question) -> Question:
    return msgspec.structs.replace(question, scene_id="../../bench") if question.scene_id == "bench" else question
