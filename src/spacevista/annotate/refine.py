"""Pose and depth-scale refinement: one rigid correction per frame and one factor for all depths, solved together.

Poses are metric, depth may be off by a factor; what makes the views agree is the factor and the small motions under
which points of one frame lie on the surfaces of the others (point to plane). What views cannot tell is held by priors:
the poses' own noise and the depth's stated scale error. The covariance of the solution is the error that is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.agreement import PARAMETERS, Surface, System, accumulate
from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.geometry.poses import Pose, nearest_rotation, rotation_about
from spacevista.scenes.record import SceneFrame

ROUNDS = 5
FEW_FRAMES = 6
APART = 2  # frames between which a pose's error counts
SAMPLES = 1_000  # pixels of a frame that are held against every other frame
PRIOR_ROTATION_DEG = 0.3  # first guess of a pose's error; replaced by what the solution shows
PRIOR_TRANSLATION = 0.003  # of the median depth
GATE = 0.05  # first limit of a residual, relative to depth: wider ones are other surfaces
CORRELATED = 4.0  # neighbouring residuals share smoothed pixels and surface texture: errors count this much larger


@dataclass(frozen=True, eq=False)
class Refined:
    """Frames with corrected poses and depths.

    Attributes:
        moved_deg, moved_m: root mean square of the corrections: what the poses' noise was, per frame.
        left_deg, left_m: standard error left in one frame's rotation and position, against that of a frame near it: an
            error that all frames share moves the world, and nothing that is measured in it.
        scale_rel: standard error left in the depth's factor.
        factor: what all depths were multiplied by.
        residual_rel: median size of the point-to-plane residuals at the end, relative to depth.
    """

    frames: tuple[SceneFrame, ...]
    moved_deg: float
    moved_m: float
    left_deg: float
    left_m: float
    scale_rel: float
    factor: float
    residual_rel: float


def refine(frames: tuple[SceneFrame, ...], length_sigma: float, rng: np.random.Generator) -> Refined:
    """Align the frames of a static scene; one frame, or frames that do not overlap, come back as they were."""
    depth = float(np.median(np.concatenate([f.depth_m[f.depth_m > 0].ravel()[::97] for f in frames])))
    surfaces = [Surface.of(frame, *sample_pixels(frame, rng)) for frame in frames]
    start = [frame.world_from_camera for frame in frames]
    poses, factor = list(start), 1.0
    rotation, translation = float(np.radians(PRIOR_ROTATION_DEG)), PRIOR_TRANSLATION * depth
    gate, sigma = GATE, GATE / 3
    for _ in range(ROUNDS):
        system = accumulate(surfaces, poses, factor, gate, CORRELATED * sigma)
        if system.count < PARAMETERS * len(frames):
            return Refined(frames, 0.0, 0.0, 0.0, 0.0, length_sigma, 1.0, 0.0)
        moved = np.array([pose_offset(*pair) for pair in zip(start, poses, strict=True)])
        step, covariance = solve(system, moved, factor, rotation, translation, length_sigma)
        poses = [stepped(pose, part) for pose, part in zip(poses, step[:-1].reshape(-1, PARAMETERS), strict=True)]
        factor *= float(np.exp(step[-1]))
        sigma = max(system.median_rel / 0.6745, 1e-5)
        gate = max(4 * sigma, 2e-4)
        rotation, translation = pose_noise(start, poses, depth)
    errors = relative_errors(covariance[:-1, :-1])
    return Refined(
        frames=tuple(
            replace(frame, world_from_camera=pose, depth_m=(frame.depth_m * factor).astype(np.float32))
            for frame, pose in zip(frames, poses, strict=True)
        ),
        moved_deg=float(np.degrees(rotation * np.sqrt(3))),
        moved_m=float(translation * np.sqrt(3)),
        left_deg=float(np.degrees(np.median(errors[:, :3]))),
        left_m=float(np.median(errors[:, 3:])),
        scale_rel=min(float(np.sqrt(covariance[-1, -1])), length_sigma),
        factor=factor,
        residual_rel=system.median_rel,
    )


def disagreement(frames: tuple[SceneFrame, ...], rng: np.random.Generator) -> float:
    """Return the median point-to-plane residual between a few frames as they are, relative to depth; 0 without overlap.

    On exact captures it is what half a pixel of curvature makes: about 1e-5 to 1e-4.
    """
    few = frames[:: max(len(frames) // FEW_FRAMES, 1)]
    surfaces = [Surface.of(frame, *sample_pixels(frame, rng)) for frame in few]
    return accumulate(surfaces, [frame.world_from_camera for frame in few], 1.0, GATE, GATE).median_rel


def sample_pixels(frame: SceneFrame, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return rows and columns of up to SAMPLES pixels with depth, half on objects (planes leave shifts open)."""
    rows, columns = np.nonzero(frame.depth_m > 0)
    labelled = frame.ids[rows, columns] > 0
    chosen = []
    for part in (np.flatnonzero(labelled), np.flatnonzero(~labelled)):
        count = min(SAMPLES // 2, len(part))
        chosen.append(rng.choice(part, count, replace=False) if count else part)
    numbers = np.sort(np.concatenate(chosen))
    return rows[numbers], columns[numbers]


def pose_noise(before: list[Pose], after: list[Pose], depth_m: float) -> tuple[float, float]:
    """Return the noise of the poses as the solution shows it: rms of a rotation component (rad) and of a shift (m).

    A shift or a stretch common to all cameras is no noise of single poses and is left out.
    """
    moved = np.array([pose_offset(*pair) for pair in zip(before, after, strict=True)])
    places = np.array([pose.translation_m for pose in before])
    places = places - places.mean(axis=0)
    shifts = moved[:, 3:] - moved[:, 3:].mean(axis=0)
    shifts = shifts - places * float((shifts * places).sum()) / max(float((places**2).sum()), 1e-300)
    rotation = float(np.sqrt((moved[:, :3] ** 2).mean()))
    return max(rotation, 1e-5), max(float(np.sqrt((shifts**2).mean())), 1e-5 * depth_m)


def relative_errors(covariance: FloatArray) -> FloatArray:
    """Return one frame's share (F - APART, 6) of the standard error between near frames; `covariance` is (6F, 6F)."""
    blocks = covariance.reshape(len(covariance) // PARAMETERS, PARAMETERS, -1, PARAMETERS)
    own = np.einsum("fkfk->fk", blocks)
    apart = min(APART, len(own) - 1)
    shared = np.array([np.diag(blocks[f, :, f + apart, :]) for f in range(len(own) - apart)])
    return np.asarray(np.sqrt(np.maximum((own[:-apart] + own[apart:] - 2 * shared) / 2, 0)))


def pose_offset(before: Pose, after: Pose) -> FloatArray:
    """Return the small rotation vector (rad, world axes) and the camera's shift (m) from one pose to another (6,)."""
    turn = after.rotation @ before.rotation.T
    vector = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
    return np.concatenate([vector, after.translation_m - before.translation_m])


def solve(
    system: System, moved: FloatArray, factor: float, rotation: float, translation: float, length_sigma: float
) -> tuple[FloatArray, FloatArray]:
    """Solve one Gauss-Newton step under the priors; return the step (P,) and the covariance (P, P) of the solution."""
    weights = np.tile([rotation**-2] * 3 + [translation**-2] * 3, len(moved))
    weights = np.append(weights, max(length_sigma, 1e-6) ** -2)
    gone = np.append(moved.ravel(), np.log(factor))
    covariance = np.linalg.inv(system.normal + np.diag(weights))
    return np.asarray(covariance @ (-system.gradient - weights * gone)), np.asarray(covariance)


def stepped(pose: Pose, step: FloatArray) -> Pose:
    """Turn a pose about its camera's centre by a rotation vector (rad), then shift it (m), both in world axes."""
    angle = float(np.linalg.norm(step[:3]))
    turn = rotation_about(step[:3], np.degrees(angle)) if angle > 0 else np.eye(3)
    return Pose(nearest_rotation(turn @ pose.rotation), pose.translation_m + step[3:])
