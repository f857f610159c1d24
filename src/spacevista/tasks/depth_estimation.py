"""Depth estimation: how far from the camera?

Aspects: `point_z`, z-depth of the surface at a marked point; `nearest_point`, straight-line distance from the camera's
centre to the nearest visible point of an object; `which_nearest`, which of two to four objects is nearest by that
distance, in one frame or each in its own. Frame: camera of the frame; metres. Forms: reg, mc. Candidates: FRAMES frames
drawn evenly, every object visible there. Declines: too few pixels, a depth edge at the point, interval over 5 %, not
decided by 10 %.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import drawn_groups
from spacevista.tasks.rules import asked, extreme, margin, with_noise
from spacevista.tasks.visible_surface import inner_point, nearest_bounds, patch_bounds

FRAMES = 6
GROUPS = 2


def depth_estimation(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the candidates of FRAMES frames, then the comparisons within and across them."""
    numbers = np.unique(np.linspace(0, len(scene.frames) - 1, FRAMES).astype(int))
    nearest: dict[tuple[int, int], Interval] = {}
    for frame in (int(n) for n in numbers):
        for thing in scene.objects:
            if any(view.frame_index == frame for view in thing.views):
                yield point_depth(scene, frame, thing.id, rng)
                bounds = nearest_bounds(scene.frames[frame], thing.id, scene.noise.depth_rel)
                yield nearest_within(scene, frame, thing.id, bounds)
                if bounds is not None:
                    nearest[frame, thing.id] = with_noise(bounds, depth_error(scene, bounds.middle))
    yield from comparisons(nearest, rng)


def point_depth(scene: Scene, frame: int, number: int, rng: np.random.Generator) -> Fact | Decline:
    """Measure the z-depth at a point drawn well inside the object's mask."""
    point = inner_point(scene.frames[frame], number, rng)
    if point is None:
        return Decline(Candidate("depth_estimation", "point_z", (number,), (frame,), None), "too few pixels")
    return point_depth_at(scene, frame, number, point)


def point_depth_at(scene: Scene, frame: int, number: int, point_px: tuple[float, float]) -> Fact | Decline:
    """Measure the z-depth of an object at a given point (x, y)."""
    candidate = Candidate("depth_estimation", "point_z", (number,), (frame,), point_px)
    bounds = patch_bounds(scene.frames[frame], number, point_px)
    if bounds is None:
        return Decline(candidate, "depth edge or no depth at the point")
    return _asked_depth(scene, candidate, bounds)


def nearest_point(scene: Scene, frame: int, number: int) -> Fact | Decline:
    """Measure the distance to the nearest visible point of an object."""
    return nearest_within(scene, frame, number, nearest_bounds(scene.frames[frame], number, scene.noise.depth_rel))


def nearest_within(scene: Scene, frame: int, number: int, bounds: Interval | None) -> Fact | Decline:
    """State the distance to the nearest visible point of an object from its bounds, None where too few pixels show."""
    candidate = Candidate("depth_estimation", "nearest_point", (number,), (frame,))
    return Decline(candidate, "too few pixels") if bounds is None else _asked_depth(scene, candidate, bounds)


def nearest_distance(scene: Scene, frame: int, number: int) -> Interval | None:
    """Return the interval (m) of the distance to an object's nearest visible point, None where too few pixels show it.

    The metric scale's error is not in it: it is common to all that are compared.
    """
    bounds = nearest_bounds(scene.frames[frame], number, scene.noise.depth_rel)
    return None if bounds is None else with_noise(bounds, depth_error(scene, bounds.middle))


def which_nearest(
    scene: Scene, group: tuple[int, ...], own: tuple[int, ...], stated: tuple[int, ...]
) -> Fact | Decline:
    """Measure a given group and decide which of its objects is nearest, each in its `own` frame; as `compare`."""
    nearest: dict[tuple[int, int], Interval] = {}
    for frame, number in zip(own, group, strict=True):
        distance = nearest_distance(scene, frame, number)
        if distance is None:
            return Decline(Candidate("depth_estimation", "which_nearest", group, stated), "too few pixels")
        nearest[frame, number] = distance
    return compare(nearest, group, own, stated)


def comparisons(nearest: dict[tuple[int, int], Interval], rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield which_nearest for drawn groups of one frame and for drawn groups with a frame each."""
    for frame in sorted({frame for frame, _ in nearest}):
        shown = [number for at, number in nearest if at == frame]
        for group in drawn_groups(shown, GROUPS, rng):
            yield compare(nearest, group, (frame,) * len(group), (frame,))
    frames: dict[int, list[int]] = {}
    for frame, number in nearest:
        frames.setdefault(number, []).append(frame)
    for group in drawn_groups(sorted(frames), 3 * GROUPS, rng):
        own = tuple(int(rng.choice(frames[number])) for number in group)
        if len(set(own)) > 1:
            yield compare(nearest, group, own, own)


def compare(
    nearest: dict[tuple[int, int], Interval], group: tuple[int, ...], own: tuple[int, ...], stated: tuple[int, ...]
) -> Fact | Decline:
    """Decide which object of `group` is nearest, each in its `own` frame."""
    candidate = Candidate("depth_estimation", "which_nearest", group, stated)
    intervals = [nearest[frame, number] for frame, number in zip(own, group, strict=True)]
    winner = extreme(intervals, largest=False)
    if winner is None:
        return Decline(candidate, "not decided by 10 % over the intervals")
    options = tuple(str(number) for number in group)
    return Fact(candidate, "choice", (), tuple(intervals), options[winner], options, margin(intervals, winner))


def depth_error(scene: Scene, depth_m: float) -> float:
    """Return one standard error of a cleaned depth, metres."""
    return scene.noise.depth_rel * depth_m


def _asked_depth(scene: Scene, candidate: Candidate, bounds: Interval) -> Fact | Decline:
    interval = with_noise(bounds, depth_error(scene, bounds.middle), scene.noise.length_rel)
    if not asked(interval):
        return Decline(candidate, "interval too wide")
    return Fact(candidate, "depth", (interval.middle,), (interval,))
