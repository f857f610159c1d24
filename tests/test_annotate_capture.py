"""A whole capture annotated: the same scene every time, hostile frames dropped with their reason, gravity found."""

from dataclasses import astuple, fields, is_dataclass, replace

import numpy as np
import pytest

from small_captures import capture_of, changed, with_depth_noise
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate, scene_rng
from spacevista.captures.record import SKY_ID, MemoryImages
from spacevista.errors import CaptureError
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.noise import NoiseLevel, degrade
from spacevista.tasks.all import all_candidates


def desk(metre=1.0, frames=6):
    meshes = [box((1 * metre, 0.7 * metre, 0.5 * metre), (0, 0, 0.25 * metre), 30)]
    meshes += [cylinder(0.3 * metre, 0.8 * metre, (1.4 * metre, 0, 0))]
    return capture_of(meshes, orbit(3 * metre, 2.5 * metre, frames, (0.5 * metre, 0, 0)), size=metre)


def same(first, second):
    """Tell whether two records agree in every field, arrays bit by bit."""
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
    if is_dataclass(first):
        return all(same(getattr(first, f.name), getattr(second, f.name)) for f in fields(first))
    if isinstance(first, tuple):
        return len(first) == len(second) and all(same(a, b) for a, b in zip(first, second, strict=True))
    return first == second


@pytest.mark.parametrize("level", [NoiseLevel.EXACT, NoiseLevel.SENSOR])
def test_the_same_capture_gives_the_same_scene(level):
    first, second = (annotate(degrade(desk(frames=4), level, np.random.default_rng(5))) for _ in range(2))
    assert same(first, second)
    assert all_candidates(first, 1) == all_candidates(second, 1)


def test_random_numbers_follow_from_the_captures_id():
    assert scene_rng("desk-1").integers(1 << 60) == scene_rng("desk-1").integers(1 << 60)
    assert scene_rng("desk-1").integers(1 << 60) != scene_rng("desk-2").integers(1 << 60)


def test_what_the_capture_says_of_itself_is_carried_on():
    capture = replace(desk(frames=3), dropped=(("frame 9", "blurred"),), licence="CC-BY-4.0", source="a desk")
    scene = annotate(capture)
    assert (scene.id, scene.scale, scene.licence, scene.source) == (capture.id, capture.scale, "CC-BY-4.0", "a desk")
    assert ("frame 9", "blurred") in scene.drops
    assert [thing.category for thing in scene.objects] == ["thing 1", "thing 2"]
    assert annotate(replace(capture, categories={1: "box"})).object(2).category is None


def test_a_frame_without_depth_is_dropped_with_its_reason():
    capture = desk()
    bare = replace(capture.frames[2], images=MemoryImages(None, None, capture.frames[2].images.ids()))
    scene = annotate(replace(capture, frames=(*capture.frames[:2], bare, *capture.frames[3:])))
    assert ("frame 000002", "no depth") in scene.drops
    assert [frame.name for frame in scene.frames] == ["000000", "000001", "000003", "000004", "000005"]
    assert [view.frame_index for view in scene.object(1).views] == [0, 1, 2, 3, 4]


def test_frames_without_any_depth_are_an_error_that_names_the_capture():
    with pytest.raises(CaptureError, match=r"test-000000.*depth"):
        annotate(changed(desk(frames=3), lambda _, depth, ids: (None, ids)))


def test_frames_without_a_single_measured_pixel_give_a_scene_without_objects_or_an_error():
    empty = changed(desk(frames=3), lambda _, depth, ids: (np.zeros_like(depth), np.full_like(ids, SKY_ID)))
    scene = annotate(empty)
    assert scene.objects == ()
    assert scene.gaps == ()


def test_a_frame_without_ids_shows_background_only():
    scene = annotate(changed(desk(), lambda number, depth, ids: (depth, None if number == 0 else ids)))
    assert [view.frame_index for view in scene.object(1).views] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("relative", [0.0, 0.005])
def test_an_object_without_depth_keeps_its_views_and_has_no_points(relative):
    hollow = changed(desk(), lambda _, depth, ids: (np.where(ids == 2, 0, depth).astype(np.float32), ids))
    scene = annotate(with_depth_noise(hollow, relative))
    assert len(scene.object(2).views) == 6
    assert len(scene.object(2).seen_m) < 50
    assert scene.gaps == ()
    assert len(scene.object(1).seen_m) > 50


def test_with_noise_an_object_that_one_frame_alone_shows_is_not_believed():
    # Its points could be those of a swapped id.
    once = changed(desk(), lambda number, depth, ids: (depth, np.where((ids == 2) & (number > 0), 0, ids)))
    scene = annotate(with_depth_noise(once, 0.005))
    assert [len(thing.possible_m) > 0 for thing in scene.objects if thing.id == 2] in ([False], [])


def test_one_frame_only_works():
    scene = annotate(replace(desk(), frames=desk().frames[:1]))
    assert len(scene.frames) == 1
    assert [thing.id for thing in scene.objects] == [1, 2]
    assert len(all_candidates(scene, 0)) > 0
    noisy = annotate(with_depth_noise(replace(desk(), frames=desk().frames[:1]), 0.005))
    assert noisy.noise.depth_rel > 0


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_gravity_is_found_where_the_capture_does_not_say(metre):
    turned = Pose(rotation_about((1, 2, 0.5), 40), np.array([1.0, -2.0, 3.0]) * metre)
    capture = desk(metre)
    frames = tuple(replace(f, world_from_camera=turned @ f.world_from_camera) for f in capture.frames)
    scene = annotate(replace(capture, frames=frames, up=None))
    assert scene.up == pytest.approx(turned.rotation[:, 2], abs=1e-4)
    assert np.linalg.norm(scene.up) == pytest.approx(1.0)


def test_gravity_stays_open_without_a_level_plane():
    # Cameras that look straight down at the ground: their up is level, the ground's normal is not.
    capture = desk(frames=3)
    down = tuple(
        replace(f, world_from_camera=Pose(np.diag([1.0, -1.0, -1.0]), np.array([0.1 * k, 0, 4.0])))
        for k, f in enumerate(capture.frames)
    )
    flat = changed(replace(capture, frames=down, up=None), lambda _, d, i: (np.full_like(d, 4), np.zeros_like(i)))
    with pytest.raises(CaptureError, match="gravity"):
        annotate(flat)


def test_the_ground_is_among_the_planes():
    scene = annotate(desk())
    assert scene.planes
    ground = scene.planes[0].facing(scene.up)
    assert ground.normal == pytest.approx((0, 0, 1), abs=1e-4)
    assert ground.offset_m == pytest.approx(0.0, abs=1e-4)


def test_exact_frames_are_not_touched():
    capture = desk(frames=3)
    scene = annotate(capture)
    assert astuple(scene.noise) == (0, 0, 0)
    for frame, given in zip(scene.frames, capture.frames, strict=True):
        assert same(frame.depth_m, given.images.depth_m())
        assert same(frame.ids, given.images.ids())
