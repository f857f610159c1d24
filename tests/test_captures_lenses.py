"""Pictures taken through a lens become those of a pinhole camera: a plate whose distorted pictures are exact."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from spacevista.captures.doctor import Agreement, examine
from spacevista.captures.pinhole import LensCamera, ResampledImages, resampling_notes
from spacevista.captures.record import Frame, MemoryImages
from spacevista.captures.safe import inside
from spacevista.captures.toml_folder import read_toml_capture
from spacevista.errors import CaptureError
from spacevista.geometry.cameras import Camera
from spacevista.geometry.lenses import Brown, Fisheye
from spacevista.geometry.poses import Pose, rotation_about

CAMERA = Camera(96, 72, 60.0, 62.0, 47.0, 37.0)
LENSES = {
    "brown": Brown(-0.15, 0.02, 2e-3, -1e-3, 0.003),  # barrel: the corners of the picture are cropped
    "fisheye": Fisheye(0.02, -0.005, 0.001, 0.0),
}
HEAD = """
id = "plate"
scale = "tabletop"
licence = "CC0-1.0"
source = "made by a test"
length_sigma = 0.01
color = "{frame}.color.png"
depth = { files = "{frame}.depth.png", unit_m = 1e-4 }
poses = { files = "{frame}.pose.txt", direction = "camera_to_world", axes = "opencv" }
labels = { files = "{frame}.labels.png" }

[intrinsics]
fx_px = 60
fy_px = 62
cx_px = 47
cy_px = 37
"""


def directions(lens):
    """Directions with z = 1 through the pixel centres of a picture taken through a lens."""
    bent = (CAMERA.pixel_centres() - [CAMERA.cx_px, CAMERA.cy_px]) / [CAMERA.fx_px, CAMERA.fy_px]
    points = bent if lens is None else lens.undistort(bent)
    return np.concatenate([points, np.ones((*points.shape[:2], 1))], axis=-1)


def seen(rays, pose):
    """Depth, colour and ids of the plate z = 1 + x / 4 (world) along `rays`, NaN where a lens shows nothing there.

    Colour changes slowly over the plate, ids change at x = 0.1 and y = 0.
    """
    turned = pose.rotate(rays)
    x, _, z = pose.translation_m
    depth = (1 + x / 4 - z) / (turned[..., 2] - turned[..., 0] / 4)
    points = pose.apply(rays * depth[..., None])
    u, v = points[..., 0], points[..., 1]
    color = np.stack([120 + 50 * u, 120 + 50 * v, 120 + 30 * (u + v)], axis=-1)
    return depth, color, 1 + (u > 0.1) + 2 * (v > 0)


def poses():
    return [Pose(rotation_about((0, 1, 0), 3.0 * i - 3), np.array([0.05 * i, 0.0, 0.0])) for i in range(3)]


def write_plate(folder, lens):
    for i, pose in enumerate(poses()):
        depth, color, ids = seen(directions(lens), pose)
        hidden = np.isnan(depth)
        Image.fromarray(np.where(hidden, 0, np.round(depth * 1e4)).astype(np.uint16)).save(folder / f"{i}.depth.png")
        rgb = np.clip(np.round(np.nan_to_num(color)), 0, 255).astype(np.uint8)
        Image.fromarray(rgb).save(folder / f"{i}.color.png")
        Image.fromarray(np.where(hidden, 0, ids).astype(np.uint8)).save(folder / f"{i}.labels.png")
        np.savetxt(folder / f"{i}.pose.txt", pose.matrix, fmt="%.12e")


def read(tmp_path, kind, lens):
    folder, config = tmp_path / "data", tmp_path / "plate.toml"
    folder.mkdir()
    write_plate(folder, lens)
    numbers = [getattr(lens, name) for name in lens.__dataclass_fields__]
    config.write_text(HEAD + f"{kind} = {numbers}\n")
    return read_toml_capture(config, folder)


@pytest.mark.parametrize("kind", ["brown", "fisheye"])
def test_a_plate_seen_through_a_lens_becomes_the_one_a_pinhole_sees(tmp_path, kind):
    capture = read(tmp_path, kind, LENSES[kind])
    for frame, pose in zip(capture.frames, poses(), strict=True):
        assert frame.camera == CAMERA
        depth, color, ids = seen(CAMERA.rays(), pose)
        got, shown = frame.images.depth_m(), frame.images.depth_m() > 0
        assert got.dtype == np.float32
        # The nearest pixel is up to 0.71 px off. At the corners both lenses draw up to 2 px of the pinhole into one
        # (slopes of 0.65 and 0.5), so depth may differ by its change over 1.45 px; uncorrected it would be 10 px.
        slack = np.hypot(*np.gradient(depth)) * 1.45 + 1e-4
        assert (np.abs(got - depth) <= slack)[shown].all()
        assert np.abs(frame.images.color() - color)[shown].max() <= 1.0  # rounded twice; the plate's colour is smooth
        # Ids differ from the truth along their borders only.
        wrong = (frame.images.ids() != ids) & shown
        assert wrong.sum() < 0.03 * shown.sum()
        assert (frame.images.ids()[~shown] == 0).all()
    report = examine(capture)
    assert (report.agreement, report.usable) == (Agreement.AGREE, True)


def test_without_the_lens_the_doctor_would_have_seen_that_something_is_wrong(tmp_path):
    corrected = examine(read(tmp_path, "fisheye", LENSES["fisheye"]))
    (tmp_path / "plate.toml").write_text(HEAD)
    left = examine(read_toml_capture(tmp_path / "plate.toml", tmp_path / "data"))
    assert left.pair_median_m > 2 * corrected.pair_median_m


def test_what_the_border_loses_is_counted(tmp_path):
    lens = LENSES["brown"]
    capture = read(tmp_path, "brown", lens)
    # Each of the lens's pixels has its place in the pinhole picture or falls outside it, and the other way round.
    rays = directions(lens)
    pixels = rays[..., :2] * [CAMERA.fx_px, CAMERA.fy_px] + [CAMERA.cx_px, CAMERA.cy_px]
    outside = 1 - CAMERA.contains(pixels).mean()
    bent = lens.distort(CAMERA.rays()[..., :2]) * [CAMERA.fx_px, CAMERA.fy_px] + [CAMERA.cx_px, CAMERA.cy_px]
    empty = 1 - CAMERA.contains(bent).mean()
    assert outside > 0.02
    assert capture.corrected == (
        (
            "frames",
            f"3 undistorted: up to {outside:.2%} of a picture's pixels fall outside the pinhole camera's, "
            f"up to {empty:.2%} of the pinhole camera's show nothing",
        ),
    )


def test_a_pincushion_leaves_the_border_empty(tmp_path):
    # k1 > 0: the lens puts a direction further out, so the pinhole's corners lie beyond the picture.
    capture = read(tmp_path, "brown", Brown(k1=0.1))
    frame = capture.frames[0]
    assert frame.images.depth_m()[0, 0] == 0
    assert frame.images.color()[0, 0].tolist() == [0, 0, 0]
    assert frame.images.ids()[0, 0] == 0
    assert frame.images.depth_m()[36, 48] > 0


def test_depth_is_never_mixed_from_two_surfaces(tmp_path):
    folder, config = tmp_path / "data", tmp_path / "plate.toml"
    folder.mkdir()
    write_plate(folder, LENSES["brown"])
    board = np.where((np.indices((72, 96)).sum(axis=0) // 3) % 2, 10_000, 20_000).astype(np.uint16)  # 1 m and 2 m
    for i in range(3):
        Image.fromarray(board).save(folder / f"{i}.depth.png")
    config.write_text(HEAD + "brown = [-0.15, 0.02, 2e-3, -1e-3, 0.003]\n")
    depth = read_toml_capture(config, folder).frames[0].images.depth_m()
    assert set(np.unique(depth)) <= {np.float32(0), np.float32(1), np.float32(2)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("brown = [0.1, 0, 0]", "Expected `array` of length 5"),
        ("fisheye = [0.1, 0, 0, 0]\nbrown = [0, 0, 0, 0, 0]", "expected brown or fisheye, got both"),
        ("fisheye = [inf, 0, 0, 0]", "intrinsics: lens: expected coefficients of up to 1e"),
    ],
)
def test_a_lens_that_cannot_be_described(tmp_path, line, message):
    (tmp_path / "plate.toml").write_text(HEAD + line + "\n")
    with pytest.raises(CaptureError, match=message):
        read_toml_capture(tmp_path / "plate.toml", tmp_path)


def test_a_lens_that_folds_back_within_the_picture_ends_there(tmp_path):
    # k1 = -0.8 folds back at r = sqrt(1 / 2.4) = 0.6455, 38.7 px at 60 px: no pixel shows what is further out.
    capture = read(tmp_path, "brown", Brown(k1=-0.8))
    depth = capture.frames[0].images.depth_m()
    points = CAMERA.rays()[..., :2]
    radius = np.hypot(points[..., 0], points[..., 1])
    assert (depth[radius > 0.646] == 0).all()
    # At r = 0.55 the picture's radius is 0.55 (1 - 0.8 * 0.3025) = 0.417, 0.8 px inside its largest, 0.43.
    assert (depth[radius < 0.55] > 0).all()


def test_frames_in_memory_or_whole_files_have_no_note():
    frame = Frame("0", CAMERA, poses()[0], MemoryImages())
    assert resampling_notes([frame, replace(frame, name="1")]) == ()


def test_a_large_picture_is_averaged_down_before_it_is_sampled(tmp_path):
    # One-pixel stripes of 0 and 200 at five times the size: sampled alone they would alias, averaged they are 100.
    stripes = np.zeros((360, 480, 3), np.uint8)
    stripes[:, ::2] = 200
    Image.fromarray(stripes).save(tmp_path / "a.png")
    large = LensCamera(CAMERA.resized(480, 360))
    images = ResampledImages(CAMERA, large, LensCamera(CAMERA), inside(tmp_path, "a.png"), None, None)
    # Blocks of three columns are 133 or 67 in turn, and five thirds of them make a pixel: within 30 of 100.
    assert np.abs(images.color().astype(int) - 100).max() <= 34
