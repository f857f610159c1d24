"""Occupancy grids: room around cells, straight stretches, ways with few turns."""

import itertools

import numpy as np
import pytest

from spacevista.geometry.occupancy import CELL_REACH, FloorGrid, Net, clear_stretch, in_outline, room_in_cells, thinned


def hall(wall_from=0, wall_to=30):
    """A floor of 41 x 41 cells with a wall across its middle column between two rows."""
    free = np.ones((41, 41), dtype=bool)
    free[20, wall_from:wall_to] = False
    return free


def ring(x, y):
    out = np.zeros((41, 41), dtype=bool)
    out[x - 1 : x + 2, y - 1 : y + 2] = True
    return out


def way_between(standing, start, goal):
    net = Net.of(standing, (ring(*start), ring(*goal)))
    way = net.way(net.beside[0], net.beside[1])
    return None if way is None else net.cells[way]


def test_room_is_counted_to_the_corners_of_what_is_not_free():
    free = np.ones((9, 9), dtype=bool)
    free[4, 4] = False
    room = room_in_cells(free)
    assert room[4, 2] == pytest.approx(2 - CELL_REACH)
    assert room[4, 4] == 0
    assert room[0, 4] == pytest.approx(1 - CELL_REACH)  # the border counts as not free
    assert (room <= 4).all()


def test_a_stretch_that_crosses_one_blocked_cell_is_not_clear():
    free = hall(10, 11)
    assert not clear_stretch(np.array([2.5, 10.5]), np.array([38.5, 10.5]), free)
    assert clear_stretch(np.array([2.5, 11.5]), np.array([38.5, 11.5]), free)
    assert not clear_stretch(np.array([2.5, 11.5]), np.array([45.5, 11.5]), free)  # leaves the grid


def test_the_way_is_straight_where_it_can_be_and_turns_once_around_a_wall():
    assert len(way_between(hall(0, 0), (5, 5), (35, 5))) == 2
    around = way_between(hall(), (5, 5), (35, 5))
    assert len(around) == 3
    assert around[1, 1] >= 30
    standing = hall()
    for one, other in itertools.pairwise(around):
        assert clear_stretch(one + 0.5, other + 0.5, standing)


def test_a_closed_wall_has_no_way():
    assert way_between(hall(0, 41), (5, 5), (35, 5)) is None
    blocked = hall()
    blocked[ring(35, 5)] = False
    assert way_between(blocked, (5, 5), (35, 5)) is None


def test_a_mirrored_floor_has_the_mirrored_way():
    there = way_between(hall(), (5, 5), (35, 8))
    mirrored = way_between(hall()[::-1], (35, 5), (5, 8))
    assert np.array_equal(mirrored * [-1, 1] + [40, 0], there)


def test_nets_are_symmetric_and_as_fine_as_they_may_be():
    cells = thinned(np.ones((41, 41), dtype=bool), 400)
    assert len(cells) == 14 * 14 or len(cells) == 13 * 13  # every third cell from the middle: 6 each way, and it
    assert np.array_equal(np.unique(40 - cells, axis=0), np.unique(cells, axis=0))
    assert len(thinned(np.zeros((5, 5), dtype=bool), 4)) == 0


def test_a_grid_has_its_middle_in_the_middle():
    grid = FloorGrid.around(np.array([1.0, 2.0]), np.array([3.0, 7.0]), np.eye(3), 0.5)
    assert grid.shape == (5, 11)
    assert grid.centres()[2, 5].tolist() == pytest.approx([2.0, 4.5])
    cells, inside = grid.cells_of(np.array([[2.0, 4.5], [99.0, 0.0]]))
    assert (cells.tolist(), inside.tolist()) == ([[2, 5], [4, 0]], [True, False])


def test_places_in_a_convex_outline():
    corners = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
    places = np.array([[1, 1], [3, 1], [2, 2], [-0.1, 0]])
    assert in_outline(places, corners).tolist() == [True, False, True, False]
    assert not in_outline(places, corners[:2]).any()
