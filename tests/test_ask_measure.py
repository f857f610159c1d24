"""Answers on an exact capture of three solids whose sizes are known, and refusals that say what would help."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import spacevista
from spacevista.annotate.annotate import annotate
from spacevista.ask import geometric
from spacevista.ask.geometric import answer_in, ask_of, keeping
from spacevista.ask.grammar import TASKS, read
from spacevista.ask.record import Answered, MarkError, Part, Refusal
from spacevista.ask.words import declines, interval_text
from spacevista.captures.record import MemoryImages
from spacevista.errors import CaptureError, SpacevistaError
from spacevista.geometry.poses import Pose
from spacevista.qa.record import Mark
from spacevista.scales import Scale
from spacevista.tasks.facts import Fact
from tiny_captures import tiny_capture

# A box of 10 x 6 x 8 cm at (20, 0) cm, a post of 5 x 5 x 12 cm at (-15, 10), a can 6 cm across, 10 high at (0, -20).
NAMES = {1: "box", 2: "post", 3: "can"}
CAPTURE = replace(tiny_capture(0, 160), categories=NAMES)
HOME = {number: number for number in range(len(CAPTURE.frames))}


@pytest.fixture(scope="module")
def scene():
    return annotate(CAPTURE)


def ask(scene, question, *marks):
    return answer_in(scene, CAPTURE.frames, read(question), marks, HOME)


def on(scene, number, frame=0, kind="point", color="red"):
    """A mark on an object: the pixel nearest to the middle of its mask, or its box."""
    rows, columns = np.nonzero(scene.frames[frame].ids == number)
    middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    coords = [columns[middle] + 0.5, rows[middle] + 0.5] if kind == "point" else box
    return Mark(kind, frame, [float(c) for c in coords], "", color, 0)


def test_a_height_with_its_interval_frames_and_points(scene):
    answer = ask(scene, "How tall is the post?")
    (part,) = answer.parts
    assert part.low <= 12 <= part.high
    assert part.unit == "cm"
    assert answer.text.endswith(" cm")
    assert [number for number, _ in answer.frames] == [0, 1, 2, 3, 4]
    (place,) = answer.places
    assert np.ptp(place.ends_m, axis=0)[:2] == pytest.approx([0, 0], abs=1e-6)  # upright
    assert np.ptp(place.ends_m[:, 2]) == pytest.approx(0.12, abs=0.005)
    assert "the post" in answer.understood


@pytest.mark.parametrize(("unit", "expected"), [("mm", 120), ("m", 0.12), ("inches", 120 / 25.4)])
def test_the_unit_that_is_asked_for(scene, unit, expected):
    (part,) = ask(scene, f"How tall is the post in {unit}?").parts
    assert part.low <= expected <= part.high
    assert part.unit == unit


def test_the_unit_of_the_scale(scene):
    (part,) = ask(replace(scene, scale=Scale.INDOOR), "How tall is the post?").parts
    assert part.low <= 0.12 <= part.high
    assert part.unit == "m"


@pytest.mark.parametrize(
    ("question", "winner"),
    [
        ("Which is taller, the post or the can?", 2),  # 12 and 10 cm
        ("Which is shorter, the post or the can?", 3),
        ("Is the can taller than the post?", 2),
        ("Which is wider, the box or the post?", 1),  # footprints 10 and 5 cm long
        ("Which is larger, the can or the box?", 1),  # 283 and 480 cubic cm
        ("Which is smaller, the can or the box?", 3),
        ("Which is closest to the can, the box or the post?", 1),  # 21 and 29 cm away
        ("Which object is farthest from the can?", 2),
    ],
)
def test_a_choice_is_decided(scene, question, winner):
    answer = ask(scene, question)
    assert isinstance(answer, Answered)
    assert answer.text == f"the {NAMES[winner]}"
    assert len(answer.parts) == 2
    assert answer.kind == "choice"


def test_the_distance_between_closest_points(scene):
    # The can's middle is at (0, -20) cm, its radius 3 cm; the nearest corner of the post is (-12.5, 7.5) cm:
    # sqrt(12.5^2 + 27.5^2) - 3 = 27.2 cm.
    answer = ask(scene, "How far is the post from the can?")
    (part,) = answer.parts
    assert part.low <= np.hypot(12.5, 27.5) - 3 <= part.high + 0.1  # the can has 64 sides
    assert np.linalg.norm(np.diff(answer.places[0].ends_m, axis=0)) == pytest.approx(0.272, abs=0.006)


def test_marks_are_measured_like_names(scene):
    named = ask(scene, "How far is the post from the can?")
    red, blue = on(scene, 2), on(scene, 3, frame=1, kind="box", color="blue")
    marked = ask(scene, "How far apart are these two?", red, blue)
    assert marked.parts == named.parts
    assert marked.picks[0].label == "the post (the red point in frame 0)"
    assert ask(scene, "How far is the red point from the blue box?", red, blue).text == named.text


def test_depth_of_a_point_along_the_axis_and_along_the_ray(scene):
    mark = on(scene, 1, frame=2)
    frame = scene.frames[2]
    z_m = frame.depth_m[int(mark.coords[1]), int(mark.coords[0])]
    depth = ask(scene, "What is the depth at the red point?", mark)
    assert depth.parts[0].low <= 100 * z_m <= depth.parts[0].high
    assert [number for number, _ in depth.frames] == [2]
    # On the ray the distance is z times the length of (x, y, 1).
    camera = frame.camera
    x, y = (mark.coords[0] - camera.cx_px) / camera.fx_px, (mark.coords[1] - camera.cy_px) / camera.fy_px
    ray = ask(scene, "How far is the red point from the camera?", mark)
    assert ray.parts[0].value == pytest.approx(depth.parts[0].value * np.sqrt(1 + x * x + y * y))
    eye = frame.world_from_camera.translation_m
    assert np.linalg.norm(ray.places[0].ends_m[0] - eye) == pytest.approx(ray.parts[0].value / 100, rel=0.02)


def test_a_point_on_the_ground_has_a_depth(scene):
    rows, columns = np.nonzero((scene.frames[0].ids == 0) & (scene.frames[0].depth_m > 0))
    mark = Mark("point", 0, [columns[-200] + 0.5, rows[-200] + 0.5], "", "red", 0)
    answer = ask(scene, "What is the depth at the red point?", mark)
    assert answer.parts[0].value == pytest.approx(100 * scene.frames[0].depth_m[rows[-200], columns[-200]], rel=0.02)
    assert answer.picks[0].object_id == 0


def test_distance_from_the_camera_is_of_the_frame_that_is_named(scene):
    answer = ask(scene, "How far is the can from the camera in frame 3?")
    assert "frame 3" in answer.understood
    eye = scene.frames[3].world_from_camera.translation_m
    # The nearest point of the can lies on its mantle or rim, less than its radius and height from its middle.
    middle = np.linalg.norm(np.array([0, -0.2, 0.05]) - eye)
    assert middle - 0.06 < answer.parts[0].value / 100 < middle


def test_the_camera_motion_is_that_of_the_poses(scene):
    answer = ask(scene, "How did the camera move between frame 1 and frame 2?")
    first, second = (scene.frames[n].world_from_camera for n in (1, 2))
    x, y, z = 100 * (first.inverse() @ second).translation_m
    assert [part.value for part in answer.parts[:3]] == pytest.approx([x, -y, z])
    assert [part.unit for part in answer.parts] == ["cm", "cm", "cm", "degrees", "degrees"]
    assert [number for number, _ in answer.frames] == [1, 2]
    words = "right" if x > 0 else "left"
    assert f" cm {words}" in answer.text
    assert ask(scene, "In which direction did the camera move between frame 1 and frame 2?").text == words


# --- refusals


def test_what_is_too_wide_is_refused_with_what_is_known(scene):
    wide = replace(scene, objects=tuple(replace(t, possible_m=t.possible_m * 1.3) for t in scene.objects))
    refusal = ask(wide, "How tall is the post?")
    assert isinstance(refusal, Refusal)
    assert "5 %" in refusal.reason
    (part,) = refusal.parts
    assert part.low <= 12 <= part.high
    assert refusal.help == ("sides that were not seen make most of it: film it from all around",)
    assert "box, can, post" in refusal.scene


def test_a_scale_that_nobody_knows_well_asks_for_a_ruler_or_a_tag(scene):
    loose = replace(scene, noise=replace(scene.noise, length_rel=0.1))
    refusal = ask(loose, "How tall is the post?")
    assert "put a ruler or a tag of known size in view" in refusal.help[0]
    assert "16 %" in refusal.help[0]  # 1.645 times 10 %


def test_no_depth_is_no_scale():
    bare = tuple(replace(f, images=MemoryImages(f.images.color(), None, f.images.ids())) for f in CAPTURE.frames)
    refusal = ask_of(replace(CAPTURE, frames=bare), "How tall is the post?", ()).outcome
    assert refusal.reason.startswith("no scale")
    assert any("a ruler or a tag" in text for text in refusal.help)
    assert "post" in refusal.scene
    assert "object size (height)" in refusal.understood


def test_no_ids_leaves_depth_and_motion():
    bare = tuple(replace(f, images=MemoryImages(f.images.color(), f.images.depth_m(), None)) for f in CAPTURE.frames)
    capture = replace(CAPTURE, frames=bare)
    assert "labels no objects" in ask_of(capture, "How tall is the post?", ()).outcome.reason
    mark = Mark("point", 0, [80.5, 100.5], "", "red", 0)
    assert isinstance(ask_of(capture, "What is the depth at the red point?", [mark]).outcome, Answered)
    assert isinstance(ask_of(capture, "How did the camera move from frame 0 to frame 1?", ()).outcome, Answered)


def test_a_question_outside_the_tasks_names_the_tasks_and_the_scene():
    refusal = ask_of(CAPTURE, "What colour is the post?", ()).outcome
    assert "not one of those" in refusal.reason
    assert "5 frames; box, can, post" in refusal.scene
    assert any("how tall" in text for text in refusal.help)
    assert any("--model" in text for text in refusal.help)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (Mark("point", 5, [1.0, 1.0], "", "red", 0), "frame of 0 to 4, got 5"),
        (Mark("point", 0, [160.0, 1.0], "", "red", 0), "within 160 x 120"),
        (Mark("box", 0, [10.0, 10.0, 10.0, 20.0], "", "red", 0), "a box"),
        (Mark("point", 0, [float("nan"), 1.0], "", "red", 0), "finite"),
    ],
)
def test_a_mark_off_its_frame_is_an_error(mark, said):
    with pytest.raises(MarkError, match=re.escape(said)):
        ask_of(CAPTURE, "How tall is it?", [mark])


def test_a_frame_that_there_is_not():
    refusal = ask_of(CAPTURE, "How did the camera move from frame 0 to frame 9?", ()).outcome
    assert refusal.reason == "there is no frame 9"
    assert refusal.help == ("frames are 0 to 4",)


def test_a_frame_that_the_annotation_left_out(scene):
    rest = {number: number for number in HOME if number != 2}
    refusal = answer_in(scene, CAPTURE.frames, read("How tall is it?"), (on(scene, 2, frame=2),), rest)
    assert "that frame was left out" in refusal.reason
    refusal = answer_in(scene, CAPTURE.frames, read("How did the camera move from frame 2 to frame 3?"), (), rest)
    assert refusal.help == ("frames that are: 0-1, 3-4",)


def test_a_depth_that_is_too_loose_comes_with_its_bounds(scene):
    # A relative noise of 10 % in all depths is a half-width of 16 %; the scene's own is 0.
    noisy = replace(scene, noise=replace(scene.noise, depth_rel=0.1))
    refusal = ask(noisy, "How far is the can from the camera in frame 1?")
    assert isinstance(refusal, Refusal)
    assert refusal.parts[0].low < refusal.parts[0].high
    assert len(refusal.help) == 1


def test_a_capture_that_breaks_the_mathematics_is_an_error(monkeypatch):
    def broken(capture):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(geometric, "annotate", broken)
    with pytest.raises(SpacevistaError, match="desk-0: cannot be annotated: LinAlgError: singular"):
        ask_of(CAPTURE, "How tall is the post?", ())


def test_a_capture_without_a_direction_of_gravity_is_refused(monkeypatch):
    def lost(capture):
        raise CaptureError("no gravity")

    monkeypatch.setattr(geometric, "annotate", lost)
    assert ask_of(CAPTURE, "How tall is the post?", ()).outcome.reason == "no gravity"


def test_a_camera_that_stood_still(scene):
    still = replace(scene, frames=(scene.frames[0], replace(scene.frames[0], name="again"), *scene.frames[2:]))
    refusal = ask(still, "How did the camera move from frame 0 to frame 1?")
    assert "hardly moved" in refusal.reason


def test_wanted_frames_of_a_long_capture_are_kept():
    frame = CAPTURE.frames[0]
    pose = frame.world_from_camera
    frames = tuple(
        replace(
            frame, name=f"{n}", world_from_camera=Pose(pose.rotation, pose.translation_m + np.array([0.01 * n, 0, 0]))
        )
        for n in range(60)
    )
    kept = [f.name for f in keeping(replace(CAPTURE, frames=frames), {1, 29}).frames]
    assert {"1", "29"} <= set(kept)
    assert len(kept) <= 48
    assert kept == sorted(kept, key=int)
    assert len(keeping(replace(CAPTURE, frames=frames), set()).frames) == 60  # the annotation chooses


# --- words


def test_every_reason_of_the_tasks_has_its_words():
    reasons = set()
    modules = (*TASKS, "rules", "extents", "pairs", "visible_surface")
    for path in (Path(spacevista.__file__).parent / "tasks" / f"{name}.py" for name in modules):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Decline":
                reasons |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
            if isinstance(node, ast.Return | ast.Assign | ast.Yield) and isinstance(node.value, ast.Constant):
                reasons |= (
                    {node.value.value} if isinstance(node.value.value, str) and " " in node.value.value else set()
                )
    assert len(reasons) > 10
    assert reasons <= declines().keys()
    assert all(words.help or key in ("interval too wide", "no measurement for this kind of question")
               for key, words in declines().items())  # fmt: skip


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (9.25, 9.12, 9.38, "9.12 to 9.38 cm"),
        (9.25, 9.1201, 9.3799, "9.12 to 9.38 cm"),  # outwards
        (1075.0, 1020.0, 1130.0, "1020 to 1130 cm"),
        (9.3, 9.3, 9.3, "9.300 to 9.300 cm"),
        (0.0, -0.004, 0.004, "-0.0040 to 0.0040 cm"),
        (0.0, 0.0, 0.0, "0.000000 to 0.000000 cm"),
    ],
)
def test_bounds_are_rounded_outwards(value, low, high, text):
    assert interval_text(Part("", value, low, high, "cm")) == text


def test_a_value_lies_within_its_printed_bounds(scene):
    for question in (
        "How tall is the post?",
        "How far is the post from the can?",
        "How far is the can from the camera?",
    ):
        answer = ask(scene, question)
        value = float(answer.text.split()[0])
        low, high = (float(text) for text in re.findall(r"[\d.]+", interval_text(answer.parts[0])))
        assert low <= value <= high


def test_evidence_is_there_for_every_answer(scene):
    for question in ("Which is larger, the can or the box?", "Which is closer to the camera, the can or the post?"):
        answer = ask(scene, question)
        assert isinstance(answer.fact, Fact)
        assert len(answer.places) == 2
