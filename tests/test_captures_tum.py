"""TUM RGB-D sequences: a round trip, association by time, published calibrations, and damaged folders."""

import re

import numpy as np
import pytest
from PIL import Image

from capture_folders import png_of_header
from reader_folders import ABOUT, assert_same, calibration, write_color, write_depth, write_tum
from spacevista.captures.doctor import Agreement, examine
from spacevista.captures.open import open_capture
from spacevista.captures.tum import read_tum
from spacevista.errors import CaptureError
from spacevista.geometry.lenses import Brown
from tiny_captures import tiny_capture

TRUTH = tiny_capture(0)  # five frames of 96 x 72, written at 1000.0, 1000.1, ... 1000.4 s
HALF_UNIT_M = 0.5 / 5000
NAMES = [f"rgb/{1000 + 0.1 * i:.6f}.png" for i in range(5)]


@pytest.fixture
def folder(tmp_path):
    return write_tum(TRUTH, tmp_path / "desk")


def edit(folder, name, change):
    """Change the lines of a list."""
    lines = (folder / name).read_text().splitlines()
    (folder / name).write_text("\n".join(change(lines)) + "\n")


def test_a_simulated_capture_comes_back_and_the_doctor_accepts_it(folder):
    capture = open_capture(folder)
    # Poses are written with nine decimals: a quaternion's rounding of 5e-10 turns by twice as much, some of each.
    assert_same(capture, TRUTH, depth_m=HALF_UNIT_M, pose=5e-9)
    assert [frame.name for frame in capture.frames] == NAMES
    assert (capture.id, capture.scale.value, capture.up.tolist()) == ("tum-desk", "tabletop", [0, 0, 1])
    report = examine(capture)
    assert (report.usable, report.agreement, capture.dropped) == (True, Agreement.AGREE, ())


def test_the_pose_is_that_of_the_depth_map_s_time_between_two_rows(tmp_path):
    # A camera that moves 1 m and turns 90 degrees about z in 0.04 s; depth 0.01 s late: a quarter of both.
    folder = write_tum(TRUTH, tmp_path / "desk", depth_late_s=0.01)
    half = np.sqrt(0.5)
    edit(folder, "groundtruth.txt", lambda lines: ["1000.0 0 0 0 0 0 0 1", f"1000.04 1 0 0 0 0 {half} {half}"])
    (frame,) = read_tum(folder).frames
    angle = np.radians(22.5)
    turned = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    assert np.allclose(frame.world_from_camera.rotation, turned, atol=1e-9)
    assert np.allclose(frame.world_from_camera.translation_m, (0.25, 0, 0), atol=1e-9)


def test_a_lone_pose_counts_within_the_tolerance_only(tmp_path):
    folder = write_tum(TRUTH, tmp_path / "desk", depth_late_s=0.019)
    assert len(read_tum(folder).frames) == 5
    edit(folder, "groundtruth.txt", lambda lines: lines[:2])  # the comment and the pose of 1000.0
    (frame,) = read_tum(folder).frames
    assert np.allclose(frame.world_from_camera.matrix, TRUTH.frames[0].world_from_camera.matrix, atol=5e-9)
    dropped = dict(read_tum(folder).dropped)
    assert dropped[NAMES[1]] == "groundtruth.txt: no pose within 0.02 s of 1000.119000"


def test_pictures_and_depth_maps_without_a_partner_are_counted(folder, tmp_path):
    late = write_tum(TRUTH, tmp_path / "late", depth_late_s=0.021)
    with pytest.raises(CaptureError, match=r"none of 5 frames .*no depth map in depth\.txt within 0\.02 s"):
        read_tum(late)
    edit(folder, "depth.txt", lambda lines: [*lines[:2], *lines[3:]])  # without the second
    edit(folder, "rgb.txt", lambda lines: lines[:-1])  # without the last
    capture = read_tum(folder)
    assert [frame.name for frame in capture.frames] == [NAMES[0], NAMES[2], NAMES[3]]
    assert capture.dropped == (
        (NAMES[1], f"{NAMES[1]}: no depth map in depth.txt within 0.02 s"),
        ("depth.txt", "1 of 4 depth maps have no picture within 0.02 s"),
    )


def test_the_nearer_of_two_depth_maps_is_taken(folder):
    write_depth(folder / "depth/near.png", np.full((72, 96), 3.0), 1 / 5000)
    edit(folder, "depth.txt", lambda lines: [*lines[:1], "1000.005 depth/near.png", *lines[2:]])
    edit(folder, "depth.txt", lambda lines: [*lines, "1000.012 depth/1000.000000.png"])
    capture = read_tum(folder)
    assert capture.frames[0].images.depth_m()[0, 0] == np.float32(3)
    assert capture.dropped == (("depth.txt", "1 of 6 depth maps have no picture within 0.02 s"),)


@pytest.mark.parametrize(
    ("number", "fx", "cx", "lens"),
    [
        ("1", 517.3, 319.1, Brown(0.2624, -0.9531, -0.0054, 0.0026, 1.1633)),
        ("2", 520.9, 325.6, Brown(0.2312, -0.7849, -0.0033, -0.0001, 0.9172)),
        ("3", 535.4, 320.6, None),
    ],
)
def test_a_published_sequence_has_its_published_calibration(tmp_path, number, fx, cx, lens):
    folder = tmp_path / f"rgbd_dataset_freiburg{number}_desk"
    write_tum(TRUTH, folder)
    (folder / "about.toml").unlink()
    with pytest.raises(CaptureError, match=r"rgb/1000\.000000\.png: expected 480 x 640 pixels .*, got 72 x 96"):
        read_tum(folder)
    write_color(folder / NAMES[0], np.full((480, 640, 3), 90, np.uint8))
    write_depth(folder / NAMES[0].replace("rgb", "depth"), np.full((480, 640), 1.5), 1 / 5000)
    capture = open_capture(folder)
    (frame,) = capture.frames
    # Published with the first pixel's centre at 0, here at 0.5.
    assert (frame.camera.fx_px, frame.camera.cx_px) == (fx, pytest.approx(cx))
    assert (capture.scale.value, capture.licence, capture.source) == (
        "indoor", "CC-BY-4.0", f"TUM RGB-D, rgbd_dataset_freiburg{number}_desk",
    )  # fmt: skip
    assert getattr(frame.images, "color_view", None) == (None if lens is None else frame.images.color_view)
    if lens is not None:
        assert frame.images.color_view.lens == lens
    assert frame.images.depth_m()[240, 320] == np.float32(1.5)


def test_nothing_is_guessed_of_a_folder_with_another_name(folder):
    (folder / "about.toml").write_text(ABOUT)
    with pytest.raises(CaptureError, match=r"desk: expected \[calibration\] in about\.toml"):
        read_tum(folder)
    (folder / "about.toml").unlink()
    with pytest.raises(CaptureError, match=r"desk: expected about\.toml with scale"):
        read_tum(folder)


def truncate(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-200])


def save(name, array):
    return lambda folder: Image.fromarray(array).save(folder / name)


def listed(name, number, line):
    """Damage: another line in a list (0 is the comment)."""
    return lambda folder: edit(folder, name, lambda lines: [*lines[:number], line, *lines[number + 1 :]])


DEPTH = NAMES[2].replace("rgb", "depth")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / NAMES[2]).unlink(), f"{NAMES[2]}: missing, or not a regular file"),
        (lambda folder: (folder / DEPTH).unlink(), f"{DEPTH}: missing, or not a regular file"),
        (truncate(NAMES[2]), f"{NAMES[2]}: "),
        (truncate(DEPTH), f"{DEPTH}: "),
        (lambda folder: (folder / NAMES[2]).write_bytes(png_of_header(40_000, 25_000)), f"{NAMES[2]}: expected "),
        (save(DEPTH, np.ones((72, 96), np.uint8)), f"{DEPTH}: expected a PNG of mode I or I;16"),
        (save(DEPTH, np.ones((36, 48), np.uint16)), f"{DEPTH}: expected 72 x 96 pixels (height x width), got 36 x 48"),
        (save(DEPTH, np.zeros((72, 96), np.uint16)), f"{DEPTH}: no usable depth"),
        (save(NAMES[2], np.ones((144, 192, 3), np.uint8)), f"{NAMES[2]}: calibration: expected a centre near the mid"),
    ],
)
def test_a_faulty_file_drops_its_frame(folder, damage, reason):
    damage(folder)
    capture = open_capture(folder)
    assert [frame.name for frame in capture.frames] == [NAMES[i] for i in (0, 1, 3, 4)]
    ((what, why),) = capture.dropped
    assert what == NAMES[2]
    assert why.startswith(reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1000.2 nan 0 0 0 0 0 1", "expected 8 finite numbers"),
        ("1000.2 1 2 3", "expected 8 finite numbers"),
        ("1000.2 one 0 0 0 0 0 1", "expected 8 finite numbers"),
        ("1000.2 0 0 0 0 0 0 0", "expected a quaternion of length 1, got 0"),
        ("1000.2 0 0 0 0 0 0 1.1", "expected a quaternion of length 1, got 1.1"),
        ("1000.1 0 0 0 0 0 0 1", "time 1000.100000 is there twice"),
    ],
)
def test_a_row_that_is_no_pose_is_counted_and_its_frame_dropped(folder, row, reason):
    listed("groundtruth.txt", 3, row)(folder)
    capture = open_capture(folder)
    assert [frame.name for frame in capture.frames] == [NAMES[i] for i in (0, 1, 3, 4)]
    assert capture.dropped == (
        (NAMES[2], "groundtruth.txt: no pose within 0.02 s of 1000.200000"),
        ("groundtruth.txt", f"1 of 5 rows are no pose (line 4: {reason})"),
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "depth.txt").unlink(), "depth.txt: missing, or not a regular file"),
        (lambda folder: (folder / "groundtruth.txt").unlink(), "groundtruth.txt: missing, or not a regular file"),
        (lambda folder: (folder / "rgb.txt").write_bytes(b"\xff\xfe\x00"), "rgb.txt: expected UTF-8 text"),
        (lambda folder: (folder / "rgb.txt").write_text("# nothing\n"), "none of 0 frames is usable"),
        (lambda folder: (folder / "groundtruth.txt").write_text("# nothing\n"), "groundtruth.txt: expected rows of"),
        (
            listed("rgb.txt", 2, "once upon a time"),
            "rgb.txt: line 3: expected a time and a file, got 'once upon a time'",
        ),
        (listed("depth.txt", 2, "nan depth/x.png"), "depth.txt: line 3: expected a time and a file"),
        (listed("rgb.txt", 2, f"1000.1 {NAMES[0]}"), f"rgb.txt: frame '{NAMES[0]}' is there twice"),
        (listed("rgb.txt", 2, "1000.0 rgb/x.png"), "rgb.txt: time 1000.000000 is there twice"),
        (listed("rgb.txt", 2, "1000.1 ../secret.png"), "'../secret.png': expected a path inside the capture's folder"),
        (listed("depth.txt", 2, "1000.1 /etc/passwd"), "'/etc/passwd': expected a path inside the capture's folder"),
    ],
)
def test_a_fault_of_the_folder_is_an_error_that_names_the_file(folder, damage, message):
    damage(folder)
    with pytest.raises(CaptureError, match=re.escape(message)):
        open_capture(folder)


def test_a_link_that_leaves_the_folder_is_an_error(folder, tmp_path):
    (folder / DEPTH).rename(tmp_path / "secret.png")
    (folder / DEPTH).symlink_to(tmp_path / "secret.png")
    with pytest.raises(CaptureError, match=r"depth/1000\.200000\.png: .* got a link that leaves it"):
        open_capture(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("brown = [1, 2]", "Expected `array` of length 5"),
        ("brown = [0, 0, 0, 0, 0]\nfisheye = [0, 0, 0, 0]", "expected brown or fisheye, got both"),
        ("brown = [nan, 0, 0, 0, 0]", "lens: expected coefficients"),
        ("first_pixel = 0", "unknown field `first_pixel`"),
    ],
)
def test_a_calibration_that_cannot_be(folder, text, message):
    (folder / "about.toml").write_text(ABOUT + calibration(TRUTH.frames[0].camera) + text + "\n")
    with pytest.raises(CaptureError, match=message):
        open_capture(folder)
