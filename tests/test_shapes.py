"""Parametric solids: closed, outwards, of the stated size and volume."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import trimesh

from spacevista.errors import GeometryError
from spacevista.sim import shapes
from spacevista.sim.polygons import triangulate
from spacevista.sim.shapes import volume_m3
from spacevista.sim.world import Mesh

SQUARE = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
ELL = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]  # area 3
PLUS = np.array(
    [(1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1), (-1, -3), (1, -3), (1, -1), (3, -1), (3, 1)]
)

SOLIDS: dict[str, Callable[[], Mesh]] = {
    "box": lambda: shapes.box((1, 2, 3)),
    "cylinder": lambda: shapes.cylinder(1, 2),
    "ellipsoid": lambda: shapes.ellipsoid((1, 2, 3)),
    "ring": lambda: shapes.lathe([(1, 0), (2, 0), (2, 1), (1, 1)]),
    "ell": lambda: shapes.extrude(ELL, 1),
    "plate with holes": lambda: shapes.extrude(
        ELL, 1, [[(0.2, 0.2), (1.7, 0.2), (1.7, 0.8)], [(0.2, 1.2), (0.7, 1.2), (0.7, 1.8)]]
    ),
    "plus in a circle": lambda: shapes.extrude(4 * shapes.circle(48), 1, [PLUS]),
    "bent tube": lambda: shapes.sweep([(0, 0, 0), (0, 0, 1), (1, 0, 2), (2, 0, 2)], 0.2),
    "tapered horn": lambda: shapes.sweep([(0, 0, 0), (0, 0, 1), (1, 0, 2)], [0.3, 0.2, 0.1]),
    "moulding": lambda: shapes.sweep([(0, 0, 0), (5, 0, 0)], ELL),
    "loft": lambda: shapes.loft([[(-1, -1, z), (1, -1, z), (1, 1, z), (-1, 1, z)] for z in (0, 1, 2)]),
}


def solid(mesh: Mesh) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices_m, mesh.faces, process=False)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("name", SOLIDS)
def test_every_solid_is_closed_and_faces_outwards(name: str, scale: float) -> None:
    mesh = shapes.scaled(SOLIDS[name](), (scale, scale, scale))
    assert solid(mesh).is_watertight
    assert solid(mesh).is_winding_consistent
    assert volume_m3(mesh) > 0


def polygon_share(corners: int) -> float:
    """Area of a regular polygon over that of its circle."""
    return corners / (2 * math.pi) * math.sin(2 * math.pi / corners)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("box", 6.0),  # 1 x 2 x 3
        ("cylinder", 2 * math.pi * polygon_share(48)),
        ("ring", (4 - 1) * math.pi * polygon_share(48)),
        ("ell", 3.0),
        ("plate with holes", 3.0 - 0.45 - 0.15),  # triangles of 1.5 x 0.6 / 2 and 0.5 x 0.6 / 2
        ("plus in a circle", 16 * math.pi * polygon_share(48) - 20),  # the plus is five squares of 2 x 2
        ("moulding", 15.0),  # area 3, length 5
        ("loft", 8.0),
    ],
)
def test_volumes_follow_the_formulas(name: str, expected: float) -> None:
    assert volume_m3(SOLIDS[name]()) == pytest.approx(expected, rel=1e-12)


def test_an_ellipsoid_of_many_facets_nears_the_formula() -> None:
    # 4/3 pi a b c = 8 pi for radii 1, 2, 3; facets lose about (pi / 96)^2 x 5/3 = 0.2 %.
    assert volume_m3(shapes.ellipsoid((1, 2, 3), segments=96)) == pytest.approx(8 * math.pi, rel=3e-3)


def test_extents_are_exact() -> None:
    low, high = solid(shapes.box((1e-3, 2e-3, 3e-3))).bounds
    assert low.tolist() == [-0.5e-3, -1e-3, 0]
    assert high.tolist() == [0.5e-3, 1e-3, 3e-3]
    low, high = solid(shapes.ellipsoid((1, 2, 3))).bounds  # 48 segments have corners on both axes
    np.testing.assert_allclose([low, high], [(-1, -2, 0), (1, 2, 6)], atol=1e-12)


def test_a_profile_may_run_either_way_and_keeps_its_materials() -> None:
    profile = [(0.0, 0.0), (2.0, 0.0), (1.0, 3.0), (0.0, 3.0)]
    up, down = shapes.lathe(profile, 12, (0, 1, 2)), shapes.lathe(profile[::-1], 12, (2, 1, 0))
    np.testing.assert_array_equal(up.vertices_m, down.vertices_m)
    np.testing.assert_array_equal(up.face_materials, down.face_materials)
    assert set(up.face_materials[shapes.face_centres(up)[:, 2] > 2.999]) == {2}


def test_a_ring_profile_may_run_either_way_and_keeps_its_materials() -> None:
    profile = [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]
    up = shapes.lathe(profile, 12, (0, 1, 2, 3))
    down = shapes.lathe(profile[::-1], 12, (2, 1, 0, 3))  # reversed: top, outside, bottom, then the closing inside
    for mesh in (up, down):
        centres = shapes.face_centres(mesh)
        assert set(mesh.face_materials[centres[:, 2] > 0.999]) == {2}
        assert set(mesh.face_materials[centres[:, 2] < 0.001]) == {0}
        assert set(mesh.face_materials[np.hypot(*centres[:, :2].T) < 1]) == {3}


def test_a_lathe_refuses_a_half_open_profile() -> None:
    with pytest.raises(GeometryError, match="radii that are 0 at both ends only"):
        shapes.lathe([(0, 0), (1, 0), (1, 1)])


def test_union_keeps_parts_closed_and_their_materials() -> None:
    both = shapes.union(shapes.box((1, 1, 1)), shapes.with_material(shapes.cylinder(0.2, 3), 4))
    assert [part.is_watertight for part in solid(both).split()] == [True, True]
    assert set(both.face_materials) == {0, 4}


def test_settled_puts_the_bottom_on_zero_and_the_middle_over_the_origin() -> None:
    mesh = shapes.settled(shapes.moved(shapes.rotated(shapes.box((1, 2, 3)), (1, 0, 0), 90), (5, 6, 7)))
    low, high = solid(mesh).bounds
    np.testing.assert_allclose(low, (-0.5, -1.5, 0), atol=1e-12)  # turned about x, height 3 lies along y
    np.testing.assert_allclose(high, (0.5, 1.5, 2), atol=1e-12)


def test_ears_refuse_an_outline_that_crosses_itself() -> None:
    bow_tie = np.array([(0.0, 0.0), (3.0, 2.0), (3.0, 0.0), (0.0, 2.0)])
    with pytest.raises(GeometryError, match="cross itself"):
        triangulate([bow_tie])


def test_a_hole_outside_the_outline_is_refused() -> None:
    with pytest.raises(GeometryError, match="holes strictly inside"):
        shapes.extrude(SQUARE, 1, [[(5, 5), (6, 5), (6, 6)]])
