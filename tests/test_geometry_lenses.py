"""Lens models: analytic cases, inverses in the whole field of view, and where a lens stops being one-to-one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacevista.errors import GeometryError
from spacevista.geometry.cameras import Camera
from spacevista.geometry.lenses import Brown, Fisheye

# Published or typical lenses with a camera that sees through them.
LENSES = [
    (Camera(640, 480, 517.3, 516.5, 319.1, 255.8), Brown(0.2624, -0.9531, -0.0054, 0.0026, 1.1633)),  # TUM fr1
    (Camera(640, 480, 520.9, 521.0, 325.6, 250.2), Brown(0.2312, -0.7849, -0.0033, -0.0001, 0.9172)),  # TUM fr2
    (Camera(4000, 3000, 3500.0, 3490.0, 2010.0, 1490.0), Brown(-0.12, 0.03, 2e-4, -3e-4, -0.004)),
    (Camera(752, 480, 458.7, 457.3, 367.2, 248.4), Brown(-0.28, 0.074, 1.9e-4, 1.8e-5)),  # a wide board camera
    (Camera(1440, 1080, 560.0, 560.0, 720.0, 540.0), Fisheye(0.05, -0.012, 0.004, -0.0008)),
    (Camera(640, 480, 300.0, 301.0, 320.0, 240.0), Fisheye()),
]


def normalised(camera, pixels):
    return (pixels - [camera.cx_px, camera.cy_px]) / [camera.fx_px, camera.fy_px]


@pytest.mark.parametrize(("camera", "lens"), LENSES)
def test_undistort_then_distort_returns_to_the_pixel(camera, lens):
    # Every pixel of the picture (a grid with its corners) goes to its direction and back.
    u, v = np.meshgrid(np.linspace(0, camera.width_px, 81), np.linspace(0, camera.height_px, 61))
    pixels = np.stack([u, v], axis=-1)
    seen = lens.undistort(normalised(camera, pixels))
    back = lens.distort(seen) * [camera.fx_px, camera.fy_px] + [camera.cx_px, camera.cy_px]
    defined = np.isfinite(seen[..., 0])
    assert defined.all()
    assert np.abs(back - pixels).max() < 1e-6


@pytest.mark.parametrize(("camera", "lens"), LENSES)
def test_distort_then_undistort_returns_to_the_direction(camera, lens):
    edge = lens.limit if isinstance(lens, Brown) else math.tan(lens.limit_rad - 1e-3)
    radius, angle = np.meshgrid(np.linspace(0, min(0.99 * edge, 1.0), 60), np.linspace(0, 2 * np.pi, 40))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    back = lens.undistort(lens.distort(points))
    assert np.abs(back - points).max() * camera.fx_px < 1e-6


def test_radial_distortion_of_known_points():
    # r = 0.5, k1 = -0.2, k2 = 0.1, k3 = 0.4: 1 - 0.2 / 4 + 0.1 / 16 + 0.4 / 64 = 0.9625.
    lens = Brown(k1=-0.2, k2=0.1, k3=0.4)
    assert lens.distort(np.array([0.3, 0.4])) == pytest.approx([0.3 * 0.9625, 0.4 * 0.9625], abs=1e-15)
    assert lens.distort(np.zeros(2)).tolist() == [0, 0]
    assert lens.undistort(np.zeros(2)).tolist() == [0, 0]


def test_tangential_distortion_of_known_points():
    # At (0, 0.1): x' = p2 r^2 = 0.02 * 0.01, y' = 0.1 + p1 (r^2 + 2 y^2) = 0.1 + 0.01 * 0.03.
    lens = Brown(p1=0.01, p2=0.02)
    assert lens.distort(np.array([0.0, 0.1])) == pytest.approx([2e-4, 0.1003], abs=1e-15)
    # At (0.1, 0.2): x' = 0.1 + 2 p1 0.02 + p2 (0.05 + 0.02); y' = 0.2 + p1 (0.05 + 0.08) + 2 p2 0.02.
    assert lens.distort(np.array([0.1, 0.2])) == pytest.approx([0.1 + 4e-4 + 1.4e-3, 0.2 + 1.3e-3 + 8e-4], abs=1e-15)


def test_the_equidistant_fisheye_puts_a_direction_at_its_angle():
    # 45 degrees to the right: x / z = 1, radius pi / 4; 60 degrees down: y / z = sqrt(3), radius pi / 3.
    points = np.array([[1.0, 0.0], [0.0, math.sqrt(3)]])
    radii = np.array([[math.pi / 4, 0.0], [0.0, math.pi / 3]])
    assert Fisheye().distort(points) == pytest.approx(radii, abs=1e-15)
    assert Fisheye().undistort(radii) == pytest.approx(points, abs=1e-14)
    # With k1 = 0.1 the radius at 45 degrees is t + 0.1 t^3.
    t = math.pi / 4
    assert Fisheye(k1=0.1).distort(points[0]) == pytest.approx([t + 0.1 * t**3, 0], abs=1e-15)


def test_a_barrel_lens_ends_where_it_folds_back():
    # k1 = -0.2: r (1 - 0.2 r^2) rises until 1 = 0.6 r^2, r = 1.29099, where it is 2/3 of r = 0.86066.
    lens, edge = Brown(k1=-0.2), math.sqrt(1 / 0.6)
    assert lens.limit == pytest.approx(edge, rel=1e-12)
    points = np.array([[0.999 * edge, 0.0], [1.001 * edge, 0.0], [0.0, 2.0]])
    assert np.isnan(lens.distort(points)).tolist() == [[False, False], [True, True], [True, True]]
    # A radius of 0.8607 is reached by no direction; 0.8606 by two, of which the nearer to the axis is meant.
    found = lens.undistort(np.array([[0.8607, 0.0], [0.8606, 0.0]]))
    assert np.isnan(found[0]).all()
    assert found[1, 0] < edge
    assert lens.distort(found[1]) == pytest.approx([0.8606, 0], abs=1e-10)


def test_a_fisheye_ends_where_it_folds_back_or_at_90_degrees():
    # k1 = -0.5: t - 0.5 t^3 rises until 1.5 t^2 = 1, t = 0.81650 (46.8 degrees, x / z = 1.0640).
    lens = Fisheye(k1=-0.5)
    assert lens.limit_rad == pytest.approx(math.sqrt(1 / 1.5), rel=1e-12)
    assert np.isnan(lens.distort(np.array([1.07, 0.0]))).all()
    assert np.isfinite(lens.distort(np.array([1.06, 0.0]))).all()
    assert Fisheye().limit_rad == math.pi / 2
    # Radius 1.58 of the equidistant lens is an angle over 90 degrees: behind a pinhole.
    assert np.isnan(Fisheye().undistort(np.array([1.58, 0.0]))).all()


def test_the_limit_with_tangential_terms_is_the_first_fold():
    # On the x axis to the left, x' = x + 3 p2 x^2 with p2 = 0.05: its slope 1 + 0.3 x vanishes at x = -1 / 0.3.
    assert Brown(p2=0.05).limit == pytest.approx(1 / 0.3, rel=1e-12)


def test_a_lens_that_is_one_to_one_everywhere_ends_only_at_the_horizon():
    assert Brown().limit == 1000
    assert Brown(k1=0.1, k2=0.2).limit == 1000
    assert Brown(k1=-1e-300, p2=1e-200).limit == 1000
    far = np.array([[30.0, -40.0]])
    assert Brown(k1=0.1).undistort(Brown(k1=0.1).distort(far)) == pytest.approx(far, rel=1e-12)
    assert Brown().undistort(far) == pytest.approx(far, rel=1e-15)


coefficients = st.floats(-0.5, 0.5)
tangentials = st.floats(-0.02, 0.02)


@settings(max_examples=50)
@given(coefficients, coefficients, tangentials, tangentials, coefficients, st.integers(0, 2**32 - 1))
def test_within_the_limit_no_two_directions_share_a_pixel(k1, k2, p1, p2, k3, seed):
    lens = Brown(k1, k2, p1, p2, k3)
    reach = min(0.98 * lens.limit, 1.5)
    rng = np.random.default_rng(seed)
    radius, angle = reach * np.sqrt(rng.random(50)), 2 * np.pi * rng.random(50)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    assert lens.undistort(lens.distort(points)) == pytest.approx(points, abs=1e-8)


@settings(max_examples=50)
@given(*[st.floats(-0.3, 0.3)] * 4)
def test_a_fisheye_returns_within_its_limit(k1, k2, k3, k4):
    lens = Fisheye(k1, k2, k3, k4)
    angle = np.linspace(0, 0.98 * lens.limit_rad, 50)
    points = np.stack([np.tan(angle), np.zeros(50)], axis=-1)
    back = np.arctan(lens.undistort(lens.distort(points))[..., 0])
    assert back == pytest.approx(angle, abs=1e-8)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_coefficients_that_are_no_numbers(bad):
    for lens in (Brown, Fisheye):
        with pytest.raises(GeometryError, match="lens: expected coefficients"):
            lens(k2=bad)
