"""Tree: a trunk with branches and a crown of lumps of leaves, or a conifer of drooping tiers."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import blob, choice
from spacevista.sim.shapes import lathe, moved, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "tree"
# Street and garden trees: 4-11 m high, crowns 0.45-0.75 of the height across (broad-leaved) or 0.3-0.45 (conifers).
HEIGHT_M = (4.0, 11.0)


def build(rng: np.random.Generator) -> Shape:
    """Draw a tree."""
    height = rng.uniform(*HEIGHT_M)
    conifer = rng.random() < 0.25
    mesh = _conifer(rng, height) if conifer else _broadleaf(rng, height)
    green = choice(
        rng, ((0.07, 0.17, 0.06),) if conifer else ((0.13, 0.27, 0.06), (0.10, 0.22, 0.05), (0.22, 0.30, 0.08))
    )
    dark = (green[0] * 0.45, green[1] * 0.45, green[2] * 0.45)
    bark = Material(
        choice(rng, ((0.20, 0.14, 0.10), (0.30, 0.27, 0.23))),
        (0.10, 0.07, 0.05),
        Texture.NOISE,
        texture_m=0.05,
        gloss=0.0,
    )
    return Shape(settled(mesh), (bark, Material(green, dark, Texture.FOLIAGE, texture_m=0.12, gloss=0.05)))


def _broadleaf(rng: np.random.Generator, height: float) -> Mesh:
    spread = rng.uniform(0.45, 0.75) * height / 2
    clear = rng.uniform(0.25, 0.35) * height  # trunk below the crown
    girth = 0.022 * height + 0.03
    parts: list[Mesh] = [
        sweep([(0, 0, 0), (0.02, 0.01, 0.5 * clear), (0, 0, clear + 0.25 * height)], np.array([1.35, 1.0, 0.7]) * girth)
    ]
    middle = (clear + height) / 2
    half = (height - clear) / 2
    parts.append(blob((0.72 * spread, 0.72 * spread, 0.8 * half), (0, 0, middle), 0.12, rng, 1))
    count = int(rng.integers(11, 16))
    for i in range(count):
        azimuth, level = 2.4 * i, -0.75 + 1.5 * i / (count - 1)  # golden-angle spiral from the skirt to the top
        reach = 0.62 * spread * math.sqrt(max(0.05, 1 - level**2))
        centre = (reach * math.cos(azimuth), reach * math.sin(azimuth), middle + 0.68 * half * level)
        size = rng.uniform(0.30, 0.42) * spread
        parts.append(blob((size, size, 0.85 * size), centre, 0.15, rng, 1))
        if i < 4:
            start = (0.0, 0.0, 0.75 * clear)
            parts.append(sweep([start, centre], np.array([0.45, 0.2]) * girth))
    return union(*parts)


def _conifer(rng: np.random.Generator, height: float) -> Mesh:
    spread = rng.uniform(0.30, 0.45) * height / 2
    clear = 0.09 * height
    parts: list[Mesh] = [lathe([(0, 0), (0.02 * height + 0.03, 0), (0.01, 0.9 * height), (0, 0.9 * height)], 12)]
    tiers = max(5, round(height / 0.9))
    step = (height - clear) / tiers
    for i in range(tiers):
        radius = spread * (1 - i / tiers) * rng.uniform(0.93, 1.05)
        top = step * 1.7 if i < tiers - 1 else step
        profile = [(0, 0.12 * step), (0.55 * radius, 0.10 * step), (radius, 0.0), (0.45 * radius, 0.45 * top), (0, top)]
        parts.append(moved(_jagged(lathe(profile, 28, 1), rng), (0, 0, clear + i * step)))
    return union(*parts)


def _jagged(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """Return the tier with every second twig shorter."""
    x, y = mesh.vertices_m[:, 0], mesh.vertices_m[:, 1]
    around = np.arctan2(y, x)
    factor = 1 - 0.12 * (1 + np.cos(14 * around + rng.uniform(0, 6.3))) / 2
    scaled = mesh.vertices_m * np.stack([factor, factor, np.ones_like(factor)], axis=1)
    return Mesh(scaled, mesh.faces, mesh.face_materials)
