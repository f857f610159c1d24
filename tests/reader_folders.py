"""A simulated capture in the layouts of others: transforms.json, TUM RGB-D, ScanNet. Written by the tests that read."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

from spacevista.captures.record import Capture
from spacevista.geometry.cameras import Camera

ABOUT = """
scale = "tabletop"
licence = "CC0-1.0"
source = "made by a test"
length_sigma = 0.01
up = [0, 0, 2]
"""
OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])


def write_depth(path: Path, depth_m, unit_m: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.round(depth_m / unit_m).astype(np.uint16)).save(path)


def write_color(path: Path, color) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(color).save(path)


def intrinsics(camera: Camera) -> dict[str, float]:
    """As nerfstudio and instant-ngp write them: their pixel centres lie at +0.5 too."""
    keys = ("w", "h", "fl_x", "fl_y", "cx", "cy")
    numbers = (camera.width_px, camera.height_px, camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px)
    return dict(zip(keys, map(float, numbers), strict=True))


def write_transforms(capture: Capture, folder: Path, unit_m: float = 1e-4) -> Path:
    """The capture as nerfstudio has it; intrinsics for all frames at the top."""
    frames = []
    for i, frame in enumerate(capture.frames):
        write_color(folder / f"images/frame_{i}.png", frame.images.color())
        write_depth(folder / f"depth/frame_{i}.png", frame.images.depth_m(), unit_m)
        matrix = frame.world_from_camera.matrix @ OPENGL_FROM_OPENCV
        paths = {"file_path": f"./images/frame_{i}.png", "depth_file_path": f"depth/frame_{i}.png"}
        frames.append(paths | {"transform_matrix": matrix.tolist(), "colmap_im_id": i})
    record = {"camera_model": "OPENCV", "k1": 0.0, "depth_unit_scale_factor": unit_m, "ply_file_path": "sparse.ply"}
    record |= intrinsics(capture.frames[0].camera) | {"frames": frames}
    (folder / "transforms.json").write_text(json.dumps(record))
    (folder / "about.toml").write_text(ABOUT)
    return folder


def calibration(camera: Camera) -> str:
    """A [calibration] in OpenCV's convention: the first pixel's centre is 0."""
    numbers = {"fx_px": camera.fx_px, "fy_px": camera.fy_px, "cx_px": camera.cx_px - 0.5, "cy_px": camera.cy_px - 0.5}
    lines = [f"{key} = {float(number)!r}" for key, number in numbers.items()]
    return "\n".join(["[calibration]", "first_pixel_centre = 0", *lines, ""])


def write_tum(capture: Capture, folder: Path, depth_late_s: float = 0.0) -> Path:
    """The capture as a TUM sequence, a frame each 0.1 s from 1000 s on; depth may be taken a little later."""
    lists = {"rgb": ["# color images"], "depth": ["# depth maps"]}
    rows = ["# timestamp tx ty tz qx qy qz qw"]
    for i, frame in enumerate(capture.frames):
        time = 1000 + 0.1 * i
        write_color(folder / f"rgb/{time:.6f}.png", frame.images.color())
        write_depth(folder / f"depth/{time + depth_late_s:.6f}.png", frame.images.depth_m(), 1 / 5000)
        lists["rgb"].append(f"{time:.6f} rgb/{time:.6f}.png")
        lists["depth"].append(f"{time + depth_late_s:.6f} depth/{time + depth_late_s:.6f}.png")
        quaternion = Rotation.from_matrix(frame.world_from_camera.rotation).as_quat()
        numbers = [*frame.world_from_camera.translation_m, *quaternion]
        rows.append(f"{time:.6f} " + " ".join(f"{n:.9f}" for n in numbers))
    for name, lines in (*lists.items(), ("groundtruth", rows)):
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    (folder / "about.toml").write_text(ABOUT + calibration(capture.frames[0].camera))
    return folder


def matrix_text(camera: Camera) -> str:
    """A 4 x 4 intrinsic matrix whose first pixel has its centre at 0."""
    fx, fy, cx, cy = camera.fx_px, camera.fy_px, camera.cx_px - 0.5, camera.cy_px - 0.5
    return f"{fx!r} 0 {cx!r} 0\n0 {fy!r} {cy!r} 0\n0 0 1 0\n0 0 0 1\n"


def write_scannet(capture: Capture, folder: Path, enlarged: int = 2) -> Path:
    """The capture as ScanNet's exporter writes it: the colour picture has every pixel `enlarged` times each way."""
    camera = capture.frames[0].camera
    for i, frame in enumerate(capture.frames):
        write_color(
            folder / f"color/{i}.png", np.kron(frame.images.color(), np.ones((enlarged, enlarged, 1), np.uint8))
        )
        write_depth(folder / f"depth/{i}.png", frame.images.depth_m(), 1e-3)
        (folder / "pose").mkdir(exist_ok=True)
        np.savetxt(folder / f"pose/{i}.txt", frame.world_from_camera.matrix, fmt="%.9f")
    (folder / "intrinsic").mkdir()
    large = camera.resized(camera.width_px * enlarged, camera.height_px * enlarged)
    (folder / "intrinsic/intrinsic_color.txt").write_text(matrix_text(large))
    (folder / "intrinsic/intrinsic_depth.txt").write_text(matrix_text(camera))
    (folder / "intrinsic/extrinsic_color.txt").write_text("0 0 0 0\n" * 4)  # not to be applied, so not read
    (folder / "about.toml").write_text(ABOUT)
    return folder


def assert_same(read: Capture, truth: Capture, depth_m: float, pose: float = 1e-8) -> None:
    """Cameras, poses, colours and depths agree to within rounding, `depth_m` being half a unit of the depth files."""
    for got, wanted in zip(read.frames, truth.frames, strict=True):
        got_camera = [getattr(got.camera, key) for key in ("width_px", "height_px", "fx_px", "fy_px", "cx_px", "cy_px")]
        camera = wanted.camera
        wanted_camera = [camera.width_px, camera.height_px, camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px]
        assert np.allclose(got_camera, wanted_camera, rtol=0, atol=1e-9)
        assert np.abs(got.world_from_camera.matrix - wanted.world_from_camera.matrix).max() < pose
        assert np.array_equal(got.images.color(), wanted.images.color())
        assert got.images.depth_m().dtype == np.float32
        assert np.abs(got.images.depth_m() - wanted.images.depth_m()).max() <= depth_m + 1e-6
