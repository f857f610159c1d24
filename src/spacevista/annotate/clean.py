"""Cleaning: depth averaged along surfaces, poses and depth scale made to agree, ids put to the vote.

A capture whose depth shows no noise is taken as exact and left as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.agreement import MEDIAN_OF_NORMAL
from spacevista.annotate.identity import voted
from spacevista.annotate.refine import disagreement, median_depth, refine, relative_errors
from spacevista.annotate.smooth import QUIET, DepthError, measure_depth_error, smoothed
from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import Float32Array, FloatArray
from spacevista.scenes.record import Noise, SceneFrame

RESIDUAL_TO_SIGMA = MEDIAN_OF_NORMAL * math.sqrt(2)  # median of |difference of two standard normal errors|


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Cleaned frames, their relative depth errors (H, W), the noise left in all, what was rejected: (what, reason).

    `pose_covariance` is as in `Scene`.
    """

    frames: tuple[SceneFrame, ...]
    errors_rel: tuple[Float32Array, ...]
    noise: Noise
    drops: tuple[tuple[str, str], ...]
    pose_covariance: FloatArray | None


def clean(frames: tuple[SceneFrame, ...], length_sigma: float, rng: np.random.Generator) -> Cleaned:
    """Clean the frames of one capture; `length_sigma` is the stated relative error of its depth scale."""
    error = measure_depth_error([frame.depth_m for frame in frames])
    if error.relative == 0 and error.constant_m == 0:
        # Errors that run over many pixels show between the views alone.
        error = DepthError(0.0, disagreement(frames, rng) / RESIDUAL_TO_SIGMA)
    if error.relative < QUIET and error.constant_m == 0:
        exact = tuple(np.zeros(frame.depth_m.shape, dtype=np.float32) for frame in frames)
        return Cleaned(frames, exact, Noise(0.0, 0.0, length_sigma), (), None)
    smooth: list[SceneFrame] = []
    errors: list[Float32Array] = []
    for frame in frames:
        depth, sigma = smoothed(frame.depth_m, frame.ids, SKY_ID, error, frame.camera.fx_px)
        smooth.append(replace(frame, depth_m=depth))
        errors.append(np.asarray(sigma / np.where(depth > 0, depth, 1), dtype=np.float32))
    shares = np.concatenate([e[(f.ids > 0) & (f.depth_m > 0)][::7] for e, f in zip(errors, smooth, strict=True)])
    modelled = float(np.quantile(shares, 0.75)) if len(shares) else error.relative
    typical = median_depth(frames)
    refined = refine(tuple(smooth), error, length_sigma, rng)
    # What views still disagree by is noise of both: sensors whose errors run over many pixels show only here.
    depth_rel = max(modelled, refined.residual_rel / RESIDUAL_TO_SIGMA)
    errors = [np.float32(depth_rel / max(modelled, 1e-9)) * e for e in errors]
    turned, shifted = np.median(relative_errors(refined.covariance).reshape(-1, 2, 3), axis=(0, 2))
    pose_rel = float(np.hypot(turned, shifted / typical))
    noise = Noise(depth_rel, pose_rel, refined.scale_rel)
    agreed, drops = voted(refined.frames, 4 * float(np.hypot(depth_rel, pose_rel)) + 2e-3)
    return Cleaned(agreed, tuple(errors), noise, tuple(drops), refined.covariance)
