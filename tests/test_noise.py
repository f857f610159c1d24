"""Noise against its own specification: bounds are four to five standard errors of what is drawn."""

import numpy as np
import pytest

from small_worlds import box, cylinder, orbit, world_of
from spacevista.captures.record import SKY_ID, Capture, Frame, MemoryImages
from spacevista.errors import CaptureError
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_angle_deg
from spacevista.scales import Scale
from spacevista.sim.noise import (
    DEPTH_NOISE,
    NoiseLevel,
    degrade,
    noisy_borders,
    noisy_depth_m,
    noisy_pose,
    noisy_tracks,
)
from spacevista.sim.simulate import simulate


def flat_capture(depth_m, ids, scale=Scale.TABLETOP, count=3):
    height, width = ids.shape
    camera = Camera.from_fov(width, height, 60)
    images = MemoryImages(None, np.full(ids.shape, depth_m, np.float32), ids.astype(np.int32))
    frames = tuple(Frame(str(i), camera, Pose.identity(), images) for i in range(count))
    return Capture("flat", scale, frames, {1: "cup"}, np.array([0, 0, 1.0]), 0.0, "CC0-1.0", "test")


@pytest.fixture(scope="module")
def table():
    world = world_of([box((1, 1, 1), (0, 0, 0.5)), cylinder(0.5, 1, (2, 0, 0))], orbit(8, 4, 3))
    return simulate(world, np.random.default_rng(0), color=False)


def test_a_simulated_capture_is_exact(table):
    assert [frame.name for frame in table.frames] == ["000000", "000001", "000002"]
    assert (table.length_sigma, dict(table.categories)) == (0, {1: "thing 1", 2: "thing 2"})
    depth_m, ids = table.frames[0].images.depth_m(), table.frames[0].images.ids()
    assert depth_m.dtype == np.float32
    assert set(np.unique(ids)) == {SKY_ID, 0, 1, 2}
    assert ((depth_m == 0) == (ids == SKY_ID)).all()
    with pytest.raises(CaptureError, match="without colour"):
        table.frames[0].images.color()


def test_exact_is_the_capture_itself_and_noise_is_repeatable(table):
    assert degrade(table, NoiseLevel.EXACT, np.random.default_rng(0)) is table
    first, second = (degrade(table, NoiseLevel.SENSOR, np.random.default_rng(7)) for _ in range(2))
    for one, two in zip(first.frames, second.frames, strict=True):
        assert (one.images.depth_m() == two.images.depth_m()).all()
        assert (one.images.ids() == two.images.ids()).all()
        assert (one.world_from_camera.matrix == two.world_from_camera.matrix).all()


def test_length_sigma_is_the_data_sheets(table):
    assert degrade(table, NoiseLevel.SENSOR, np.random.default_rng(0)).length_sigma == pytest.approx(0.01)
    assert degrade(table, NoiseLevel.HARSH, np.random.default_rng(0)).length_sigma == pytest.approx(0.04)


def test_length_error_is_one_factor_for_all_frames_with_sigma_one_percent():
    # 300 captures: the standard error of a standard deviation is sigma / sqrt(600), 4.1 %; bound 4 of those. The mean
    # of 300 pixels a frame with 0.5 % noise adds 0.03 %, which is invisible in 1 %.
    ids = np.zeros((15, 20))
    factors = []
    for seed in range(300):
        noisy = degrade(flat_capture(2.0, ids), NoiseLevel.SENSOR, np.random.default_rng(seed))
        means = [float(frame.images.depth_m().mean()) / 2 for frame in noisy.frames]
        assert np.ptp(means) < 6 * 0.005 / np.sqrt(300) * np.sqrt(2)
        factors.append(np.mean(means))
    assert np.std(factors) == pytest.approx(0.01, rel=0.17)
    assert np.mean(factors) == pytest.approx(1, abs=4 * 0.01 / np.sqrt(300))


@pytest.mark.parametrize(
    ("scale", "depth_m", "sigma_m"),
    [
        (Scale.TINY_TABLETOP, 0.2, 0.001),
        (Scale.TABLETOP, 1.0, 0.005),
        (Scale.INDOOR, 4.0, 0.02),
        (Scale.OUTDOOR, 50.0, 0.12),  # 2 cm + 0.2 % of 50 m
        (Scale.DRONE, 300.0, 3.0),
    ],
)
def test_depth_noise_of_each_scale(scale, depth_m, sigma_m):
    # 120 x 160 pixels: the standard deviation is known to 1 / sqrt(38400) = 0.5 %; bound 4 of those.
    clean = np.full((120, 160), depth_m, np.float32)
    clean[:3] = 0
    for factor in (1.0, 4.0):
        noisy = noisy_depth_m(clean, DEPTH_NOISE[scale], factor, 1.0, np.random.default_rng(0))
        assert np.std(noisy[3:]) == pytest.approx(factor * sigma_m, rel=0.021)
        assert np.mean(noisy[3:]) == pytest.approx(depth_m, abs=5 * factor * sigma_m / np.sqrt(117 * 160))
        assert (noisy[:3] == 0).all()
        columns = np.corrcoef(noisy[3:, :-1].ravel(), noisy[3:, 1:].ravel())[0, 1]
        assert abs(columns) < 5 / np.sqrt(117 * 159)  # independent from pixel to pixel


def test_pose_noise():
    # 3000 draws: the root mean square of an angle is known to 1 / sqrt(6000) = 1.3 %, of a length to 1 / sqrt(18000).
    rng = np.random.default_rng(0)
    poses = [noisy_pose(Pose.identity(), 1.0, 5.0, rng) for _ in range(3000)]
    angles = np.array([rotation_angle_deg(pose.rotation) for pose in poses])
    offsets = np.array([pose.translation_m for pose in poses])
    assert np.sqrt((angles**2).mean()) == pytest.approx(0.2, rel=0.06)
    assert np.sqrt((offsets**2).sum(axis=1).mean()) == pytest.approx(0.01, rel=0.03)  # 0.2 % of 5 m
    assert np.abs(offsets.mean(axis=0)).max() < 4 * 0.01 / np.sqrt(3) / np.sqrt(3000)


def test_borders_move_by_at_most_two_pixels_and_stay_common():
    # Two rectangles that share a border, on background and sky.
    ids = np.zeros((200, 300), np.int32)
    ids[:40] = SKY_ID
    ids[60:150, 50:120], ids[60:150, 120:250] = 1, 2
    columns = []
    for seed in range(40):
        noisy = noisy_borders(ids, 2.0, np.random.default_rng(seed))
        changed = noisy != ids
        assert not changed[:38].any()  # no border is near
        inner = np.zeros_like(changed)
        inner[63:147, 53:117] = inner[63:147, 123:247] = True
        assert not (changed & inner).any()
        assert set(np.unique(noisy)) == {SKY_ID, 0, 1, 2}
        # Along the common border there is no gap of background between the two.
        assert (noisy[63:147, 110:130] > 0).all()
        columns.append((noisy[100, 40:60] == 1).argmax() + 40)
    # The left border's place has standard deviation 2 / 2 = 1 px and a rounding of 0.3 px, clipped at +-2.
    assert np.abs(np.array(columns) - 50).max() <= 2
    assert 0.6 < np.std(columns) < 1.5


def test_shares_of_dropped_and_swapped_ids():
    # 10 objects in 4000 frames: 40000 masks. Swaps are drawn in pairs, so that their share has twice the variance.
    ids = np.repeat(np.arange(1, 11, dtype=np.int32), 4).reshape(5, 8)
    rng = np.random.default_rng(0)
    frames = [noisy_tracks(ids, 1.0, rng) for _ in range(4000)]
    dropped = np.mean([np.mean(frame == 0) for frame in frames])
    swapped = np.mean([np.mean((frame != ids) & (frame != 0)) for frame in frames])
    assert dropped == pytest.approx(0.02, abs=5 * np.sqrt(0.02 / 40_000))
    assert swapped == pytest.approx(0.01, abs=5 * np.sqrt(2 * 0.01 / 40_000))
    alone = noisy_tracks(np.ones((2, 2), np.int32), 4.0, rng)
    assert set(np.unique(alone)) <= {0, 1}


def test_sky_and_background_keep_their_names():
    ids = np.array([[SKY_ID, 0, 3]], np.int32)
    noisy = noisy_tracks(ids, 0.0, np.random.default_rng(0))
    assert noisy.tolist() == [[SKY_ID, 0, 3]]
    assert noisy.dtype == np.int32


def test_a_capture_without_depth_is_an_error(table):
    images = MemoryImages(None, None, None)
    bare = Capture(
        "bare", Scale.INDOOR, (Frame("0", table.frames[0].camera, Pose.identity(), images),), {}, None, 0.0, "x", "y"
    )
    with pytest.raises(CaptureError, match="frame 0: expected depth and ids"):
        degrade(bare, NoiseLevel.SENSOR, np.random.default_rng(0))
