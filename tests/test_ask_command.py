"""`spacevista ask` from the command line: exit codes, the line of figures, the page, marks in the order of mention."""

import json
import re
import sys
from dataclasses import replace

import av
import numpy as np
import pytest

from spacevista.captures.disk import write_capture
from spacevista.cli import main
from tiny_captures import tiny_capture


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("ask") / "desk"
    write_capture(replace(tiny_capture(0, 160), categories={1: "box", 2: "post", 3: "can"}), path)
    return path


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("ask") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * number, dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def asked(capsys, *arguments):
    """Exit code, what was printed, and the figures."""
    code = main(["ask", *map(str, arguments), "--json"])
    out = capsys.readouterr().out
    return code, out, json.loads(out.splitlines()[-1])


def test_an_answer(folder, capsys):
    code, out, figures = asked(capsys, folder, "How tall is the post?")
    assert code == 0
    assert out.startswith("answer: ")
    assert figures["refused"] is None
    assert figures["interval"][0] <= 12 <= figures["interval"][1]
    assert (figures["unit"], figures["task"], figures["aspect"]) == ("cm", "object_size", "height")
    assert figures["objects"] == [{"id": 2, "label": "the post"}]
    assert [frame["index"] for frame in figures["frames"]] == [0, 1, 2, 3, 4]
    assert all((folder / frame["path"]).is_file() for frame in figures["frames"])
    assert np.shape(figures["points"][0]["world_m"]) == (2, 3)


def test_a_refusal_is_an_answer(folder, capsys):
    code, out, figures = asked(capsys, folder, "How tall is the teapot?")
    assert code == 0
    assert figures["answer"] is None
    assert "teapot" in figures["refused"]
    assert figures["help"]
    assert "what would help: " in out


def test_marks_are_red_then_blue_whatever_they_are(folder, capsys):
    ids = tiny_capture(0, 160).frames[0].images.ids()
    box, point = _box(ids, 3), _middle(ids, 2)
    question = "How far is the red box from the blue point?"
    _, _, figures = asked(capsys, folder, question, "--box", f"0,{box}", "--point", f"0,{point}")
    assert [one["id"] for one in figures["objects"]] == [3, 2]
    _, _, figures = asked(capsys, folder, "Which is taller?", "--point", f"0,{point}", "--box", f"0,{box}")
    assert [one["id"] for one in figures["objects"]] == [2, 3]
    assert figures["answer"] == "the post (the red point in frame 0)"


def _box(ids, number):
    rows, columns = np.nonzero(ids == number)
    return f"{columns.min()},{rows.min()},{columns.max() + 1},{rows.max() + 1}"


def _middle(ids, number):
    rows, columns = np.nonzero(ids == number)
    nearest = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    return f"{columns[nearest] + 0.5},{rows[nearest] + 0.5}"


def test_a_page_needs_nothing_else(folder, tmp_path, capsys):
    page = tmp_path / "pages" / "answer.html"
    code, _, _ = asked(capsys, folder, "How far is the <can> from the post?", "--out", page)
    assert code == 0
    assert "&lt;can&gt;" in page.read_text()
    code, _, figures = asked(capsys, folder, "How far is the can from the post?", "--out", page)
    assert figures["refused"] is None
    text = page.read_text()
    assert 1 <= text.count("<img") <= 4
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert figures["answer"] in text


def test_a_page_of_a_refusal_shows_the_marks(folder, tmp_path, capsys):
    page = tmp_path / "refused.html"
    code, _, figures = asked(capsys, folder, "How tall is it?", "--point", "1,0.5,0.5", "--out", page)
    assert code == 0
    assert "lies on no object" in figures["refused"]
    assert page.read_text().count("<img") == 1


def test_pictures_without_poses_are_refused(tmp_path, capsys):
    (tmp_path / "0.png").write_bytes(b"")
    code, _, figures = asked(capsys, tmp_path, "How tall is the cup?")
    assert code == 0
    assert "no posed capture" in figures["refused"]


def test_a_video_without_a_model_is_refused(video, capsys):
    code, _, figures = asked(capsys, video, "How tall is the cup?")
    assert code == 0
    assert figures["refused"].startswith("no scale")
    assert any("--model" in text for text in figures["help"])
    assert any("a ruler or a tag" in text for text in figures["help"])


@pytest.mark.parametrize(
    "flags",
    [
        ("--point", "1,2"),
        ("--point", "0,1,2,3,4"),
        ("--box", "0,1,2"),
        ("--point", "0.5,1,2"),
        ("--point", "a,b,c"),
        ("--point", "7,1,2"),  # frames are 0 to 4
        ("--point", "0,1000,2"),
        ("--point", "-1,1,2"),
        ("--box", "0,20,20,10,30"),
        ("--frames", "0"),
        ("--point", "0,1,2") * 5,
        ("--out", "page.html", "--model", "folder"),
    ],
)
def test_a_wrong_call_ends_with_2(folder, flags, capsys):
    assert main(["ask", str(folder), "How tall is it?", *flags]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


@pytest.mark.parametrize(
    ("source", "flags", "said"),
    [
        ("nothing", (), "got nothing there"),
        (".", ("--model", "nothing"), "a folder with a model"),
        (".", ("--config", "nothing.toml"), "nothing.toml"),
    ],
)
def test_work_that_fails_ends_with_1(tmp_path, source, flags, said, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["ask", source, "How tall is it?", *flags]) == 1
    assert said in capsys.readouterr().err


def test_a_damaged_capture_ends_with_1(tmp_path, capsys):
    (tmp_path / "capture.json").write_text("{")
    assert main(["ask", str(tmp_path), "How tall is it?"]) == 1
    assert "capture.json" in capsys.readouterr().err


def test_without_torch_the_error_says_what_to_install(video, tmp_path, capsys, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "torch", None)  # its import fails, as where it is not installed
    assert main(["ask", str(video), "How tall is the cup?", "--model", str(tmp_path)]) == 1
    assert 'pip install "spacevista[train]"' in capsys.readouterr().err
