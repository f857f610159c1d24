"""What a scene looks like but for its scale: things, ground, light and camera path, in layout units.

The geometric mean of the things' longest dimensions is one unit; a scene's scale is its metres per unit and enters
nowhere here. Pictures are rendered in these units, so that neither float32 nor haze knows how large anything is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from experiments.all_scale.things import painted, thing

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color
from spacevista.sim.paths import hand_held_arc
from spacevista.sim.shapes import box, cylinder, moved, rotated, scaled
from spacevista.sim.world import Body, Light, Material, Mesh, Texture

SIDE_PX = 224
FOV_DEG = (40.0, 80.0)
ELEVATION_DEG = (24.0, 52.0)
CLOSENESS = (1.0, 1.45)  # half the picture's width in radii of the layout: how far away the camera stands
STEP_DEG = (7.0, 18.0)  # between frames
GAP = (0.08, 0.6)  # between the bounding circles of neighbouring things
GROUND = 60.0  # half the side of the ground
ELSEWHERE = 40.0  # the layout stands anywhere in a square of this half side: patterns of the ground never repeat
GROUNDS = (Texture.NOISE, Texture.WOOD, Texture.ASPHALT, Texture.GRASS, Texture.PLAIN)


@dataclass(frozen=True, eq=False)
class Placed:
    """A thing of the layout: `mesh` where it stands, its bounding circle (x, y, radius) and its longest dimension."""

    id: int
    name: str
    mesh: Mesh
    materials: tuple[Material, ...]
    circle: tuple[float, float, float]
    longest: float

    def body(self) -> Body:
        return Body(self.id, self.name, self.mesh, self.materials)


@dataclass(frozen=True, eq=False)
class Layout:
    """Things, what they stand on, light, camera and the poses of its frames."""

    things: tuple[Placed, ...]
    ground: tuple[Body, ...]
    light: Light
    camera: Camera
    path: tuple[Pose, ...]


def draw_shapes(names: list[str], longest: FloatArray, rng: np.random.Generator) -> list[Shape]:
    """Return the things of a scene with the given longest dimensions, not yet placed."""
    return [_of_length(thing(name, rng), float(length)) for name, length in zip(names, longest, strict=True)]


def _of_length(shape: Shape, length: float) -> Shape:
    materials = tuple(
        Material(m.color, m.second_color, m.texture, m.texture_m * length, m.gloss) for m in shape.materials
    )
    return Shape(scaled(shape.mesh, (length,) * 3), materials)


def draw_layout(names: list[str], shapes: list[Shape], longest: FloatArray, rng: np.random.Generator) -> Layout | None:
    """Place things beside each other and walk a camera around them; no ground yet. None: a thing found no place."""
    at = rng.uniform(-ELSEWHERE, ELSEWHERE, 2)
    things = _placed(names, shapes, longest, at, rng)
    if things is None:
        return None
    circles = np.array([one.circle for one in things])
    middle = circles[:, :2].mean(axis=0)
    radius = float((np.linalg.norm(circles[:, :2] - middle, axis=1) + circles[:, 2]).max())
    fov = float(rng.uniform(*FOV_DEG))
    path = _path(np.array([*middle, 0.3]), radius, fov, rng)
    camera = Camera.from_fov(SIDE_PX, SIDE_PX, fov)
    return Layout(tuple(things), (), _daylight(rng), camera, path)


def with_ground(layout: Layout, rng: np.random.Generator) -> Layout:
    """Return the layout on a ground of some colour and pattern."""
    middle = np.mean([thing.circle[:2] for thing in layout.things], axis=0)
    return replace(layout, ground=_ground(middle, rng))


def _placed(
    names: list[str], shapes: list[Shape], longest: FloatArray, at: FloatArray, rng: np.random.Generator
) -> list[Placed] | None:
    out: list[Placed] = []
    for number, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        mesh = rotated(shape.mesh, (0, 0, 1), float(rng.uniform(0, 360)))
        radius = float(np.linalg.norm(mesh.vertices_m[:, :2], axis=1).max())
        circles = [one.circle for one in out]
        place = free_place(circles, radius, GAP, rng) if out else (float(at[0]), float(at[1]))
        if place is None:
            return None
        x, y = place
        out.append(
            Placed(number + 1, name, moved(mesh, (x, y, 0)), shape.materials, (x, y, radius), float(longest[number]))
        )
    return out


def free_place(
    circles: list[tuple[float, float, float]],
    radius: float,
    gap: tuple[float, float],
    rng: np.random.Generator,
    beside: int | None = None,
) -> tuple[float, float] | None:
    """Return a place whose circle stands `gap` from one of `circles` (or from number `beside`) and touches none."""
    for _ in range(40):
        x, y, r = circles[int(rng.integers(len(circles))) if beside is None else beside]
        reach, turn = r + radius + float(rng.uniform(*gap)), float(rng.uniform(0, 2 * math.pi))
        place = (x + reach * math.cos(turn), y + reach * math.sin(turn))
        if all(math.hypot(place[0] - c[0], place[1] - c[1]) - c[2] - radius >= 0.99 * gap[0] for c in circles):
            return place
    return None


def _path(target: FloatArray, radius: float, fov_deg: float, rng: np.random.Generator) -> tuple[Pose, ...]:
    frames = int(rng.choice([2, 3, 3, 4]))
    distance = radius * (float(rng.uniform(*CLOSENESS)) / math.tan(math.radians(fov_deg) / 2) + 0.35)
    elevation = float(rng.uniform(*ELEVATION_DEG))
    turn = float(rng.uniform(*STEP_DEG)) * (frames - 1) * (1 if rng.random() < 0.5 else -1)
    return hand_held_arc(
        target,
        (0.96 * distance, 1.04 * distance),
        (elevation - 3, elevation + 3),
        turn,
        frames,
        rng,
        target_radius_m=0.05 * radius,
    )


def _ground(middle: FloatArray, rng: np.random.Generator) -> tuple[Body, ...]:
    """Return the ground and up to two patches of another colour that lie on it and mean nothing."""
    value = float(rng.uniform(0.10, 0.55))
    first = hue_color(float(rng.uniform()), float(rng.uniform(0, 0.5)), value)
    second = hue_color(float(rng.uniform()), float(rng.uniform(0, 0.5)), value * float(rng.uniform(0.4, 1.0)))
    pattern = GROUNDS[int(rng.integers(len(GROUNDS)))]
    period = float(10 ** rng.uniform(-1.3, 0.0)) * (0.3 if pattern == Texture.ASPHALT else 1.0)
    plane = moved(box((2 * GROUND, 2 * GROUND, 0.5)), (*middle.tolist(), -0.5))
    bodies = [Body(0, "ground", plane, (Material(first, second, pattern, texture_m=period, gloss=0.03),))]
    for number in range(int(rng.choice([0, 1, 1, 2]))):
        size = float(10 ** rng.uniform(-0.4, 0.4))
        high = 0.001 * (number + 1)
        flat = cylinder(size / 2, high) if rng.random() < 0.4 else box((size, size * float(rng.uniform(0.5, 1)), high))
        x, y = middle + rng.uniform(-1.8, 1.8, 2)
        turned = rotated(flat, (0, 0, 1), float(rng.uniform(0, 360)))
        bodies.append(Body(0, "patch", moved(turned, (x, y, 0)), (_patch_paint(rng, size),)))
    return tuple(bodies)


def _patch_paint(rng: np.random.Generator, size: float) -> Material:
    paint = painted(rng, size * float(rng.uniform(0.05, 0.3)))
    return paint if paint.texture == Texture.PLAIN else replace(paint, texture=Texture.NOISE)


def _daylight(rng: np.random.Generator) -> Light:
    elevation, azimuth = math.radians(rng.uniform(30, 65)), float(rng.uniform(0, 2 * math.pi))
    level = math.cos(elevation)
    towards = np.array([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
    haze = float(rng.uniform(0, 1))
    sun = 2.5 - 1.2 * haze
    return Light(towards, (sun, 0.95 * sun, 0.87 * sun), (0.60 + 0.2 * haze, 0.68 + 0.15 * haze, 0.85))
