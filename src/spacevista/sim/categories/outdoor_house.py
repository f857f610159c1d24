"""House: plastered or brick walls, windows, a door, a gable roof with eaves, a chimney."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.shapes import rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "house"
# Detached houses: 8-13 m x 6.5-9.5 m, one or two storeys of 2.6-3.0 m, roof pitch 30-45 degrees; windows 1.0-1.4 m wide
# and 1.2-1.4 m high with the sill at 0.9 m, doors 1.0 x 2.1 m (common building practice in northern Europe).
LENGTH_M = (8.0, 13.0)
WIDTH_M = (6.5, 9.5)
STOREY_M = (2.6, 3.0)
PITCH_DEG = (30.0, 45.0)
WALL, ROOF, GLASS, FRAME, DOOR, STONE = range(6)


def build(rng: np.random.Generator) -> Shape:
    """Draw a house; its ridge runs along x, its door faces -y."""
    length, width = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M)
    storeys, storey = int(rng.integers(1, 3)), rng.uniform(*STOREY_M)
    eaves = storeys * storey + 0.3
    rise = width / 2 * math.tan(math.radians(rng.uniform(*PITCH_DEG)))
    half_x, half_y = length / 2, width / 2
    gable = [(-half_y, 0.3), (half_y, 0.3), (half_y, eaves), (0.0, eaves + rise), (-half_y, eaves)]
    parts: list[Mesh] = [
        rotated(upright_prism(gable, (-half_x, half_x), WALL), (0, 0, 1), 90),
        block((-half_x - 0.03, half_x + 0.03), (-half_y - 0.03, half_y + 0.03), (0, 0.3), STONE),
        _roof(half_x, half_y, eaves, rise),
    ]
    for floor in range(storeys):
        sill = 0.3 + floor * storey + 0.9
        for side in (-1, 1):
            door = floor == 0 and side < 0
            parts += _long_wall(rng, half_x, side * half_y, sill, door)
            parts += _short_wall(half_y, side * half_x, sill)
    chimney_x, chimney_y = rng.uniform(-0.3, 0.3) * length, 0.35
    chimney = (eaves + 0.5 * rise, eaves + rise + 0.7)
    parts.append(block((chimney_x - 0.35, chimney_x + 0.35), (chimney_y - 0.25, chimney_y + 0.25), chimney, STONE))
    return Shape(settled(union(*parts)), _materials(rng))


def _materials(rng: np.random.Generator) -> tuple[Material, ...]:
    brick = Material((0.42, 0.17, 0.10), (0.55, 0.50, 0.45), Texture.BRICK, texture_m=0.075, gloss=0.05)
    plaster = Material(
        choice(rng, ((0.75, 0.71, 0.62), (0.70, 0.58, 0.38), (0.62, 0.68, 0.70), (0.78, 0.77, 0.75))),
        (0.6, 0.6, 0.58),
        Texture.NOISE,
        texture_m=0.3,
        gloss=0.05,
    )
    tiles = choice(rng, ((0.42, 0.14, 0.08), (0.16, 0.15, 0.16), (0.28, 0.14, 0.10)))
    dark = (tiles[0] * 0.75, tiles[1] * 0.75, tiles[2] * 0.75)
    return (
        brick if rng.random() < 0.4 else plaster,
        Material(tiles, dark, Texture.STRIPES, texture_m=0.30, gloss=0.1),
        Material((0.05, 0.07, 0.10), gloss=0.9),
        Material((0.80, 0.80, 0.78), gloss=0.2),
        Material(choice(rng, ((0.20, 0.06, 0.05), (0.05, 0.13, 0.09), (0.12, 0.09, 0.07))), gloss=0.3),
        Material((0.35, 0.33, 0.31), (0.28, 0.27, 0.26), Texture.NOISE, texture_m=0.2, gloss=0.05),
    )


def _roof(half_x: float, half_y: float, eaves: float, rise: float) -> Mesh:
    """Return the two slopes as one bent slab 0.22 m thick, with eaves of 0.45 m and gable overhangs of 0.35 m."""
    slope, over = rise / half_y, 0.45
    foot, low = half_y + over, eaves - over * slope
    outline = [
        (-foot, low),
        (0, eaves + rise),
        (foot, low),
        (foot, low + 0.22),
        (0, eaves + rise + 0.25),
        (-foot, low + 0.22),
    ]
    return rotated(upright_prism(outline, (-half_x - 0.35, half_x + 0.35), ROOF), (0, 0, 1), 90)


def _long_wall(rng: np.random.Generator, half_x: float, y: float, sill: float, door: bool) -> list[Mesh]:
    count = max(2, int(2 * half_x / 2.6))
    centres = np.linspace(-half_x, half_x, 2 * count + 1)[1::2].tolist()
    door_at = int(rng.integers(count)) if door else -1
    out = 1.0 if y > 0 else -1.0
    parts: list[Mesh] = []
    for i, x in enumerate(centres):
        if i == door_at:
            parts += _panel_y(x, y, out, (0.55, 0.3, 2.4), FRAME, 0.03) + _panel_y(
                x, y, out, (0.47, 0.3, 2.32), DOOR, 0.05
            )
            parts.append(block((x - 0.8, x + 0.8), tuple(sorted((y, y + out * 0.9))), (0.0, 0.28), STONE))  # type: ignore[arg-type]
        else:
            parts += _window_y(x, y, out, sill)
    return parts


def _window_y(x: float, y: float, out: float, sill: float) -> list[Mesh]:
    frame = _panel_y(x, y, out, (0.62, sill - 0.06, sill + 1.32), FRAME, 0.03)
    panes = [_panel_y(x + s * 0.28, y, out, (0.25, sill, sill + 1.26), GLASS, 0.045) for s in (-1, 1)]
    return frame + panes[0] + panes[1]


def _panel_y(
    x: float, y: float, out: float, size: tuple[float, float, float], material: int, thick: float
) -> list[Mesh]:
    """Return a panel on a wall at y: half width and lower and upper edge, standing out by `thick`."""
    half, low, high = size
    span = (y, y + out * thick) if out > 0 else (y + out * thick, y)
    return [block((x - half, x + half), span, (low, high), material)]


def _short_wall(half_y: float, x: float, sill: float) -> list[Mesh]:
    """Return two windows on a gable wall at x."""
    turn = 90 if x < 0 else -90
    parts: list[Mesh] = []
    for across in (-half_y / 2, half_y / 2):
        parts += [rotated(panel, (0, 0, 1), turn) for panel in _window_y(across, abs(x), 1.0, sill)]
    return parts
