"""transforms.json of nerfstudio and instant-ngp: a round trip, its conventions, and damaged folders."""

import json

import numpy as np
import pytest
from PIL import Image

from capture_folders import png_of_header
from reader_folders import ABOUT, assert_same, write_depth, write_transforms
from spacevista.captures.doctor import Agreement, examine
from spacevista.captures.frame_files import FileImages
from spacevista.captures.open import open_capture
from spacevista.captures.transforms_json import read_transforms
from spacevista.errors import CaptureError
from spacevista.geometry.lenses import Brown, Fisheye
from spacevista.geometry.poses import rotation_about
from tiny_captures import tiny_capture

TRUTH = tiny_capture(0)  # five frames of 96 x 72
NAN_POSE = [[float("nan")] * 4] * 4


@pytest.fixture
def folder(tmp_path):
    return write_transforms(TRUTH, tmp_path / "desk")


def edit(folder, change):
    record = json.loads((folder / "transforms.json").read_text())
    change(record)
    (folder / "transforms.json").write_text(json.dumps(record))


def test_a_simulated_capture_comes_back_and_the_doctor_accepts_it(folder):
    capture = open_capture(folder)
    assert_same(capture, TRUTH, depth_m=0.5e-4)
    assert (capture.id, capture.scale.value, capture.licence) == ("transforms-desk", "tabletop", "CC0-1.0")
    assert (capture.length_sigma, capture.up.tolist()) == (0.01, [0, 0, 1])
    assert all(isinstance(frame.images, FileImages) for frame in capture.frames)  # nothing to resample
    report = examine(capture)
    assert (report.usable, report.agreement, capture.dropped) == (True, Agreement.AGREE, ())


def test_a_description_elsewhere(folder, tmp_path):
    (folder / "about.toml").rename(tmp_path / "mine.toml")
    with pytest.raises(CaptureError, match=r"desk: expected about\.toml with scale, licence, source and length_sigma"):
        open_capture(folder)
    assert open_capture(folder, config=tmp_path / "mine.toml").id == "transforms-desk"


def test_a_frame_s_own_intrinsics_stand_before_those_of_all(folder):
    edit(folder, lambda record: record["frames"][1].update(fl_x=80.0, cx=40.0))
    edit(folder, lambda record: record.pop("fl_y"))
    frames = read_transforms(folder).frames
    assert (frames[1].camera.fx_px, frames[1].camera.fy_px, frames[1].camera.cx_px) == (80, 80, 40)
    assert frames[0].camera.fx_px == frames[0].camera.fy_px == TRUTH.frames[0].camera.fx_px


def test_instant_ngp_has_an_angle_a_centre_in_the_middle_and_its_own_depth_keys(folder):
    def change(record):
        for key in ("fl_x", "fl_y", "cx", "cy", "w", "h", "depth_unit_scale_factor", "camera_model"):
            del record[key]
        # 96 px across 90 degrees: f = 48 / tan(45 degrees) = 48.
        record.update(camera_angle_x=np.pi / 2, integer_depth_scale=1e-4)
        for frame in record["frames"]:
            frame["depth_path"] = frame.pop("depth_file_path")

    edit(folder, change)
    frame = read_transforms(folder).frames[0]
    camera = frame.camera
    assert (camera.fx_px, camera.fy_px) == (pytest.approx(48), pytest.approx(48))
    assert (camera.cx_px, camera.cy_px) == (48, 36)
    assert np.abs(frame.images.depth_m() - TRUTH.frames[0].images.depth_m()).max() <= 0.5e-4 + 1e-6
    edit(folder, lambda record: record.pop("integer_depth_scale"))
    with pytest.raises(CaptureError, match=r"expected a positive unit of the depth of depth/frame_0\.png, got None"):
        read_transforms(folder)


def test_depth_without_a_unit_is_in_millimetres(tmp_path):
    folder = write_transforms(TRUTH, tmp_path / "desk", unit_m=1e-3)
    edit(folder, lambda record: record.pop("depth_unit_scale_factor"))
    assert_same(read_transforms(folder), TRUTH, depth_m=0.5e-3)


def test_what_was_applied_to_the_poses_is_undone(folder):
    # nerfstudio: pose in the file = scale * (transform @ pose of the source); depth stays as it was.
    turn = np.eye(4)
    turn[:3, :3] = rotation_about((1, 2, 3), 70)
    turn[:3, 3] = (0.3, -0.2, 0.1)

    def change(record):
        record.update(applied_transform=turn[:3].tolist(), applied_scale=0.25)
        for frame in record["frames"]:
            matrix = turn @ np.array(frame["transform_matrix"])
            matrix[:3, 3] *= 0.25
            frame["transform_matrix"] = matrix[:3].tolist()  # 3 x 4 is read too

    edit(folder, change)
    assert_same(read_transforms(folder), TRUTH, depth_m=0.5e-4)
    edit(folder, lambda record: record.update(applied_transform=np.zeros((3, 4)).tolist()))
    with pytest.raises(CaptureError, match=r"transforms\.json: applied_transform: expected an invertible matrix"):
        read_transforms(folder)


def test_a_smaller_depth_map_sets_the_size_of_the_frame(folder):
    for i in range(5):
        depth = TRUTH.frames[i].images.depth_m()[1::2, 1::2]  # at 36 x 48, the lower right of each block of four
        write_depth(folder / f"depth/frame_{i}.png", depth, 1e-4)
    capture = read_transforms(folder)
    frame, truth = capture.frames[0], TRUTH.frames[0]
    assert frame.camera == truth.camera.resized(48, 36)
    assert np.abs(frame.images.depth_m() - truth.images.depth_m()[1::2, 1::2]).max() <= 0.5e-4 + 1e-6
    blocks = truth.images.color().reshape(36, 2, 48, 2, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(frame.images.color() - blocks).max() <= 0.5  # a colour is the mean of its four
    assert capture.corrected == (
        (
            "frames",
            "5 with colour and depth of two cameras brought to one: up to 0.00% of a picture's pixels fall outside "
            "the pinhole camera's, up to 0.00% of the pinhole camera's show nothing",
        ),
    )
    assert examine(capture).agreement is Agreement.AGREE


@pytest.mark.parametrize(
    ("model", "coefficients", "lens"),
    [
        ("OPENCV", {"k1": -0.1, "k2": 0.01, "p1": 1e-3, "p2": 2e-3, "k3": 1e-3}, Brown(-0.1, 0.01, 1e-3, 2e-3, 1e-3)),
        (None, {"k1": -0.1}, Brown(-0.1)),
        ("OPENCV_FISHEYE", {"k1": 0.1, "k4": 0.2}, Fisheye(0.1, 0, 0, 0.2)),
        ("OPENCV_FISHEYE", {"k1": 0.0}, Fisheye()),
    ],
)
def test_lenses(folder, model, coefficients, lens):
    edit(folder, lambda record: record.update(camera_model=model, **coefficients))
    capture = read_transforms(folder)
    assert capture.frames[0].images.color_view.lens == lens
    assert capture.frames[0].camera == TRUTH.frames[0].camera
    assert capture.corrected[0][1].startswith("5 undistorted: up to ")


def test_no_depth_at_all_is_a_capture_without_depth(folder):
    edit(folder, lambda record: [frame.pop("depth_file_path") for frame in record["frames"]])
    capture = read_transforms(folder)
    assert len(capture.frames) == 5
    assert "depth" in examine(capture).missing


def test_frames_are_in_order_of_their_numbers(folder):
    edit(folder, lambda record: record["frames"].reverse())
    assert [frame.name for frame in read_transforms(folder).frames] == [f"images/frame_{i}.png" for i in range(5)]


def pose(matrix):
    return lambda folder: edit(folder, lambda record: record["frames"][2].update(transform_matrix=matrix))


def frame_value(**values):
    return lambda folder: edit(folder, lambda record: record["frames"][2].update(values))


def write(name, data):
    return lambda folder: (folder / name).write_bytes(data)


def truncate(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-200])


def save(name, array):
    return lambda folder: Image.fromarray(array).save(folder / name)


IN_FILE = "transforms.json, frame images/frame_2.png: "
MIRROR = np.diag([1.0, 1.0, -1.0, 1.0]).tolist()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "images/frame_2.png").unlink(), "images/frame_2.png: missing, or not a regular file"),
        (lambda folder: (folder / "depth/frame_2.png").unlink(), "depth/frame_2.png: missing, or not a regular file"),
        (truncate("images/frame_2.png"), "images/frame_2.png: "),
        (truncate("depth/frame_2.png"), "depth/frame_2.png: "),
        (write("images/frame_2.png", b""), "images/frame_2.png: expected 1 to"),
        (write("images/frame_2.png", png_of_header(40_000, 25_000)), "images/frame_2.png: expected "),
        (write("depth/frame_2.png", png_of_header(2**31 - 1, 2**31 - 1)), "depth/frame_2.png: expected "),
        (save("depth/frame_2.png", np.ones((72, 96), np.uint8)), "depth/frame_2.png: expected a PNG of mode I or I;16"),
        (save("depth/frame_2.png", np.ones((72, 80), np.uint16)), "depth/frame_2.png: expected the proportions of 96"),
        (save("depth/frame_2.png", np.zeros((72, 96), np.uint16)), "depth/frame_2.png: no usable depth"),
        (save("images/frame_2.png", np.ones((36, 48, 3), np.uint8)), IN_FILE + "expected a picture of w, h 96 x 72"),
        (pose(NAN_POSE), IN_FILE + "expected finite numbers"),
        (pose(MIRROR), IN_FILE + "pose: expected a rotation with determinant +1"),
        (pose((1.1 * np.eye(4)).tolist()), IN_FILE + "pose: expected last row 0 0 0 1"),
        (pose(np.diag([1.1, 1.1, 1.1, 1]).tolist()), IN_FILE + "pose: expected a rotation (orthogonality error"),
        (pose([[1, 0], [0, 1]]), IN_FILE + "expected a matrix of 3 or 4 rows of 4 numbers, got rows of [2, 2]"),
        (frame_value(fl_x=0.0), IN_FILE + "camera: expected finite intrinsics"),
        (frame_value(fl_x=float("inf")), IN_FILE + "camera: expected finite intrinsics"),
        (frame_value(camera_model="EQUIRECTANGULAR"), IN_FILE + "expected camera_model OPENCV, OPENCV_FISHEYE or PINH"),
        (frame_value(camera_model="PINHOLE", k1=0.1), IN_FILE + "camera_model PINHOLE has no such coefficients"),
        (frame_value(k4=0.1), IN_FILE + "camera_model OPENCV has no such coefficients"),
        (frame_value(k1=float("nan")), IN_FILE + "lens: expected coefficients"),
        (frame_value(depth_file_path=None), IN_FILE + "expected a depth file as other frames have one"),
    ],
)
def test_a_fault_of_one_frame_drops_it_and_names_the_file(folder, damage, reason):
    damage(folder)
    capture = open_capture(folder)
    assert [frame.name for frame in capture.frames] == [f"images/frame_{i}.png" for i in (0, 1, 3, 4)]
    ((what, why),) = capture.dropped
    assert what == "images/frame_2.png"
    assert why.startswith(reason)


def replaced(text):
    return lambda folder: (folder / "transforms.json").write_text(text)


def without_size(folder):
    edit(folder, lambda record: [record.pop(key) for key in ("w", "h")])
    edit(folder, lambda record: record.update(cx=96.0))  # intrinsics of pictures of twice the size


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replaced("{"), r"transforms\.json: expected frames with file_path and transform_matrix"),
        (replaced("[" * 100_000), r"transforms\.json: expected frames"),
        (replaced('{"frames": 3}'), r"transforms\.json: expected frames.*Expected `array`, got `int`"),
        (replaced('{"frames": [{"file_path": "a.png"}]}'), "missing required field `transform_matrix`"),
        (replaced('{"frames": []}'), "none of 0 frames is usable"),
        (write("transforms.json", b"\xff\xfe"), r"transforms\.json: expected UTF-8 text"),
        (frame_value(file_path="../secret.png"), r"'\.\./secret\.png': expected a path inside the capture's folder"),
        (frame_value(file_path="/etc/passwd"), "'/etc/passwd': expected a path inside the capture's folder"),
        (frame_value(depth_file_path="depth/../../x.png"), "expected a path inside the capture's folder"),
        (frame_value(depth_file_path="depth.pkl"), "pickle files run what they hold"),
        (frame_value(file_path="images/frame_1.png"), r"transforms\.json: frame 'images/frame_1\.png' is there twice"),
        (without_size, r"expected a centre near the middle of 96 x 72 px, got 96, 36: intrinsics of another size"),
        (
            write("about.toml", ABOUT.replace("tabletop", "galaxy").encode()),
            r"about\.toml: Invalid enum value 'galaxy'",
        ),
        (write("about.toml", (ABOUT + "depth = 3").encode()), r"about\.toml: Object contains unknown field `depth`"),
        (write("about.toml", ABOUT.replace("[0, 0, 2]", "[0, 0, 0]").encode()), "up: expected a direction"),
    ],
)
def test_a_fault_of_the_folder_is_an_error_that_names_the_file(folder, damage, message):
    damage(folder)
    with pytest.raises(CaptureError, match=message):
        open_capture(folder)


def test_a_link_that_leaves_the_folder_is_an_error(folder, tmp_path):
    (folder / "images/frame_2.png").rename(tmp_path / "secret.png")
    (folder / "images/frame_2.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(CaptureError, match=r"images/frame_2\.png: .* got a link that leaves it"):
        open_capture(folder)


def test_a_calibration_beside_a_file_that_has_one_is_an_error(folder):
    text = "[calibration]\nfx_px = 1\nfy_px = 1\ncx_px = 1\ncy_px = 1\nfirst_pixel_centre = 0\n"
    (folder / "about.toml").write_text(ABOUT + text)
    with pytest.raises(CaptureError, match=r"expected no calibration, the folder has its own in transforms\.json"):
        open_capture(folder)
