"""Analytic worlds for the tests of planning: a wall between two bricks on a table, and the same as a yard."""

import numpy as np

from small_captures import capture_of, seen_world
from small_worlds import box
from spacevista.annotate.annotate import annotate
from spacevista.geometry.poses import Pose
from spacevista.sim.world import Mesh

SIZE_PX = (240, 180)
TABLE_FOV_DEG = 48


def mirrored(mesh):
    """The mesh with x as -x, its faces turned round so that they still look outwards."""
    return Mesh(mesh.vertices_m * [-1, 1, 1], mesh.faces[:, ::-1], mesh.face_materials)


def round_views(radius, height, count, target, mirror=False):
    """Cameras all around, the first one looking along +y, so that x is to its right; `mirror` turns x into -x."""
    angles = np.radians(-90 + 360 * np.arange(count) / count)
    eyes = np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full(count, height)], axis=1)
    if mirror:
        eyes[:, 0] *= -1
    return tuple(Pose.looking_at(eye, target) for eye in eyes)


def table_meshes():
    """Brick 1 to the left, brick 2 to the right, wall 3 between them; 4 stands apart. Sides 0.1 m, the wall 0.3."""
    return [
        box((0.1, 0.1, 0.1), (-0.3, 0, 0.05)),
        box((0.1, 0.1, 0.1), (0.3, 0.02, 0.05)),
        box((0.1, 0.3, 0.1), (0, 0.03, 0.05)),
        box((0.08, 0.1, 0.06), (0.1, 0.4, 0.03)),
    ]


def yard_meshes():
    """House 1 in the middle, things 2, 3, 4 and 5 around it, all a metre wide or so."""
    return [
        box((2, 3, 1.5), (0, 0, 0.75)),
        box((1, 1, 1), (-4, 0.3, 0.5)),
        box((1, 1, 1), (4, -0.2, 0.5)),
        box((1, 0.8, 0.8), (0.5, 5, 0.4)),
        box((0.8, 1, 1), (-0.7, -5, 0.5)),
    ]


def scene_from(meshes, views, metre=1.0, fov_deg=60):
    """The annotated scene of meshes and views, every length times `metre`."""
    meshes = [Mesh(m.vertices_m * metre, m.faces, m.face_materials) for m in meshes]
    path = [Pose(view.rotation, view.translation_m * metre) for view in views]
    return annotate(capture_of(meshes, path, size_px=SIZE_PX, fov_deg=fov_deg, size=2 * metre))


def table_world():
    return seen_world(
        table_meshes(), round_views(0.9, 0.9, 6, (0, 0.05, 0)), size_px=SIZE_PX, fov_deg=TABLE_FOV_DEG, size=2.0
    )


def table_scene(mirror=False, metre=1.0):
    meshes = [mirrored(m) if mirror else m for m in table_meshes()]
    return scene_from(meshes, round_views(0.9, 0.9, 6, (0, 0.05, 0), mirror), metre, TABLE_FOV_DEG)


def yard_scene(mirror=False, metre=1.0):
    meshes = [mirrored(m) if mirror else m for m in yard_meshes()]
    return scene_from(meshes, round_views(9, 8, 8, (0, 0, 0), mirror), metre)


def yard_world():
    return seen_world(yard_meshes(), round_views(9, 8, 8, (0, 0, 0)), size_px=SIZE_PX, fov_deg=60, size=2.0)
