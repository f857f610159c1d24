"""Analytic worlds for tests: boxes and cylinders on a ground plate, seen from stated places."""

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.world import Body, Light, Material, Mesh, World

BOX_FACES = [
    (0, 2, 1), (1, 2, 3), (4, 5, 6), (5, 7, 6), (0, 1, 4), (1, 5, 4),
    (2, 6, 3), (3, 6, 7), (0, 4, 2), (2, 4, 6), (1, 3, 5), (3, 7, 5),
]  # fmt: skip
GREY = (Material((0.5, 0.5, 0.5)),)


def box(sides, centre, yaw_deg=0.0):
    """A box of `sides` whose middle is at `centre`, turned about the vertical."""
    corners = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]) / 2 * np.array(sides)
    return Mesh(corners @ rotation_about((0, 0, 1), yaw_deg).T + np.array(centre), BOX_FACES, np.zeros(12))


def cylinder(radius, height, base, sides=64):
    """An upright regular prism whose base is centred at `base`."""
    angles = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([radius * np.cos(angles), radius * np.sin(angles), np.zeros(sides)], axis=1)
    roof_ring = ring + np.array((0, 0, height))
    vertices = np.concatenate([ring, roof_ring, [(0, 0, 0), (0, 0, height)]]) + np.array(base)
    i, j = np.arange(sides), (np.arange(sides) + 1) % sides
    floor, roof = np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
    faces = np.concatenate([
        np.stack([i, j, j + sides], axis=1), np.stack([i, j + sides, i + sides], axis=1),
        np.stack([floor, j, i], axis=1), np.stack([roof, i + sides, j + sides], axis=1),
    ])  # fmt: skip
    return Mesh(vertices, faces, np.zeros(len(faces)))


def ground(size):
    """A plate whose upper face is z = 0."""
    return Body(0, "ground", box((size, size, size / 50), (0, 0, -size / 100)), GREY)


def orbit(radius, height, count, target=(0, 0, 0), sweep_deg=360.0, start_deg=0.0):
    """Camera poses around `target`, all looking at it."""
    angles = np.radians(start_deg + sweep_deg * np.arange(count) / count)
    return tuple(
        Pose.looking_at((radius * np.cos(a) + target[0], radius * np.sin(a) + target[1], height), target)
        for a in angles
    )


def world_of(meshes, path, size=1.0, ground_size=None, supports=None, fov_deg=50.0):
    """A world of objects 1, 2, ... on a ground plate; `size` only sets the plate."""
    bodies = [ground(ground_size or 10 * size)]
    bodies += [Body(number, f"thing {number}", mesh, GREY) for number, mesh in enumerate(meshes, start=1)]
    floor = Plane(np.array([0.0, 0.0, 1.0]), 0.0)
    return World(
        id="test-000000",
        seed=0,
        scale=Scale.TABLETOP,
        bodies=tuple(bodies),
        supports=supports or dict.fromkeys(range(1, len(meshes) + 1), floor),
        light=Light(np.array([0.0, 0.0, 1.0]), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
        camera=Camera.from_fov(640, 480, fov_deg),
        path=tuple(path),
    )
