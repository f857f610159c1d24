"""Person: a standing figure with shoes, trousers or a coat, arms that hang or hold, a head with hair."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import circle, ellipsoid, loft, moved, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "person"
# Adults are 1.52-1.90 m tall in shoes (5th to 95th percentile of women and men, ISO 7250); proportions in shares of
# the height after Drillis and Contini (1964): hip 0.53, shoulder 0.82, chin 0.87, shoulders 0.26 across.
HEIGHT_M = (1.52, 1.90)
SHOES, LEGS, BODY, SKIN, HAIR = range(5)
CLOTHES = ((0.05, 0.09, 0.25), (0.45, 0.05, 0.05), (0.05, 0.25, 0.12), (0.60, 0.48, 0.10), (0.60, 0.60, 0.58))
TROUSERS = ((0.03, 0.04, 0.08), (0.08, 0.10, 0.18), (0.30, 0.25, 0.18), (0.04, 0.04, 0.04))
SKINS = ((0.62, 0.40, 0.29), (0.40, 0.22, 0.13), (0.16, 0.08, 0.05), (0.70, 0.48, 0.38))
HAIRS = ((0.03, 0.02, 0.015), (0.16, 0.08, 0.03), (0.45, 0.32, 0.14), (0.35, 0.34, 0.33))


def build(rng: np.random.Generator) -> Shape:
    """Draw a person who faces +x."""
    tall = rng.uniform(*HEIGHT_M)
    stout = rng.uniform(0.95, 1.12)
    step = rng.uniform(0.02, 0.09) * tall
    coat = 0.30 if rng.random() < 0.3 else 0.47  # how far down the upper clothes reach, of the height
    parts = [_torso(tall, stout, coat), *_head(rng, tall)]
    for side in (-1, 1):
        stride = side * step
        parts += _leg(tall, stout, side * 0.052 * tall, stride)
        swing = rng.uniform(-0.06, 0.10) * tall - 0.5 * stride
        parts += _arm(tall, stout, side, swing)
    return Shape(settled(union(*parts)), _looks(rng))


def _torso(tall: float, stout: float, low: float) -> Mesh:
    """Stack ellipses (height, half depth, half width in shares of the height) from the hem to the neck."""
    levels = [(low, 0.068, 0.098), (0.55, 0.064, 0.090), (0.63, 0.055, 0.080), (0.74, 0.065, 0.100)]
    levels += [(0.80, 0.055, 0.115), (0.825, 0.040, 0.085), (0.845, 0.030, 0.034)]
    ring = circle(24)
    rings: list[FloatArray] = []
    for z, deep, wide in levels:
        plan = ring * (deep * stout * tall, wide * stout * tall)
        rings.append(np.column_stack([plan, np.full(len(plan), z * tall)]))
    return loft(np.array(rings), material=BODY)


def _head(rng: np.random.Generator, tall: float) -> list[Mesh]:
    deep, wide, high = 0.055 * tall, 0.044 * tall, 0.067 * tall
    face = moved(ellipsoid((deep, wide, high), 24, SKIN), (0.012 * tall, 0, tall - 2 * high - 0.006 * tall))
    cap = moved(ellipsoid((deep, 1.10 * wide, 0.78 * high), 24, HAIR), (-0.010 * tall, 0, tall - 1.56 * high))
    neck = sweep([(0, 0, 0.82 * tall), (0.006 * tall, 0, 0.89 * tall)], 0.031 * tall, 16, SKIN)
    nose = moved(ellipsoid((0.012 * tall, 0.008 * tall, 0.012 * tall), 8, SKIN), (0.066 * tall, 0, tall - 1.25 * high))
    parts = [face, cap, neck, nose]
    if rng.random() < 0.4:  # hair down to the shoulders
        parts.append(
            moved(ellipsoid((0.030 * tall, 1.05 * wide, 0.085 * tall), 16, HAIR), (-0.040 * tall, 0, 0.80 * tall))
        )
    return parts


def _leg(tall: float, stout: float, y: float, stride: float) -> list[Mesh]:
    foot = 0.5 * stride
    line = [(foot, y, 0.03 * tall), (0.7 * foot + 0.01 * tall, y, 0.28 * tall), (0.0, y, 0.52 * tall)]
    trouser = sweep(line, np.array([0.030, 0.040, 0.056]) * tall * stout, 16, LEGS)
    shoe = moved(ellipsoid((0.076 * tall, 0.028 * tall, 0.024 * tall), 16, SHOES), (foot + 0.030 * tall, y, 0))
    return [trouser, shoe]


def _arm(tall: float, stout: float, side: int, swing: float) -> list[Mesh]:
    shoulder = (0.0, side * 0.108 * tall * stout, 0.79 * tall)
    elbow = (0.3 * swing, side * 0.122 * tall * stout, 0.63 * tall)
    reach = 0.145 * tall
    wrist = (swing, side * 0.124 * tall * stout, 0.63 * tall - math.sqrt(max(reach**2 - (0.7 * swing) ** 2, 0)))
    sleeve = sweep([shoulder, elbow, wrist], np.array([0.034, 0.027, 0.021]) * tall * stout, 14, BODY)
    hand = moved(
        ellipsoid((0.022 * tall, 0.014 * tall, 0.048 * tall), 12, SKIN), (wrist[0], wrist[1], wrist[2] - 0.08 * tall)
    )
    return [sleeve, hand, moved(ellipsoid([0.038 * tall * stout] * 3, 12, BODY), (0, shoulder[1], 0.752 * tall))]


def _looks(rng: np.random.Generator) -> tuple[Material, ...]:
    upper, lower = choice(rng, CLOTHES), choice(rng, TROUSERS)
    return (
        Material((0.03, 0.025, 0.02), gloss=0.3),
        Material(lower, (0.8 * lower[0], 0.8 * lower[1], 0.8 * lower[2]), Texture.CLOTH, texture_m=0.002, gloss=0.02),
        Material(upper, (0.8 * upper[0], 0.8 * upper[1], 0.8 * upper[2]), Texture.CLOTH, texture_m=0.003, gloss=0.03),
        Material(choice(rng, SKINS), gloss=0.15),
        Material(choice(rng, HAIRS), gloss=0.2),
    )
