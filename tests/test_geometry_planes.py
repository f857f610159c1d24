"""Planes: fits of known planes at every scale, outliers, and sets that span none."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry_strategies import SCALES_M, directions, poses, unit_floats, vectors
from spacevista.errors import GeometryError
from spacevista.geometry.planes import Plane, find_plane, fit_plane
from spacevista.geometry.poses import Pose

FLAT = np.array([[x, y, 0.0] for x in (-1, 0, 1) for y in (-1, 0, 1)])


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_fit_of_a_moved_plane(metres: float, data: st.DataObject) -> None:
    pose = data.draw(poses(metres))
    plane = fit_plane(pose.apply(FLAT * metres)).facing(pose.rotation[:, 2])
    assert plane.normal == pytest.approx(pose.rotation[:, 2], abs=1e-12)
    assert plane.offset_m == pytest.approx(pose.rotation[:, 2] @ pose.translation_m, abs=1e-12 * metres)


@given(directions(), vectors(), unit_floats)
def test_signed_distance_and_facing(normal: Any, point: Any, offset: float) -> None:
    plane = Plane(normal, offset)
    assert plane.signed_distance(point + 2 * normal) - plane.signed_distance(point) == pytest.approx(2)
    turned = plane.facing(-normal)
    assert turned.signed_distance(point) == -plane.signed_distance(point)
    assert plane.facing(normal) is plane


def test_fit_is_least_squares() -> None:
    # Heights +d, -d, -d, +d on the corners of a square: by symmetry the best plane is z = 0.
    corners = np.array([[1, 1, 0.1], [1, -1, -0.1], [-1, 1, -0.1], [-1, -1, 0.1]])
    plane = fit_plane(corners)
    assert np.abs(plane.normal) == pytest.approx([0, 0, 1], abs=1e-12)
    assert plane.offset_m == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("metres", SCALES_M)
@pytest.mark.parametrize(
    "points",
    [
        FLAT[:2],
        np.zeros((5, 3)),
        np.outer(np.linspace(-1, 1, 50), [1, 2, 3]),
        np.outer(np.linspace(-1, 1, 50), [1, 2, 3]) + 0.3,
    ],
)
def test_sets_that_span_no_plane(metres: float, points: Any) -> None:
    with pytest.raises(GeometryError, match="plane"):
        fit_plane(points * metres)
    assert find_plane(points * metres, 1e-3 * metres, np.random.default_rng(0)) is None


def test_a_very_narrow_strip_still_spans_a_plane() -> None:
    strip = np.array([[0, 0, 0], [1, 0, 0], [0, 1e-6, 0], [1, 1e-6, 0]])
    assert np.abs(fit_plane(strip).normal) == pytest.approx([0, 0, 1], abs=1e-9)


@pytest.mark.parametrize("metres", SCALES_M)
def test_find_plane_among_outliers(metres: float) -> None:
    # 600 points within +-0.2 % of a plane among 400 anywhere in a cube; the tolerance is 0.5 %.
    rng = np.random.default_rng(11)
    pose = Pose.looking_at(metres * rng.normal(size=3), np.zeros(3))
    on_plane = np.column_stack([rng.uniform(-1, 1, (600, 2)), rng.uniform(-0.002, 0.002, 600)])
    points = pose.apply(metres * np.concatenate([on_plane, rng.uniform(-1, 1, (400, 3))]))
    found = find_plane(points, 0.005 * metres, rng)
    assert found is not None
    plane, inliers = found
    assert inliers[:600].all()
    # Of the others a share of about 2 * 0.005 / 2 lies near the plane by chance: 2 expected, 10 would be odd.
    assert inliers[600:].sum() < 10
    # 600 heights with sigma 0.00115 over a side of 2 tilt the fit by about 0.00115 / sqrt(600) / 0.58 = 8e-5 rad.
    assert abs(plane.normal @ pose.rotation[:, 2]) > 1 - (5 * 8e-5) ** 2
    assert abs(plane.signed_distance(pose.translation_m)) < 5 * 0.00115 / np.sqrt(600) * metres


def test_find_plane_depends_on_the_generator_only() -> None:
    points = np.random.default_rng(0).normal(size=(500, 3))
    first = find_plane(points, 0.1, np.random.default_rng(5))
    second = find_plane(points, 0.1, np.random.default_rng(5))
    assert first is not None
    assert second is not None
    assert first[0].normal.tolist() == second[0].normal.tolist()
    assert np.array_equal(first[1], second[1])


@pytest.mark.parametrize("normal", [(0, 0, 2), (0, 0, 0), (np.nan, 0, 1), (0, 1)])
def test_what_is_no_plane_is_refused(normal: Any) -> None:
    with pytest.raises(GeometryError, match="normal"):
        Plane(np.array(normal, dtype=float), 0.0)
