"""Boxes and rectangles against shapes whose sides are known, from any side, at every scale, and degenerate ones."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry_strategies import SCALES_M, directions, poses, vectors
from spacevista.errors import GeometryError
from spacevista.geometry.boxes import (
    Box3d,
    axis_aligned_box,
    gravity_aligned_box,
    minimum_area_rectangle,
    minimum_volume_box,
)
from spacevista.geometry.poses import Pose, rotation_about

CUBE = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
UP = np.array([0.0, 0.0, 1.0])
# Directions of sides are told apart to 1e-6 rad, so a side of length 1 may come out 1e-6 of the other too long.
ANGLE_STEP = 2e-6


def turned(points: Any, degrees: float) -> Any:
    return points @ rotation_about([0, 0, 1], degrees)[:2, :2].T


def cylinder(radius: float, height: float, sides: int) -> Any:
    angles = np.arange(sides) * 2 * math.pi / sides
    ring = np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    return np.concatenate([np.column_stack([ring, np.full(sides, z)]) for z in (0, height)])


def test_unit_square_seen_from_a_corner() -> None:
    # Turned by 45 degrees; principal axes along the diagonals would give sides of 1.41.
    rectangle = minimum_area_rectangle(turned(SQUARE, 45))
    assert (rectangle.length_m, rectangle.width_m) == pytest.approx((1, 1), rel=ANGLE_STEP)
    assert rectangle.area_m2 == pytest.approx(1, rel=ANGLE_STEP)
    assert rectangle.centre_m == pytest.approx((0, math.sqrt(0.5)), abs=ANGLE_STEP)


@pytest.mark.parametrize("metres", SCALES_M)
@given(
    degrees=st.floats(-180, 180),
    length=st.floats(0.2, 1),
    ratio=st.floats(0.01, 0.99),
    x=st.floats(-1, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_rectangle_of_any_turn(metres: float, degrees: float, length: float, ratio: float, x: float, seed: int) -> None:
    inside = np.random.default_rng(seed).uniform(0, 1, (20, 2))
    points = np.concatenate([SQUARE, inside]) * [length, length * ratio]
    rectangle = minimum_area_rectangle(metres * (turned(points, degrees) + np.array([x, -x])))
    assert rectangle.length_m == pytest.approx(length * metres, abs=ANGLE_STEP * metres)
    assert rectangle.width_m == pytest.approx(length * ratio * metres, abs=ANGLE_STEP * metres)
    assert 0 <= rectangle.angle_rad < math.pi
    off = (rectangle.angle_rad - math.radians(degrees) + math.pi / 2) % math.pi - math.pi / 2
    assert off == pytest.approx(0, abs=ANGLE_STEP)
    middle = metres * (turned(np.array([[length, length * ratio]]) / 2, degrees)[0] + np.array([x, -x]))
    assert rectangle.centre_m == pytest.approx(tuple(middle), abs=ANGLE_STEP * metres)


def test_rectangle_of_a_regular_hexagon() -> None:
    # Side 1: flush with a side it is 2 along the diagonal by sqrt(3) across; nothing smaller holds it.
    angles = np.arange(6) * math.pi / 3
    rectangle = minimum_area_rectangle(np.column_stack([np.cos(angles), np.sin(angles)]))
    assert (rectangle.length_m, rectangle.width_m) == pytest.approx((2, math.sqrt(3)), rel=ANGLE_STEP)


@pytest.mark.parametrize("metres", SCALES_M)
@pytest.mark.parametrize(
    ("points", "length"),
    [
        (np.zeros((1, 2)), 0),
        (np.zeros((7, 2)), 0),
        (np.outer(np.linspace(0, 1, 2), [3, 4]), 5),
        (np.outer(np.linspace(0, 1, 30), [3, 4]), 5),
    ],
)
def test_rectangle_of_a_line_or_a_point(metres: float, points: Any, length: float) -> None:
    rectangle = minimum_area_rectangle(points * metres)
    assert rectangle.length_m == pytest.approx(length * metres, rel=ANGLE_STEP)
    assert rectangle.width_m == pytest.approx(0, abs=5 * ANGLE_STEP * metres)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data(), sides=st.tuples(*[st.floats(0.05, 1)] * 3))
def test_minimum_volume_box_of_a_turned_box(metres: float, data: st.DataObject, sides: tuple[float, ...]) -> None:
    points = data.draw(poses(metres)).apply(CUBE * sides * metres)
    box = minimum_volume_box(points)
    assert sorted(box.size_m) == pytest.approx(sorted(np.multiply(sides, metres)), abs=ANGLE_STEP * metres)
    assert box.contains(points, slack_m=1e-12 * metres).all()


@given(poses(), st.floats(0.02, 0.5), st.floats(0.02, 2))
def test_minimum_volume_box_of_a_cylinder(pose: Pose, radius: float, height: float) -> None:
    # On a regular polygon of 24 corners: flush with a side it is 2 r cos(7.5 degrees) wide, both ways.
    box = minimum_volume_box(pose.apply(cylinder(radius, height, 24)))
    width = 2 * radius * math.cos(math.radians(7.5))
    assert sorted(box.size_m) == pytest.approx(sorted([width, width, height]), rel=1e-4)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_minimum_volume_box_of_a_flat_rectangle(metres: float, data: st.DataObject) -> None:
    # A sheet with more points on one diagonal: its box has the sheet's own sides, not that diagonal of 1.25, though
    # every box around it has no volume.
    steps = np.linspace(-0.5, 0.5, 9)
    sheet = np.array([[x, 0.75 * y, 0.0] for x in steps for y in steps if abs(x - y) < 0.3 or abs(x) + abs(y) == 1])
    box = minimum_volume_box(data.draw(poses(metres)).apply(sheet * metres))
    assert sorted(box.size_m) == pytest.approx([0, 0.75 * metres, metres], abs=ANGLE_STEP * metres)


@pytest.mark.parametrize("count", [2, 40])
@given(pose=poses())
def test_minimum_volume_box_of_a_line(count: int, pose: Pose) -> None:
    line = np.outer(np.linspace(-0.5, 0.5, count), [0, 0, 2])
    box = minimum_volume_box(pose.apply(line))
    assert sorted(box.size_m) == pytest.approx([0, 0, 2], abs=10 * ANGLE_STEP)


@pytest.mark.parametrize("count", [1, 12])
def test_minimum_volume_box_of_a_single_place(count: int) -> None:
    box = minimum_volume_box(np.full((count, 3), 0.25))
    assert box.size_m == pytest.approx([0, 0, 0], abs=1e-15)
    assert box.world_from_box.translation_m == pytest.approx([0.25] * 3)


def test_a_large_flat_set_takes_little_memory() -> None:
    # 20,000 points; a square matrix of that side would need 3.2 GB.
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-1, 1, (20_000, 2)), np.zeros(20_000)])
    assert sorted(minimum_volume_box(points).size_m) == pytest.approx([0, 2, 2], abs=0.01)


@pytest.mark.parametrize("metres", SCALES_M)
@given(up=directions(), degrees=st.floats(-180, 180), centre=vectors())
def test_gravity_aligned_box(metres: float, up: Any, degrees: float, centre: Any) -> None:
    # A 1 x 0.4 x 0.2 box that stands on the ground of any up direction.
    seen_up = Pose.identity() if up[2] > 1 - 1e-9 else Pose(axis_to(up), np.zeros(3))
    points = seen_up.apply((CUBE * [1, 0.4, 0.2]) @ rotation_about([0, 0, 1], degrees).T) + centre
    box = gravity_aligned_box(points * metres, up)
    assert box.size_m == pytest.approx(np.multiply([1, 0.4, 0.2], metres), abs=ANGLE_STEP * metres)
    assert box.world_from_box.rotation[:, 2] == pytest.approx(up, abs=1e-9)
    assert box.world_from_box.translation_m == pytest.approx(centre * metres, abs=ANGLE_STEP * metres)
    assert box.contains(points * metres, slack_m=ANGLE_STEP * metres).all()


def axis_to(up: Any) -> Any:
    """Return a rotation that takes z to `up`."""
    axis = np.cross(UP, up)
    if np.linalg.norm(axis) < 1e-12:
        return rotation_about([1, 0, 0], 180)
    return rotation_about(axis, math.degrees(math.atan2(np.linalg.norm(axis), up[2])))


def test_gravity_aligned_box_leans_with_nothing() -> None:
    # A 1 x 1 square stood on its corner in a vertical plane: height and length are its diagonal, the width is 0.
    square = np.column_stack([turned(SQUARE, 45)[:, 0], np.zeros(4), turned(SQUARE, 45)[:, 1]])
    box = gravity_aligned_box(square, UP)
    assert box.size_m == pytest.approx([math.sqrt(2), 0, math.sqrt(2)], abs=ANGLE_STEP)


@given(vectors(), vectors())
def test_axis_aligned_box(low: Any, high: Any) -> None:
    box = axis_aligned_box(np.stack([low, high]))
    assert box.size_m == pytest.approx(np.abs(high - low), abs=1e-15)
    assert box.world_from_box.translation_m == pytest.approx((low + high) / 2, abs=1e-15)
    assert box.volume_m3 == pytest.approx(float(np.prod(np.abs(high - low))), abs=1e-15)


@given(poses())
def test_corners_lie_on_the_box(pose: Pose) -> None:
    box = Box3d(pose, np.array([1.0, 2.0, 3.0]))
    assert box.corners_m.shape == (8, 3)
    assert box.contains(box.corners_m, slack_m=1e-12).all()
    assert not box.contains(box.world_from_box.apply(np.array([[0, 0, 1.6], [0.6, 0, 0], [0, -1.1, 0]]))).any()
    # The body diagonal of 1 x 2 x 3 is sqrt(14).
    assert np.linalg.norm(box.corners_m[7] - box.corners_m[0]) == pytest.approx(math.sqrt(14))


def test_what_is_no_box_is_refused() -> None:
    with pytest.raises(GeometryError, match="box size"):
        Box3d(Pose.identity(), np.array([1.0, -1.0, 1.0]))
    with pytest.raises(GeometryError, match="at least one point"):
        axis_aligned_box(np.zeros((0, 3)))
