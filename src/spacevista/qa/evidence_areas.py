"""Where an area's or a room's number comes from: outlines on the ground, to be drawn into the frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.qa.evidence import Stretch
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Fact
from spacevista.tasks.floor import outline
from spacevista.tasks.room_size import room_of
from spacevista.tasks.rules import MIN_POINTS


def area_evidence(scene: Scene, fact: Fact) -> list[Stretch]:
    """Return the edges of what was measured: the foot and the top of a room's walls, the hull around a footprint."""
    if fact.candidate.task == "room_size":
        return list(_room(scene, fact))
    return list(_footprint(scene, fact))


def _room(scene: Scene, fact: Fact) -> Iterator[Stretch]:
    found = room_of(scene)
    if isinstance(found, str):
        return
    shell, border = found
    heights = (shell.floor_m, shell.ceiling_m) if fact.candidate.aspect == "volume" else (shell.floor_m,)
    for height in heights:
        for ends in border.edges_m:
            yield Stretch(np.column_stack([ends, np.full(2, height)]) @ shell.axes.T)
    middle = np.array([*border.edges_m.mean(axis=(0, 1)), shell.floor_m]) @ shell.axes.T
    label = f"floor {border.area_m2:.6g} m2, wall seen along {100 * border.seen:.0f} % of its length"
    if fact.candidate.aspect == "volume":
        label += f", ceiling {shell.ceiling_m - shell.floor_m:.6g} m above"
    yield Stretch(np.stack([middle, middle]), label)


def _footprint(scene: Scene, fact: Fact) -> Iterator[Stretch]:
    """Yield the hull of what was seen of an object, on the level of its lowest point; it may be hollow within."""
    (number,) = fact.candidate.objects
    seen = scene.object(number).seen_m
    if len(seen) < MIN_POINTS:
        return
    axes = horizontal_axes(scene.up)
    flat = seen @ axes
    corners = _on_level(outline(flat[:, :2]), float(flat[:, 2].min())) @ axes.T
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        yield Stretch(np.stack([start, end]))
    (interval,), middle = fact.intervals, corners.mean(axis=0)
    label = f"object {number}: from above {interval.low:.6g} to {interval.high:.6g} m2, within this hull"
    yield Stretch(np.stack([middle, middle]), label)


def _on_level(flat_m: FloatArray, height_m: float) -> FloatArray:
    return np.column_stack([flat_m, np.full(len(flat_m), height_m)])
