"""From a capture with depth and ids to the annotated scene."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from spacevista.annotate.barriers import dominant_planes
from spacevista.annotate.clean import clean
from spacevista.annotate.gaps import measure_gap
from spacevista.annotate.gravity import estimate_up
from spacevista.annotate.keyframes import key_frames
from spacevista.annotate.lift import FrameCloud
from spacevista.annotate.objects import MeasuredObject, measure_object
from spacevista.captures.record import SKY_ID, Capture
from spacevista.errors import CaptureError
from spacevista.geometry.freespace import DepthView
from spacevista.scenes.plugs import with_hidden_pins
from spacevista.scenes.record import Gap, Scene, SceneFrame

PLANE_STEP = 5  # of the pixels one in this many is enough to fit support planes to


def scene_rng(capture_id: str) -> np.random.Generator:
    """Return the random numbers of a scene, seeded by its id alone."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(capture_id.encode()).digest()[:8], "little"))


def annotate(capture: Capture) -> Scene:
    """Annotate a capture.

    Raises:
        CaptureError: the capture has no usable frame, or neither states nor shows a gravity direction.
    """
    rng = scene_rng(capture.id)
    loaded, drops = load_frames(capture)
    cleaned = clean(loaded, capture.length_sigma, rng)
    frames, noise = cleaned.frames, cleaned.noise
    views = tuple(
        DepthView.of(f.camera, f.world_from_camera, f.depth_m, f.ids, SKY_ID, error)
        for f, error in zip(frames, cleaned.errors_rel, strict=True)
    )
    found = sorted({int(i) for f in frames for i in np.unique(f.ids)} - {0, SKY_ID})
    clouds = tuple(FrameCloud.of(frame) for frame in frames)
    sparse = tuple(cloud.every(PLANE_STEP) for cloud in clouds)
    planes = dominant_planes(sparse, math.hypot(noise.depth_rel, noise.pose_rel), rng)
    up = estimate_up(frames, planes) if capture.up is None else capture.up
    measured = [
        measure_object(i, capture.categories.get(i), frames, clouds, sparse, planes, views, up, noise, rng)
        for i in found
    ]
    gaps = all_gaps(measured, views)
    return Scene(
        id=capture.id,
        scale=capture.scale,
        frames=frames,
        objects=with_hidden_pins([m.record for m in measured], gaps),
        up=up,
        planes=tuple(seen.plane for seen in planes),
        noise=noise,
        licence=capture.licence,
        source=capture.source,
        drops=capture.dropped + capture.corrected + tuple(drops) + cleaned.drops,
        gaps=gaps,
        pose_covariance=cleaned.pose_covariance,
    )


def load_frames(capture: Capture) -> tuple[tuple[SceneFrame, ...], list[tuple[str, str]]]:
    """Read the key frames that have depth; a frame without is dropped with its reason, one without ids has none."""
    frames, drops = [], []
    chosen = key_frames(capture.frames)
    if len(chosen) < len(capture.frames):
        drops.append((f"{len(capture.frames) - len(chosen)} of {len(capture.frames)} frames", "not a key frame"))
    for frame in (capture.frames[number] for number in chosen):
        depth = frame.images.depth_m()
        if depth is None:
            drops.append((f"frame {frame.name}", "no depth"))
            continue
        ids = frame.images.ids()
        labels = np.zeros(depth.shape, dtype=np.int32) if ids is None else ids
        frames.append(SceneFrame(frame.name, frame.camera, frame.world_from_camera, depth, labels))
    if not frames:
        raise CaptureError(f"capture {capture.id}: expected at least one frame with depth, got none of {len(drops)}")
    return tuple(frames), drops


def all_gaps(measured: list[MeasuredObject], views: tuple[DepthView, ...]) -> tuple[Gap, ...]:
    """Measure every pair once, in the order of the objects; pairs with an unmeasured object are left to the tasks."""
    gaps = []
    for number, first in enumerate(measured):
        for second in measured[number + 1 :]:
            gap = measure_gap(first, second, views)
            if gap is not None:
                gaps.append(gap)
    return tuple(gaps)
