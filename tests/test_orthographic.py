"""The orthographic camera and rings in the plane: lengths, areas, clipping, coverage."""

import numpy as np
import pytest

from spacevista.errors import GeometryError
from spacevista.geometry.orthographic import OrthographicCamera
from spacevista.geometry.rings import clipped_ring, coverage, ring_area

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
TRIANGLE = np.array([[1.0, 1], [9, 1], [1, 7]])  # area 8 * 6 / 2 = 24


def camera(side_m=0.5, turn_deg=0.0):
    """20 x 10 pixels, x to the right and y up, turned."""
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    matrix = side_m * np.array([[cos, -sin], [sin, cos]]) @ np.diag([1.0, -1.0])
    return OrthographicCamera(20, 10, np.column_stack([matrix, [1000.0, 2000.0]]))


@pytest.mark.parametrize("side_m", [1e-5, 0.5, 1000.0])
@pytest.mark.parametrize("turn_deg", [0.0, 30.0])
def test_lengths_and_areas_scale_with_the_pixel(side_m, turn_deg):
    ground = camera(side_m, turn_deg)
    # 3 pixels right and 4 down: 5 pixels.
    assert ground.distance_m(np.array([1.0, 2.0]), np.array([4.0, 6.0])) == pytest.approx(5 * side_m)
    assert ground.metres_per_pixel == pytest.approx((side_m, side_m))
    mask = np.zeros((10, 20))
    mask[2:5, 3:7] = 1
    assert ground.area_m2(mask) == pytest.approx(12 * side_m**2)


def test_pixels_and_ground_points_come_back():
    ground, pixels = camera(0.5, 20.0), np.random.default_rng(0).uniform(0, 20, (7, 2))
    assert ground.to_pixels(ground.to_world(pixels)) == pytest.approx(pixels)
    # Unturned: one pixel down is half a metre south.
    assert camera().to_world(np.array([2.0, 1.0])).tolist() == [1001.0, 1999.5]


def test_another_size_of_the_picture_covers_the_same_ground():
    ground = camera()
    half = ground.resized(10, 5)
    assert half.to_world(np.array([10.0, 5.0])) == pytest.approx(ground.to_world(np.array([20.0, 10.0])))
    assert half.pixel_area_m2 == pytest.approx(4 * ground.pixel_area_m2)


@pytest.mark.parametrize(
    ("matrix", "size", "reason"),
    [
        ([[1, 0, 0], [0, 1, 0]], (20, 10), "got a mirrored picture"),
        ([[1, 1, 0], [-1, -1.01, 0]], (20, 10), "got axes that all but coincide"),
        ([[0, 0, 0], [0, -1, 0]], (20, 10), "expected pixels of 1e-06 to 10000 m"),
        ([[1e6, 0, 0], [0, -1, 0]], (20, 10), "expected pixels of 1e-06 to 10000 m"),
        ([[np.nan, 0, 0], [0, -1, 0]], (20, 10), "expected finite numbers"),
        ([[1, 0], [0, -1]], (20, 10), "expected an array of 2 x 3"),
        ([[1, 0, 0], [0, -1, 0]], (0, 10), "expected sides of 1 to 32768 px"),
        ([[1, 0, 0], [0, -1, 0]], (20, 40_000), "expected sides of 1 to 32768 px"),
    ],
)
def test_a_camera_that_cannot_be_is_an_error(matrix, size, reason):
    with pytest.raises(GeometryError, match=reason):
        OrthographicCamera(*size, np.array(matrix, dtype=float))


def test_an_area_needs_the_pictures_size():
    with pytest.raises(GeometryError, match="expected 10 x 20 pixels, got 20 x 10"):
        camera().area_m2(np.ones((20, 10)))


@pytest.mark.parametrize("shift", [0.0, 4e6])
def test_ring_areas(shift):
    assert ring_area(TRIANGLE + shift) == pytest.approx(24.0)
    assert ring_area(TRIANGLE[::-1] + shift) == pytest.approx(24.0)
    assert ring_area(TRIANGLE[:2]) == 0


def test_clipping_keeps_the_part_inside():
    low, high = np.array([0.0, 0.0]), np.array([5.0, 5.0])
    # Of the triangle y < 7 - 3/4 (x - 1) for x in 1..5, y in 1..5: 4 * 4 less the corner above the slope, which runs
    # from (11/3, 5) to (5, 4): (4/3 * 1) / 2 = 2/3.
    assert ring_area(clipped_ring(TRIANGLE, low, high)) == pytest.approx(16 - 2 / 3)
    assert ring_area(clipped_ring(SQUARE - 2, low, high)) == pytest.approx(25.0)
    assert len(clipped_ring(SQUARE + 6, low, high)) == 0
    assert np.array_equal(clipped_ring(TRIANGLE, low, high + 10), TRIANGLE)
    # A U that leaves through the top and comes back: its two legs of 1 x 5, and the bar of 3 x 1 between them.
    legs = np.array([[0.0, 0], [3, 0], [3, 9], [2, 9], [2, 1], [1, 1], [1, 9], [0, 9]])
    assert ring_area(clipped_ring(legs, low, high)) == pytest.approx(5 + 5 + 1)


def test_coverage_counts_shares_of_pixels():
    share = coverage([np.array([[1.25, 1.0], [3.5, 1.0], [3.5, 2.5], [1.25, 2.5]])], 6, 4)
    # 3/4 of column 1, column 2, half of column 3; row 1 whole, row 2 half.
    expected = np.zeros((4, 6))
    expected[1, 1:4] = [0.75, 1, 0.5]
    expected[2] = expected[1] / 2
    assert share == pytest.approx(expected)


def test_coverage_of_a_slope_a_hole_and_what_lies_outside():
    assert coverage([TRIANGLE], 12, 12).sum() == pytest.approx(24.0)  # exact: lines are in the middle of their strips
    hole = SQUARE * 0.4 + 3
    assert coverage([SQUARE, hole], 12, 12).sum() == pytest.approx(100 - 16)
    assert coverage([SQUARE - 5], 12, 12).sum() == pytest.approx(25.0)
    assert coverage([SQUARE + 50], 12, 12).sum() == 0
    assert coverage([SQUARE - 50], 12, 12).sum() == 0
    assert coverage([SQUARE * 10 - 30], 12, 12).sum() == pytest.approx(144.0)


def test_coverage_agrees_with_clipping_on_random_rings():
    rng = np.random.default_rng(1)
    for _ in range(30):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        ring = 10 + rng.uniform(3, 12, (9, 1)) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        inside = ring_area(clipped_ring(ring, np.zeros(2), np.full(2, 16.0)))
        # Lines miss at most what a corner adds within an eighth of a row.
        assert coverage([ring], 16, 16).sum() == pytest.approx(inside, rel=0.01)
