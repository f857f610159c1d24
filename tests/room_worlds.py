"""Rooms of boxes for tests: an outline of walls, a floor, a ceiling, and a camera that turns about on the spot."""

from dataclasses import replace

import numpy as np

from hand_scenes import EXACT
from small_worlds import GREY, box, world_of
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.scenes.record import Scene, SceneFrame
from spacevista.sim.simulate import simulate
from spacevista.sim.world import Body

THICK = 0.1
SQUARE = ((0, 0), (5, 0), (5, 4), (0, 4))  # 20 square metres
L_SHAPE = ((0, 0), (6, 0), (6, 3), (3.5, 3), (3.5, 5), (0, 5))  # 6 * 5 - 2.5 * 2 = 25
ALCOVE = ((0, 0), (5, 0), (5, 3), (3.8, 3), (3.8, 4), (1.4, 4), (1.4, 3), (0, 3))  # 15 + 2.4 * 1 = 17.4


def wall_boxes(outline, height):
    """Walls outside an outline of right angles, counter-clockwise."""
    corners = np.array(outline, dtype=float)
    steps = np.roll(corners, -1, axis=0) - corners
    ways = steps / np.linalg.norm(steps, axis=1)[:, None]
    turns = ways[:, 0] * np.roll(ways, -1, axis=0)[:, 1] - ways[:, 1] * np.roll(ways, -1, axis=0)[:, 0]  # at its end
    out = []
    for k, (start, step, way) in enumerate(zip(corners, steps, ways, strict=True)):
        first = start - THICK * way * (turns[k - 1] > 0)
        last = start + step + THICK * way * (turns[k] > 0)
        middle = (first + last) / 2 + THICK / 2 * np.array([way[1], -way[0]])
        sides = np.abs(last - first) + THICK * np.abs([way[1], way[0]])
        out.append(box((*sides, height), (*middle, height / 2)))
    return out


def turning(eyes, steps=8, down_deg=5.0, start_deg=0.0, sweep_deg=360.0):
    """Poses that look around from each place, a little up and down in turn."""
    poses = []
    for eye in eyes:
        for k in range(steps):
            angle = np.radians(start_deg + sweep_deg * k / steps)
            tilt = np.tan(np.radians(down_deg if k % 2 else -4 * down_deg))
            poses.append(Pose.looking_at(eye, np.add(eye, (np.cos(angle), np.sin(angle), -tilt))))
    return poses


def room_world(outline, eyes, height=2.5, extra=(), walls=None, ceiling=True, path=None):
    """A world of walls around an outline, a floor with z = 0 on top; `extra` meshes are structure too."""
    low, high = np.min(outline, axis=0) - 3, np.max(outline, axis=0) + 3
    plate = (*(high - low), THICK)
    middle = (low + high) / 2
    named = [("floor", box(plate, (*middle, -THICK / 2)))]
    if ceiling:
        named.append(("ceiling", box(plate, (*middle, height + THICK / 2))))
    named += [("wall", mesh) for mesh in (wall_boxes(outline, height) if walls is None else walls)]
    named += [("structure", mesh) for mesh in extra]
    world = world_of([], turning(eyes) if path is None else path)
    return replace(
        world,
        scale=Scale.INDOOR,
        bodies=tuple(Body(0, name, mesh, GREY) for name, mesh in named),
        camera=Camera.from_fov(160, 120, 90),
        floor_polygon_m=np.array(outline, dtype=float),
    )


def room_scene(*args, **changes):
    """The exact scene of a `room_world`, without objects."""
    return scene_of_world(room_world(*args, **changes))


def scene_of_world(world):
    capture = simulate(world, np.random.default_rng(0), color=False)
    frames = tuple(
        SceneFrame(f.name, f.camera, f.world_from_camera, f.images.depth_m(), f.images.ids()) for f in capture.frames
    )
    return Scene("room", Scale.INDOOR, frames, (), np.array([0.0, 0.0, 1.0]), (), EXACT, "CC0-1.0", "a test", ())


def spun_room(scene, angle_deg):
    """The scene turned about the vertical and moved: cameras alone carry it."""
    turn = Pose(rotation_about((0, 0, 1), angle_deg), np.array([3.0, -7.0, 1.0]))
    frames = tuple(replace(f, world_from_camera=turn @ f.world_from_camera) for f in scene.frames)
    return replace(scene, frames=frames)
