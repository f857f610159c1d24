"""Pose and depth-scale refinement: one rigid correction per frame and one factor for all depths, solved together.

Poses are metric, depth may be off by a factor; what makes the views agree is the factor and the small motions under
which points of one frame lie on the surfaces of the others (point to plane). What views cannot tell is held by priors:
the poses' own noise and the depth's stated scale error. The covariance of the solution is the error that is left.

A point's normal and its counterpart's, in another frame, are fitted to noise that the two do not share, so each
residual is taken along one of them and weighed by the slope along the other (instrumental variables). With one normal
in both places its noise would pass for a hold against sliding: the solution would creep, stop far from where the views
agree, and call itself certain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.agreement import MEDIAN_OF_NORMAL, PARAMETERS, Surface, System, accumulate
from spacevista.annotate.smooth import QUIET, DepthError
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose, nearest_rotation, rotation_about
from spacevista.scenes.record import SceneFrame

ROUNDS = 10
SETTLING = 3  # of the rounds, the last ones
FEW_FRAMES = 6
APART = 2  # frames between which a pose's error counts
PRIOR = 0.003  # of a pose whose view shares nothing with others, in rad and in depths
GATE = 0.05  # widest residual, relative to depth: beyond lie other surfaces
FIRST_GATE, LAST_GATE = 0.02, 2e-4  # of the residuals that count; four standard errors of them in between
MOST = 1.5  # noise of a pose at most, in rad and in depths, over the first disagreement of the views
SHRINK = 0.6  # the gate closes no faster a round: what it lets through decides where the next round goes
RIDGE = 0.1  # added to the scatter's diagonal: there may be few places
# Errors that the scatter of the residuals does not show (bent surfaces, creases, silhouettes), as a factor on it: on
# simulated sensor captures 3000 to 3005 of each scale, errors were 1.4 to 2.2 times what it says.
UNSEEN = 1.9
# One standard error left in the depths' factor whatever the solution says: in six rooms and five flights (seeds 3000 to
# 3012) it came out 0.03 % small on average, which is more than smoothing explains.
FACTOR_LEFT = 3e-4


@dataclass(frozen=True, eq=False)
class Refined:
    """Frames with corrected poses and depths.

    Attributes:
        covariance: (6F, 6F) of the error left in the poses, as in `Scene`; a guess where the views share nothing.
        scale_rel: standard error left in the depth's factor.
        factor: what all depths were multiplied by.
        residual_rel: median size of the point-to-plane residuals at the end, relative to depth.
    """

    frames: tuple[SceneFrame, ...]
    covariance: FloatArray
    scale_rel: float
    factor: float
    residual_rel: float


def refine(frames: tuple[SceneFrame, ...], error: DepthError, length_sigma: float, rng: np.random.Generator) -> Refined:
    """Align the frames of a static scene; one frame, or frames that do not overlap, come back as they were."""
    depth = median_depth(frames)
    surfaces = [Surface.of(frame, error, rng) for frame in frames]
    start = [frame.world_from_camera for frame in frames]
    poses, factor = list(start), 1.0
    first = accumulate(surfaces, poses, factor, GATE, GATE)
    if first.count < PARAMETERS * len(frames):
        guess = np.diag(np.tile([PRIOR**2] * 3 + [(PRIOR * depth) ** 2] * 3, len(frames)))
        return Refined(frames, guess, length_sigma, 1.0, 0.0)
    disagreed = max(first.median_rel, 1e-5)
    noise = (disagreed, disagreed * depth)
    gate = max(4 * first.median_rel / MEDIAN_OF_NORMAL, FIRST_GATE)
    for number in range(ROUNDS):
        system = accumulate(surfaces, poses, factor, gate, gate / 4)
        moved = [pose_offset(*pair) for pair in zip(start, poses, strict=True)]
        gone = np.append(np.concatenate(moved), np.log(factor))
        settled = number >= ROUNDS - SETTLING
        step, inverse = (settle if settled else approach)(system, gone, prior_weights(noise, len(poses), length_sigma))
        poses = [stepped(pose, part) for pose, part in zip(poses, step[:-1].reshape(-1, PARAMETERS), strict=True)]
        factor *= float(np.exp(step[-1]))
        gate = max(4 * system.median_rel / MEDIAN_OF_NORMAL, SHRINK * gate, LAST_GATE)
        if settled:
            noise = pose_noise(start, poses, inverse[:-1, :-1], noise, disagreed * np.array([1e-2, MOST]), depth)
    return Refined(
        frames=tuple(
            replace(frame, world_from_camera=pose, depth_m=(frame.depth_m * factor).astype(np.float32))
            for frame, pose in zip(frames, poses, strict=True)
        ),
        covariance=inverse[:-1, :-1],
        scale_rel=min(math.hypot(math.sqrt(inverse[-1, -1]), FACTOR_LEFT), length_sigma),
        factor=factor,
        residual_rel=system.median_rel,
    )


def median_depth(frames: tuple[SceneFrame, ...]) -> float:
    """Return the median depth of all frames, metres; 1 where there is none."""
    depths = np.concatenate([f.depth_m[f.depth_m > 0].ravel()[::97] for f in frames])
    return float(np.median(depths)) if len(depths) else 1.0


def disagreement(frames: tuple[SceneFrame, ...], rng: np.random.Generator) -> float:
    """Return the median point-to-plane residual between a few frames as they are, relative to depth; 0 without overlap.

    On exact captures it is what half a pixel of curvature makes: about 1e-5 to 1e-4.
    """
    few = frames[:: max(len(frames) // FEW_FRAMES, 1)]
    surfaces = [Surface.of(frame, DepthError(0.0, QUIET), rng) for frame in few]
    return accumulate(surfaces, [frame.world_from_camera for frame in few], 1.0, GATE, GATE).median_rel


def pose_noise(
    before: list[Pose],
    after: list[Pose],
    covariance: FloatArray,
    guess: tuple[float, float],
    bounds: FloatArray,
    depth_m: float,
) -> tuple[float, float]:
    """Return the noise of the poses as the solution shows it: rms of a rotation component (rad) and of a shift (m).

    It is what the solution moved by, over the number of directions that the views hold (MacKay's fixed point): of each
    component the share of the prior's variance, `guess` squared, that `covariance` (6F, 6F) no longer has. What views
    do not hold says nothing about the noise; where they hold less than a tenth the guess stays. A shift, a turn or a
    stretch common to all cameras is no noise of single poses either and is left out. `bounds` are least and most, in
    rad and in depths.
    """
    moved = np.array([pose_offset(*pair) for pair in zip(before, after, strict=True)])
    places = np.array([pose.translation_m for pose in before])
    places = places - places.mean(axis=0)
    axes = [np.broadcast_to(axis, places.shape) for axis in np.eye(3)]
    turns = [np.cross(axis, places) for axis in np.eye(3)]
    shares = 1 - np.diag(covariance).reshape(moved.shape) / np.repeat(np.square(guess), 3)
    rotation = spread(moved[:, :3], shares[:, :3], axes, guess[0])
    shift = spread(moved[:, 3:], shares[:, 3:], [*axes, *turns, places], guess[1])
    return float(np.clip(rotation, *bounds)), float(np.clip(shift, *(bounds * depth_m)))


def spread(moved: FloatArray, shares: FloatArray, common: list[FloatArray], guess: float) -> float:
    """Return the rms of a component of `moved` (F, 3) over its `shares` (F, 3), what is `common` left out."""
    basis, values, _ = np.linalg.svd(np.stack([part.ravel() for part in common], axis=1), full_matrices=False)
    basis = basis[:, values > 1e-9 * max(float(values[0]), 1e-300)]
    flat = moved.ravel()
    number = float(shares.sum()) - float(shares.mean()) * basis.shape[1]
    if number < 0.1 * flat.size:
        return guess
    return math.sqrt(max(float(flat @ flat - ((basis.T @ flat) ** 2).sum()), 0.0) / number)


def relative_errors(covariance: FloatArray) -> FloatArray:
    """Return one frame's share (N, 6) of the standard error between near frames; `covariance` is (6F, 6F).

    A frame alone is its own world and has none.
    """
    if len(covariance) == PARAMETERS:
        return np.zeros((1, PARAMETERS))
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


def approach(system: System, gone: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a Gauss-Newton step (P,) under the priors, and the inverse (P, P) of its matrix: for views far apart.

    `gone` (P,) is how far the parameters are from the start, `weights` (P,) the inverse variances of their priors.
    """
    scatter, normal = np.square(system.gradients).sum(axis=0), np.diag(system.normal)
    # Residuals of one place are not independent: by how much the gradient scatters more than if they were.
    dependent = max(float(np.median(scatter[normal > 0] / normal[normal > 0])), 1.0) if (normal > 0).any() else 1.0
    # In units of the prior; noise can make a direction's information negative, which is none.
    unit = 1 / np.sqrt(weights)
    values, vectors = np.linalg.eigh(unit[:, None] * (system.normal + system.normal.T) / (2 * dependent) * unit)
    inverse = (unit[:, None] * vectors / (1 + np.maximum(values, 0))) @ vectors.T * unit
    return -inverse @ (system.gradients.sum(axis=0) / dependent + weights * gone), np.asarray(inverse)


def settle(system: System, gone: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the last steps (P,) and the covariance (P, P) of the solution, by generalised moments (Hansen 1982).

    How far the gradient is off is read from its scatter between places, so that a direction counts by its slope against
    the noise there, and one without a slope is left to the prior. Far from the solution the scatter is not noise.
    `gone` and `weights` are as in `approach`.
    """
    scatter = system.gradients.T @ system.gradients
    scatter[np.diag_indices_from(scatter)] *= 1 + RIDGE
    scale = 1 / np.sqrt(np.maximum(np.diag(scatter), 1e-300))
    normal = (system.normal + system.normal.T) / 2
    weighed = scale[:, None] * np.linalg.solve(scale[:, None] * scatter * scale, scale[:, None] * normal) / UNSEEN**2
    inverse = np.linalg.inv(normal @ weighed + np.diag(weights))
    step = -inverse @ (weighed.T @ system.gradients.sum(axis=0) + weights * gone)
    return np.asarray(step), np.asarray((inverse + inverse.T) / 2)


def prior_weights(noise: tuple[float, float], frames: int, length_sigma: float) -> FloatArray:
    """Return the inverse variances (P,) of the priors: poses' by `noise` (rad, m), the factor's by `length_sigma`."""
    weights = np.tile([noise[0] ** -2] * 3 + [noise[1] ** -2] * 3, frames)
    return np.append(weights, max(length_sigma, 1e-6) ** -2)


def stepped(pose: Pose, step: FloatArray) -> Pose:
    """Turn a pose about its camera's centre by a rotation vector (rad), then shift it (m), both in world axes."""
    angle = float(np.linalg.norm(step[:3]))
    turn = rotation_about(step[:3], np.degrees(angle)) if angle > 0 else np.eye(3)
    return Pose(nearest_rotation(turn @ pose.rotation), pose.translation_m + step[3:])
