"""How a person carries a camera through a room: once around it near its walls, or along a corridor and back."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.sim.layouts.room import Room
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.world import Mesh

FRAMES = 20
CLEARANCE_M = 0.35  # the camera keeps this far from what is as high as it is
SMALL_M2 = 0.12  # what shows less surface than this is turned to
GLANCES = 2  # frames for each small thing
MOST_GLANCES = 10  # frames in all: half of them show the room
NEAREST_GLANCE_M = 0.5
AISLE_M = 0.3  # half the width of a corridor's middle, which stays free for walking


def walk_around(stage: Stage, room: Room) -> tuple[Pose, ...]:
    """Walk once around the room near its walls, looking across it; tall furniture is passed on the inner side."""
    rng = stage.rng
    height = float(rng.uniform(1.45, 1.75))
    angles = (
        float(rng.uniform(0, 2 * math.pi))
        + 2 * math.pi * (np.arange(FRAMES) + rng.uniform(-0.15, 0.15, FRAMES)) / FRAMES
    )
    if rng.random() < 0.5:
        angles = angles[::-1]
    inset = float(rng.uniform(0.40, 0.60))
    tall = [body.mesh for body in stage.bodies if body.id > 0 and body.mesh.vertices_m[:, 2].max() > height - 0.3]
    obstacles = [mesh.vertices_m for mesh in (*tall, *room.projections())]
    poses = []
    for angle in angles.tolist():
        eye = _eye(angle, height + float(rng.uniform(-0.04, 0.04)), room, inset, obstacles)
        across = np.array([*rng.uniform(-0.35, 0.35, 2), float(rng.uniform(0.55, 0.95))])
        poses.append(Pose.looking_at(eye, across - 0.15 * np.array([eye[0], eye[1], 0.0])))
    return _with_glances(poses, stage)


def walk_along(stage: Stage, room: Room) -> tuple[Pose, ...]:
    """Walk along a corridor, which runs along x, and back; the gaze goes ahead, to the left and right in turn."""
    rng = stage.rng
    height, sign = float(rng.uniform(1.45, 1.75)), float(rng.choice((-1.0, 1.0)))
    reach = room.half_x_m - 0.5
    half = FRAMES // 2
    there = np.linspace(-reach, 0.3 * reach, half)  # from there on only the end wall is ahead
    poses = []
    for heading, places in ((sign, there), (-sign, there)):
        for number, place in enumerate(places.tolist()):
            eye = np.array([heading * place, rng.uniform(-0.5, 0.5) * AISLE_M, height + rng.uniform(-0.04, 0.04)])
            side = (-1.0) ** number * rng.uniform(0.2, 0.5) * room.half_y_m
            ahead = rng.uniform(1.7, 2.3)
            poses.append(Pose.looking_at(eye, np.array([eye[0] + heading * ahead, side, rng.uniform(0.7, 1.2)])))
    return _with_glances(poses, stage)


def _with_glances(poses: list[Pose], stage: Stage) -> tuple[Pose, ...]:
    """Turn the camera in a few frames: to each small thing twice, from where on the way it looks largest.

    Who shows a room turns to its clock and its paintings as well; seen across the room only, they are specks.
    """
    eyes = np.array([pose.translation_m for pose in poses])
    taken: set[int] = set()
    for body in stage.bodies:
        if body.id == 0 or len(taken) + GLANCES > MOST_GLANCES:
            continue
        middle, seen = _apparent(body.mesh, eyes)
        if seen.max() * float(np.linalg.norm(eyes - middle, axis=1)[int(seen.argmax())]) ** 2 > SMALL_M2:
            continue
        best = [frame for frame in np.argsort(-seen).tolist() if frame not in taken][:GLANCES]
        for frame in best:
            poses[frame] = Pose.looking_at(eyes[frame], middle + 0.15 * (np.array([0.0, 0.0, 0.8]) - middle))
        taken |= set(best)
    return tuple(poses)


def _apparent(mesh: Mesh, eyes_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle (3,) of a mesh and the solid angle (N,) under which it is seen from each eye, 0 if too near."""
    low, high = mesh.vertices_m.min(axis=0), mesh.vertices_m.max(axis=0)
    middle = (low + high) / 2
    a, b, c = (mesh.vertices_m[mesh.faces[:, i]] for i in range(3))
    doubled = np.cross(b - a, c - a)
    views = eyes_m - middle
    distances = np.linalg.norm(views, axis=1)
    facing = np.maximum(doubled @ (views / distances[:, None]).T, 0).sum(axis=0) / 2
    near = distances < NEAREST_GLANCE_M + float(np.linalg.norm(high - low)) / 2
    return middle, np.where(near, 0.0, facing / distances**2)


def _eye(angle: float, height: float, room: Room, inset: float, obstacles: list[FloatArray]) -> FloatArray:
    """Return the place in a direction from the room's middle that is nearest to the wall and clear of obstacles."""
    direction = np.array([math.cos(angle), math.sin(angle)])
    with np.errstate(divide="ignore"):
        reach = float(np.min(np.array([room.half_x_m - inset, room.half_y_m - inset]) / np.abs(direction)))
    while reach > 0.3:
        spot = reach * direction
        if all(_clear(spot, vertices) for vertices in obstacles):
            break
        reach -= 0.05
    return np.array([*(reach * direction), height])


def _clear(spot: FloatArray, vertices: FloatArray) -> bool:
    low, high = vertices[:, :2].min(axis=0), vertices[:, :2].max(axis=0)
    return float(np.linalg.norm(np.maximum(np.maximum(low - spot, spot - high), 0))) >= CLEARANCE_M
