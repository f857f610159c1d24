"""Depth noise: what is measured equals what was added, exact depth is left alone, averaging keeps surfaces."""

import numpy as np
import pytest

from small_captures import capture_of, scene_frames, with_depth_noise
from small_worlds import box, cylinder, orbit
from spacevista.annotate.clean import clean
from spacevista.annotate.smooth import DepthError, measure_depth_error, smoothed, spacing_px
from spacevista.captures.record import SKY_ID
from spacevista.geometry.cameras import Camera

SCALES = [1e-3, 1.0, 1e3]
CAMERA = Camera(160, 120, 160.0, 160.0, 80.0, 60.0)
OPEN = np.zeros((120, 160), dtype=np.int32)


def desk(metre=1.0):
    meshes = [box((1 * metre, 0.7 * metre, 0.5 * metre), (0, 0, 0.25 * metre), 30)]
    meshes += [cylinder(0.3 * metre, 0.8 * metre, (1.2 * metre, 0, 0))]
    return capture_of(meshes, orbit(3 * metre, 2.5 * metre, 6, (0.5 * metre, 0, 0)), size=metre)


def slanted(metre=1.0):
    """Depth of the plane 0.5 x - 0.3 y + z = 2, whose inverse depth is affine in the picture."""
    rays = CAMERA.back_project(CAMERA.pixel_centres(), np.ones((120, 160)))
    return (2 * metre / (rays @ np.array([0.5, -0.3, 1.0]))).astype(np.float32)


def noisy(depth, relative, constant=0.0, seed=0):
    errors = np.random.default_rng(seed).standard_normal(depth.shape)
    return np.where(depth > 0, depth + (constant + relative * depth) * errors, 0).astype(np.float32)


@pytest.mark.parametrize("metre", SCALES)
@pytest.mark.parametrize("relative", [0.002, 0.005, 0.02])
def test_the_measured_noise_is_the_noise_added(metre, relative):
    depths = [f.images.depth_m() for f in with_depth_noise(desk(metre), relative).frames]
    error = measure_depth_error(depths)
    typical = np.median(depths[0])
    assert error.at(typical) / typical == pytest.approx(relative, rel=0.15)


def test_a_constant_part_is_told_from_one_that_grows_with_depth():
    # From 1 to 30 m: 2 cm + 0.2 % is 2.2 % of the nearest metre and 0.27 % of the farthest.
    depth = np.geomspace(1, 30, 160)[None, :] * np.ones((120, 1))
    error = measure_depth_error([noisy(depth, 0.002, 0.02, seed) for seed in range(4)])
    for z in (2.0, 10.0, 25.0):
        assert error.at(np.array(z)) == pytest.approx(0.02 + 0.002 * z, rel=0.15), z


@pytest.mark.parametrize("metre", SCALES)
def test_exact_depth_has_no_noise_and_is_left_as_it_is(metre):
    frames = scene_frames(desk(metre))
    assert measure_depth_error([f.depth_m for f in frames]) == DepthError(0.0, 0.0)
    cleaned = clean(frames, 0.0, np.random.default_rng(0))
    for before, after in zip(frames, cleaned.frames, strict=True):
        assert after.depth_m.tobytes() == before.depth_m.tobytes()
        assert after.ids.tobytes() == before.ids.tobytes()
        assert (after.world_from_camera.matrix == before.world_from_camera.matrix).all()
    noise = cleaned.noise
    assert (noise.depth_rel, noise.pose_rel) == (0, 0)
    assert not any(error.any() for error in cleaned.errors_rel)
    assert cleaned.drops == ()


def test_an_exact_capture_keeps_its_stated_scale_error():
    assert clean(scene_frames(desk()), 0.01, np.random.default_rng(0)).noise.length_rel == 0.01


@pytest.mark.parametrize("metre", SCALES)
def test_averaging_along_a_slanted_plane_makes_no_bias_and_says_what_is_left(metre):
    depth = slanted(metre)
    out, left = smoothed(noisy(depth, 0.01), OPEN, SKY_ID, DepthError(0.0, 0.01), CAMERA.fx_px)
    inner = np.s_[5:-5, 5:-5]
    error = (out / depth - 1)[inner]
    # The middle of a plane through 49 pixels has 1/7 of one pixel's error.
    assert error.std() == pytest.approx(0.01 / 7, rel=0.15)
    assert abs(error.mean()) < 2e-4
    assert np.median((left / depth)[inner]) == pytest.approx(error.std(), rel=0.2)


def test_a_depth_edge_stays_where_it_is():
    depth = np.full((120, 160), 3.0, dtype=np.float32)
    depth[:, :80] = 1.0
    out, _ = smoothed(noisy(depth, 0.005), OPEN, SKY_ID, DepthError(0.0, 0.005), CAMERA.fx_px)
    # Not a pixel is pulled over: all are within five of one pixel's errors of their own side.
    assert np.abs(out / depth - 1).max() < 0.025


def test_a_small_hole_is_bridged_and_a_large_one_and_the_sky_stay_open():
    depth = slanted()
    depth[40, 60] = depth[70:80, 100:110] = depth[20, 30] = 0
    sky = OPEN.copy()
    sky[20, 30] = SKY_ID
    out, _ = smoothed(depth, sky, SKY_ID, DepthError(0.0, 0.005), CAMERA.fx_px)
    assert out[40, 60] == pytest.approx(slanted()[40, 60], rel=1e-3)
    assert (out[72:78, 102:108] == 0).all()
    assert out[20, 30] == 0


@pytest.mark.parametrize("step", [1, 2, 3])
def test_depth_on_a_sparser_grid_is_measured_on_that_grid(step):
    depth = noisy(slanted(), 0.005)
    sparse = np.zeros_like(depth)
    sparse[::step, ::step] = depth[::step, ::step]
    assert spacing_px(sparse) == step
    assert measure_depth_error([sparse] * 2).relative == pytest.approx(0.005, rel=0.15)


def test_too_few_pixels_measure_nothing():
    depth = np.zeros((120, 160), dtype=np.float32)
    depth[:20, :20] = noisy(np.full((20, 20), 2.0), 0.05)
    assert measure_depth_error([depth]) == DepthError(0.0, 0.0)
