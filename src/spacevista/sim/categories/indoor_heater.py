"""Plug-in heater: a fan heater that sits directly in a wall socket."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import TIN
from spacevista.sim.categories.sockets import PINS_M
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import cylinder, moved, rotated, settled, union
from spacevista.sim.world import Material

CATEGORY = "heater"
# Plug-in fan heaters: 0.12-0.16 m wide, 0.18-0.24 m high, 0.09-0.12 m deep without the plug (makers' catalogues).
WIDTH_M = (0.12, 0.16)
HEIGHT_M = (0.18, 0.24)
DEPTH_M = (0.09, 0.12)
PLUG_M = 0.037  # across
PLUG_LENGTH_M = 0.030
PIN_M = 0.0048
PIN_LENGTH_M = 0.019


def build(rng: np.random.Generator) -> Shape:
    """Draw a heater; it faces +x, its plug at the back."""
    shape = about_plug(rng)
    return Shape(settled(shape.mesh), shape.materials)


def about_plug(rng: np.random.Generator) -> Shape:
    """Draw a heater whose plug's face is at the origin; its pins reach back to -x from there, side by side along y."""
    width, height, depth = rng.uniform(*WIDTH_M), rng.uniform(*HEIGHT_M), rng.uniform(*DEPTH_M)
    low, high = -0.5 * height, 0.5 * height
    x0, x1 = PLUG_LENGTH_M, PLUG_LENGTH_M + depth
    y = width / 2
    body = block((x0, x1), (-y, y), (low, high))
    roof = tapered(((x0, x1), (-y, y)), ((x0 + 0.01, x1 - 0.015), (-0.85 * y, 0.85 * y)), (high, high + 0.02))
    slats = [
        block((x1, x1 + 0.004), (-0.8 * y, 0.8 * y), (z, z + 0.008), 1)
        for z in np.linspace(low + 0.03, high - 0.07, 7).tolist()
    ]
    screen = block((x1, x1 + 0.003), (-0.45 * y, 0.45 * y), (high - 0.045, high - 0.015), 2)
    plug = rotated(cylinder(PLUG_M / 2, PLUG_LENGTH_M + 0.002, 32), (0, 1, 0), 90)
    pin = rotated(cylinder(PIN_M / 2, PIN_LENGTH_M + 0.003, 16, 3), (0, 1, 0), 90)
    pins = [moved(pin, (-PIN_LENGTH_M, side * PINS_M / 2, 0)) for side in (-1, 1)]
    white = rng.random() < 0.5
    shell = Material((0.76, 0.76, 0.74) if white else (0.05, 0.05, 0.055), gloss=0.4)
    grille = Material((0.10, 0.10, 0.11) if white else (0.35, 0.35, 0.36), gloss=0.3)
    glow = Material((0.70, 0.08, 0.03), gloss=0.6)
    return Shape(union(body, roof, *slats, screen, plug, *pins), (shell, grille, glow, TIN))
