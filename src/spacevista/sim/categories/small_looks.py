"""Materials of things on tables: linear RGB, patterns with their physical period."""

from __future__ import annotations

import colorsys

import numpy as np

from spacevista.sim.world import Material, Texture

Color = tuple[float, float, float]

STEEL = Material((0.56, 0.57, 0.58), (0.42, 0.43, 0.45), Texture.METAL, texture_m=0.0008, gloss=0.8)
BRASS = Material((0.66, 0.46, 0.14), (0.52, 0.34, 0.08), Texture.METAL, texture_m=0.0008, gloss=0.8)
COPPER = Material((0.60, 0.25, 0.12), (0.46, 0.17, 0.07), Texture.METAL, texture_m=0.0008, gloss=0.75)
BLACK_OXIDE = Material((0.045, 0.045, 0.05), (0.03, 0.03, 0.03), Texture.METAL, texture_m=0.0008, gloss=0.6)
TIN = Material((0.70, 0.71, 0.72), gloss=0.7)
MOULDED_BLACK = Material((0.018, 0.018, 0.02), gloss=0.25)
WHITE_INK = Material((0.78, 0.78, 0.75), gloss=0.1)
BLACK_INK = Material((0.02, 0.02, 0.02), gloss=0.1)
PAPER = Material((0.80, 0.77, 0.66), (0.62, 0.58, 0.48), Texture.STRIPES, texture_m=0.002, gloss=0.02)


def vivid(rng: np.random.Generator, gloss: float = 0.5) -> Material:
    """Return a saturated paint or glass of any hue."""
    return Material(
        hue_color(float(rng.uniform()), float(rng.uniform(0.75, 0.95)), float(rng.uniform(0.3, 0.7))), gloss=gloss
    )


def hue_color(hue: float, saturation: float, value: float) -> Color:
    """Return the linear RGB of a hue, all in 0..1."""
    return colorsys.hsv_to_rgb(hue, saturation, value)


def varied(rng: np.random.Generator, color: Color, spread: float = 0.15) -> Color:
    """Return a colour near `color`, each channel changed by up to +-`spread`, relative."""
    red, green, blue = (min(1.0, float(c * rng.uniform(1 - spread, 1 + spread))) for c in color)
    return red, green, blue
