"""ScanNet exports: a round trip with depth and colour of two sizes, and damaged folders."""

import re

import numpy as np
import pytest
from PIL import Image

from capture_folders import png_of_header
from reader_folders import ABOUT, assert_same, matrix_text, write_scannet
from spacevista.captures.doctor import Agreement, examine
from spacevista.captures.open import open_capture
from spacevista.captures.scannet import read_scannet
from spacevista.errors import CaptureError
from spacevista.geometry.cameras import Camera
from tiny_captures import tiny_capture

TRUTH = tiny_capture(0)  # five frames of 96 x 72; the colour pictures are written at 192 x 144


@pytest.fixture
def folder(tmp_path):
    return write_scannet(TRUTH, tmp_path / "desk")


def test_a_simulated_capture_comes_back_at_the_depth_s_size_and_the_doctor_accepts_it(folder):
    capture = open_capture(folder)
    assert_same(capture, TRUTH, depth_m=0.5e-3)
    assert [frame.name for frame in capture.frames] == ["0", "1", "2", "3", "4"]
    assert (capture.id, capture.scale.value) == ("scannet-desk", "tabletop")
    report = examine(capture)
    assert (report.usable, report.agreement, capture.dropped) == (True, Agreement.AGREE, ())
    assert capture.corrected[-1][1].startswith("5 with colour and depth of two cameras brought to one: up to 0.00%")


def test_a_scene_of_scannet_needs_no_about(tmp_path):
    folder = write_scannet(TRUTH, tmp_path / "scene0010_01")
    (folder / "about.toml").unlink()
    capture = open_capture(folder)
    assert (capture.id, capture.scale.value, capture.length_sigma) == ("scannet-scene0010_01", "indoor", 0.01)
    assert capture.licence.startswith("ScanNet terms of use")
    folder.rename(tmp_path / "mine")
    with pytest.raises(CaptureError, match=r"mine: expected about\.toml with scale"):
        open_capture(tmp_path / "mine")


def test_colour_and_depth_meet_by_their_intrinsics_not_by_their_sizes(folder):
    # The colour camera sees less: its focal length is 10 % longer than twice the depth camera's.
    depth = TRUTH.frames[0].camera
    longer = Camera(192, 144, 2.2 * depth.fx_px, 2.2 * depth.fy_px, 96.0, 72.0)
    (folder / "intrinsic/intrinsic_color.txt").write_text(matrix_text(longer))
    picture = np.zeros((144, 192, 3), np.uint8)
    picture[:, :, 0] = np.arange(192)  # red is the column
    Image.fromarray(picture).save(folder / "color/0.png")
    frame = read_scannet(folder).frames[0]
    # Column 20 of the depth camera, 20.5 - 48 = -27.5 px off its centre, lies at 96 - 27.5 * 2.2 = 35.5: column 35.
    assert frame.images.color()[30, 20, 0] == 35
    # Column 2 lies at 96 - 45.5 * 2.2 = -4.1, outside: black, though its depth is known.
    assert frame.images.color()[30, 2].tolist() == [0, 0, 0]
    assert np.abs(frame.images.depth_m() - TRUTH.frames[0].images.depth_m()).max() <= 0.5e-3 + 1e-6
    # Seen are the columns whose centre lies within 96 / 2.2 = 43.6 px of 48: 5 to 91, all but 4 + 5 = 9 of 96;
    # the rows within 72 / 2.2 = 32.7 of 36: all but 3 + 3 of 72. 1 - 87 / 96 * 66 / 72 = 0.1693 (4 to 91 would be 88).
    shown = sum(abs(u + 0.5 - 48) < 96 / 2.2 for u in range(96)) * sum(abs(v + 0.5 - 36) < 72 / 2.2 for v in range(72))
    empty = 1 - shown / (96 * 72)
    assert read_scannet(folder).corrected[-1][1].endswith(f"up to {empty:.2%} of the pinhole camera's show nothing")


def test_pictures_of_one_size_and_camera_are_not_resampled(tmp_path):
    capture = read_scannet(write_scannet(TRUTH, tmp_path / "desk", enlarged=1))
    assert_same(capture, TRUTH, depth_m=0.5e-3)
    assert "frames" not in dict(capture.corrected)


def test_frames_that_were_not_tracked_are_dropped_and_counted(folder):
    for i in (1, 3):
        (folder / f"pose/{i}.txt").write_text("-inf -inf -inf -inf\n" * 4)
    capture = read_scannet(folder)
    assert [frame.name for frame in capture.frames] == ["0", "2", "4"]
    assert capture.dropped == tuple((str(i), f"pose/{i}.txt: the camera was not tracked (-inf)") for i in (1, 3))


def test_jpeg_pictures(folder):
    for i in range(5):
        with Image.open(folder / f"color/{i}.png") as picture:
            picture.save(folder / f"color/{i}.jpg", quality=95)
        (folder / f"color/{i}.png").unlink()
    capture = read_scannet(folder)
    assert len(capture.frames) == 5
    difference = capture.frames[0].images.color().astype(float) - TRUTH.frames[0].images.color()
    assert np.abs(difference).mean() < 5


def text(name, content):
    return lambda folder: (folder / name).write_text(content)


def truncate(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-200])


def save(name, array):
    return lambda folder: Image.fromarray(array).save(folder / name)


def remove(name):
    return lambda folder: (folder / name).unlink()


def rows(matrix):
    return "\n".join(" ".join(map(str, row)) for row in matrix)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove("color/2.png"), "color/2.jpg: missing, or not a regular file"),
        (remove("depth/2.png"), "depth/2.png: missing, or not a regular file"),
        (remove("pose/2.txt"), "pose/2.txt: missing, or not a regular file"),
        (truncate("color/2.png"), "color/2.png: "),
        (truncate("depth/2.png"), "depth/2.png: "),
        (lambda folder: (folder / "color/2.png").write_bytes(png_of_header(40_000, 25_000)), "color/2.png: expected "),
        (save("depth/2.png", np.ones((72, 96), np.uint8)), "depth/2.png: expected a PNG of mode I or I;16"),
        (save("depth/2.png", np.zeros((72, 96), np.uint16)), "depth/2.png: no usable depth"),
        (save("depth/2.png", np.ones((30, 40), np.uint16)), "intrinsic/intrinsic_depth.txt: expected a centre near"),
        (save("color/2.png", np.ones((72, 96, 3), np.uint8)), "intrinsic/intrinsic_color.txt: expected a centre near"),
        (text("pose/2.txt", rows(np.diag([1, 1, -1, 1]))), "pose/2.txt: pose: expected a rotation with determinant +1"),
        (text("pose/2.txt", rows(np.diag([2, 2, 2, 1]))), "pose/2.txt: pose: expected a rotation (orthogonality"),
        (text("pose/2.txt", "nan " * 16), "pose/2.txt: pose: expected finite numbers"),
        (text("pose/2.txt", "1 0 0"), "pose/2.txt: expected a 4 x 4 pose (16 numbers), got 3 numbers"),
        (text("pose/2.txt", "once upon a time"), "pose/2.txt: expected numbers only"),
    ],
)
def test_a_fault_of_one_frame_drops_it_and_names_the_file(folder, damage, reason):
    damage(folder)
    capture = open_capture(folder)
    assert [frame.name for frame in capture.frames] == ["0", "1", "3", "4"]
    ((what, why),) = capture.dropped
    assert what == "2"
    assert why.startswith(reason)


def empty(folder):
    for path in folder.glob("[cdp]*/*"):
        path.unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("intrinsic/intrinsic_depth.txt"), "intrinsic/intrinsic_depth.txt: missing, or not a regular file"),
        (text("intrinsic/intrinsic_color.txt", "1 2 3"), "intrinsic/intrinsic_color.txt: expected a 3 x 3 or 4 x 4"),
        (
            text("intrinsic/intrinsic_color.txt", "0 " * 16),
            "intrinsic/intrinsic_color.txt: expected intrinsics without",
        ),
        (
            text("intrinsic/intrinsic_depth.txt", "nan " * 16),
            "intrinsic/intrinsic_depth.txt: expected intrinsics witho",
        ),
        (save("color/2.jpg", np.ones((144, 192, 3), np.uint8)), "frame 2 is there twice, as .jpg and as .png"),
        (empty, "none of 0 frames is usable"),
        (text("about.toml", ABOUT.replace("0.01", "0")), "about.toml: Expected `float` > 0.0 - at `$.length_sigma`"),
    ],
)
def test_a_fault_of_the_folder_is_an_error_that_names_the_file(folder, damage, message):
    damage(folder)
    with pytest.raises(CaptureError, match=re.escape(message)):
        open_capture(folder)


@pytest.mark.parametrize("name", ["color/2.png", "depth/2.png", "pose/2.txt", "intrinsic/intrinsic_color.txt"])
def test_a_link_that_leaves_the_folder_is_an_error(folder, tmp_path, name):
    (folder / name).rename(tmp_path / "secret")
    (folder / name).symlink_to(tmp_path / "secret")
    with pytest.raises(CaptureError, match=rf"{re.escape(name)}: .* got a link that leaves it"):
        open_capture(folder)
