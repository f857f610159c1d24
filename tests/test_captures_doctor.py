"""What `doctor` finds: agreement of poses and depth, what is missing, and what later steps would drop."""

from dataclasses import replace

import numpy as np
import pytest

from capture_folders import HEIGHT, WIDTH, plate_capture, with_poses
from spacevista.captures.doctor import Agreement, examine
from spacevista.captures.doctor_text import render
from spacevista.captures.record import MemoryImages
from spacevista.geometry.poses import Pose

FLIP = np.diag([1.0, -1.0, -1.0])


def reasons(report, step):
    return {loss.what: loss.reason for loss in report.losses if loss.step == step}


def with_images(capture, change):
    """The same frames with their pictures changed; `change` gets the number of the frame and its pictures."""
    frames = (replace(f, images=change(i, f.images)) for i, f in enumerate(capture.frames))
    return replace(capture, frames=tuple(frames))


@pytest.mark.parametrize("size_m", [1e-3, 1.0, 1e3])
def test_an_exact_capture_agrees_at_every_scale(size_m):
    report = examine(plate_capture(size_m))
    assert report.agreement is Agreement.AGREE
    assert report.hint is None
    assert len(report.pairs) == 3
    # Rounding to the nearest pixel moves x by up to z / 60. The plate's slope against the camera is up to
    # tan(atan(1/4) + 6 degrees) = 0.36 and its depth up to 1.24, so z moves by 0.36 x 1.24^2 / 60 = 0.009 at most.
    assert report.pair_median_m < 0.01 * size_m
    assert report.baseline_m.middle == pytest.approx(0.05 * size_m)
    assert report.rotation_deg.middle == pytest.approx(2.0)
    assert report.fov_deg.middle == pytest.approx(2 * np.degrees(np.arctan(16 / 30)))
    assert report.valid_depth.middle == pytest.approx(1 - 1 / HEIGHT)  # one row of sky
    assert report.missing == ()
    assert report.usable


def test_a_depth_offset_is_found_to_its_size():
    # Every second frame is 0.1 m too deep: each pair differs by 0.1 m, up to the rounding of 0.01 m.
    def deeper(number, images):
        depth = images.depth_m()
        return replace(images, depth_map_m=np.where(depth > 0, depth + np.float32(0.1 * (number % 2)), 0))

    report = examine(with_images(plate_capture(), deeper))
    assert report.pair_median_m == pytest.approx(0.1, abs=0.01)
    assert report.agreement is Agreement.DISAGREE
    assert not report.usable


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (Pose.inverse, "the opposite direction (world_to_camera against camera_to_world)"),
        (lambda pose: Pose(pose.rotation @ FLIP, pose.translation_m), "the other camera axes (opengl against opencv)"),
    ],
)
def test_a_wrong_pose_convention_is_named(change, hint):
    # A long way around, so that a wrong convention costs more than the 5 % of disagreement.
    capture = with_poses(plate_capture(frames=8), change)
    sparse = replace(capture, frames=capture.frames[::4])
    report = examine(sparse)
    assert report.agreement in {Agreement.DOUBTFUL, Agreement.DISAGREE}
    assert report.hint == hint
    assert hint in reasons(report, "annotate")["fusion of views"]
    assert hint in render(report)


def test_what_is_missing_and_what_it_costs():
    capture = plate_capture()
    bare = with_images(capture, lambda _, images: MemoryImages(images.color(), images.depth_m()))
    report = examine(replace(bare, categories={}, up=None, licence="", source=" "))
    assert report.missing == ("ids", "categories", "up", "licence", "source")
    assert "only view_change is left" in reasons(report, "tasks")["every task about objects"]
    assert "the capture is refused" in reasons(report, "annotate")["the capture"]
    flat = examine(with_images(capture, lambda _, images: MemoryImages(images.color(), None, images.ids())))
    assert flat.missing == ("depth",)
    assert flat.agreement is Agreement.UNKNOWN
    assert not flat.usable
    assert "nothing can be measured" in reasons(flat, "annotate")["the capture"]


def test_objects_that_later_steps_would_drop():
    def one_more(number, images):
        ids = images.ids().copy()
        ids[20, :3] = 9 if number < 2 else 0  # 3 pixels in two frames
        ids[13:23, 10:20] = 11 if number == 0 else 0  # 100 pixels in one frame
        return replace(images, id_map=ids)

    capture = with_images(plate_capture(), one_more)
    report = examine(replace(capture, categories={5: "tile", 7: "tile", 99: "ghost"}))
    assert reasons(report, "annotate") == {
        "object 9": "6 pixels with depth in all frames, 50 are needed",
        "ghost (99)": "in no frame's ids",
    }
    tasks = reasons(report, "tasks")
    assert tasks["object 11"] == "seen in one frame only: its other sides are unknown, most intervals stay wide"
    # 8 x 12 px: under the 40 x 40 that two frames must show.
    assert tasks["tile (5)"] == "40 px across in 0 frames: intervals are rarely tight with under 2"
    names = reasons(report, "qa")
    assert names["names of objects 9, 11"] == "no category: pointed at with a mark, never named"
    assert names["the name 'tile'"].startswith("2 objects have it")


def test_frames_with_hardly_any_depth_and_a_loose_scale():
    def emptied(number, images):
        depth = np.zeros((HEIGHT, WIDTH), np.float32)
        depth[0, :7] = 1  # 7 of 768 pixels: 0.9 %
        return replace(images, depth_map_m=depth) if number == 2 else images

    report = examine(replace(with_images(plate_capture(), emptied), length_sigma=0.04))
    assert reasons(report, "annotate") == {"000002": "depth on 0.9% of its pixels: it carves next to no free space"}
    # 1.645 x 4 % = 6.6 %, above the 5 % of a task.
    assert "length_sigma 0.04" in reasons(report, "tasks")["every length, distance and depth"]
    assert report.pairs_apart == 2


def test_the_text_says_it_all():
    capture = replace(
        plate_capture(), dropped=(("000009", "000009.png: missing"),), corrected=(("rotations", "2 of 4"),)
    )
    text = render(examine(capture))
    for line in (
        "capture    plate-000001",
        "scale      tabletop (Tabletop)",
        "frames     4 usable, 1 dropped",
        "  dropped: 000009: 000009.png: missing",
        "  corrected: rotations: 2 of 4",
        "missing    nothing",
        "verdict    poses, depth and intrinsics agree",
    ):
        assert line in text.splitlines()
    assert "motion     between consecutive frames 5 cm, 2 degrees" in text
    assert "left tile (5): in 4 frames, up to 10 px across" in text  # 8 x 12 px: the root of 96 is 9.8


def test_long_lists_are_cut_and_counted():
    capture = replace(plate_capture(), dropped=tuple((str(i), "gone") for i in range(30)))
    lines = render(examine(capture)).splitlines()
    assert sum(line.startswith("  dropped:") for line in lines) == 12
    assert "  ... and 18 more" in lines
