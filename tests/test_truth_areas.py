"""The truth and the oracle of rooms and of areas seen from above, on worlds from a drawing."""

from dataclasses import replace

import numpy as np
import pytest

from room_worlds import ALCOVE, L_SHAPE, SQUARE, room_world, turning
from small_worlds import box, cylinder, orbit, world_of
from spacevista.sim.oracle import Oracle
from spacevista.sim.oracle_areas import border_cells, finest_m
from spacevista.sim.oracle_rooms import ceiling_seen, wall_seen
from spacevista.sim.shapes import union
from spacevista.sim.truth import Truth, judge
from spacevista.sim.truth_areas import footprint_m2
from spacevista.sim.world import Mesh

EYES = ((1.2, 1.5, 1.5), (3.8, 2.5, 1.5))


def test_the_union_of_faces_from_above():
    assert footprint_m2(box((2, 3, 1), (5, 5, 0), 37.0)) == pytest.approx(6.0, rel=1e-9)
    # Two squares of 4 that share 1: 7. One over the other counts once.
    assert footprint_m2(union(box((2, 2, 1), (0, 0, 0)), box((2, 2, 1), (1, 1, 3)))) == pytest.approx(7.0, rel=1e-9)
    assert footprint_m2(union(box((2, 2, 1), (0, 0, 0)), box((1, 1, 1), (0, 0, 3)))) == pytest.approx(4.0, rel=1e-9)
    # A regular prism of 64 sides: 32 sin(2 pi / 64) r^2.
    expected = 32 * np.sin(2 * np.pi / 64) * 9
    assert footprint_m2(cylinder(3, 1, (7, 1, 0))) == pytest.approx(expected, rel=1e-9)
    # Two bars that cross at a slant: 2 x 4 x 1 less the rhombus that both cover, 1 / sin 50.
    crossed = union(box((4, 1, 1), (0, 0, 0), 0), box((4, 1, 1), (0, 0, 3), 50))
    assert footprint_m2(crossed) == pytest.approx(8 - 1 / np.sin(np.radians(50)), rel=1e-5)


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_it_scales_and_turns(metre):
    mesh = union(box((4, 1, 1), (0, 0, 0), 20), cylinder(0.8, 2, (1, 1, 0)))
    small = Mesh(mesh.vertices_m * metre, mesh.faces, mesh.face_materials)
    assert footprint_m2(small) == pytest.approx(footprint_m2(mesh) * metre**2, rel=1e-6)


@pytest.mark.parametrize(("outline", "area_m2"), [(SQUARE, 20.0), (L_SHAPE, 25.0), (ALCOVE, 17.4)])
def test_rooms(outline, area_m2):
    truth = Truth(room_world(outline, EYES))
    assert judge(truth, "room_size", "area", ()) == pytest.approx(area_m2)
    assert judge(truth, "room_size", "volume", ()) == pytest.approx(2.5 * area_m2)
    outside = Truth(replace(truth.world, floor_polygon_m=None))
    assert judge(outside, "room_size", "area", ()) is None
    assert judge(outside, "room_size", "volume", ()) is None


def test_the_walls_have_to_be_seen():
    truth = Truth(room_world(SQUARE, EYES))
    oracle = Oracle(truth.world, truth)
    assert oracle.visible("room_size", "area", ())
    assert oracle.decidable("room_size", "area", ())
    assert oracle.decidable("room_size", "volume", ())
    assert wall_seen(oracle, truth.world.floor_polygon_m, 2.5) > 0.98
    half = Truth(room_world(SQUARE, EYES, path=turning(EYES, 4, sweep_deg=90.0)))
    looking = Oracle(half.world, half)
    assert not looking.decidable("room_size", "area", ())
    # A camera with 90 degrees sideways that turns through 67.5 sees 157.5 of 360 degrees, near the walls.
    assert 0.2 < wall_seen(looking, half.world.floor_polygon_m, 2.5) < 0.8
    down = Truth(room_world(SQUARE, EYES, height=4.0, path=turning(EYES, 12, 12.0)[1::2]))
    assert not Oracle(down.world, down).decidable("room_size", "volume", ())
    assert ceiling_seen(Oracle(down.world, down), down.world.floor_polygon_m, 4.0) < 0.15


def test_areas_have_to_be_seen_from_above():
    meshes = [box((2, 2, 1), (0, 0, 0.5)), box((3, 1, 0.02), (4, 0, 0.01))]
    high = Truth(world_of(meshes, orbit(6, 9, 6, (2, 0, 0)), size=5))
    oracle = Oracle(high.world, high)
    for number in (1, 2):
        assert oracle.visible("area_estimation", "footprint", (number,))
        assert oracle.decidable("area_estimation", "footprint", (number,))
    assert judge(high, "area_estimation", "footprint", (1,)) == pytest.approx(4.0)
    low = Truth(world_of(meshes, orbit(9, 0.5, 2, sweep_deg=20), size=5))
    assert not Oracle(low.world, low).decidable("area_estimation", "footprint", (1,))


def test_areas_of_thin_bars_are_not_told_from_the_gaps_between_them():
    # Twenty bars of 0.05 x 2, 0.05 apart: 2.0, the same as a plate of 1 x 2; but 20 * 4.1 = 82 of border, not 6. A
    # pixel is about 5.2 / 686 = 7.6 mm wide: a fifth of it along 82 is 6 %, along 6 it is 0.5 %.
    bars = union(*(box((0.05, 2, 0.3), (0.1 * k, 0, 0.15)) for k in range(20)))
    high = Truth(world_of([bars, box((1, 2, 0.3), (3.5, 0, 0.15))], orbit(3, 5, 6, (2, 0, 0)), size=5))
    oracle = Oracle(high.world, high)
    assert finest_m(oracle, 1) == pytest.approx(0.0076, rel=0.05)
    assert not oracle.decidable("area_estimation", "footprint", (1,))
    assert oracle.decidable("area_estimation", "footprint", (2,))


def test_a_border_is_as_long_on_the_slant_as_counted_cells_are_on_average():
    square = np.zeros((12, 12), dtype=bool)
    square[2:10, 3:9] = True  # 8 x 6: 28 sides
    assert border_cells(square) == pytest.approx(28 * np.pi / 4)
