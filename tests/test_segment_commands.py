"""Depth without ids through the commands: objects are marked in `build`, listed in `doctor`, asked."""

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_captures import capture_of
from small_worlds import box, cylinder, orbit
from spacevista.captures.disk import write_capture
from spacevista.captures.open import open_capture
from spacevista.captures.record import MemoryImages
from spacevista.cli import main
from spacevista.qa import read_questions


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A box, 0.5 m high, and a post of 0.8 m, 0.7 m apart; grey pictures."""
    meshes = [box((0.8, 0.7, 0.5), (0, 0, 0.25)), cylinder(0.3, 0.8, (1.4, 0, 0))]
    capture = capture_of(meshes, orbit(3, 2.5, 6, (0.7, 0, 0)))
    grey = np.full((120, 160, 3), 128, np.uint8)
    frames = tuple(replace(frame, images=MemoryImages(grey, frame.images.depth_m(), None)) for frame in capture.frames)
    out = tmp_path_factory.mktemp("captures") / "plate"
    write_capture(replace(capture, frames=frames, categories={}, licence="CC0-1.0", source="a test"), out)
    return out


def last_line(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_build_marks_them_and_never_names_them(folder, tmp_path):
    assert main(["build", str(folder), "--out", str(tmp_path / "data")]) == 0
    rows = read_questions(tmp_path / "data")
    marked = [row for row in rows if row.marks]
    assert {row.task for row in marked} >= {"absolute_distance", "object_size", "size_comparison"}
    assert {row.task for row in rows if not row.marks} <= {"view_change", "rotation_estimation"}  # of the camera alone


def test_doctor_lists_them_and_says_where_they_come_from(folder, capsys):
    assert main(["doctor", str(folder), "--json"]) == 0
    report = last_line(capsys)
    assert ["ids", "none given: 2 objects found by geometry"] in report["corrected"]
    assert len(report["objects"]) == 2
    assert all(thing["category"] is None for thing in report["objects"])


def test_ask_measures_what_is_pointed_at(folder, capsys):
    # The middle of the box's upper face, 0.5 m up.
    capture = open_capture(folder)
    camera, pose = capture.frames[1].camera, capture.frames[1].world_from_camera
    (x, y), _ = camera.project(pose.inverse().apply(np.array([0.0, 0.0, 0.5])))
    assert main(["ask", str(folder), "How tall is this?", "--point", f"1,{x},{y}", "--json"]) == 0
    height = last_line(capsys)["parts"][0]
    assert (height["value"], height["unit"]) == (pytest.approx(50, abs=2), "cm")


@pytest.fixture(scope="module")
def kitchen():
    root = os.environ.get("SPACEVISTA_REAL_DATA")
    if not root:
        pytest.skip("SPACEVISTA_REAL_DATA is not set")
    return Path(root) / "indoor" / "sevenscenes_tsdf40"


def test_a_real_room_gives_fifty_rows_with_marks(kitchen, tmp_path):
    assert main(["build", str(kitchen), "--out", str(tmp_path / "data")]) == 0
    marked = [row for row in read_questions(tmp_path / "data") if row.marks]
    assert len(marked) >= 50
    assert len(Counter(mark.object_id for row in marked for mark in row.marks)) >= 6
