"""Projection and back-projection undo each other; pixel centres; resizing; what no camera can be."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry_strategies import SCALES_M, cameras, poses, unit_floats
from spacevista.errors import GeometryError
from spacevista.geometry.cameras import Camera


@pytest.mark.parametrize("metres", SCALES_M)
@given(camera=cameras(), u=st.floats(0, 1), v=st.floats(0, 1), depth=st.floats(0.05, 1))
def test_back_projection_then_projection(metres: float, camera: Camera, u: float, v: float, depth: float) -> None:
    pixel = np.array([u * camera.width_px, v * camera.height_px])
    point = camera.back_project(pixel, np.array(depth * metres))
    pixel_again, z = camera.project(point)
    # A pixel is at most 4,000, so its rounding is 4,000 * 2**-53 = 4e-13 px; a few of them.
    assert pixel_again == pytest.approx(pixel, abs=5e-12)
    assert float(z) == depth * metres


@pytest.mark.parametrize("metres", SCALES_M)
@given(camera=cameras(), x=unit_floats, y=unit_floats, z=st.floats(0.05, 1))
def test_projection_then_back_projection(metres: float, camera: Camera, x: float, y: float, z: float) -> None:
    point = metres * np.array([x, y, z])
    pixel, depth = camera.project(point)
    # Far off axis (x = 20 z) pixels are 20 focal lengths out: their rounding is 20 times that of the point.
    assert camera.back_project(pixel, depth) == pytest.approx(point, abs=1e-13 * metres)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data(), camera=cameras())
def test_a_world_point_survives_the_camera(metres: float, data: st.DataObject, camera: Camera) -> None:
    world_from_camera = data.draw(poses(metres))
    in_camera = camera.back_project(np.array([[1.0, 1.0], [2.0, 0.5]]), np.array([0.5, 0.7]) * metres)
    pixels, depth = camera.project(world_from_camera.inverse().apply(world_from_camera.apply(in_camera)))
    assert pixels == pytest.approx(np.array([[1.0, 1.0], [2.0, 0.5]]), abs=1e-9)
    assert depth == pytest.approx(np.array([0.5, 0.7]) * metres, rel=1e-13)


@pytest.mark.parametrize("metres", SCALES_M)
@given(camera=cameras(), u=st.floats(0, 1), v=st.floats(0, 1))
def test_float32_points_keep_the_pixel(metres: float, camera: Camera, u: float, v: float) -> None:
    # Rounding x, y, z to 2**-24 each moves a pixel by at most 2 * 2**-24 of its offset from the principal point.
    pixel = np.array([u * camera.width_px, v * camera.height_px])
    point = camera.back_project(pixel, np.array(metres)).astype(np.float32).astype(np.float64)
    moved = np.abs(camera.project(point)[0] - pixel)
    assert (moved <= 2.01 * 2**-24 * np.abs(pixel - [camera.cx_px, camera.cy_px]) + 1e-11).all()


def test_known_pixel() -> None:
    # f = 500 px; (0.1, -0.2, 2) lies 500 * 0.1 / 2 = 25 px right of and 500 * 0.2 / 2 = 50 px above the centre.
    camera = Camera(640, 480, 500, 500, 320, 240)
    pixel, z = camera.project(np.array([0.1, -0.2, 2.0]))
    assert pixel == pytest.approx([345, 190])
    assert z == 2


@pytest.mark.parametrize("z", [0.0, -1.0, -1e-300])
def test_points_behind_have_no_pixel(z: float) -> None:
    pixel, depth = Camera(640, 480, 500, 500, 320, 240).project(np.array([0.1, 0.1, z]))
    assert np.isnan(pixel).all()
    assert depth == z


def test_pixel_centres_and_rays() -> None:
    camera = Camera(4, 2, 10, 10, 2, 1)
    centres = camera.pixel_centres()
    assert centres.shape == (2, 4, 2)
    assert centres[0, 0].tolist() == [0.5, 0.5]
    assert centres[1, 3].tolist() == [3.5, 1.5]
    assert camera.rays()[1, 3] == pytest.approx([0.15, 0.05, 1])
    assert camera.contains(centres).all()
    assert camera.contains(np.array([[4, 1], [-0.01, 1], [2, 2], [0, 0]])).tolist() == [False, False, False, True]


@given(cameras(), st.integers(1, 5000), st.integers(1, 5000), unit_floats, unit_floats)
def test_resizing_scales_pixels(camera: Camera, width: int, height: int, x: float, y: float) -> None:
    # With centres at +0.5 the picture's corners stay corners, so a pixel scales by the ratio of the sides alone.
    small = camera.resized(width, height)
    point = np.array([x, y, 1.0])
    factor = np.array([width / camera.width_px, height / camera.height_px])
    assert small.project(point)[0] == pytest.approx(camera.project(point)[0] * factor, rel=1e-12, abs=1e-9)
    assert small.horizontal_fov_deg == pytest.approx(camera.horizontal_fov_deg, rel=1e-12)


@given(st.integers(1, 8000), st.floats(1, 170))
def test_field_of_view(width: int, degrees: float) -> None:
    camera = Camera.from_fov(width, 10, degrees)
    assert camera.horizontal_fov_deg == pytest.approx(degrees, rel=1e-12)
    edge, _ = camera.project(np.array([math.tan(math.radians(degrees / 2)), 0, 1]))
    assert edge == pytest.approx([width, 5], rel=1e-12)


@pytest.mark.parametrize(
    "arguments",
    [
        (0, 480, 500, 500, 320, 240),
        (640, -1, 500, 500, 320, 240),
        (40_000, 480, 500, 500, 320, 240),
        (640, 480, 0, 500, 320, 240),
        (640, 480, 500, -500, 320, 240),
        (640, 480, math.nan, 500, 320, 240),
        (640, 480, 500, 500, math.inf, 240),
    ],
)
def test_what_is_no_camera_is_refused(arguments: Any) -> None:
    with pytest.raises(GeometryError, match="camera: expected"):
        Camera(*arguments)


@pytest.mark.parametrize("degrees", [0, 180, -10, math.nan])
def test_a_field_of_view_that_cannot_be(degrees: float) -> None:
    with pytest.raises(GeometryError, match="field of view"):
        Camera.from_fov(640, 480, degrees)
