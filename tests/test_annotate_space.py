"""Flooding unobserved space on hand-made grids: what stops it, and when it runs on past the grid."""

import numpy as np
import pytest

from spacevista.annotate.space import WALL_LAYER_CELLS, Grid, behind, flooded, possible_space, reach_of
from spacevista.geometry.cameras import Camera
from spacevista.geometry.freespace import DepthView
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose, rotation_about

SIDE = 9
MIDDLE = (4, 4, 4)


def cells(metre=1.0):
    """A grid of 9 x 9 x 9 cells of a metre each, from the origin."""
    return Grid.around(np.zeros(3), np.full(3, SIDE * metre), np.eye(3), np.full(3, metre))


def nothing():
    return np.zeros((SIDE, SIDE, SIDE), dtype=bool)


def flood(free, own, other=None, walls=(), metre=1.0):
    grid = cells(metre)
    other = nothing() if other is None else other
    return flooded(grid, free.ravel(), own.ravel(), other.ravel(), behind(grid, grid.centres(), walls))


def room(radius):
    """Free cells in a shell around the middle: all that lies within `radius` cells of it is closed in."""
    away = np.abs(np.indices((SIDE,) * 3) - 4).max(axis=0)
    return away == radius + 1


def seed():
    own = nothing()
    own[MIDDLE] = True
    return own


def test_a_closed_shell_of_free_cells_bounds_the_object():
    space = flood(room(1), seed())
    assert space.filled.sum() == 27
    assert not space.open_space


def test_through_a_hole_in_the_shell_it_runs_on_past_the_grid():
    free = room(1)
    free[4, 4, 6] = False
    space = flood(free, seed())
    assert space.open_space
    # Everything but the shell of 5^3 - 3^3 = 98 cells less the hole.
    assert space.filled.sum() == SIDE**3 - 97


def test_another_things_surface_stops_it_and_its_own_does_not():
    free, other = room(1), nothing()
    free[4, 4, 6] = False
    other[4, 4, 6] = True
    assert flood(free, seed(), other).filled.sum() == 27
    own = seed()
    own[4, 4, 6] = True  # seen as the object's in one view and as something else in another
    assert flood(free, own, other).open_space


def test_nothing_seen_fills_nothing():
    space = flood(nothing(), nothing())
    assert not space.filled.any()
    assert not space.open_space
    assert len(space.surface_cells()) == 0


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_wall_and_the_layer_on_it_are_not_the_objects(metre):
    # Cell centres are at 0.5, 1.5, ... metres. A floor at 2 with its layer of 0.75 takes those under 2.75.
    assert WALL_LAYER_CELLS == 0.75
    floor = Plane(np.array([0.0, 0.0, 1.0]), 2.0 * metre)
    space = flood(nothing(), seed(), walls=(floor,), metre=metre)
    assert not space.filled[:, :, :3].any()
    assert space.filled[:, :, 3:].all()
    shut = [Plane(np.array(n, dtype=np.float64), -6.0 * metre) for n in ((-1, 0, 0), (0, -1, 0), (0, 0, -1))]
    shut += [Plane(np.array(n, dtype=np.float64), 2.0 * metre) for n in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    inside = flood(nothing(), seed(), walls=tuple(shut), metre=metre)
    # Between 2.75 and 5.25 on every axis: centres 3.5 and 4.5.
    assert inside.filled.sum() == 8
    assert not inside.open_space


def test_surface_cells_are_those_with_an_empty_neighbour():
    space = flood(room(2), seed())
    assert space.filled.sum() == 125
    found = space.surface_cells()
    assert len(found) == 125 - 27
    assert np.abs(found - 4.5).max(axis=1) == pytest.approx(2.0)


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_points_are_found_in_their_cells_on_a_turned_grid(metre):
    axes = rotation_about((1, 2, 3), 50)
    grid = Grid.around(np.array([-1.0, 2, 3]) * metre, np.array([1.0, 3, 3.6]) * metre, axes, np.full(3, 0.24) * metre)
    # 2 / 0.24, 1 / 0.24 and 0.6 / 0.24, rounded up; the cells shrink to fit.
    assert grid.counts == (9, 5, 3)
    assert grid.cell == pytest.approx(np.array([2 / 9, 0.2, 0.2]) * metre)
    centres = grid.centres()
    assert (grid.cells_of(centres) == np.arange(9 * 5 * 3)).all()
    assert len(grid.cells_of(centres + 100 * metre)) == 0
    assert reach_of(grid) == pytest.approx(np.linalg.norm(grid.cell) / 2)


@pytest.mark.parametrize("step", [1, 3])
def test_depth_with_gaps_between_its_pixels_frees_nothing(step):
    # A wall at z = 4.5 m seen from z = -3 m: with depth on every pixel the space before it is free, with depth on every
    # third pixel along rows and columns nothing is known between them, so nothing bounds what was seen.
    camera, pose = Camera(60, 60, 40.0, 40.0, 30.0, 30.0), Pose(np.eye(3), np.array([4.5, 4.5, -3.0]))
    depth, ids = np.zeros((60, 60), dtype=np.float32), np.zeros((60, 60), dtype=np.int32)
    depth[::step, ::step], ids[::step, ::step] = 7.5, 1
    seen = camera.back_project(camera.pixel_centres()[::step, ::step].reshape(-1, 2), np.float64(7.5))
    view = DepthView.of(camera, pose, depth, ids, -1, 0.0)
    space = possible_space(cells(), 1, pose.apply(seen), (view,), ())
    assert space.open_space
    assert space.filled[:, :, 4].any()
    assert space.filled.all() == (step == 3)
    assert space.filled[4, 4, :4].any() == (step == 3)
