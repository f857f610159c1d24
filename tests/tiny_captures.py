"""Captures that take a second to annotate: three solids on a plate, five small frames, ids as colours."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from small_worlds import box, cylinder, orbit, world_of
from spacevista.captures.disk import write_capture
from spacevista.captures.record import Capture, MemoryImages
from spacevista.geometry.cameras import Camera
from spacevista.sim.simulate import simulate

FRAMES = 5


def tiny_capture(number: int, width_px: int = 96) -> Capture:
    """Return capture number 0 to 9: a box, a post and a can; the box is 8 to 17 cm high, the post always 12 cm.

    96 pixels support few facts, 160 some of every task.
    """
    height = 0.08 + 0.01 * number
    meshes = [
        box((0.1, 0.06, height), (0.2, 0, height / 2), 10 * number),
        box((0.05, 0.05, 0.12), (-0.15, 0.1, 0.06)),
        cylinder(0.03, 0.1, (0, -0.2, 0)),
    ]
    world = world_of(meshes, orbit(0.7, 0.5, FRAMES), size=0.5)
    world = replace(world, id=f"desk-{number}", camera=Camera.from_fov(width_px, width_px * 3 // 4, 50))
    capture = simulate(world, np.random.default_rng(0), color=False)
    return replace(capture, frames=tuple(replace(frame, images=_painted(frame.images)) for frame in capture.frames))


def write_captures(folder: Path, count: int, width_px: int = 96) -> Path:
    """Write the first captures to `folder` and return it."""
    for number in range(count):
        write_capture(tiny_capture(number, width_px), folder / f"capture-{number}")
    return folder


def _painted(images: MemoryImages) -> MemoryImages:
    ids = images.ids()
    color = np.stack([ids * 37 % 256, ids * 91 % 256, ids * 53 % 256], axis=-1).astype(np.uint8)
    return MemoryImages(color, images.depth_m(), ids)
