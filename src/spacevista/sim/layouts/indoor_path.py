"""How a person carries a camera through a room: once around it near its walls, or along a corridor and back."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.sim.layouts.room import Room
from spacevista.sim.layouts.staging import Stage

FRAMES = 20
CLEARANCE_M = 0.35  # the camera keeps this far from what is as high as it is
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
    return tuple(poses)


def walk_along(stage: Stage, room: Room) -> tuple[Pose, ...]:
    """Walk along a corridor, which runs along x, and back; the gaze goes ahead, to the left and right in turn."""
    rng = stage.rng
    height, sign = float(rng.uniform(1.45, 1.75)), float(rng.choice((-1.0, 1.0)))
    reach = room.half_x_m - 0.5
    half = FRAMES // 2
    there = np.linspace(-reach, 0.55 * reach, half)
    poses = []
    for heading, places in ((sign, there), (-sign, there)):
        for number, place in enumerate(places.tolist()):
            eye = np.array([heading * place, rng.uniform(-0.5, 0.5) * AISLE_M, height + rng.uniform(-0.04, 0.04)])
            side = (-1.0) ** number * rng.uniform(0.2, 0.5) * room.half_y_m
            ahead = rng.uniform(1.7, 2.3)
            poses.append(Pose.looking_at(eye, np.array([eye[0] + heading * ahead, side, rng.uniform(0.7, 1.2)])))
    return tuple(poses)


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
