"""Pairs of things for the tests of spatial relations, in metres: as point sets of a scene, and as meshes of a world."""

from dataclasses import replace

import numpy as np

from hand_scenes import EXACT, scene_of
from small_worlds import box
from spacevista.geometry.points import closest_points
from spacevista.geometry.poses import rotation_about
from spacevista.scenes.record import Gap, SceneObject
from spacevista.sim.contact import slid
from spacevista.sim.shapes import lathe, moved, rotated, union

HAIR = 1e-5
STEP = 0.02  # between points


def cup(radius=0.4, high=0.5, wall=0.05):
    """An open vessel with a floor, on z = 0."""
    return lathe([(0, 0), (radius, 0), (radius, high), (radius - wall, high), (radius - wall, wall), (0, wall)])


def ring(radius=0.4, high=0.2, wall=0.1):
    return lathe([(radius - wall, 0), (radius, 0), (radius, high), (radius - wall, high)])


def gallows():
    """A post, 1.5 high, with an arm along +x at its top."""
    return union(box((0.1, 0.1, 1.5), (0, 0, 0.75)), box((0.6, 0.06, 0.06), (0.35, 0, 1.45)))


def hung_ring():
    on_edge = moved(rotated(ring(0.3, 0.1, 0.06), (0, 1, 0), 90), (0.3, 0, 1.45))
    hung = slid(on_edge, (0, 0, -1), [gallows()], 0.5)
    assert hung is not None
    return hung


def plank():
    """A plank that leans to the right on a block that ends at x = 0.5: its foot at the left, its right side touches."""
    upright = box((0.06, 0.4, 1.2), (0, 0, 0.6))
    turned = rotated(upright, (0, 1, 0), 20)
    return moved(turned, (0, 0, -float(turned.vertices_m[:, 2].min())))


def block_beside(mesh, high=0.7):
    """A block whose upper left edge touches the right side of a leaning plank."""
    corners = mesh.vertices_m
    # The right side runs from its lower right corner upwards at 20 degrees from the vertical.
    low = corners[np.argmin(corners[:, 2])]
    x = low[0] + high * np.tan(np.radians(20))
    return box((0.5, 0.6, high), (x + 0.25 + HAIR, 0, high / 2))


PLANK = plank()
# Name -> (first, second): the first has the relation to the second.
PAIRS = {
    "on": (box((0.3, 0.3, 0.3), (0, 0, 0.55 + HAIR)), box((1, 1, 0.4), (0, 0, 0.2))),
    "in": (box((0.3, 0.3, 0.3), (0, 0, 0.2 + HAIR)), cup()),
    "around": (moved(ring(), (0, 0, 0)), box((0.3, 0.3, 0.8), (0, 0, 0.4))),
    "hanging": (hung_ring(), gallows()),
    "leaning": (PLANK, block_beside(PLANK)),
    "stuck": (box((0.04, 0.3, 0.3), (-0.52 - HAIR, 0, 0.5)), box((1, 1, 1), (0, 0, 0.5))),
    "apart": (box((0.3, 0.3, 0.3), (0, 0, 0.15)), box((0.3, 0.3, 0.3), (0.8, 0, 0.15))),
}


def points_of(mesh, step=STEP):
    """Points on the faces of a mesh, about `step` apart."""
    out = [mesh.vertices_m]
    for a, b, c in mesh.vertices_m[mesh.faces]:
        sides = int(np.ceil(max(np.linalg.norm(b - a), np.linalg.norm(c - a), np.linalg.norm(c - b)) / step))
        i, j = (grid.ravel() for grid in np.meshgrid(np.arange(sides + 1), np.arange(sides + 1)))
        i, j = i[i + j <= sides] / sides, j[i + j <= sides] / sides
        out.append(a + i[:, None] * (b - a) + j[:, None] * (c - a))
    return np.unique(np.concatenate(out).round(9), axis=0)


def thing(number, mesh, name=None, keep=None):
    points = points_of(mesh)
    points = points if keep is None else points[keep(points)]
    return SceneObject(number, name or f"thing {number}", points, mesh.vertices_m, False, None, ())


def scene_with(first, second, noise=EXACT, error_m=0.0):
    """A scene of two objects with their measured gap."""
    one, two = closest_points(first.seen_m, second.seen_m)
    high = float(np.linalg.norm(one - two))
    gap = Gap(first.id, second.id, 0.9 * high, high, STEP, one, two, error_m * 2**0.5)
    things = [replace(t, error_m=error_m) for t in (first, second)]
    return scene_of(*things, gaps=[gap], noise=noise)


def joined(name, **changes):
    meshes = PAIRS[name]
    return scene_with(thing(1, meshes[0], **changes), thing(2, meshes[1]))


def transformed(scene, matrix, rng=None, noise_m=0.0):
    """The scene with all points multiplied by a matrix (3, 3), its lengths by the cube root of its determinant."""
    factor = abs(float(np.linalg.det(matrix))) ** (1 / 3)

    def points(p):
        shaken = 0 if rng is None else rng.normal(0, noise_m, p.shape)
        return (p + shaken) @ np.asarray(matrix).T

    things = tuple(
        replace(t, seen_m=points(t.seen_m), possible_m=points(t.possible_m), error_m=t.error_m * factor)
        for t in scene.objects
    )
    gaps = tuple(
        replace(
            g, low_m=g.low_m * factor, high_m=g.high_m * factor, spacing_m=g.spacing_m * factor,
            error_m=g.error_m * factor,
        )
        for g in scene.gaps
    )  # fmt: skip
    return replace(scene, objects=things, gaps=gaps)


def turn(angle_deg):
    return rotation_about((0, 0, 1), angle_deg)
