"""Hostile folders: each fault is a clear error or a counted drop naming the file; nothing runs, memory is bounded."""

import contextlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from capture_folders import HEIGHT, WIDTH, plate_capture, png_of_header, write_sevenscenes
from spacevista.captures.disk import read_capture, write_capture
from spacevista.captures.doctor import examine
from spacevista.captures.open import open_capture
from spacevista.captures.sevenscenes import read_sevenscenes
from spacevista.captures.toml_folder import read_toml_capture
from spacevista.errors import CaptureError

DESCRIPTION = """
id = "hostile"
scale = "tabletop"
licence = "CC0-1.0"
source = "made by a test"
length_sigma = 0.01
color = "frame-{frame}.color.png"
depth = { files = "frame-{frame}.depth.png", unit_m = 0.001 }
intrinsics = { fx_px = 30, fy_px = 30, cx_px = 16, cy_px = 12 }
poses = { files = "frame-{frame}.pose.txt", direction = "camera_to_world", axes = "opencv" }
labels = { files = "frame-{frame}.LABELS" }
"""
SHAPE = (HEIGHT, WIDTH)


class CreatesAFile:
    """Unpickled, it would create the file `path`."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.fixture
def folder(tmp_path):
    write_capture(plate_capture(), tmp_path / "own")
    return tmp_path / "own"


def edit(folder, change):
    """Change the record of `capture.json`."""
    record = json.loads((folder / "capture.json").read_text())
    change(record)
    (folder / "capture.json").write_text(json.dumps(record))


def save_depth(folder, array, **extra):
    np.savez(folder / "frame-000001.depth.npz", depth_m=array, **extra)


def dropped_reason(folder):
    """Read a capture of four frames of which the second is faulty; return why it was left out."""
    capture = read_capture(folder)
    assert [frame.name for frame in capture.frames] == ["000000", "000002", "000003"]
    ((what, reason),) = capture.dropped
    assert what == "000001"
    return reason


def test_depth_with_nan_infinity_and_negatives_loses_these_pixels_and_counts_them(folder):
    depth = np.ones(SHAPE, np.float32)
    depth[2, :4] = [np.nan, np.inf, -np.inf, -0.5]
    save_depth(folder, depth)
    capture = read_capture(folder)
    read = capture.frames[1].images.depth_m()
    assert (read[2, :4] == 0).all()
    assert (read > 0).sum() == HEIGHT * WIDTH - 4
    assert capture.corrected == (
        ("frame-000001.depth.npz", "4 pixels of depth were NaN, infinite or negative: set to none"),
    )


def test_a_frame_with_nothing_but_nan_is_dropped(folder):
    save_depth(folder, np.full(SHAPE, np.nan, np.float32))
    assert dropped_reason(folder).startswith("frame-000001.depth.npz: no usable depth, 768 pixels are NaN")


@pytest.mark.parametrize("bad", [0, 5])
def test_a_frame_without_one_pixel_of_depth_is_dropped(folder, bad):
    depth = np.zeros(SHAPE, np.float32)
    depth[0, :bad] = -1
    save_depth(folder, depth)
    # 24 x 32 = 768 pixels.
    assert dropped_reason(folder) == (
        f"frame-000001.depth.npz: no usable depth, {bad} pixels are NaN, infinite or negative, {768 - bad} have none"
    )


def test_a_frame_of_nothing_but_sky_is_kept(folder):
    save_depth(folder, np.zeros(SHAPE, np.float32))
    sky = np.full(SHAPE, -1, dtype="<i4")
    Image.fromarray(sky.view(np.uint8).reshape(*SHAPE, 4)).save(folder / "frame-000001.ids.png")
    capture = read_capture(folder)
    assert (len(capture.frames), capture.dropped) == (4, ())
    assert (capture.frames[1].images.ids() == -1).all()


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.ones(SHAPE, np.float16), "expected plain numbers (integers, float32 or float64), got dtype <f2"),
        (np.ones(SHAPE, np.complex64), "expected plain numbers (integers, float32 or float64), got dtype <c8"),
        (np.full(SHAPE, "1"), "expected plain numbers (integers, float32 or float64), got dtype <U1"),
        (np.ones((2, *SHAPE), np.float32), "expected 24 x 32 pixels (height x width), got 2 x 24 x 32"),
        (np.ones((0, 0), np.float32), "expected 24 x 32 pixels (height x width), got 0 x 0"),
        (np.float32(1), "expected 24 x 32 pixels (height x width), got a single number"),
    ],
)
def test_a_depth_array_of_the_wrong_kind_or_size_drops_its_frame(folder, array, reason):
    save_depth(folder, array)
    assert dropped_reason(folder) == f"frame-000001.depth.npz: {reason}"


def test_an_npz_with_two_arrays_or_none_or_cut_short_drops_its_frame(folder):
    path = folder / "frame-000001.depth.npz"
    whole = path.read_bytes()
    save_depth(folder, np.ones(SHAPE, np.float32), more=np.ones(3))
    assert "expected one array in the archive, got 2" in dropped_reason(folder)
    for data in (whole[:-40], whole[:100], whole[50:], b"PK"):
        path.write_bytes(data)
        assert dropped_reason(folder).startswith("frame-000001.depth.npz: truncated or damaged archive")
    path.write_bytes(b"")
    assert dropped_reason(folder) == "frame-000001.depth.npz: expected 1 to 536870912 bytes, got 0"


def test_an_npy_header_that_is_no_header_drops_its_frame(folder):
    for header in (b"{'descr': '<f4', 'fortran_order': False, 'shape': (24, 32", b"__import__('os').getcwd()", b"\xff"):
        member = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
        with zipfile.ZipFile(folder / "frame-000001.depth.npz", "w") as archive:
            archive.writestr("depth_m.npy", member)
        assert dropped_reason(folder).startswith("frame-000001.depth.npz: damaged npy header")


@pytest.mark.parametrize("size", [(0, 0), (0, 24), (32, 0)])
def test_a_zero_size_image_drops_its_frame(folder, size):
    (folder / "frame-000001.color.png").write_bytes(png_of_header(*size))
    assert dropped_reason(folder).startswith("frame-000001.color.png: expected ")


def test_a_truncated_picture_drops_its_frame(folder):
    for name in ("frame-000001.color.png", "frame-000001.ids.png"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) * 2 // 3])
        assert dropped_reason(folder).startswith(f"{name}: ")
        (folder / name).write_bytes(whole)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(40_000, 25_000), (10_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_header_of_too_many_pixels_drops_its_frame(folder, size):
    (folder / "frame-000001.color.png").write_bytes(png_of_header(*size))
    assert dropped_reason(folder).startswith("frame-000001.color.png: expected ")
    edit(folder, lambda r: r["frames"][1]["camera"].update(width_px=size[0], height_px=size[1]))
    assert "expected" in dropped_reason(folder)


def test_pictures_of_the_wrong_kind_drop_their_frame(folder):
    Image.fromarray(np.ones(SHAPE, np.uint16)).save(folder / "frame-000001.color.png")
    expected = "frame-000001.color.png: expected an 8-bit colour or grey picture, got mode I;16"
    assert dropped_reason(folder) == expected
    (folder / "frame-000001.color.png").write_bytes(b"GIF89a" + b"\0" * 40)
    assert "frame-000001.color.png: expected a PNG or JPEG picture" in dropped_reason(folder)
    (folder / "frame-000001.color.png").write_bytes((folder / "frame-000000.color.png").read_bytes())
    Image.fromarray(np.ones(SHAPE, np.uint8)).save(folder / "frame-000001.ids.png")
    assert dropped_reason(folder) == "frame-000001.ids.png: expected an 8-bit RGBA PNG, got mode L"


def test_ids_below_the_sky_drop_their_frame(folder):
    packed = np.full(SHAPE, -2, "<i4").view(np.uint8).reshape(*SHAPE, 4)
    Image.fromarray(packed).save(folder / "frame-000001.ids.png")
    assert dropped_reason(folder) == "frame-000001.ids.png: expected ids of -1 or more, got -2"


def test_a_missing_file_or_one_that_is_no_file_drops_its_frame(folder):
    path = folder / "frame-000001.ids.png"
    path.unlink()
    assert dropped_reason(folder) == "frame-000001.ids.png: missing, or not a regular file"
    os.mkfifo(path)  # opening it would wait for ever
    assert dropped_reason(folder) == "frame-000001.ids.png: missing, or not a regular file"


@pytest.mark.parametrize(
    ("camera", "reason"),
    [
        ({"fx_px": 0.0}, "expected finite intrinsics with positive focal lengths"),
        ({"fy_px": -30.0}, "expected finite intrinsics with positive focal lengths"),
        ({"width_px": 0}, "expected sides of 1 to 32768 px"),
        ({"height_px": 10**9}, "expected sides of 1 to 32768 px"),
        ({"width_px": 31}, "frame-000001.color.png: expected 24 x 31 pixels (height x width), got 24 x 32"),
    ],
)
def test_a_camera_that_cannot_be_drops_its_frame(folder, camera, reason):
    edit(folder, lambda record: record["frames"][1]["camera"].update(camera))
    assert reason in dropped_reason(folder)


MIRROR = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]]
SCALED = [[1.1, 0, 0, 0], [0, 1.1, 0, 0], [0, 0, 1.1, 0], [0, 0, 0, 1]]
OVERFLOWING = [[1e200, 0, 0, 0], [0, 1e200, 0, 0], [0, 0, 1e200, 0], [0, 0, 0, 1]]
PROJECTIVE = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("pose", "reason"),
    [
        (MIRROR, "expected a rotation with determinant +1, got -1.0000 (mirrored)"),
        (SCALED, "expected a rotation (orthogonality error up to 0.001), got 2.10e-01"),  # 1.1^2 - 1 = 0.21
        (OVERFLOWING, "expected finite numbers of a rotation"),
        (PROJECTIVE, "expected last row 0 0 0 1"),
        (MIRROR[:3], "expected a 4 x 4 pose (16 numbers), got 12 numbers"),
    ],
)
def test_a_pose_that_is_none_drops_its_frame(folder, pose, reason):
    edit(folder, lambda record: record["frames"][1].update(world_from_camera=pose))
    assert dropped_reason(folder).startswith("capture.json, frame 000001: ")
    assert reason in dropped_reason(folder)


def test_a_nearly_exact_rotation_is_mended_and_counted(folder):
    # 0.0004 off on the diagonal of R: (1.0004)^2 - 1 = 8.0e-4, under the limit of 1e-3.
    pose = [[1.0004, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    edit(folder, lambda record: record["frames"][1].update(world_from_camera=pose))
    capture = read_capture(folder)
    assert np.allclose(capture.frames[1].world_from_camera.rotation, np.eye(3), atol=1e-12)
    assert capture.corrected == (("rotations", "1 of 4 were up to 8.0e-04 off orthonormal: re-orthonormalised"),)


@pytest.mark.parametrize("path", ["../secret.png", "/etc/passwd", "a/../../secret.png", "..\\secret.png", "a\0b", ""])
def test_a_path_that_leaves_the_folder_is_an_error(folder, path):
    edit(folder, lambda record: record["frames"][1].update(color=path))
    with pytest.raises(CaptureError, match="expected a path inside the capture's folder"):
        read_capture(folder)


def test_a_link_that_leaves_the_folder_is_an_error(folder, tmp_path):
    (tmp_path / "secret.png").write_bytes((folder / "frame-000001.color.png").read_bytes())
    (folder / "frame-000001.color.png").unlink()
    (folder / "frame-000001.color.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(CaptureError, match=r"frame-000001\.color\.png: .* got a link that leaves it"):
        read_capture(folder)
    (folder / "frame-000001.color.png").unlink()
    (folder / "frame-000001.color.png").symlink_to(folder / "frame-000001.color.png")
    with pytest.raises(CaptureError, match=r"frame-000001\.color\.png: not a usable path"):
        read_capture(folder)


def test_nothing_is_unpickled(folder, tmp_path):
    trap = tmp_path / "made_by_a_pickle"
    payload = np.array([CreatesAFile(trap)], dtype=object)
    buffer = io.BytesIO()
    np.save(buffer, payload, allow_pickle=True)
    with zipfile.ZipFile(folder / "frame-000001.depth.npz", "w") as archive:
        archive.writestr("depth_m.npy", buffer.getvalue())
    assert "expected plain numbers (integers, float32 or float64), got dtype |O" in dropped_reason(folder)
    (folder / "mask.pkl").write_bytes(pickle.dumps(CreatesAFile(trap)))
    edit(folder, lambda record: record["frames"][1].update(ids="mask.pkl"))
    with pytest.raises(CaptureError, match=r"mask\.pkl: pickle files run what they hold and are never opened"):
        read_capture(folder)
    (folder / "mask.png").write_bytes(pickle.dumps(CreatesAFile(trap)))  # a pickle under another name
    edit(folder, lambda record: record["frames"][1].update(ids="mask.png"))
    assert "got dtype |O" not in dropped_reason(folder)
    assert not trap.exists()


def test_pickled_labels_of_a_described_folder_are_not_run(tmp_path):
    folder, trap, config = tmp_path / "data", tmp_path / "made_by_a_pickle", tmp_path / "d.toml"
    write_sevenscenes(folder)
    for i in range(4):
        np.save(folder / f"frame-{i:06d}.labels.npy", np.ones(SHAPE, np.int16))
    np.save(folder / "frame-000001.labels.npy", np.array([CreatesAFile(trap)], dtype=object), allow_pickle=True)
    config.write_text(DESCRIPTION.replace("LABELS", "labels.npy"))
    capture = read_toml_capture(config, folder)
    reason = "frame-000001.labels.npy: expected plain numbers (integers), got dtype |O"
    assert capture.dropped == (("frame-000001.color.png", reason),)
    config.write_text(DESCRIPTION.replace("LABELS", "labels.pickle"))
    with pytest.raises(CaptureError, match="pickle files run what they hold"):
        read_toml_capture(config, folder)
    assert not trap.exists()


def test_faults_of_a_sevenscenes_folder_are_counted_by_file(tmp_path):
    folder = write_sevenscenes(tmp_path / "kitchen", frames=9)
    np.savetxt(folder / "frame-000001.pose.txt", MIRROR)
    (folder / "frame-000002.pose.txt").write_text("1 0 0 nan\n0 1 0 0\n0 0 1 0\n0 0 0 1\n")
    (folder / "frame-000003.pose.txt").write_text("once upon a time")
    (folder / "frame-000004.pose.txt").write_bytes(b"\xff\xfe\x00")
    Image.fromarray(np.ones(SHAPE, np.uint8)).save(folder / "frame-000005.depth.png")
    Image.fromarray(np.ones((5, 5), np.uint16)).save(folder / "frame-000006.depth.png")
    (folder / "frame-000007.color.png").unlink()
    capture = read_sevenscenes(folder)
    assert [frame.name for frame in capture.frames] == ["frame-000000", "frame-000008"]
    for (what, reason), ending in zip(
        capture.dropped, ["pose.txt"] * 4 + ["depth.png"] * 2 + ["color.png"], strict=True
    ):
        assert reason.startswith(f"{what}.{ending}: ")
    (folder / "camera-intrinsics.txt").write_text("0 0 16\n0 30 12\n0 0 1\n")
    with pytest.raises(CaptureError, match=r"camera-intrinsics\.txt: .* expected finite intrinsics"):
        read_sevenscenes(folder)
    (folder / "frame-000000.color.jpg").write_bytes(b"x")
    with pytest.raises(CaptureError, match=r"frame-000000 is there twice, as \.png and as \.jpg"):
        read_sevenscenes(folder)


def test_texts_that_nest_or_lie_are_errors(folder, tmp_path):
    (folder / "capture.json").write_text('{"version": 1, "up": ' + "[" * 100_000)
    with pytest.raises(CaptureError, match="not a capture in our form"):
        read_capture(folder)
    config = tmp_path / "d.toml"
    for text in ("up = " + "[" * 100_000, "id = 1\nid = 2", "\0"):
        config.write_text(text)
        with pytest.raises(CaptureError, match=r"d\.toml: "):
            read_toml_capture(config, folder)


BOMB = """
import resource, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from spacevista.captures.disk import read_capture
import spacevista.captures.doctor
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
capture = read_capture(Path(sys.argv[1]))
spacevista.captures.doctor.examine(capture)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, len(capture.frames), len(capture.dropped))
"""


def test_bombs_take_no_memory(folder):
    # 400 MB of zeros behind a header of the right size (only its 3 kB are read), a header of 80 GB, 10^9 pixels.
    member = io.BytesIO()
    np.save(member, np.ones(SHAPE, np.float32))
    with zipfile.ZipFile(folder / "frame-000000.depth.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("depth_m.npy", member.getvalue() + bytes(400_000_000))
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000), }\n"
    with zipfile.ZipFile(folder / "frame-000001.depth.npz", "w") as archive:
        archive.writestr("depth_m.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    (folder / "frame-000002.color.png").write_bytes(png_of_header(40_000, 25_000))
    run = subprocess.run([sys.executable, "-c", BOMB, str(folder)], capture_output=True, text=True, check=True)
    grown_kib, frames, dropped = map(int, run.stdout.split())
    assert (frames, dropped) == (2, 2)
    assert grown_kib < 100 * 1024


@pytest.mark.parametrize("seed", range(3))
def test_random_damage_never_crashes(folder, seed):
    # Any byte of any file may be wrong: the result is a capture or an error of ours, whatever the damage.
    rng = np.random.default_rng(seed)
    names = sorted(path.name for path in folder.iterdir())
    originals = {name: (folder / name).read_bytes() for name in names}
    for _ in range(60):
        name = names[rng.integers(len(names))]
        data = bytearray(originals[name])
        for _ in range(rng.integers(1, 6)):
            data[rng.integers(min(len(data), 400))] = rng.integers(256)
        (folder / name).write_bytes(data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.3 else data)
        with contextlib.suppress(CaptureError):
            examine(open_capture(folder))
        (folder / name).write_bytes(originals[name])
