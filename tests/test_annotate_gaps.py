"""Gaps between two objects: hard bounds hold the true distance of the meshes, from all sides and from one."""

import numpy as np
import pytest

from small_captures import seen_world
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.geometry.poses import Pose
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth

SCALES = [1e-3, 1.0, 1e3]


def measured(meshes, path, **kwargs):
    """The scene of a world, and the distance of every pair of its meshes by a collision library."""
    world = seen_world(meshes, path, **kwargs)
    scene = annotate(simulate(world, np.random.default_rng(0), color=False))
    truth = Truth(world)
    return scene, {(gap.first, gap.second): truth.distance_m(gap.first, gap.second) for gap in scene.gaps}


@pytest.mark.parametrize("metre", SCALES)
def test_bounds_hold_the_true_distance_and_are_tight_from_all_sides(metre):
    meshes = [
        box((1 * metre, 0.7 * metre, 0.5 * metre), (0, 0, 0.25 * metre), 30),
        cylinder(0.3 * metre, 0.8 * metre, (1.4 * metre, 0, 0)),
        box((0.4 * metre, 0.4 * metre, 0.6 * metre), (0.3 * metre, 1.3 * metre, 0.3 * metre), 70),
    ]
    path = orbit(3 * metre, 3 * metre, 8, (0.5 * metre, 0.4 * metre, 0))
    scene, truths = measured(meshes, path, size_px=(320, 240), size=metre)
    assert list(truths) == [(1, 2), (1, 3), (2, 3)]
    for gap in scene.gaps:
        truth = truths[gap.first, gap.second]
        # Surfaces are float32 coordinates 3 m from the camera: 1e-6 of that.
        assert gap.low_m <= truth + 3e-6 * metre
        assert truth - 3e-6 * metre <= gap.high_m
        assert gap.high_m - gap.low_m <= 0.1 * truth
        assert gap.spacing_m < 0.1 * truth
        assert gap.error_m == 0
        assert np.linalg.norm(gap.first_point_m - gap.second_point_m) == pytest.approx(gap.high_m)


def test_from_one_side_the_hidden_parts_might_come_nearer():
    # Two boxes, one behind the other: what lies between them is partly in the first one's shadow.
    meshes = [box((0.5, 1, 1), (1, 0, 0.5)), box((0.5, 1, 1), (-1, 0, 0.5))]
    path = [Pose.looking_at((5, y, 3), (0, 0, 0.5)) for y in (-0.2, 0, 0.2)]
    scene, truths = measured(meshes, path)
    (gap,) = scene.gaps
    # 2 - 0.5 = 1.5. Of the first box only front and top are seen, of the second too: the seen parts are no nearer.
    assert truths[1, 2] == pytest.approx(1.5)
    assert gap.low_m < 1.4
    assert gap.high_m >= 1.5 - 1e-5


def test_an_open_side_towards_the_other_leaves_no_lower_bound():
    # Cameras below the tops: the first hides all that is behind it, the second's front included.
    meshes = [box((0.5, 3, 2), (1, 0, 1)), box((0.5, 1, 2.5), (-1, 0, 1.25))]
    path = [Pose.looking_at((6, y, 1.5), (0, 0, 1)) for y in (-0.2, 0, 0.2)]
    scene, truths = measured(meshes, path)
    (gap,) = scene.gaps
    assert gap.low_m < 0.2
    assert gap.low_m <= truths[1, 2] <= gap.high_m


def test_touching_objects_have_a_gap_of_a_pixel_at_most():
    meshes = [box((1, 1, 0.5), (0, 0, 0.25)), box((0.4, 0.4, 0.3), (0, 0, 0.65))]
    scene, truths = measured(meshes, orbit(3, 2.5, 8, (0, 0, 0.3)), size_px=(320, 240))
    (gap,) = scene.gaps
    assert truths[1, 2] == pytest.approx(0.0, abs=1e-9)
    assert gap.low_m == 0
    # 3.9 m away a pixel of 343 to the focal length is 0.011.
    assert gap.high_m < 0.02


def test_each_pair_comes_once_in_the_order_of_the_objects_and_unmeasured_ones_not_at_all():
    meshes = [box((0.4, 0.4, 0.4), (x, 0, 0.2)) for x in (-1.0, 0.0, 1.0)] + [box((0.03, 0.03, 0.03), (0, 1, 0.015))]
    scene, _ = measured(meshes, orbit(3, 3, 5))
    assert [thing.id for thing in scene.objects] == [1, 2, 3, 4]
    assert [(gap.first, gap.second) for gap in scene.gaps] == [(1, 2), (1, 3), (2, 3)]
