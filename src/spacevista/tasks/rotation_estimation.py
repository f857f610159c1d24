"""Rotation estimation: through what angle did the camera turn, or go around an object?

Aspects: `turn_net` and `turn_swept`, of the camera's heading (its viewing direction seen from above) from the first to
the last frame of a clip; `around_net` and `around_swept`, of the camera's azimuth around the middle of an object;
`attitude`, the one angle, without a sign, between the first and the last attitude. Swept: added up over all frames, so
that it may pass 180 degrees; net: the same without full turns, over -180 to 180. Unit: degrees, counter-clockwise seen
from above is positive. Frame: world, gravity up; the middle of an object is that of its box along the first frame's
horizontal axes. Forms: reg, mc.
Candidates: CLIPS clips of at most MOST_FRAMES frames, with OBJECTS objects that their first frame shows; forwards or
backwards by the scene's random numbers, for cameras mostly go one way round.
Declines: below 5 degrees, within 10 degrees of a half turn (net: its sign is in doubt), a step over 60 degrees, a
camera that looks nearly straight down or up, one above or inside the object, an interval wider than 2.5 degrees or 5 %.
Source: SpaceVista, camera rotation and object rotation; spec: net or swept is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.poses import rotation_angle_deg
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import in_drawn_order
from spacevista.tasks.placement import extent, unusable
from spacevista.tasks.rules import MAX_HALF_WIDTH, NINETY_PERCENT
from spacevista.tasks.visibility import MOST_FRAMES, shown

CLIPS = 12
OBJECTS = 2
DEAD_ZONE_DEG = 5.0
HALF_TURN_DEG = 170.0
MAX_STEP_DEG = 60.0
MAX_ERROR_DEG = 2.5
LEVEL = 0.34  # sine of 20 degrees: a camera nearer than that to the vertical has no heading
STEEP = "the camera looks nearly straight down or up"
TOO_CLOSE = "the camera is above or inside the object"
BIG_STEP = "a step over 60 degrees"


def rotation_estimation(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the aspects of every drawn clip; declined ones draw the same random numbers."""
    for frames in drawn_spans(len(scene.frames), rng):
        for aspect in ("turn_net", "turn_swept", "attitude"):
            yield measure(scene, Candidate("rotation_estimation", aspect, (), frames))
        there = shown(scene, frames[0])
        for number in [there[i] for i in rng.permutation(len(there))[:OBJECTS]]:
            for aspect in ("around_net", "around_swept"):
                yield measure(scene, Candidate("rotation_estimation", aspect, (number,), frames))


def drawn_spans(count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return first and last frames of clips, in drawn order."""
    spans: dict[tuple[int, int], None] = {}
    for _ in range(CLIPS if count > 1 else 0):
        early, late = sorted(int(n) for n in rng.choice(count, 2, replace=False))
        pair = in_drawn_order((early, min(late, early + MOST_FRAMES - 1)), rng)
        if pair[::-1] not in spans:
            spans[pair] = None
    return list(spans)


def clip_between(frames: tuple[int, ...]) -> tuple[int, ...]:
    """Return all frames from the first to the last of a pair, which may run backwards."""
    first, last = frames
    return tuple(range(first, last + 1)) if first <= last else tuple(range(first, last - 1, -1))


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate, whose frames are the first and the last of its clip."""
    if candidate.aspect == "attitude":
        interval = attitude(scene, candidate.frames)
    else:
        found = swept(scene, candidate)
        if isinstance(found, str):
            return Decline(candidate, found)
        interval = found
        if candidate.aspect.endswith("net"):
            turns = 360 * round(interval.middle / 360)
            interval = Interval(interval.low - turns, interval.high - turns, interval.statistical)
            if max(abs(interval.low), abs(interval.high)) > HALF_TURN_DEG:
                return Decline(candidate, "near a half turn: its sign is in doubt")
    if min(abs(interval.low), abs(interval.high)) < DEAD_ZONE_DEG or interval.low < 0 < interval.high:
        return Decline(candidate, "below the dead zone")
    if interval.half_width > max(MAX_ERROR_DEG, MAX_HALF_WIDTH * abs(interval.middle)):
        return Decline(candidate, "interval too wide")
    return Fact(candidate, "angle", (interval.middle,), (interval,))


def attitude(scene: Scene, frames: tuple[int, ...]) -> Interval:
    """Return the interval of the angle between the attitudes of two frames, degrees."""
    first, last = (scene.frames[frame].world_from_camera.rotation for frame in frames)
    relative = last @ first.T  # in world axes
    angle_deg = rotation_angle_deg(relative)
    axis = np.array([relative[2, 1] - relative[1, 2], relative[0, 2] - relative[2, 0], relative[1, 0] - relative[0, 1]])
    length = float(np.linalg.norm(axis))
    unit = axis / length if length > 0 else np.zeros(3)
    no_shift = np.zeros(3)
    error = ninety(scene, frames, (np.concatenate([-unit, no_shift]), np.concatenate([unit, no_shift])))
    return Interval(max(angle_deg - error, 0.0), angle_deg + error, error)


def swept(scene: Scene, candidate: Candidate) -> Interval | str:
    """Return the interval of the angle added up over all frames of the clip, degrees, or why there is none."""
    clip = clip_between(candidate.frames)
    if candidate.objects:
        return swept_around(scene, candidate.objects[0], clip)
    forward = np.stack([scene.frames[frame].world_from_camera.rotation[:, 2] for frame in clip])
    flat = forward - np.outer(forward @ scene.up, scene.up)
    level = np.linalg.norm(flat, axis=1)
    if float(level.min()) < LEVEL:
        return STEEP
    total = added_up(azimuths_deg(flat, scene.up))
    if isinstance(total, str):
        return total
    # A small rotation w moves the viewing direction f by w x f: its heading by w . (f x t) over its level part.
    gains = []
    for k in (0, -1):
        sideways = np.cross(scene.up, flat[k] / level[k])
        gains.append(np.concatenate([np.cross(forward[k], sideways) / level[k], np.zeros(3)]))
    error = ninety(scene, (clip[0], clip[-1]), (-gains[0], gains[1]))
    return Interval(total - error, total + error, error)


def swept_around(scene: Scene, number: int, clip: Sequence[int]) -> Interval | str:
    """Return the interval of the camera's way around an object, over all places where the object's middle may be."""
    thing = scene.object(number)
    if reason := unusable(thing):
        return reason
    forward = scene.frames[clip[0]].world_from_camera.rotation[:, 2]
    ahead = forward - (forward @ scene.up) * scene.up
    if float(np.linalg.norm(ahead)) < LEVEL:
        ahead = horizontal_axes(scene.up)[:, 0]
    ahead = ahead / np.linalg.norm(ahead)
    axes = np.stack([np.cross(ahead, scene.up), ahead])
    spans = [extent(thing.seen_m @ axis, thing.possible_m @ axis, thing.border_m, 0.0) for axis in axes]
    eyes = np.stack([scene.frames[frame].world_from_camera.translation_m for frame in clip])
    reach = math.hypot(spans[0].most, spans[1].most) / 2
    middle = np.array([span.middle.middle for span in spans]) @ axes
    ways = eyes - middle
    ways = ways - np.outer(ways @ scene.up, scene.up)
    if float(np.linalg.norm(ways, axis=1).min()) <= reach:
        return TOO_CLOSE
    totals = []
    for right in (spans[0].middle.low, spans[0].middle.high):
        for far in (spans[1].middle.low, spans[1].middle.high):
            flat = eyes - np.array([right, far]) @ axes
            total = added_up(azimuths_deg(flat - np.outer(flat @ scene.up, scene.up), scene.up))
            if isinstance(total, str):
                return total
            totals.append(total)
    gains = [np.concatenate([np.zeros(3), np.cross(scene.up, way) / float(way @ way)]) for way in ways[[0, -1]]]
    own_deg = math.degrees(thing.error_m * float(np.linalg.norm(gains[1] - gains[0])))
    error = math.hypot(ninety(scene, (clip[0], clip[-1]), (-gains[0], gains[1])), NINETY_PERCENT * own_deg)
    return Interval(min(totals) - error, max(totals) + error, error)


def azimuths_deg(flat: FloatArray, up: FloatArray) -> FloatArray:
    """Return the azimuth of level directions (N, 3), counter-clockwise seen from above."""
    x, y = horizontal_axes(up)[:, :2].T
    return np.asarray(np.degrees(np.arctan2(flat @ y, flat @ x)))


def added_up(azimuths: FloatArray) -> float | str:
    """Return the sum of the steps between azimuths (N), each the short way round; a step over 60 degrees is none."""
    steps = (np.diff(azimuths) + 180) % 360 - 180
    if len(steps) and float(np.abs(steps).max()) > MAX_STEP_DEG:
        return BIG_STEP
    return float(steps.sum())


def ninety(scene: Scene, frames: tuple[int, ...], gains: tuple[FloatArray, FloatArray]) -> float:
    """Return the 90 % half-width (degrees) of an angle that errors of two poses (6 each) change by `gains` (rad)."""
    if scene.pose_covariance is None:
        return 0.0
    picked = np.concatenate([6 * frame + np.arange(6) for frame in frames])
    gain = np.concatenate(gains)
    variance = float(gain @ scene.pose_covariance[np.ix_(picked, picked)] @ gain)
    return NINETY_PERCENT * math.degrees(math.sqrt(max(variance, 0.0)))
