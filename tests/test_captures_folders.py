"""Readers of other people's folders: 7-Scenes, and any folder by a capture.toml; which reader takes which folder."""

import os
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from capture_folders import CONFIGS, HEIGHT, WIDTH, plate_capture, write_sevenscenes
from spacevista.captures.disk import write_capture
from spacevista.captures.open import check_config, open_capture
from spacevista.captures.record import SKY_ID
from spacevista.captures.sevenscenes import read_sevenscenes
from spacevista.captures.toml_folder import read_config, read_toml_capture
from spacevista.errors import CaptureError

HEAD = """
id = "plate"
scale = "tabletop"
licence = "CC0-1.0"
source = "made by a test"
length_sigma = 0.01
color = "frame-{frame}.color.png"
"""
DEPTH = '[depth]\nfiles = "frame-{frame}.depth.png"\nunit_m = 0.001\ninvalid = [65535]\n'
INTRINSICS = '[intrinsics]\nfile = "camera-intrinsics.txt"\n'
POSES = '[poses]\nfiles = "frame-{frame}.pose.txt"\ndirection = "camera_to_world"\naxes = "opencv"\n'
WHOLE = HEAD + DEPTH + INTRINSICS + POSES


def described(folder, text):
    """Read a folder by the description `text`, which lies outside it."""
    config = folder.parent / "described.toml"
    config.write_text(text)
    return read_toml_capture(config, folder)


def same_poses(capture):
    for frame, truth in zip(capture.frames, plate_capture().frames, strict=True):
        assert np.allclose(frame.world_from_camera.matrix, truth.world_from_camera.matrix, atol=1e-9)


def test_sevenscenes_folder(tmp_path):
    capture = read_sevenscenes(write_sevenscenes(tmp_path / "kitchen"))
    assert (capture.id, capture.scale.value, len(capture.frames)) == ("7scenes-kitchen", "indoor", 4)
    same_poses(capture)
    truth = plate_capture().frames[0].images
    # Whole millimetres: half of one off at most; 65535 is none.
    assert np.abs(capture.frames[0].images.depth_m() - truth.depth_m()).max() <= 0.5e-3 + 1e-7
    assert (capture.frames[0].images.depth_m()[0] == 0).all()
    assert capture.frames[0].images.ids() is None
    assert capture.up is None
    assert capture.corrected[0][0] == "rotations"


def test_sevenscenes_gravity_points_down_so_up_is_its_opposite(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    (folder / "gravity-direction.txt").write_text("0\n3\n-4\n")
    assert np.allclose(read_sevenscenes(folder).up, (0, -0.6, 0.8))


def test_sevenscenes_without_intrinsics_has_the_published_ones_at_their_size_only(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen", frames=1, intrinsics=False)
    with pytest.raises(CaptureError, match=r"frame-000000\.color\.png: expected 480 x 640 pixels with the published"):
        read_sevenscenes(folder)
    Image.new("RGB", (640, 480)).save(folder / "frame-000000.color.png")
    Image.fromarray(np.full((480, 640), 1500, np.uint16)).save(folder / "frame-000000.depth.png")
    capture = read_sevenscenes(folder)
    (frame,) = capture.frames
    # The published numbers are the depth camera's; depth is carried into the colour camera beside it.
    assert (frame.camera.fx_px, frame.camera.cx_px, frame.camera.cy_px) == (527, 320, 240)
    assert dict(capture.corrected)["frames"].startswith("depth of 1 carried into the pictures")
    # 1.5 m along the depth camera's axis is 1.5 + 0.0028 m along the colour camera's, which is turned by 0.36 degrees.
    assert frame.images.depth_m()[240, 320] == pytest.approx(1.503, abs=0.002)
    # The colour camera sees more (a focal length of 527 px against 585): there is no depth at the border.
    assert frame.images.depth_m()[2, 2] == 0
    np.savetxt(folder / "camera-intrinsics.txt", [[585, 0, 320], [0, 585, 240], [0, 0, 1]])
    assert read_sevenscenes(folder).frames[0].camera == frame.camera
    np.savetxt(folder / "camera-intrinsics.txt", [[525, 0, 320], [0, 525, 240], [0, 0, 1]])
    assert read_sevenscenes(folder).frames[0].images.depth_m()[3, 5] == np.float32(1.5)


def test_sevenscenes_drops_a_frame_without_its_pose_and_counts_it(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    (folder / "frame-000002.pose.txt").unlink()
    capture = read_sevenscenes(folder)
    assert [frame.name for frame in capture.frames] == ["frame-000000", "frame-000001", "frame-000003"]
    assert capture.dropped == (("frame-000002", "frame-000002.pose.txt: missing, or not a regular file"),)


def test_a_described_folder_equals_the_sevenscenes_reader(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    ours, theirs = described(folder, WHOLE), read_sevenscenes(folder)
    for a, b in zip(ours.frames, theirs.frames, strict=True):
        assert a.camera == b.camera
        assert np.array_equal(a.world_from_camera.matrix, b.world_from_camera.matrix)
        assert np.array_equal(a.images.depth_m(), b.images.depth_m())


@pytest.mark.parametrize("direction", ["camera_to_world", "world_to_camera"])
@pytest.mark.parametrize("axes", ["opencv", "opengl"])
def test_pose_conventions(tmp_path, direction, axes):
    # OpenGL's camera has y up and looks along -z: its pose is ours times diag(1, -1, -1, 1) on the camera's side.
    folder = write_sevenscenes(tmp_path / "kitchen")
    for i, frame in enumerate(plate_capture().frames):
        matrix = frame.world_from_camera.matrix @ (np.diag([1, -1, -1, 1]) if axes == "opengl" else np.eye(4))
        matrix = matrix if direction == "camera_to_world" else np.linalg.inv(matrix)
        matrix[:3, 3] *= 1000  # in millimetres
        np.savetxt(folder / f"frame-{i:06d}.pose.txt", matrix, fmt="%.12e")
    poses = POSES.replace("camera_to_world", direction).replace("opencv", axes) + "unit_m = 0.001\n"
    same_poses(described(folder, HEAD + DEPTH + INTRINSICS + poses))


def test_poses_and_intrinsics_as_blocks_of_one_file(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    blocks = ["# Intrinsics", "30 0 15.5", "0 30 11.5", "0 0 1", ""]
    for i, frame in enumerate(plate_capture().frames):
        rows = [" ".join(f"{n:.12e}" for n in row) for row in frame.world_from_camera.matrix]
        blocks += [f"# pose of frame-{i:06d}", *rows, ""]
        (folder / f"frame-{i:06d}.pose.txt").unlink()
    (folder / "info.txt").write_text("\n".join(blocks))
    text = HEAD + DEPTH + '[intrinsics]\nfile = "info.txt"\nafter = "# Intrinsics"\nfirst_pixel_centre = 0\n'
    text += '[poses]\nfile = "info.txt"\nafter = "# pose of frame-{frame}"\n'
    text += 'direction = "camera_to_world"\naxes = "opencv"\n'
    capture = described(folder, text)
    same_poses(capture)
    # Counted from the centre of the first pixel the middle of 32 x 24 is 15.5, 11.5; ours is 16, 12.
    assert (capture.frames[0].camera.cx_px, capture.frames[0].camera.cy_px) == (16, 12)
    (folder / "info.txt").write_text("\n".join([*blocks, "# pose of frame-000001", *["0 0 0 0"] * 4]))
    with pytest.raises(CaptureError, match=r"info\.txt: frame '000001' is there twice"):
        described(folder, text)


def test_label_maps(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    labels = np.full((HEIGHT, WIDTH), 255, np.uint8)
    labels[5:9, 5:9], labels[9:12, 5:9], labels[0] = 3, 4, 200
    for i in range(4):
        Image.fromarray(labels).save(folder / f"{i:06d}.label.png")
    text = WHOLE + '[labels]\nfiles = "{frame}.label.png"\nbackground = [0, 255]\nsky = [200]\n'
    capture = described(folder, text + 'objects = [{ id = 3, category = "cup" }, { id = 4 }]\n')
    ids = capture.frames[0].images.ids()
    assert dict(capture.categories) == {3: "cup"}
    assert (ids[6, 6], ids[10, 6], ids[0, 0], ids[20, 20]) == (3, 4, SKY_ID, 0)


def test_score_maps_give_a_pixel_to_the_highest_score_over_its_threshold(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen", frames=1)
    a, b = np.zeros((HEIGHT, WIDTH), np.uint16), np.zeros((HEIGHT, WIDTH), np.uint16)
    a[0, :4], b[0, :4] = [400, 600, 900, 0], [300, 700, 800, 0]  # of 1000; thresholds 0.5 and 0.25
    Image.fromarray(a).save(folder / "000000.a.png")
    Image.fromarray(b).save(folder / "000000.b.png")
    (folder / "b.thresh.txt").write_text("0.25\n")
    text = WHOLE + "[scores]\nfull_value = 1000\n"
    text += '[[scores.objects]]\nid = 1\nfiles = "{frame}.a.png"\nthreshold = 0.5\n'
    text += '[[scores.objects]]\nid = 2\nfiles = "{frame}.b.png"\nthreshold_file = "b.thresh.txt"\n'
    # 0.4 is under the first threshold, so 0.3 wins; then the higher of two; a score of 0 is nothing.
    assert described(folder, text).frames[0].images.ids()[0, :4].tolist() == [2, 2, 1, 0]


def test_depth_as_npy_and_npz_in_any_unit(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen", frames=2)
    depth_mm = np.full((HEIGHT, WIDTH), 0.75)  # three quarters of a millimetre: no integer unit of 1 mm holds it
    depth_mm[0, 0] = -1
    np.savez_compressed(folder / "0.npz", depth=depth_mm)
    np.savez(folder / "1.npz", np.asfortranarray(depth_mm.astype(np.float32)))
    for i in range(2):
        os.rename(folder / f"{i}.npz", folder / f"{i:06d}.npz")
    depth = '[depth]\nfiles = "{frame}.npz"\nunit_m = 0.001\ninvalid = [-1]\n'
    capture = described(folder, HEAD + depth + INTRINSICS + POSES)
    for frame in capture.frames:
        assert frame.images.depth_m()[0, 0] == 0
        assert np.allclose(frame.images.depth_m()[1:], 0.75e-3, rtol=1e-6)


def test_frames_are_in_order_of_their_numbers(tmp_path):
    folder = tmp_path / "walk"
    write_sevenscenes(folder, frames=3)
    for old, new in (("000000", "9"), ("000001", "10"), ("000002", "100")):
        for ending in ("color.png", "depth.png", "pose.txt"):
            (folder / f"frame-{old}.{ending}").rename(folder / f"frame-{new}.{ending}")
    assert [frame.name for frame in described(folder, WHOLE).frames] == [
        "frame-9.color.png", "frame-10.color.png", "frame-100.color.png",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('scale = "tabletop"', 'scale = "galaxy"', r"Invalid enum value 'galaxy' - at `\$\.scale`"),
        ("unit_m = 0.001", "unit_m = 0", r"Expected `float` > 0\.0 - at `\$\.depth\.unit_m`"),
        ("unit_m = 0.001", "unit = 0.001", r"unknown field `unit` - at `\$\.depth`"),
        ("frame-{frame}.color.png", "frame.color.png", r"color: expected a pattern with \{frame\}"),
        ('axes = "opencv"', 'axes = "unreal"', r"Invalid enum value 'unreal' - at `\$\.poses\.axes`"),
        ('file = "camera-intrinsics.txt"', "fx_px = 3", "expected either fx_px, fy_px, cx_px and cy_px, or file"),
        ('file = "camera-intrinsics.txt"', 'file = "none.txt"', r"none\.txt: missing"),
        ('file = "camera-intrinsics.txt"', 'file = "../k.txt"', r"'\.\./k\.txt': expected a path inside"),
        ("length_sigma = 0.01", "", "expected length_sigma"),
        ('id = "plate"', 'id = "a/b"', "expected an id of letters"),
        ('id = "plate"', "id = plate", r"described\.toml: Invalid value"),
        ("frame-{frame}.depth.png", "frame-{frame}.depth.pkl", "pickle files run what they hold"),
        ("frame-{frame}.depth.png", "/etc/{frame}.png", "expected a path inside the capture's folder"),
    ],
)
def test_a_wrong_description_is_an_error_that_names_the_key(tmp_path, old, new, message):
    folder = write_sevenscenes(tmp_path / "kitchen")
    assert old in WHOLE
    with pytest.raises(CaptureError, match=message):
        described(folder, WHOLE.replace(old, new))


def test_an_id_described_twice_is_an_error(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    text = WHOLE + '[labels]\nfiles = "{frame}.label.png"\n'
    text += 'objects = [{ id = 3, category = "cup" }, { id = 3, category = "mug" }]\n'
    with pytest.raises(CaptureError, match=r"id 3 is there twice \('cup' and 'mug'\)"):
        described(folder, text)


def test_the_first_reader_that_knows_a_folder_reads_it(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    assert open_capture(folder).id == "7scenes-kitchen"
    (folder / "capture.toml").write_text(WHOLE)
    assert open_capture(folder).id == "plate"
    write_capture(plate_capture(), folder)
    assert open_capture(folder).id == "plate-000001"
    assert open_capture(folder, config=folder / "capture.toml").id == "plate"


def test_a_folder_that_no_reader_knows(tmp_path):
    with pytest.raises(CaptureError, match=r"looked for: capture\.json .*; capture\.toml .*; frame-XXXXXX"):
        open_capture(tmp_path)
    with pytest.raises(CaptureError, match="expected a folder, got nothing there"):
        open_capture(tmp_path / "nowhere")


def test_the_examples_in_the_docs_are_valid_and_the_ones_that_are_tested():
    text = (Path(__file__).parent.parent / "docs" / "captures.md").read_text()
    examples = re.findall(r"```toml\n(id = .*?|# .*?)```", text, flags=re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        msgspec.toml.decode(example, type=type(read_config(CONFIGS / "apc_shelf_labels.toml")))
    assert (CONFIGS / "apc_shelf_labels.toml").read_text() in examples
    assert (CONFIGS / "apc_shelf_scores.toml").read_text() in examples


def test_the_about_in_the_docs_is_valid(tmp_path):
    text = (Path(__file__).parent.parent / "docs" / "captures.md").read_text()
    (example,) = re.findall(r"```toml\n(scale = .*?)```", text, flags=re.DOTALL)
    (tmp_path / "about.toml").write_text(example)
    check_config(tmp_path / "about.toml")
    (tmp_path / "about.toml").write_text(example.replace("licence", "license"))
    with pytest.raises(CaptureError, match=r"about\.toml: "):
        check_config(tmp_path / "about.toml")


def test_an_about_for_a_form_that_needs_none_is_an_error(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen")
    (tmp_path / "mine.toml").write_text('scale = "indoor"\nlicence = "x"\nsource = "y"\nlength_sigma = 0.1\n')
    with pytest.raises(CaptureError, match=r"mine\.toml: kitchen is of a form that takes no about\.toml"):
        open_capture(folder, config=tmp_path / "mine.toml")
