"""`spacevista ask --model`: a debug model answers about a video and a capture, and sees the frames with marks."""

# ruff: noqa: E402

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

import av
import numpy as np
from PIL import Image

from spacevista.ask.model import capture_pictures, reading_of, video_pictures
from spacevista.ask.record import MarkError
from spacevista.captures.disk import write_capture
from spacevista.cli import main
from spacevista.evals.records import Budget
from spacevista.models.debug import TINY, debug_config, debug_model
from spacevista.qa.marks import RGB
from spacevista.qa.record import Mark
from tiny_captures import tiny_capture

FRAMES = 30
RED = Mark("box", 17, [10.0, 10.0, 90.0, 60.0], "", "red", 0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask") / "model"
    made, processor = debug_model(0, debug_config(size=TINY))
    made.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ask") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 112, 84, "yuv420p"
        for number in range(FRAMES):
            grey = np.full((84, 112, 3), 8 * number, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    return path


def has(picture: Image.Image, color: tuple[int, int, int]) -> bool:
    return bool((np.asarray(picture) == color).all(axis=2).any())


def test_frames_with_marks_are_among_those_shown(video: Path) -> None:
    shown = video_pictures(video, [RED], Budget(frames=4, longest_edge_px=56))
    # 4 of 30: floor(i 29 / 3) = 0, 9, 19, 29, and the marked one.
    assert shown.indices == (0, 9, 17, 19, 29)
    assert [has(picture, RGB["red"]) for picture in shown.images] == [False, False, True, False, False]
    assert {picture.size for picture in shown.images} == {(56, 42)}
    assert list(shown.timestamps_s) == sorted(set(shown.timestamps_s))


@pytest.mark.parametrize("frame", [-1, FRAMES])
def test_a_mark_on_no_frame(video: Path, frame: int) -> None:
    with pytest.raises(MarkError, match="frame of 0 to 29"):
        video_pictures(video, [Mark("point", frame, [1.0, 1.0], "", "red", 0)], Budget())


def test_a_mark_outside_its_frame(video: Path) -> None:
    with pytest.raises(MarkError, match="112 x 84"):
        video_pictures(video, [Mark("point", 3, [112.0, 1.0], "", "red", 0)], Budget())


def test_a_capture_shows_its_colour_pictures(tmp_path: Path) -> None:
    write_capture(tiny_capture(0), tmp_path / "desk")
    mark = Mark("point", 2, [20.0, 20.0], "", "red", 0)
    shown = capture_pictures(tmp_path / "desk", None, [mark], Budget(frames=2))
    assert shown.indices == (0, 2, 4)
    assert has(shown.images[1], RGB["red"])


def test_a_model_answers_about_a_video(model: Path, video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["ask", str(video), "How far is the cup from the box?", "--model", str(model), "--frames", "3"]
    arguments += ["--max-new-tokens", "6", "--point", "17,40,40", "--json"]
    answers = []
    for _ in range(2):
        assert main(arguments) == 0
        answers.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert answers[0] == answers[1]  # greedy
    assert answers[0]["frames"] == [0, 14, 17, 29]
    assert answers[0]["answer"].strip()
    assert answers[0].keys() >= {"value", "unit", "question"}


def test_a_wrong_mark_ends_with_2(model: Path, video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(video), "How tall is it?", "--model", str(model), "--point", "99,1,1"]) == 2
    assert "frame of 0 to 29" in capsys.readouterr().err


def test_a_damaged_video_ends_with_1(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    assert main(["ask", str(tmp_path / "clip.mp4"), "How tall is it?", "--model", str(model)]) == 1
    assert "expected a video" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("reply", "question", "expected"),
    [
        ("They are 63 mm apart.", "How far apart are they?", (0.063, "m")),
        ("They are 63 mm apart.", "How far apart are they, in cm?", (6.3, "cm")),
        ("<answer>6.3</answer>", "How far apart are they, in cm?", (6.3, "cm")),
        ("about 12", "How tall is it?", (12.0, "")),
        ("The cup.", "Which is taller?", (None, "")),
        ("5 to 7 cm", "How tall is it?", (None, "")),
    ],
)
def test_a_reply_is_read_strictly(reply: str, question: str, expected: tuple[float | None, str]) -> None:
    assert reading_of(reply, question) == expected
