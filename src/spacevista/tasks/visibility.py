"""How plainly frames show an object: its span, the side of a square with as many pixels as it has there.

With exact masks a span is what it is. Noisy masks are ragged, and now and then one is missing altogether: then an
object whose seen surface lies open before a frame's camera may be there, however large.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from spacevista.scenes.record import Scene, SceneObject
from spacevista.tasks.facts import Interval

CLEAR_PX = 32.0  # from this span on an object is clearly seen
FAINT_PX = 10.0  # below it an object has not appeared yet; between the two it is in doubt
HIDDEN_PX = 4.0  # a viewer may count an object of any larger span
RAGGED_PX = 4.0  # noisy masks are off by up to 2 pixels at either side
MOST_FRAMES = 32  # as many as are sent with a question
SAMPLES = 500  # points of an object that are looked for in a frame
OPEN_SHARE = 0.02  # of these, where the mask is missing: fewer are chance
OPEN_ERRORS = 4.0  # standard errors within which depths agree
OPEN_PX = 2.0  # and so many pixels' footprint, for slanted surfaces

Spans = Callable[[int, int], Interval]


def spans_of(scene: Scene) -> Spans:
    """Return a function of frame and object id that gives the bounds of a span, each computed once."""
    things = {thing.id: (thing, spans_px(thing)) for thing in scene.objects}

    def bounds(frame: int, number: int) -> Interval:
        thing, spans = things[number]
        span = spans.get(frame, 0.0)
        if scene.noise.depth_rel == 0:
            return Interval(span, span)
        if span < FAINT_PX and lies_open(scene, thing, frame):
            return Interval(0.0, math.inf)
        return Interval(max(span - RAGGED_PX, 0.0), span + RAGGED_PX) if span > 0 else Interval(0.0, 0.0)

    return cache(bounds)


def spans_px(thing: SceneObject) -> dict[int, float]:
    """Return the span of an object in each frame that shows it."""
    return {view.frame_index: math.sqrt(view.pixels) for view in thing.views}


def shown(scene: Scene, frame: int, least_px: float = FAINT_PX) -> list[int]:
    """Return the ids of the objects that a frame shows with at least a span, in the order of the scene."""
    return [thing.id for thing in scene.objects if spans_px(thing).get(frame, 0.0) >= least_px]


def in_view(number: int, frames: Sequence[int], spans: Spans) -> bool | None:
    """Tell whether any of the frames shows an object clearly; None where it is between hidden and clearly seen."""
    bounds = [spans(frame, number) for frame in frames]
    if any(span.low >= CLEAR_PX for span in bounds):
        return True
    return False if all(span.high < HIDDEN_PX for span in bounds) else None


def ragged_px(scene: Scene) -> float:
    """Return by how much a span may be off: nothing at exact annotations."""
    return RAGGED_PX if scene.noise.depth_rel > 0 else 0.0


def lies_open(scene: Scene, thing: SceneObject, frame_index: int) -> bool:
    """Tell whether a frame's depth agrees with an object's seen surface over HIDDEN_PX pixels or more."""
    frame = scene.frames[frame_index]
    camera, pose = frame.camera, frame.world_from_camera
    points = thing.seen_m[:: max(len(thing.seen_m) // SAMPLES, 1)]
    local = (points[np.isfinite(points).all(axis=1)] - pose.translation_m) @ pose.rotation
    local = local[local[:, 2] > 0]
    depth = local[:, 2]
    columns = np.floor(local[:, 0] / depth * camera.fx_px + camera.cx_px)
    rows = np.floor(local[:, 1] / depth * camera.fy_px + camera.cy_px)
    inside = (columns >= 0) & (columns < camera.width_px) & (rows >= 0) & (rows < camera.height_px)
    columns, rows, depth = columns[inside].astype(np.int64), rows[inside].astype(np.int64), depth[inside]
    error = OPEN_ERRORS * math.hypot(scene.noise.depth_rel, scene.noise.pose_rel) + OPEN_PX / camera.fx_px
    agrees = np.abs(frame.depth_m[rows, columns] - depth) <= error * depth
    if agrees.sum() < max(OPEN_SHARE * len(points), 1):
        return False
    across = np.ptp(columns[agrees]) + 1, np.ptp(rows[agrees]) + 1
    return bool(math.sqrt(float(across[0]) * float(across[1])) >= HIDDEN_PX)


def spread_frames(scene: Scene, most: int) -> tuple[int, ...]:
    """Return up to `most` frames, drawn evenly from the first to the last."""
    return tuple(int(n) for n in np.unique(np.linspace(0, len(scene.frames) - 1, most).astype(int)))
