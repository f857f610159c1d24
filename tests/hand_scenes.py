"""Scenes made by hand for the tests of tasks: boxes as point sets, gaps and pictures with stated numbers."""

from dataclasses import replace

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.scenes.record import Gap, Noise, ObjectView, Scene, SceneFrame, SceneObject
from spacevista.tasks.facts import Decline, Fact

EXACT = Noise(0.0, 0.0, 0.0)
CAMERA = Camera(64, 48, 64.0, 64.0, 32.0, 24.0)


def brick(number, sides, at=(0, 0, 0), grown=0.0, **changes):
    """A box seen all around: `sides` (x, y, z) around `at`; it might be larger by `grown` at every side."""
    lines = np.meshgrid(*([np.linspace(-0.5, 0.5, 4)] * 3), indexing="ij")
    seen = np.stack(lines, axis=-1).reshape(-1, 3)  # 64 points, the corners among them
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    sides = np.array(sides, dtype=np.float64)
    thing = SceneObject(
        number, f"thing {number}", seen * sides + at, corners * (sides + 2 * grown) + at, False, None, ()
    )
    return replace(thing, **changes)


def few_points(number):
    """An object of which only ten points were seen."""
    thing = brick(number, (1, 1, 1))
    return replace(thing, seen_m=thing.seen_m[:10])


def turned(thing, angle_deg):
    """The same object turned about the vertical through the origin."""
    rotation = rotation_about((0, 0, 1), angle_deg)
    return replace(thing, seen_m=thing.seen_m @ rotation.T, possible_m=thing.possible_m @ rotation.T)


def gap(first, second, metres, below=0.0, spacing=None, error=0.0):
    """A gap of `metres` that could be `below` less; its point spacing is a hundredth unless said otherwise."""
    spacing = metres / 100 if spacing is None else spacing
    points = np.zeros(3), np.array([metres, 0.0, 0.0])
    return Gap(first, second, metres - below, metres, spacing, *points, error_m=error)


def picture(name="0", depth=2.0, pose=None, ids=None):
    """One frame at constant z-depth (or a map of it) with the ids given (none: background)."""
    depth = np.array(np.broadcast_to(np.asarray(depth, dtype=np.float32), (48, 64)))
    ids = np.zeros((48, 64), dtype=np.int32) if ids is None else np.asarray(ids, dtype=np.int32)
    return SceneFrame(name, CAMERA, pose or Pose.identity(), depth, ids)


def pose_errors(frames, rotation_deg, shift_m):
    """The covariance of poses with these standard errors about and along each axis, all on their own."""
    return np.diag(np.tile([np.radians(rotation_deg) ** 2] * 3 + [shift_m**2] * 3, frames))


def scene_of(*things, gaps=(), frames=(), noise=EXACT):
    """A scene; the views of its objects follow from the frames' ids."""
    things = tuple(replace(thing, views=views_of(thing.id, frames)) for thing in things)
    up = np.array([0.0, 0.0, 1.0])
    return Scene("hand", Scale.TABLETOP, tuple(frames), things, up, (), noise, "CC0-1.0", "a test", (), tuple(gaps))


def views_of(number, frames):
    views = []
    for index, frame in enumerate(frames):
        rows, columns = np.nonzero(frame.ids == number)
        if len(rows):
            box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            views.append(ObjectView(index, box, len(rows), False))
    return tuple(views)


def looking_along_y(eye=(0.0, -10.0, 0.0), **changes):
    """A frame whose camera looks along +y: its right is +x, its up +z."""
    return picture(pose=Pose.looking_at(eye, np.add(eye, (0.0, 1.0, 0.0))), **changes)


def with_spans(scene, spans):
    """The scene with views that have these spans (pixels across) by object and frame: {1: {0: 40}}."""
    things = tuple(
        replace(
            thing,
            views=tuple(
                ObjectView(frame, (0, 0, 1, 1), round(span**2), False)
                for frame, span in spans.get(thing.id, {}).items()
            ),
        )
        for thing in scene.objects
    )
    return replace(scene, objects=things)


def mirrored(scene):
    """The mirror image of a scene in the plane x = 0; frames keep looking the same way, their pictures mirrored."""
    flip = np.array([-1.0, 1.0, 1.0])
    things = tuple(replace(t, seen_m=t.seen_m * flip, possible_m=t.possible_m * flip) for t in scene.objects)
    frames = []
    for frame in scene.frames:
        rotation = np.diag(flip) @ frame.world_from_camera.rotation @ np.diag(flip)  # x to the right stays a right hand
        pose = Pose(rotation, frame.world_from_camera.translation_m * flip)
        frames.append(replace(frame, world_from_camera=pose, ids=frame.ids[:, ::-1], depth_m=frame.depth_m[:, ::-1]))
    return replace(scene, objects=things, frames=tuple(frames))


def spun(scene, angle_deg):
    """The scene turned about the vertical through the origin, cameras and all."""
    turn = Pose(rotation_about((0, 0, 1), angle_deg), np.zeros(3))
    frames = tuple(replace(f, world_from_camera=turn @ f.world_from_camera) for f in scene.frames)
    return replace(scene, objects=tuple(turned(t, angle_deg) for t in scene.objects), frames=frames)


def scaled(scene, factor):
    """The same scene with every length times `factor`."""

    def plane(support):
        return None if support is None else Plane(support.normal, support.offset_m * factor)

    things = tuple(
        replace(
            thing,
            seen_m=thing.seen_m * factor,
            possible_m=thing.possible_m * factor,
            support=plane(thing.support),
            error_m=thing.error_m * factor,
            border_m=thing.border_m * factor,
        )
        for thing in scene.objects
    )
    gaps = tuple(
        Gap(
            g.first, g.second, g.low_m * factor, g.high_m * factor, g.spacing_m * factor,
            g.first_point_m * factor, g.second_point_m * factor, g.error_m * factor,
        )
        for g in scene.gaps
    )  # fmt: skip
    frames = tuple(
        replace(
            frame,
            depth_m=(frame.depth_m.astype(np.float64) * factor).astype(np.float32),
            world_from_camera=Pose(frame.world_from_camera.rotation, frame.world_from_camera.translation_m * factor),
        )
        for frame in scene.frames
    )
    return replace(scene, objects=things, gaps=gaps, frames=frames)


def by_candidate(items):
    """Facts and declines by (aspect, objects), or by (aspect, frames) where there are no objects."""
    return {(i.candidate.aspect, i.candidate.objects or i.candidate.frames): i for i in items}


def reasons(items):
    """How often each decline reason came up."""
    out = {}
    for item in items:
        if isinstance(item, Decline):
            out[item.reason] = out.get(item.reason, 0) + 1
    return out


def facts(items):
    return [item for item in items if isinstance(item, Fact)]


def rng(seed=0):
    return np.random.default_rng(seed)
