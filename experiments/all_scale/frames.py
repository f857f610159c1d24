"""A scene's frames: pictures and ids, and what they show of each thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from experiments.all_scale.place import sightings, thing_shows
from experiments.all_scale.scene import LabScene, world_of
from experiments.all_scale.splits import STREAMS
from experiments.all_scale.visibility import Seen

from spacevista.geometry.arrays import ByteArray, Float32Array, Int32Array
from spacevista.sim.render import Renderer

NOISE = 1  # of the sensor's random numbers, apart from the scene's own


@dataclass(frozen=True, eq=False)
class Shot:
    """A scene as its frames show it.

    Attributes:
        colors, depths, ids: (H, W, 3), (H, W) and (H, W) of each frame; depth in layout units, evidence ids below -1.
        sights: what each frame shows of each thing and item, by id.
        asked: the things that are large enough and hardly hidden in every frame.
    """

    scene: LabScene
    colors: tuple[ByteArray, ...]
    depths: tuple[Float32Array, ...]
    ids: tuple[Int32Array, ...]
    sights: dict[int, list[Seen]]
    asked: tuple[int, ...]


def shoot(scene: LabScene) -> Shot:
    """Render a scene; members of a pair have the same noise."""
    renderer = Renderer(world_of(scene))
    rng = np.random.default_rng([STREAMS.index(scene.stream), scene.number, NOISE])
    layout = scene.layout
    shots = [renderer.all(layout.camera, pose, rng) for pose in layout.path]
    ids = [shot[2] for shot in shots]
    sights = sightings(layout, scene.items, ids)
    asked = tuple(thing.id for thing in layout.things if thing_shows(sights[thing.id]))
    return Shot(scene, tuple(s[0] for s in shots), tuple(s[1] for s in shots), tuple(ids), sights, asked)
