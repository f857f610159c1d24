"""Key frames: all of a short capture, the most different of a long one, whatever the scale."""

import numpy as np
import pytest

from spacevista.annotate.keyframes import key_frames
from spacevista.captures.record import Frame, MemoryImages
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose

CAMERA = Camera.from_fov(64, 48, 60.0)


def frames_at(places_m):
    poses = [Pose.looking_at(place, np.add(place, (0, 1, 0))) for place in places_m]
    return tuple(Frame(str(n), CAMERA, pose, MemoryImages()) for n, pose in enumerate(poses))


def test_a_short_capture_keeps_all_its_frames():
    assert key_frames(frames_at([(x, 0, 0) for x in range(5)]), most=5) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_straight_path_is_halved_and_quartered(metre):
    # First the start, then the far end (8), the middle (4), then the first of the two quarters (2, 6).
    frames = frames_at([(x * metre, 0, 0) for x in range(9)])
    assert key_frames(frames, most=3) == (0, 4, 8)
    assert key_frames(frames, most=5) == (0, 2, 4, 6, 8)


def test_a_camera_that_stands_still_gives_different_frames():
    assert len(set(key_frames(frames_at([(0, 0, 0)] * 10), most=4))) == 4
