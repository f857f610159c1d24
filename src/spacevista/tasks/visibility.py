"""How plainly frames show an object: its span, the side of a square with as many pixels as it has there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spacevista.scenes.record import Scene, SceneObject

CLEAR_PX = 32.0  # from this span on an object is clearly seen
FAINT_PX = 10.0  # below it an object has not appeared yet; between the two it is in doubt
HIDDEN_PX = 4.0  # a viewer may count an object of any larger span
RAGGED_PX = 4.0  # noisy masks are off by up to 2 pixels at either side
MOST_FRAMES = 32  # as many as are sent with a question


def spans_px(thing: SceneObject) -> dict[int, float]:
    """Return the span of an object in each frame that shows it."""
    return {view.frame_index: math.sqrt(view.pixels) for view in thing.views}


def shown(scene: Scene, frame: int, least_px: float = FAINT_PX) -> list[int]:
    """Return the ids of the objects that a frame shows with at least a span, in the order of the scene."""
    return [thing.id for thing in scene.objects if spans_px(thing).get(frame, 0.0) >= least_px]


def in_view(scene: Scene, thing: SceneObject, frames: Sequence[int]) -> bool | None:
    """Tell whether any of the frames shows an object clearly; None where it is between hidden and clearly seen."""
    spans = spans_px(thing)
    largest = max((spans.get(frame, 0.0) for frame in frames), default=0.0)
    if largest >= CLEAR_PX + ragged_px(scene):
        return True
    return False if largest < HIDDEN_PX else None


def ragged_px(scene: Scene) -> float:
    """Return by how much a span may be off: nothing at exact annotations."""
    return RAGGED_PX if scene.noise.depth_rel > 0 else 0.0


def spread_frames(scene: Scene, most: int) -> tuple[int, ...]:
    """Return up to `most` frames, drawn evenly from the first to the last."""
    return tuple(int(n) for n in np.unique(np.linspace(0, len(scene.frames) - 1, most).astype(int)))
