"""Small captures and folders for the tests of readers: a tilted plate seen by a camera that moves sideways."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from spacevista.captures.record import SKY_ID, Capture, Frame, MemoryImages
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale

WIDTH, HEIGHT = 32, 24
CAMERA = Camera(WIDTH, HEIGHT, 30.0, 30.0, 16.0, 12.0)
CONFIGS = Path(__file__).parent / "configs"


def plate_depth_m(pose: Pose, size_m: float) -> np.ndarray:
    """Z-depth of the plate z = size_m + x / 4 (world): on a ray o + t d, t = (size_m + o_x/4 - o_z) / (d_z - d_x/4)."""
    rays = pose.rotate(CAMERA.rays())
    x, _, z = pose.translation_m
    return ((size_m + x / 4 - z) / (rays[..., 2] - rays[..., 0] / 4)).astype(np.float32)


def plate_capture(size_m: float = 1.0, frames: int = 4) -> Capture:
    """A capture of the plate at a distance of about `size_m`: ids 5 and 7 side by side, a row of sky, exact depth."""
    made = []
    for i in range(frames):
        pose = Pose(rotation_about((0, 1, 0), 2.0 * i), np.array([0.05 * i * size_m, 0.0, 0.0]))
        depth = plate_depth_m(pose, size_m)
        ids = np.zeros((HEIGHT, WIDTH), dtype=np.int32)
        ids[4:12, 4:16], ids[4:12, 16:28], ids[0] = 5, 7, SKY_ID
        depth[0] = 0
        color = np.random.default_rng(i).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        made.append(Frame(f"{i:06d}", CAMERA, pose, MemoryImages(color, depth, ids)))
    return Capture(
        id="plate-000001",
        scale=Scale.TABLETOP,
        frames=tuple(made),
        categories={5: "left tile", 7: "right tile"},
        up=np.array([0.0, -1.0, 0.0]),
        length_sigma=0.0,
        licence="CC0-1.0",
        source="made by a test",
    )


def with_poses(capture: Capture, change) -> Capture:
    """The same pictures under other poses."""
    return replace(
        capture, frames=tuple(replace(f, world_from_camera=change(f.world_from_camera)) for f in capture.frames)
    )


def write_sevenscenes(folder: Path, frames: int = 4, intrinsics: bool = True) -> Path:
    """The plate as a 7-Scenes folder: 16-bit millimetres, poses as text with 10 digits."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, frame in enumerate(plate_capture(frames=frames).frames):
        stem = f"frame-{i:06d}"
        Image.fromarray(frame.images.color()).save(folder / f"{stem}.color.png")
        write_depth_mm(folder / f"{stem}.depth.png", frame.images.depth_m())
        np.savetxt(folder / f"{stem}.pose.txt", frame.world_from_camera.matrix, fmt="%.10e")
    if intrinsics:
        np.savetxt(folder / "camera-intrinsics.txt", [[30, 0, 16], [0, 30, 12], [0, 0, 1]])
    return folder


def write_depth_mm(path: Path, depth_m: np.ndarray) -> None:
    millimetres = np.round(depth_m * 1000).astype(np.uint16)
    millimetres[depth_m == 0] = 65535
    Image.fromarray(millimetres).save(path)


def png_of_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )
