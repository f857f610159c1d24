"""What each visual token of a clip is labelled with: things and evidence, the box of its thing, marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from experiments.all_scale.record import SceneTruth
from experiments.all_scale.things import NAMES
from experiments.all_scale.tokens import CLASSES, TOKEN_PX, TOKENS

from spacevista.geometry.arrays import Float32Array, Int32Array
from spacevista.qa.record import Color, Question

COLORS: tuple[Color, ...] = get_args(Color)
POINT_PX = 8.0  # around the middle of a drawn point
BOX = 4  # numbers that say where a thing lies: its middle from the token's, in sides of a token, and log2 of its sides


@dataclass(frozen=True)
class Labels:
    """Labels of a clip of S slots, two frames each, of R x C tokens.

    Attributes:
        shown: (S, R, C, classes), 1 where a token shows one in either of its frames.
        marks: (S, R, C, colours), likewise.
        boxes: (S, R, C, 4), of the thing that a token shows in the slot's first frame; of several, the smallest.
        boxed: (S, R, C), 1 where `boxes` says something.
    """

    shown: Float32Array
    marks: Float32Array
    boxes: Float32Array
    boxed: Float32Array


def labels_of(scene: SceneTruth, bits: Int32Array, question: Question) -> Labels:
    """Return the labels of a question's clip, all frames of which are sent.

    Args:
        bits: (frames, R, C), from `tokens.shown`.
    """
    slots = (len(bits) + 1) // 2
    every = (bits[..., None] >> np.arange(len(CLASSES)) & 1).astype(np.float32)
    pairs = np.concatenate([every, every[-1:]])[: 2 * slots].reshape(slots, 2, *every.shape[1:])  # the last one twice
    boxes = np.zeros((slots, TOKENS, TOKENS, BOX), np.float32)
    boxed = np.zeros((slots, TOKENS, TOKENS), np.float32)
    for slot in range(slots):
        for thing in sorted(scene.things, key=lambda one: -_area(one.boxes_px[2 * slot])):
            box = thing.boxes_px[2 * slot]
            there = (every[2 * slot, :, :, NAMES.index(thing.name)] > 0) & (_covered(box) > 0)
            boxes[slot][there] = _from_tokens(box)[there]
            boxed[slot][there] = 1.0
    marks = np.zeros((slots, TOKENS, TOKENS, len(COLORS)), np.float32)
    for mark in question.marks:
        x, y, *corner = mark.coords
        box = (x, y, corner[0], corner[1]) if corner else (x - POINT_PX, y - POINT_PX, x + POINT_PX, y + POINT_PX)
        of_color = marks[mark.frame_index // 2, :, :, COLORS.index(mark.color)]
        np.maximum(of_color, _covered(box) > 0, out=of_color)
    return Labels(pairs.max(axis=1), marks, boxes, boxed)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _covered(box_px: tuple[float, float, float, float]) -> Float32Array:
    """Return the share of each token's square that a box covers, (R, C)."""
    starts = np.arange(TOKENS) * TOKEN_PX
    left, top, right, bottom = box_px
    wide = np.clip(np.minimum(right, starts + TOKEN_PX) - np.maximum(left, starts), 0, None)
    high = np.clip(np.minimum(bottom, starts + TOKEN_PX) - np.maximum(top, starts), 0, None)
    share: Float32Array = (high[:, None] * wide[None, :] / TOKEN_PX**2).astype(np.float32)
    return share


def _from_tokens(box_px: tuple[float, float, float, float]) -> Float32Array:
    left, top, right, bottom = box_px
    middles = (np.arange(TOKENS) + 0.5) * TOKEN_PX
    out = np.empty((TOKENS, TOKENS, BOX), np.float32)
    out[..., 0] = (((left + right) / 2 - middles) / TOKEN_PX)[None, :]
    out[..., 1] = (((top + bottom) / 2 - middles) / TOKEN_PX)[:, None]
    out[..., 2:] = np.log2(np.maximum([right - left, bottom - top], 1.0) / TOKEN_PX)
    return out
