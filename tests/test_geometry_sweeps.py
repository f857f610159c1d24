"""Boxes on straight stretches: what they meet, summed tables of blocked cells, and ways with the fewest moves."""

import numpy as np
import pytest

from spacevista.geometry.sweeps import Blocked, Boxes, box_of, entered_at, fewest_moves, first_met

UNIT = np.ones(3)


def boxes(*corners):
    return Boxes(np.array([low for low, _ in corners], float), np.array([high for _, high in corners], float))


def test_a_moving_box_enters_where_its_face_meets_the_others():
    # A unit box from x = 0 to 10; the other begins at 4, so the centre is at 3.5: 35 % of the way.
    shares = entered_at(np.zeros(3), np.array([10.0, 0, 0]), UNIT, boxes(((4, -1, -1), (5, 1, 1))))
    assert shares.tolist() == pytest.approx([0.35])


def test_touching_is_not_entering_and_1_mm_is():
    wall = boxes(((4, 0.5, -1), (5, 2, 1)))
    along = np.array([10.0, 0, 0])
    assert np.isinf(entered_at(np.zeros(3), along, UNIT, wall)).all()
    lifted = np.array([0, 0.001, 0])
    assert entered_at(lifted, along + lifted, UNIT, wall).tolist() == pytest.approx([0.35])


def test_a_stretch_in_any_direction_is_exact():
    # Diagonal: the corner of the moving box meets the corner of the other where both coordinates are at 2.
    shares = entered_at(np.zeros(3), np.array([4.0, 4.0, 0]), UNIT, boxes(((2.5, 2.5, -1), (3, 3, 1))))
    assert shares.tolist() == pytest.approx([0.5])
    assert np.isinf(entered_at(np.zeros(3), np.array([4.0, 0, 0]), UNIT, boxes(((2.5, 2.5, -1), (3, 3, 1))))).all()


def test_the_first_of_several_on_a_way_is_named():
    way = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0]], float)
    both = boxes(((9, 4, -1), (11, 5, 1)), ((6, -1, -1), (7, 1, 1)))
    assert first_met(way, UNIT, both) == 1
    assert first_met(way, UNIT, both.at(0)) == 0
    assert first_met(way[:2], UNIT, both.at(0)) is None


def test_boxes_of_unknown_place_are_never_met():
    nowhere = np.full((1, 3), np.nan)
    assert first_met(np.array([[0, 0, 0], [10.0, 0, 0]]), UNIT, Boxes(nowhere, nowhere)) is None


def test_blocked_cells_are_counted_as_one_by_one():
    rng = np.random.default_rng(0)
    cells = rng.random((6, 5, 4)) < 0.1
    table = Blocked.of(np.array([1.0, 2, 3]), np.array([0.5, 1, 2]), cells)
    for _ in range(200):
        first = rng.integers(0, (6, 5, 4))
        last = np.minimum(first + rng.integers(1, 4, 3), (6, 5, 4))
        low, high = ([1, 2, 3] + place * np.array([0.5, 1, 2]) for place in (first, last))
        inside = cells[tuple(slice(a, b) for a, b in zip(first, last, strict=True))].any()
        assert table.is_free(low[None], high[None]).tolist() == [not inside]
    assert not table.is_free(np.array([[0.5, 2, 3]]), np.array([[1.5, 3, 5]])).any()  # leaves the block


def over_a_wall(mirror=1.0, scale=1.0):
    """A unit box from x = -4 to 4 with a wall at 0 that is 2 high and very wide: up, across, down."""
    grown = boxes(((-1, -50, -1), (1, 50, 2)))
    low, high = grown.low_m * scale, grown.high_m * scale

    def is_free(first, last):
        return ~((first < high - 1e-9 * scale) & (last > low + 1e-9 * scale)).all(axis=1)

    lines = (np.array([-1.5, 1.5]) * scale, np.zeros(0), np.array([2.5]) * scale)
    ends = (np.array([-4.0 * mirror, 0, 0]) * scale, np.array([4.0 * mirror, 0, 0]) * scale)
    return fewest_moves(*ends, UNIT * scale, lines, is_free)


def test_a_wall_is_climbed_with_three_moves():
    way = over_a_wall()
    # Up by the wall's 2 and half of the box, across, down again.
    assert way.tolist() == [[-4, 0, 0], [-4, 0, 2.5], [4, 0, 2.5], [4, 0, 0]]


def test_a_mirrored_or_scaled_wall_has_the_mirrored_or_scaled_way():
    assert np.allclose(over_a_wall(mirror=-1.0), over_a_wall() * [-1, 1, 1])
    for scale in (1e-3, 1e3):
        assert np.allclose(over_a_wall(scale=scale), over_a_wall() * scale, rtol=1e-12)


def test_there_is_no_way_out_of_a_box():
    def is_free(low, high):
        return (np.abs(low) < 2).all(axis=1) & (np.abs(high) < 2).all(axis=1)

    assert fewest_moves(np.zeros(3), np.array([5.0, 0, 0]), UNIT, (np.zeros(0),) * 3, is_free) is None
    assert fewest_moves(np.zeros(3), np.zeros(3), UNIT, (np.zeros(0),) * 3, is_free) is None


def test_fewer_moves_go_before_a_shorter_way():
    # From (0, 0) to (4, 4): by two moves over a corner; a stair of four moves would be as long.
    lines = (np.array([2.0]), np.array([2.0]), np.zeros(0))
    way = fewest_moves(np.zeros(3), np.array([4.0, 4, 0]), UNIT, lines, lambda low, high: np.ones(len(low), bool))
    assert len(way) == 3


def test_the_box_of_points_and_its_growth():
    box = box_of(np.array([[0, 1, 2], [4, 3, 2.5]]))
    assert (box.centre_m.tolist(), box.size_m.tolist()) == ([[2, 2, 2.25]], [[4, 2, 0.5]])
    shrunk = box.grown(-0.5)  # by 0.5 at every face, the flat side no farther than to its middle
    assert (shrunk.low_m.tolist(), shrunk.high_m.tolist()) == ([[0.5, 1.5, 2.25]], [[3.5, 2.5, 2.25]])
