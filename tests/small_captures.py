"""Exact captures of analytic worlds at a small picture size, and the noise that tests add to them."""

from dataclasses import replace

import numpy as np

from small_worlds import GREY, world_of
from spacevista.captures.record import MemoryImages
from spacevista.geometry.cameras import Camera
from spacevista.scenes.record import SceneFrame
from spacevista.sim.simulate import simulate
from spacevista.sim.world import Body


def seen_world(meshes, path, fov_deg=50.0, size_px=(160, 120), structure=(), size=1.0):
    """A world of objects 1, 2, ... on a plate, with further `structure` meshes, seen by a small camera."""
    world = world_of(meshes, path, size=size)
    bodies = world.bodies + tuple(Body(0, "structure", mesh, GREY) for mesh in structure)
    return replace(world, bodies=bodies, camera=Camera.from_fov(*size_px, fov_deg))


def capture_of(*args, **kwargs):
    """The exact capture of a `seen_world`."""
    return simulate(seen_world(*args, **kwargs), np.random.default_rng(0), color=False)


def changed(capture, change):
    """The capture with every frame's (depth, ids) replaced by `change(number, depth, ids)`."""
    frames = []
    for number, frame in enumerate(capture.frames):
        depth, ids = change(number, frame.images.depth_m(), frame.images.ids())
        frames.append(replace(frame, images=MemoryImages(None, depth, ids)))
    return replace(capture, frames=tuple(frames))


def with_depth_noise(capture, relative, seed=0):
    """Independent errors a pixel, relative to depth."""
    rng = np.random.default_rng(seed)

    def noisy(_, depth, ids):
        return (depth * (1 + relative * rng.standard_normal(depth.shape))).astype(np.float32), ids

    return changed(capture, noisy)


def scene_frames(capture):
    """The capture's frames as the annotation passes them on."""
    return tuple(
        SceneFrame(f.name, f.camera, f.world_from_camera, f.images.depth_m(), f.images.ids()) for f in capture.frames
    )
