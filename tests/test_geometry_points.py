"""Point sets: hulls, closest points, thinning and outliers against shapes whose numbers are known."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry_strategies import SCALES_M, poses
from spacevista.errors import GeometryError
from spacevista.geometry.points import (
    closest_distance,
    closest_points,
    hull_vertices,
    hull_volume,
    hull_volume_and_area,
    outliers,
    thinned,
    within_reach,
)

CUBE = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_hull_of_a_cube_has_its_corners(metres: float, data: st.DataObject, seed: int) -> None:
    inside = np.random.default_rng(seed).uniform(-0.49, 0.49, (30, 3))
    world_from_cube = data.draw(poses(metres))
    points = world_from_cube.apply(metres * np.concatenate([inside, CUBE]))
    corners = world_from_cube.inverse().apply(hull_vertices(points)) / metres
    assert sorted(np.round(corners, 6).tolist()) == sorted(CUBE.tolist())
    assert hull_volume_and_area(points) == pytest.approx((metres**3, 6 * metres**2), rel=1e-9)


def test_hull_of_a_polygon_runs_around_it() -> None:
    square = np.array([[0, 0], [1, 1], [1, 0], [0, 1], [0.5, 0.5]], dtype=float)
    corners = hull_vertices(square)
    sides = np.roll(corners, -1, axis=0) - corners
    assert np.linalg.norm(sides, axis=1) == pytest.approx([1, 1, 1, 1])  # no diagonal of 1.41


def test_volume_of_a_cylinder() -> None:
    # A prism on a regular polygon of n corners has the volume n / 2 * sin(2 pi / n) * r^2 * h: 1 % below the cylinder.
    angles = np.arange(25) * 2 * math.pi / 25
    ring = np.column_stack([0.3 * np.cos(angles), 0.3 * np.sin(angles)])
    points = np.concatenate([np.column_stack([ring, np.full(25, z)]) for z in (0, 0.8)])
    assert hull_volume(points) == pytest.approx(25 / 2 * math.sin(2 * math.pi / 25) * 0.3**2 * 0.8, rel=1e-12)


@pytest.mark.parametrize("metres", SCALES_M)
@pytest.mark.parametrize(
    "points",
    [
        np.zeros((1, 3)),
        np.zeros((9, 3)),
        np.outer(np.linspace(0, 1, 9), [1, 1, 0]),
        np.column_stack([CUBE[:, :2], np.zeros(8)]),
    ],
)
def test_flat_sets_have_no_volume_and_keep_their_extent(metres: float, points: Any) -> None:
    assert hull_volume(points * metres) == pytest.approx(0, abs=1e-12 * metres**3)
    corners = hull_vertices(points * metres)
    assert np.ptp(corners, axis=0) == pytest.approx(np.ptp(points, axis=0) * metres, rel=1e-12)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_closest_corners_of_two_cubes(metres: float, data: st.DataObject) -> None:
    # Unit cubes with centres (2, 3, 1.5) apart: gaps of 1, 2 and 0.5 along the axes, sqrt(5.25) between the corners.
    pose = data.draw(poses(metres))
    first, second = pose.apply(CUBE * metres), pose.apply((CUBE + np.array([2, 3, 1.5])) * metres)
    assert closest_distance(first, second) == pytest.approx(math.sqrt(5.25) * metres, rel=1e-12)
    near, far = closest_points(first, second)
    assert pose.inverse().apply(near) / metres == pytest.approx([0.5, 0.5, 0.5], abs=1e-12)
    assert pose.inverse().apply(far) / metres == pytest.approx([1.5, 2.5, 1.0], abs=1e-12)


def test_closest_points_keep_the_order_of_the_sets() -> None:
    one, many = np.zeros((1, 3)), np.array([[3.0, 0, 0], [2, 0, 0], [5, 0, 0]])
    assert [point.tolist() for point in closest_points(one, many)] == [[0, 0, 0], [2, 0, 0]]
    assert [point.tolist() for point in closest_points(many, one)] == [[2, 0, 0], [0, 0, 0]]
    assert closest_distance(many, many[1:]) == 0


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_closest_distance_is_the_smallest_of_all(count: int, other: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(count, 3)), rng.normal(size=(other, 3)) + 1
    every = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert closest_distance(first, second) == pytest.approx(every.min(), rel=1e-12)


def test_closest_points_of_nothing() -> None:
    with pytest.raises(GeometryError, match="0 and 8"):
        closest_points(np.zeros((0, 3)), CUBE)


@pytest.mark.parametrize("metres", SCALES_M)
def test_thinning_keeps_one_point_a_cell(metres: float) -> None:
    # 40 x 40 points at a pitch of 0.025 in cells of 0.1: 4 x 4 points a cell, 10 x 10 cells (shifted off the borders).
    steps = (np.arange(40) + 0.5) * 0.025
    grid = metres * np.array([[x, y, 0.3] for x in steps for y in steps])
    kept = thinned(grid, 0.1 * metres)
    assert len(kept) == 100
    assert (np.diff(kept) > 0).all()
    assert closest_distance(grid[kept], grid) == 0


def test_points_alone_are_outliers() -> None:
    # A grid of pitch 1; a point 30 away has neighbours 30 off, the grid's own are 1 to 2 off: over 4 times the median.
    grid = np.array(list(itertools.product(range(6), range(6), range(2))), dtype=float)
    found = outliers(np.concatenate([grid, [[36.0, 3, 0]]]))
    assert found.tolist() == [False] * len(grid) + [True]


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((3, 3)), np.zeros((50, 3)), CUBE])
def test_small_and_single_place_sets_have_no_outliers(points: Any) -> None:
    assert not outliers(points).any()


@pytest.mark.parametrize("metres", SCALES_M)
@given(seed=st.integers(0, 2**32 - 1), shift=st.floats(0, 2), reach=st.floats(0.01, 1))
def test_points_within_reach_are_those_whose_nearest_other_is(
    metres: float, seed: int, shift: float, reach: float
) -> None:
    rng = np.random.default_rng(seed)
    some, others = metres * rng.uniform(size=(40, 3)), metres * (rng.uniform(size=(25, 3)) + np.array([shift, 0, 0]))
    nearest = np.linalg.norm(some[:, None] - others, axis=2).min(axis=1)
    assert (within_reach(some, others, metres * reach) == (nearest < metres * reach)).all()


def test_nothing_is_within_reach_of_no_points() -> None:
    assert not within_reach(CUBE, np.zeros((0, 3)), 1.0).any()
    assert within_reach(np.zeros((0, 3)), CUBE, 1.0).shape == (0,)
