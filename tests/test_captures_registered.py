"""Depth of one camera carried into the picture of another: where it falls, what hides what, what stays empty."""

import numpy as np
import pytest

from spacevista.captures.registered import Rig, registered
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose

CAMERA = Camera(40, 30, 50.0, 50.0, 20.0, 15.0)


def rig(shift_m=(0.0, 0.0, 0.0), color=CAMERA):
    return Rig(CAMERA, color, Pose(np.eye(3), np.array(shift_m)))


def test_the_same_camera_in_the_same_place_changes_nothing():
    depth = np.random.default_rng(0).uniform(1, 3, (30, 40)).astype(np.float32)
    depth[3, 5] = 0
    assert np.allclose(registered(depth, rig()), depth, rtol=1e-6)


def test_a_point_moves_by_focal_length_times_shift_over_depth_and_gains_the_shift_ahead():
    depth = np.zeros((30, 40), np.float32)
    depth[10, 20] = 2.0
    # To the right by 50 x 0.2 / 2 = 5 px.
    out = registered(depth, rig((0.2, 0, 0)))
    assert np.argwhere(out).tolist() == [[10, 25]]
    assert out[10, 25] == pytest.approx(2.0)
    # At (0.02, -0.18, 2) m; 0.5 m farther away it is at (20 + 0.4, 15 - 3.6) px, the pixel of column 20 and row 11.
    out = registered(depth, rig((0, 0, 0.5)))
    assert np.argwhere(out).tolist() == [[11, 20]]
    assert out[11, 20] == pytest.approx(2.5)


def test_of_two_surfaces_on_one_pixel_the_nearer_counts():
    depth = np.zeros((30, 40), np.float32)
    depth[10, 20], depth[10, 15] = 2.0, 1.0  # the first moves by 5 px to column 25, the second by 10 px to it too
    out = registered(depth, rig((0.2, 0, 0)))
    assert np.argwhere(out).tolist() == [[10, 25]]
    assert out[10, 25] == pytest.approx(1.0)


def test_what_falls_outside_or_behind_is_gone_and_a_finer_picture_keeps_its_gaps():
    depth = np.full((30, 40), 2.0, np.float32)
    assert not registered(depth, rig((0, 0, -3.0))).any()
    out = registered(depth, rig(color=Camera(80, 60, 100.0, 100.0, 40.0, 30.0)))
    assert out.shape == (60, 80)
    assert (out > 0).sum() == 30 * 40  # one pixel in four: nothing is invented between them
