"""Sensor noise on a capture: what depth, masks and poses look like when people, not simulators, make them.

Source: the noise levels of the audit. `exact` changes nothing, `sensor` is the usual sensor of each scale, `harsh` is
four times that. Everything is drawn from `rng`, in the order of the frames.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import ndimage

from spacevista.captures.record import SKY_ID, Capture, Frame, FrameImages
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.poses import Pose, nearest_rotation, rotation_about
from spacevista.scales import Scale


class NoiseLevel(StrEnum):
    """How far a capture is from exact."""

    EXACT = "exact"
    SENSOR = "sensor"
    HARSH = "harsh"


FACTORS: dict[NoiseLevel, float] = {NoiseLevel.EXACT: 0.0, NoiseLevel.SENSOR: 1.0, NoiseLevel.HARSH: 4.0}


@dataclass(frozen=True)
class DepthNoise:
    """Standard deviation of one pixel's z-depth: constant_m + relative * z, added as errors of one instrument."""

    constant_m: float
    relative: float


# RGB-D cameras on tables and indoors, macro stereo on tiny scenes, a LiDAR-like sensor outdoors, photogrammetry above.
DEPTH_NOISE: dict[Scale, DepthNoise] = {
    Scale.TINY_TABLETOP: DepthNoise(0.0, 0.005),
    Scale.TABLETOP: DepthNoise(0.0, 0.005),
    Scale.INDOOR: DepthNoise(0.0, 0.005),
    Scale.OUTDOOR: DepthNoise(0.02, 0.002),
    Scale.DRONE: DepthNoise(0.0, 0.01),
}
LENGTH_SIGMA = 0.01  # of the one metric scale error of all depths of a capture
BORDER_PX = 2.0  # a mask's border is off by at most this
BORDER_PATCH_PX = 16  # along a border the error changes over about this length
DROPPED_SHARE = 0.02  # of the objects' masks, one frame each
SWAPPED_SHARE = 0.01
ROTATION_SIGMA_DEG = 0.2  # of a pose, about a random axis
TRANSLATION_SIGMA = 0.002  # length of a pose's offset (root mean square), relative to the frame's median depth


@dataclass(frozen=True, eq=False)
class NoisyImages:
    """Noisy depth and ids beside the clean picture."""

    clean: FrameImages
    noisy_depth_m: Float32Array
    noisy_ids: Int32Array

    def color(self) -> ByteArray:
        return self.clean.color()

    def depth_m(self) -> Float32Array | None:
        return self.noisy_depth_m

    def ids(self) -> Int32Array | None:
        return self.noisy_ids


def degrade(capture: Capture, level: NoiseLevel, rng: np.random.Generator) -> Capture:
    """Return the capture with the noise of `level`; its `length_sigma` is what the sensor's data sheet would say.

    Raises:
        CaptureError: a frame has no depth or no ids.
    """
    factor = FACTORS[level]
    if factor == 0:
        return capture
    length_sigma = factor * LENGTH_SIGMA
    length_factor = 1 + length_sigma * float(rng.standard_normal())
    frames = tuple(_degrade_frame(frame, capture.scale, factor, length_factor, rng) for frame in capture.frames)
    return dataclasses.replace(capture, frames=frames, length_sigma=length_sigma)


def _degrade_frame(frame: Frame, scale: Scale, factor: float, length_factor: float, rng: np.random.Generator) -> Frame:
    depth_m, ids = frame.images.depth_m(), frame.images.ids()
    if depth_m is None or ids is None:
        raise CaptureError(f"frame {frame.name}: expected depth and ids to add noise to, got none")
    measured = depth_m[depth_m > 0]
    typical_m = float(np.median(measured)) if measured.size else 0.0
    pose = noisy_pose(frame.world_from_camera, factor, typical_m, rng)
    noisy_depth = noisy_depth_m(depth_m, DEPTH_NOISE[scale], factor, length_factor, rng)
    noisy_ids = noisy_tracks(noisy_borders(ids, factor * BORDER_PX, rng), factor, rng)
    return Frame(frame.name, frame.camera, pose, NoisyImages(frame.images, noisy_depth, noisy_ids))


def noisy_depth_m(
    depth_m: Float32Array, noise: DepthNoise, factor: float, length_factor: float, rng: np.random.Generator
) -> Float32Array:
    """Return z-depth (H, W) with independent errors a pixel, then one metric scale; 0 stays 0, and below 0 is 0."""
    sigma_m = factor * (noise.constant_m + noise.relative * depth_m)
    noisy = (depth_m + sigma_m * rng.standard_normal(depth_m.shape, dtype=np.float32)) * np.float32(length_factor)
    return np.where(depth_m > 0, np.maximum(noisy, 0), 0).astype(np.float32)


def noisy_pose(world_from_camera: Pose, factor: float, median_depth_m: float, rng: np.random.Generator) -> Pose:
    """Return the pose turned about a random axis and shifted in a random direction."""
    axis, angle_deg = rng.standard_normal(3), factor * ROTATION_SIGMA_DEG * float(rng.standard_normal())
    sigma_m = factor * TRANSLATION_SIGMA * median_depth_m / np.sqrt(3)  # three axes make up the length
    offset_m = sigma_m * rng.standard_normal(3)
    rotation = nearest_rotation(rotation_about(axis, angle_deg) @ world_from_camera.rotation)
    return Pose(rotation, world_from_camera.translation_m + offset_m)


def noisy_borders(ids: Int32Array, border_px: float, rng: np.random.Generator) -> Int32Array:
    """Move the borders of all objects' masks (H, W) by smooth random amounts of at most `border_px`.

    Objects take turns in random order: where one grows it covers its neighbours, where it shrinks they fill the gap,
    so that two masks keep one common border. No pixel changes farther than `border_px` from a border it had.
    """
    noisy = ids.copy()
    boxes = ndimage.find_objects(np.maximum(ids, 0))
    present = np.array([number + 1 for number, box in enumerate(boxes) if box is not None], dtype=np.int64)
    for object_id in rng.permutation(present):
        box = _grown(boxes[object_id - 1], int(np.ceil(border_px)) + 1, ids.shape)
        shift_px = _smooth_shift_px(noisy[box].shape, border_px, rng)
        noisy[box] = _shifted(noisy[box], ids[box] == object_id, int(object_id), shift_px)
    return np.where(_near_border(ids, border_px), noisy, ids)


def _shifted(patch: Int32Array, mask: BoolArray, object_id: int, shift_px: FloatArray) -> Int32Array:
    """Give `object_id` in `patch` the border of `mask` moved outwards by `shift_px` (inwards where negative)."""
    if mask.all():
        return patch
    inside_px, nearest = ndimage.distance_transform_edt(mask, return_indices=True)
    outside_px = ndimage.distance_transform_edt(~mask)
    gained = ~mask & (outside_px - 0.5 < shift_px)  # pixel centres lie half a pixel beyond the border
    lost = (patch == object_id) & mask & (inside_px - 0.5 < -shift_px)
    return np.where(gained, np.int32(object_id), np.where(lost, patch[tuple(nearest)], patch))


def _smooth_shift_px(shape: tuple[int, ...], border_px: float, rng: np.random.Generator) -> FloatArray:
    """Return a displacement (H, W) in +-border_px: one part for the whole mask, one that changes along its border."""
    coarse = rng.standard_normal([side // BORDER_PATCH_PX + 2 for side in shape])
    rows, columns = (np.arange(side) / BORDER_PATCH_PX for side in shape)
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    varying = ndimage.map_coordinates(coarse, grid, order=1)
    sigma_px = border_px / 2 / np.sqrt(2)  # two equal parts; border_px is two standard deviations of their sum
    shift_px = sigma_px * (float(rng.standard_normal()) + varying)
    return np.asarray(np.clip(shift_px, -border_px, border_px))


def _near_border(ids: Int32Array, border_px: float) -> BoolArray:
    """Tell which pixels have their centre within `border_px` of another label."""
    same = np.ones(ids.shape, dtype=bool)
    for axis in (0, 1):
        ahead, behind = [slice(None)] * 2, [slice(None)] * 2
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        differs = ids[tuple(ahead)] != ids[tuple(behind)]
        same[tuple(ahead)] &= ~differs
        same[tuple(behind)] &= ~differs
    if same.all():
        return np.zeros(ids.shape, dtype=bool)
    # A pixel next to a border is half a pixel from it, so distances to such pixels are half a pixel short.
    return np.asarray(ndimage.distance_transform_edt(same) + 0.5 <= border_px)


def _grown(box: tuple[slice, ...], by_px: int, shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(
        slice(max(part.start - by_px, 0), min(part.stop + by_px, side)) for part, side in zip(box, shape, strict=True)
    )


def noisy_tracks(ids: Int32Array, factor: float, rng: np.random.Generator) -> Int32Array:
    """Return ids (H, W) of which a share is dropped to background and a share exchanged with another visible object."""
    present = np.unique(ids[ids > 0])
    names = np.arange(SKY_ID, int(ids.max(initial=0)) + 1, dtype=np.int32)  # names[id - SKY_ID]: what id is now called
    # An exchange renames two objects, so it happens half as often as the share of renamed ones.
    exchanged = rng.random(len(present)) < factor * SWAPPED_SHARE / 2
    dropped = rng.random(len(present)) < factor * DROPPED_SHARE
    if len(present) > 1:
        for object_id in present[exchanged]:
            other = rng.choice(present[present != object_id])
            pair = np.array([object_id, other]) - SKY_ID
            names[pair] = names[pair[::-1]]
    names[present[dropped] - SKY_ID] = 0
    return names[ids - SKY_ID]
