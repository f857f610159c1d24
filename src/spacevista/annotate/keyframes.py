"""Key frames: of a long capture, those that see the scene from the most different places and directions."""

from __future__ import annotations

import numpy as np

from spacevista.captures.record import Frame

MOST = 48  # more views of a static scene cost time and memory and move no bound by much


def key_frames(frames: tuple[Frame, ...], most: int = MOST) -> tuple[int, ...]:
    """Return the numbers of up to `most` frames, in order of time: all of them where there are no more.

    From the first frame on, the next is the one farthest from those chosen. Far is the distance of the camera centres,
    in units of half the path's extent, together with that of the viewing directions.
    """
    if len(frames) <= most:
        return tuple(range(len(frames)))
    places = np.stack([frame.world_from_camera.translation_m for frame in frames])
    places = places / max(float(np.ptp(places, axis=0).max()) / 2, 1e-12)
    views = np.concatenate([places, np.stack([frame.world_from_camera.rotation[:, 2] for frame in frames])], axis=1)
    chosen = [0]
    nearest = np.linalg.norm(views - views[0], axis=1)
    while len(chosen) < most:
        nearest[chosen] = -1  # frames at one place are still different frames
        farthest = int(nearest.argmax())
        chosen.append(farthest)
        nearest = np.minimum(nearest, np.linalg.norm(views - views[farthest], axis=1))
    return tuple(sorted(chosen))
