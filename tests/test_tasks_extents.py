"""Bounds of extents: a random truth between a part of it that was seen and more that it might fill."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hand_scenes import brick, turned
from spacevista.geometry.boxes import flush_rotations, minimum_area_rectangle, side_angles
from spacevista.geometry.points import hull_vertices, hull_volume
from spacevista.tasks.extents import footprint_bounds, height_bounds, longest_bounds, side_bounds, sides, volume_bounds

UP = np.array([0.0, 0.0, 1.0])
ROUNDING = 1e-9


@st.composite
def nested_sets(draw, dimension):
    """A truth, a part of it and a superset: (N, D) points with a scale of 1 mm, 1 m or 1 km."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = rng.uniform(0.2, 1, dimension) * draw(st.sampled_from([1e-3, 1.0, 1e3]))
    truth = rng.uniform(-0.5, 0.5, (draw(st.integers(12, 60)), dimension)) * size
    seen = truth[rng.permutation(len(truth))[: draw(st.integers(dimension + 2, 12))]]
    extra = rng.uniform(-0.5, 0.5, (draw(st.integers(0, 20)), dimension)) * size * draw(st.sampled_from([1.02, 1.5]))
    return seen, truth, np.concatenate([truth, extra])


def turns(angles):
    return np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1).reshape(-1, 2, 2)


def least_sides(points, frames):
    """Sides of the smallest box of points over the frames, longest first."""
    extents = sides(points, frames)
    return np.sort(extents[np.prod(extents, axis=1).argmin()])[::-1]


@given(nested_sets(2))
def test_the_bounds_hold_the_sides_of_the_true_least_rectangle(sets):
    seen, truth, possible = sets
    angles = np.concatenate([side_angles(hull_vertices(points)) for points in sets])
    bounds = side_bounds(sides(seen, turns(angles)), sides(possible, turns(angles)))
    rectangle = minimum_area_rectangle(truth)
    for interval, side in zip(bounds, (rectangle.length_m, rectangle.width_m), strict=True):
        # Angles are rounded to 1e-6 rad.
        assert interval.low * (1 - 1e-5) <= side <= interval.high * (1 + 1e-5)


@settings(max_examples=40)  # trying all faces of three hulls takes 50 ms
@given(nested_sets(3))
def test_the_bounds_hold_the_sides_of_the_true_least_box(sets):
    seen, truth, possible = sets
    frames = np.concatenate([flush_rotations(hull_vertices(points)) for points in sets]).transpose(0, 2, 1)
    bounds = side_bounds(sides(seen, frames), sides(possible, frames))
    for interval, side in zip(bounds, least_sides(truth, frames), strict=True):
        assert interval.low * (1 - ROUNDING) <= side <= interval.high * (1 + ROUNDING)


@given(nested_sets(3))
def test_what_is_measured_holds_heights_volumes_and_footprints(sets):
    seen, truth, possible = sets
    thing = brick(1, (1, 1, 1), seen_m=seen, possible_m=possible)
    height, (volume, _) = height_bounds(thing, UP), volume_bounds(thing)
    assert height.low <= np.ptp(truth[:, 2]) <= height.high
    assert volume.low * (1 - ROUNDING) <= hull_volume(truth) <= volume.high * (1 + ROUNDING)
    rectangle = minimum_area_rectangle(truth[:, :2])
    length, width = footprint_bounds(thing, UP)
    # Directions are tried every half degree: in the nearest one, a quarter degree off, a side differs by up to
    # sin(0.25 deg) of the other side.
    slack = np.sin(np.radians(0.25)) * rectangle.length_m
    assert length.low - slack <= rectangle.length_m <= length.high + slack
    assert width.low - slack <= rectangle.width_m <= width.high + slack


@pytest.mark.parametrize("angle_deg", [0.0, 17.0, 45.0])
def test_bounds_close_up_when_all_is_seen(angle_deg):
    thing = turned(brick(1, (3, 2, 4)), angle_deg)
    length, width = footprint_bounds(thing, UP)
    longest = longest_bounds(thing)
    assert (length.low, length.high) == pytest.approx((3, 3))
    assert (width.low, width.high) == pytest.approx((2, 2))
    assert (longest.low, longest.high) == pytest.approx((4, 4))


def test_the_longest_side_of_a_half_seen_box_lies_between():
    # Of 3 x 2 x 1 only x < 0 was seen (1.5 of 3); the rest might be there, and was not carved.
    whole = brick(1, (3, 2, 1))
    half = brick(1, (1, 1, 1), seen_m=whole.seen_m[whole.seen_m[:, 0] < 0], possible_m=whole.possible_m)
    longest = longest_bounds(half)
    assert longest.low <= 2 <= 3 <= longest.high * (1 + ROUNDING)


def test_of_two_sides_one_bounds_the_other():
    # One direction, seen 2 x 1, possible 2.2 x 1.5: an area of at most 3.3, so the sides are at most 3.3 / 1 and
    # 3.3 / 2, which 2.2 and 1.5 undercut.
    bounds = side_bounds(np.array([[2.0, 1.0]]), np.array([[2.2, 1.5]]))
    assert [(b.low, b.high) for b in bounds] == [(2.0, 2.2), (1.0, 1.5)]
    # In a second one all that is possible has an area of 2.2 x 1.2 = 2.64. That leaves the shorter side in the first
    # 2.64 / 2 = 1.32, and rules out a third one, where what was seen has 3 x 0.9 = 2.7.
    least = np.array([[2.0, 1.0], [2.1, 1.1], [3.0, 0.9]])
    bounds = side_bounds(least, np.array([[2.2, 1.5], [2.2, 1.2], [3.0, 1.0]]))
    assert [(b.low, b.high) for b in bounds] == [(2.0, 2.2), (1.0, pytest.approx(1.32))]
