"""A world seen through its camera path: colour, depth and ids of every frame as a `Capture`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.captures.record import Capture, Frame, MemoryImages
from spacevista.sim.raycast import RayScene
from spacevista.sim.world import World

UP = (0.0, 0.0, 1.0)  # every world stands upright


def simulate(world: World, rng: np.random.Generator, color: bool = True) -> Capture:
    """Return the capture of `world.path`, with exact depth, ids and poses.

    Args:
        rng: draws the pictures' sensor noise; depth and ids do not depend on it.
        color: False leaves the pictures out (their `color()` then raises), which is many times faster.
    """
    pictures = _with_color(world, rng) if color else _without_color(world)
    frames = tuple(
        Frame(f"{number:06d}", world.camera, pose, images)
        for number, (pose, images) in enumerate(zip(world.path, pictures, strict=True))
    )
    return Capture(
        id=world.id,
        scale=world.scale,
        frames=frames,
        categories={body.id: body.category for body in world.objects},
        up=np.array(UP),
        length_sigma=0.0,
        licence=world.licence,
        source=world.source,
    )


def _without_color(world: World) -> Iterator[MemoryImages]:
    rays = RayScene.of(world)
    for pose in world.path:
        depth_m, ids = rays.depth_and_ids(world.camera, pose)
        yield MemoryImages(None, depth_m, ids)


def _with_color(world: World, rng: np.random.Generator) -> Iterator[MemoryImages]:
    from spacevista.sim.render import Renderer  # compiles its kernels on first use, which depth and ids do not need

    renderer = Renderer(world)
    for pose in world.path:
        yield MemoryImages(*renderer.all(world.camera, pose, rng))
