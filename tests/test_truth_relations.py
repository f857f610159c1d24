"""The truth and the oracle of positions, kinds, orders, matches, rotations and places, on worlds from a drawing."""

from dataclasses import replace

import numpy as np
import pytest

from small_worlds import box, orbit, world_of
from spacevista.errors import GeometryError
from spacevista.geometry.poses import Pose
from spacevista.sim.oracle import Oracle
from spacevista.sim.truth import Truth, judge
from spacevista.sim.world import Mesh

METRES = pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])


def world(meshes, path, kinds=(), metre=1.0, fov_deg=30.0):
    meshes = [Mesh(m.vertices_m * metre, m.faces, m.face_materials) for m in meshes]
    made = world_of(meshes, path, size=5 * metre, fov_deg=fov_deg)
    bodies = [replace(b, category=kinds[b.id - 1]) if 0 < b.id <= len(kinds) else b for b in made.bodies]
    return replace(made, bodies=tuple(bodies))


def row(metre=1.0, kinds=("cup", "cup", "vase"), frames=12):
    """Two cups at x = -2 and 2, the second 2 high and 3 farther back; a vase at the origin, 1.5 high and 1.2 long."""
    meshes = [
        box((1, 1, 1), (-2, 0, 0.5)),
        box((1, 1, 2), (2, 3, 1)),
        box((1.2, 1, 1.5), (0, 0, 0.75)),
    ]
    path = [Pose.looking_at((0, -12 * metre, 4 * metre), (0, 0, 0)), *orbit(12 * metre, 6 * metre, frames - 1)]
    return Truth(world(meshes, path, kinds, metre))


def true(truth, task, aspect, objects=(), frames=(0,)):
    return judge(truth, task, aspect, objects, frames)


@METRES
def test_positions(metre):
    truth = row(metre)
    found = {
        aspect: true(truth, "position_comparison", aspect, (1, 2))
        for aspect in ("left", "right", "above", "below", "nearer", "farther")
    }
    assert found == {"left": "1", "right": "2", "above": "2", "below": "1", "nearer": "1", "farther": "2"}
    assert true(truth, "position_comparison", "left", (2, 1)) == "1"


def test_a_tie_has_no_truth():
    truth = Truth(
        world([box((1, 1, 1), (0, 0, 0.5)), box((1, 1, 1), (0, 3, 0.5))], [Pose.looking_at((0, -9, 3), (0, 0, 0))])
    )
    assert true(truth, "position_comparison", "left", (1, 2)) is None
    assert true(truth, "position_comparison", "above", (1, 2)) is None
    assert true(truth, "position_comparison", "nearer", (1, 2)) == "1"


@METRES
def test_existence_and_counts(metre):
    truth = row(metre)
    every = tuple(range(12))
    assert true(truth, "existence", "left", (1, 3)) == "yes"
    assert true(truth, "existence", "above", (1, 3)) == "yes"
    assert true(truth, "existence", "nearer", (3, 1)) == "yes"
    assert true(truth, "existence", "farther", (3, 2)) == "no"
    assert true(truth, "existence", "taller", (1, 3), every) == "yes"
    assert true(truth, "existence", "wider", (1, 3), every) == "no"
    assert true(truth, "object_counting", "class", (1,), every) == 2.0
    assert true(truth, "object_counting", "class", (3,), (0,)) == 1.0
    assert true(truth, "object_counting", "right", (1, 3)) == 1.0
    assert true(truth, "object_counting", "shorter", (1, 3), every) == 1.0


def test_an_object_that_is_not_in_the_frames_is_not_counted():
    away = Pose.looking_at((0, -12, 4), (0, -30, 4))
    truth = Truth(world([box((1, 1, 1), (0, 0, 0.5))], [away, Pose.looking_at((0, -12, 4), (0, 0, 0))]))
    assert [true(truth, "object_counting", "class", (1,), f) for f in ((0,), (1,), (0, 1))] == [0.0, 1.0, 1.0]


def panning():
    """A camera that turns left over objects 1, 2, 3 on a circle around it, one every 40 degrees."""
    angles = np.radians([0, 40, 80])
    meshes = [box((1, 1, 1), (6 * np.cos(a), 6 * np.sin(a), 0.5)) for a in angles]
    headings = np.radians(np.arange(-20, 101, 20))
    path = [Pose.looking_at((0, 0, 1), (np.cos(a), np.sin(a), 0.9)) for a in headings]
    return Truth(world(meshes, path, ("cup", "cup", "vase"), fov_deg=50.0))


def test_the_order_of_appearance():
    # A field of 50 degrees: what lies within 25 degrees of the heading, less half an object.
    truth = panning()
    clip = tuple(range(7))
    assert true(truth, "appearance_order", "order", (3, 1, 2), clip) == "1-2-3"
    assert true(truth, "appearance_order", "order", (3, 1, 2), clip[::-1]) == "3-2-1"
    assert [true(truth, "appearance_order", p, (3, 1, 2), clip) for p in ("first", "second", "last")] == ["1", "2", "3"]
    assert true(truth, "appearance_order", "order", (1, 2), (3,)) is None  # neither or both
    oracle = Oracle(truth.world, truth)
    assert oracle.decidable("appearance_order", "order", (3, 1, 2), clip)
    assert oracle.visible("appearance_order", "order", (3, 1, 2), clip)
    assert not oracle.decidable("appearance_order", "order", (3, 1, 2), (0, 1))  # 3 is not seen


def test_matches():
    truth = row()
    assert true(truth, "object_matching", "same", (1, 1), (0, 3)) == "yes"
    assert true(truth, "object_matching", "same", (1, 2), (0, 3)) == "no"
    assert true(truth, "object_matching", "which", (2, 1, 3, 2), (0, 3, 3, 3)) == "3"
    assert true(truth, "object_matching", "which", (2, 1, 3), (0, 3, 3)) is None
    oracle = Oracle(truth.world, truth)
    assert oracle.decidable("object_matching", "same", (3, 3), (0, 3))
    assert not oracle.decidable("object_matching", "same", (3, 3), (3, 3))  # the same view


@METRES
def test_rotations(metre):
    # An orbit in steps of 30 degrees, counter-clockwise, always looking at the vase.
    path = orbit(12 * metre, 6 * metre, 12)
    truth = Truth(world([box((1, 1, 1), (0, 0, 0.5))], path, metre=metre))
    for aspect, objects in (("turn_swept", ()), ("around_swept", (1,))):
        assert true(truth, "rotation_estimation", aspect, objects, (0, 9)) == pytest.approx(270)
        assert true(truth, "rotation_estimation", aspect, objects, (9, 0)) == pytest.approx(-270)
    for aspect, objects in (("turn_net", ()), ("around_net", (1,))):
        assert true(truth, "rotation_estimation", aspect, objects, (0, 9)) == pytest.approx(-90)
    # Both views fall by atan(6 / 12): the angle between attitudes turned by 90 degrees about the vertical is 90.
    assert true(truth, "rotation_estimation", "attitude", (), (0, 3)) == pytest.approx(90)


def test_what_the_oracle_decides_of_rotations():
    truth = Truth(world([box((1, 1, 1), (0, 0, 0.5))], orbit(12, 6, 12)))
    oracle = Oracle(truth.world, truth)
    assert oracle.decidable("rotation_estimation", "around_net", (1,), (0, 3))
    assert oracle.decidable("rotation_estimation", "turn_net", (), (0, 3))
    assert not oracle.decidable("rotation_estimation", "turn_net", (), (0, 6))  # a half turn
    assert oracle.decidable("rotation_estimation", "turn_swept", (), (0, 6))


def test_steps_and_steep_views_decide_no_turn():
    wide = Truth(world([box((1, 1, 1), (0, 0, 0.5))], orbit(12, 6, 4)))
    oracle = Oracle(wide.world, wide)
    assert not oracle.decidable("rotation_estimation", "turn_net", (), (0, 1))  # 90 degrees in one step
    steep = Truth(world([box((1, 1, 1), (0, 0, 0.5))], orbit(2, 12, 12)))
    assert not Oracle(steep.world, steep).decidable("rotation_estimation", "turn_net", (), (0, 2))
    assert Oracle(steep.world, steep).decidable("rotation_estimation", "attitude", (), (0, 2))


@METRES
def test_places(metre):
    truth = row(metre)
    # From the vase to cup 1: straight left, 2 - 0.5 - 0.6 = 0.9 apart. To cup 2: (2, 3), 56 degrees: back-right.
    assert true(truth, "object_location", "direction", (1, 3)) == "left"
    assert true(truth, "object_location", "direction", (3, 1)) == "right"
    assert true(truth, "object_location", "direction", (2, 3)) == "back-right"
    assert true(truth, "object_location", "place", (1, 3)) == pytest.approx((0.9 * metre, 180))


def test_what_the_oracle_decides_of_positions_and_kinds():
    truth = row()
    oracle = Oracle(truth.world, truth)
    assert oracle.decidable("position_comparison", "left", (1, 2), (0,))
    assert oracle.decidable("position_comparison", "nearer", (1, 2), (0,))
    assert not oracle.decidable("position_comparison", "above", (1, 3), (0,))  # both stand on the ground
    assert oracle.decidable("existence", "left", (1, 3), (0,))
    assert oracle.decidable("object_counting", "class", (1,), (0,))
    assert oracle.decidable("object_counting", "right", (1, 3), (0,))
    assert oracle.visible("existence", "left", (1, 3), (0,))
    assert oracle.decidable("object_location", "direction", (1, 3), (0,))
    assert oracle.decidable("object_location", "place", (1, 3), (0,))
    similar = row(kinds=("cup", "tea cup", "vase"))
    assert not Oracle(similar.world, similar).decidable("object_counting", "class", (1,), (0,))


def test_one_view_alone_decides_no_position():
    meshes = [box((1, 1, 1), (-2, 0, 0.5)), box((1, 1, 1), (2, 0, 0.5))]
    truth = Truth(world(meshes, [Pose.looking_at((0, -12, 0.6), (0, 0, 0.5))]))
    assert not Oracle(truth.world, truth).decidable("position_comparison", "left", (1, 2), (0,))


def test_other_aspects_are_errors():
    truth = row()
    for task in ("position_comparison", "existence", "object_location"):
        with pytest.raises(GeometryError, match="expected a known task"):
            true(truth, task, "upwards", (1, 2))
        with pytest.raises(GeometryError, match="expected a known task"):
            Oracle(truth.world, truth).decidable(task, "upwards", (1, 2), (0,))
