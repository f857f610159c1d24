"""Do poses, depth and intrinsics agree? Each frame's depth is carried into the next frame and compared with its depth.

For every pair of consecutive frames: all pixels of the first with depth are moved into the second camera, each falls on
the nearest pixel, and where that has depth too the two z-depths are compared. Surfaces hidden in one of the frames are
not left out, so the median is what counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spacevista.captures.record import Capture, Frame
from spacevista.geometry.arrays import Float32Array
from spacevista.geometry.poses import Pose

MIN_PAIR_PIXELS = 100  # fewer shared pixels say nothing about a pair
MAX_PAIR_PIXELS = 4_000_000  # of larger pictures every second (third, ...) row and column is taken
TRIED_PAIRS = 8  # pairs on which other conventions are tried: a wrong one is off by far more than their spread
CLEARLY_BETTER = 0.5  # another convention is named only where it halves the disagreement
FLIP = np.diag([1.0, -1.0, -1.0])  # OpenGL camera axes against OpenCV's


@dataclass(frozen=True)
class PairAgreement:
    """Median |difference of z-depth| of a pair over `pixels`, in metres, and that median over the median depth."""

    first: str
    second: str
    pixels: int
    median_m: float
    median_relative: float


def consecutive_pairs(capture: Capture) -> tuple[tuple[PairAgreement, ...], int]:
    """Return the agreement of all consecutive pairs with enough shared pixels, and how many pairs had too few."""
    pairs: list[PairAgreement] = []
    few = 0
    previous: tuple[Frame, Float32Array] | None = None
    for frame in capture.frames:
        depth = frame.images.depth_m()
        if depth is None:
            return (), 0
        if previous is not None:
            pair = _compare(previous, (frame, depth), previous[0].world_from_camera, frame.world_from_camera)
            few += pair is None
            pairs += [] if pair is None else [pair]
        previous = (frame, depth)
    return tuple(pairs), few


def better_convention(capture: Capture) -> str | None:
    """Return the pose convention under which depth and poses agree clearly better than as they were read, if any."""
    step = max(1, (len(capture.frames) - 1) // TRIED_PAIRS)
    loaded = []
    for i in range(0, len(capture.frames) - 1, step):
        pair = capture.frames[i], capture.frames[i + 1]
        depths = pair[0].images.depth_m(), pair[1].images.depth_m()
        if depths[0] is not None and depths[1] is not None:
            loaded.append(((pair[0], depths[0]), (pair[1], depths[1])))
    conventions: dict[str, Callable[[Pose], Pose]] = {
        "as read": lambda pose: pose,
        "the opposite direction (world_to_camera against camera_to_world)": Pose.inverse,
        "the other camera axes (opengl against opencv)": _flipped,
        "the opposite direction and the other camera axes": lambda pose: _flipped(pose.inverse()),
    }
    results = {}
    for name, convert in conventions.items():
        tried = [_compare(a, b, convert(a[0].world_from_camera), convert(b[0].world_from_camera)) for a, b in loaded]
        medians = [pair.median_relative for pair in tried if pair is not None]
        results[name] = float(np.median(medians)) if len(medians) * 2 > len(loaded) else np.inf
    best = min(results, key=lambda name: results[name])
    return best if results[best] < CLEARLY_BETTER * results["as read"] else None


def _flipped(pose: Pose) -> Pose:
    return Pose(pose.rotation @ FLIP, pose.translation_m)


def _compare(
    first: tuple[Frame, Float32Array],
    second: tuple[Frame, Float32Array],
    world_from_first: Pose,
    world_from_second: Pose,
) -> PairAgreement | None:
    """Return the agreement of two frames under the given poses; None where they share too few pixels."""
    camera, depth = first[0].camera, first[1]
    step = math.ceil(math.sqrt(depth.size / MAX_PAIR_PIXELS))
    row, column = np.nonzero(depth[::step, ::step])
    row, column = row * step, column * step
    centres = np.stack([column + 0.5, row + 0.5], axis=-1)
    points = camera.back_project(centres, depth[row, column].astype(np.float64))
    moved = (world_from_second.inverse() @ world_from_first).apply(points)
    other = second[0].camera
    pixels, z = other.project(moved)
    inside = (z > 0) & other.contains(pixels)
    column, row = np.floor(pixels[inside]).astype(np.intp).T
    there = second[1][row, column]
    difference = np.abs(z[inside] - there)[there > 0]
    if len(difference) < MIN_PAIR_PIXELS:
        return None
    median = float(np.median(difference))
    relative = median / float(np.median(there[there > 0]))
    return PairAgreement(first[0].name, second[0].name, len(difference), median, relative)
