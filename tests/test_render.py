"""The renderer: same bytes for the same seed, textures of physical size, honest noise, colour-only antialiasing."""

from itertools import product

import numba as nb
import numpy as np
import pytest

from spacevista.captures.record import SKY_ID
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.sim import textures
from spacevista.sim.light import FILM, FULL_WELL, READ_NOISE, develop
from spacevista.sim.render import Renderer
from spacevista.sim.surfaces import corner_normals, face_normals, surface_tables
from spacevista.sim.world import Body, Light, Material, Mesh, Texture, World

CAMERA = Camera.from_fov(160, 120, 60)
GREY = Material((0.4, 0.4, 0.4), gloss=0.0)
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
BOX_FACES = np.array([face for a, b, c, d in SIDES for face in ((a, b, c), (a, c, d))])
SUN = np.array([0.48, -0.36, 0.8])  # a unit vector


def box(number, low, high, material):
    corners = np.array(list(product(*zip(low, high, strict=True))), dtype=np.float64)
    return Body(number, "box", Mesh(corners, BOX_FACES, np.zeros(12)), (material,))


def world(bodies, indoors=False, towards=SUN):
    light = Light(np.array(towards), (1.5, 1.4, 1.2), (0.5, 0.55, 0.6), indoors)
    return World("test-0", 0, Scale.TABLETOP, tuple(bodies), {}, light, CAMERA, (Pose.identity(),))


def box_world(size_m=1.0, indoors=False):
    """A box 0.2 wide on a slab 2 wide, all times `size_m`."""
    ground = box(0, (-size_m, -size_m, -0.1 * size_m), (size_m, size_m, 0.0), GREY)
    half = 0.1 * size_m
    return world([box(1, (-half, -half, 0), (half, half, 2 * half), Material((0.7, 0.1, 0.1))), ground], indoors)


def oblique(size_m=1.0):
    return Pose.looking_at(np.array([-0.5, -0.6, 0.35]) * size_m, np.array([0.1, 0.0, 0.15]) * size_m)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_same_seed_same_bytes_and_another_seed_other_noise():
    pictures = [Renderer(box_world()).color(CAMERA, oblique(), rng(seed)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert (pictures[0] != pictures[2]).any()


@pytest.mark.skipif(nb.config.NUMBA_NUM_THREADS < 2, reason="needs two threads")
def test_the_number_of_threads_changes_no_byte():
    renderer, before, pictures = Renderer(box_world()), nb.get_num_threads(), []
    try:
        for threads in (1, 2):
            nb.set_num_threads(threads)
            pictures.append(renderer.color(CAMERA, oblique(), rng()))
    finally:
        nb.set_num_threads(before)
    np.testing.assert_array_equal(*pictures)


def test_depth_and_ids_come_from_pixel_centres_whatever_the_colour_does():
    renderer = Renderer(box_world())
    color, depth, ids = renderer.all(CAMERA, oblique(), rng())
    plain_depth, plain_ids = renderer.depth_and_ids(CAMERA, oblique())
    np.testing.assert_array_equal(depth, plain_depth)
    np.testing.assert_array_equal(ids, plain_ids)
    assert color.shape == (120, 160, 3)
    assert depth.dtype == np.float32
    assert set(np.unique(ids)) == {SKY_ID, 0, 1}


def test_edges_of_colour_are_smooth():
    """A black bar on white, its edge at a slope: pixels on the edge take shades between, ids stay one or the other."""
    bar = box(1, (-0.1, -2.0, 0.0), (0.1, 2.0, 0.001), Material((0.0, 0.0, 0.0), gloss=0.0))
    floor = box(0, (-2, -2, -0.1), (2, 2, 0.0), Material((0.8, 0.8, 0.8), gloss=0.0))
    pose = Pose.looking_at((0, 0, 1), (0, 0, 0), up=(0.3, 1, 0))
    color, _, ids = Renderer(world([bar, floor], indoors=True)).all(CAMERA, pose, rng())
    levels = color[20:100, :, 1].astype(int)
    black, white = levels[ids[20:100] == 1].min(), levels[ids[20:100] == 0].max()
    between = (levels > black + 50) & (levels < white - 50)
    # Two edges through 80 rows: 160 cut pixels, of which a good third has a share of 1/4 to 3/4. Unfiltered: none.
    assert between.sum() > 40
    assert set(np.unique(ids)) == {0, 1}


def test_sky_is_blue_above_and_pale_at_the_horizon():
    level = Pose.looking_at((0, -3, 0.5), (0, 0, 0.7))
    color, depth, ids = Renderer(box_world()).all(CAMERA, level, rng())
    assert (depth[ids == SKY_ID] == 0).all()
    top, horizon = color[:5].mean(axis=(0, 1)), color[58:62, :20].mean(axis=(0, 1))
    assert top[2] > top[0] + 20
    assert horizon[2] - horizon[0] < top[2] - top[0]


def test_the_sun_throws_a_shadow_of_the_right_length():
    """A box 0.2 high; the sun's slope is 0.8 up to 0.6 level, so the shadow is 0.2 * 0.6 / 0.8 = 0.15 long."""
    pose = Pose.looking_at((0, 0, 3), (0, 0, 0), up=(0, 1, 0))
    camera = Camera.from_fov(320, 320, 30)
    color = Renderer(box_world()).color(camera, pose, rng())
    level = -SUN[:2] / 0.6

    def brightness(from_corner_m):
        """Brightness on the ground along the sun's direction from the box's corner on the far side."""
        point = np.array([-0.1, 0.1]) + level * from_corner_m
        (u, v), _ = camera.project(pose.inverse().apply(np.array([*point, 0.0])))
        return color[int(v) - 1 : int(v) + 2, int(u) - 1 : int(u) + 2].mean()

    assert brightness(0.12) < 0.75 * brightness(0.18)
    assert brightness(0.18) == pytest.approx(brightness(0.3), rel=0.1)


@pytest.mark.parametrize("size_m", [1e-3, 1e3])
def test_offsets_and_thresholds_scale_with_the_scene(size_m):
    """Plain materials and a room's light: nothing in the picture knows the size."""
    here = Renderer(box_world(1.0, indoors=True)).color(CAMERA, oblique(1.0), rng())
    there = Renderer(box_world(size_m, indoors=True)).color(CAMERA, oblique(size_m), rng())
    difference = np.abs(here.astype(int) - there.astype(int))
    assert np.percentile(difference, 99) <= 4


@pytest.mark.parametrize(
    ("texture", "period_m", "span_m"),
    [
        (Texture.GRID, 1e-3, 0.02),
        (Texture.GRID, 0.01, 0.2),
        (Texture.TILES, 0.3, 6.0),
        (Texture.STRIPES, 0.05, 2.0),
        (Texture.CLOTH, 0.004, 0.08),
        (Texture.BRICK, 0.075, 3.0),
    ],
)
def test_textures_have_their_physical_period(texture, period_m, span_m):
    """Seen straight on, `span_m` fills the width of 256 px; the lowest strong frequency is span / period waves.

    Stripes repeat after both bands (2 periods), bricks along a course after one brick (3 periods).
    """
    waves = {Texture.STRIPES: 2, Texture.BRICK: 3}
    material = Material((0.8, 0.8, 0.8), (0.05, 0.05, 0.05), texture, period_m, 0.0)
    camera = Camera(256, 256, 256.0, 256.0, 128.0, 128.0)  # at distance span, span fills the width
    if texture == Texture.BRICK:  # a wall; courses run along the picture's rows
        body = box(0, (-span_m, 0.0, -span_m), (span_m, 0.1 * span_m, span_m), material)
        pose = Pose.looking_at((0, -span_m, 0), (0, 0, 0))
    else:
        body = box(0, (-span_m, -span_m, -0.1 * span_m), (span_m, span_m, 0.0), material)
        pose = Pose.looking_at((0, 0, span_m), (0, 0, 0), up=(0, 1, 0))
    color = Renderer(world([body], indoors=True, towards=(0.0, -0.6, 0.8))).color(camera, pose, rng())
    rows = color[:, :, 1].astype(float)
    power = np.abs(np.fft.rfft(rows - rows.mean(axis=1, keepdims=True), axis=1)).mean(axis=0)
    lowest = np.flatnonzero(power > 0.5 * power.max())[0]  # thin lines have overtones almost as strong
    assert lowest == pytest.approx(span_m / (waves.get(texture, 1) * period_m), abs=1)


@pytest.mark.parametrize("texture", list(Texture))
def test_every_texture_is_deterministic_and_stays_in_range(texture):
    period = 0.05
    points = rng(3).uniform(-1, 1, (200, 3))
    for normal, flat in (((0.0, 0.0, 1.0), True), ((0.6, 0.8, 0.0), True), ((0.48, 0.6, 0.64), False)):
        values = np.array(
            [
                textures.pattern(int(texture), period, tuple(p), normal, (1e-3,) * 3, flat, 0, (-1.0, -1.0, 40.0, 40.0))
                for p in points
            ]
        )
        blend, shade, glass = values.T
        assert blend.min() >= 0
        assert blend.max() <= 1
        assert shade.min() > 0
        assert shade.max() < 2.5
        assert (glass.max() > 0) == (texture == Texture.WINDOWS and abs(normal[2]) < 0.3)


@pytest.mark.parametrize("texture", [t for t in Texture if t not in (Texture.PLAIN, Texture.WOOD, Texture.GRASS)])
def test_patterns_far_below_a_pixel_fade_to_one_colour(texture):
    """Seen from where a pixel covers 20 periods, nothing may be left to alias (wood and turf have long features)."""
    width = (1.0,) * 3
    arguments = [(int(texture), 0.001, tuple(p), (0.0, -1.0, 0.0), width) for p in rng(4).uniform(-1, 1, (100, 3))]
    blend = [textures.pattern(*a, True, 0, (0.0, 0.0, 0.0, 0.0))[0] for a in arguments]
    assert np.std(blend) < 0.03


def test_texture_numbers_are_those_of_the_enum():
    for member in Texture:
        if member != Texture.PLAIN:
            assert getattr(textures, member.name) == int(member)


@pytest.mark.parametrize("radiance", [0.02, 0.2, 0.6])
def test_noise_is_shot_and_read_noise(radiance):
    """The spread in grey levels is that of the electrons times the slope of the film curve, plus rounding (1/12)."""
    linear = np.full((60_000, 3), radiance, np.float32)
    out = np.empty(linear.shape, np.uint8)
    develop(linear, 1.0, rng().standard_normal(linear.shape, dtype=np.float32), out)
    sigma = np.sqrt(radiance * FULL_WELL + READ_NOISE**2) / FULL_WELL
    at = (len(FILM) - 1) / 4.0 * np.sqrt([radiance - sigma, radiance, radiance + sigma])  # FILM ends at radiance 4^2
    low, middle, high = np.interp(at, np.arange(len(FILM)), FILM)
    assert out.mean() == pytest.approx(middle, abs=0.5)
    assert out.std() == pytest.approx(np.sqrt(((high - low) / 2) ** 2 + 1 / 12), rel=0.05)


def test_corner_normals_keep_the_creases_of_a_box_and_round_a_prism():
    cube = np.array(list(product((-1.0, 1.0), repeat=3)))[BOX_FACES]
    normals = face_normals(cube)
    np.testing.assert_allclose(corner_normals(cube, normals), np.repeat(normals[:, None], 3, axis=1), atol=1e-9)
    # A prism of 24 sides (15 degrees apart) is round: at each corner the normal points away from the axis.
    angle = np.arange(25) * np.pi / 12
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    low, high = np.insert(ring, 2, 0, axis=1), np.insert(ring, 2, 1, axis=1)
    sides = np.concatenate(
        [np.stack([low[:-1], low[1:], high[1:]], axis=1), np.stack([low[:-1], high[1:], high[:-1]], axis=1)]
    )
    radial = sides * (1, 1, 0)
    np.testing.assert_allclose(corner_normals(sides, face_normals(sides)), radial, atol=1e-6)


def test_walls_get_whole_windows_in_their_middle():
    """A wall 10 m wide with a window every 3 m: three columns, half a metre left on both sides; 7 m high: two rows."""
    house = box(1, (0, 0, 0), (10, 5, 7), Material((0.5, 0.5, 0.5), texture=Texture.WINDOWS, texture_m=3.0))
    tables = surface_tables(world([house]))
    front = np.flatnonzero(face_normals(house.mesh.vertices_m[house.mesh.faces])[:, 1] < -0.9)
    # On the face looking to -y, u runs along +x.
    np.testing.assert_allclose(tables.wall[front], np.tile([0.5, 0.0, 3, 2], (2, 1)), atol=1e-6)
