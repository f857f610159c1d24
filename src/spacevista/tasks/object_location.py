"""Object location: where does an object lie relative to another, in which direction and how far away?

Aspects: `direction`, one of eight words; `place`, the direction with the distance. Frame: level, as the camera of the
reference frame looks: front is towards the camera, back away from it, left and right as in its picture. Direction: from
the middle of the second object's box along these axes to that of the first. Distance: between closest points, as in
absolute_distance.py. Units: metres; degrees from right over back. Forms: mc, free. Scales: tabletop, tiny_tabletop.
Candidates: PAIRS pairs that one of FRAMES frames shows, drawn with their order by the scene's random numbers.
Declines: too few points, points that are no numbers, unseen sides, a camera that looks nearly straight down or up, one
object above the other or too close beside it to have a direction, a direction within GUARD_DEG of the next word's, and,
of a place, what absolute_distance.py declines.
Source: SpaceVista, object location (manipulation).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale
from spacevista.scenes.record import Gap, Scene, SceneObject
from spacevista.tasks import absolute_distance
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import gaps_by_pair, in_drawn_order
from spacevista.tasks.placement import Extent, extent, pose_sigmas, unusable
from spacevista.tasks.relations import before
from spacevista.tasks.rotation_estimation import LEVEL, STEEP
from spacevista.tasks.rules import NINETY_PERCENT
from spacevista.tasks.visibility import shown, spread_frames

SCALES = (Scale.TABLETOP, Scale.TINY_TABLETOP)
# One end of each axis, then the other ends in the same order; 45 degrees apart, from right over back.
DIRECTIONS = ("right", "back-right", "back", "back-left", "left", "front-left", "front", "front-right")
SECTOR_DEG = 45.0
GUARD_DEG = 3.0
FRAMES = 4
PAIRS = 10
OVERLAP = "above, below or too close beside it for a direction"
BETWEEN = "between two directions"


def object_location(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects of every drawn pair; nothing at other scales."""
    if scene.scale not in SCALES:
        return
    gaps = gaps_by_pair(scene)
    for frame in spread_frames(scene, FRAMES):
        pairs = list(combinations(shown(scene, frame), 2))
        for pair in [pairs[i] for i in rng.permutation(len(pairs))[:PAIRS]]:
            ordered = in_drawn_order(pair, rng)
            for aspect in ("direction", "place"):
                yield decide(scene, Candidate("object_location", aspect, ordered, (frame,)), gaps)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(scene, candidate, gaps_by_pair(scene))


def decide(scene: Scene, candidate: Candidate, gaps: dict[tuple[int, int], Gap]) -> Fact | Decline:
    one, other = (scene.object(number) for number in candidate.objects)
    if reason := unusable(one) or unusable(other):
        return Decline(candidate, reason)
    azimuth = azimuth_deg(scene, one, other, candidate.frames[0])
    if isinstance(azimuth, str):
        return Decline(candidate, azimuth)
    word = direction_of(azimuth.middle)
    off_deg = max(abs(azimuth.low - sector(azimuth.middle)), abs(azimuth.high - sector(azimuth.middle)))
    if off_deg > SECTOR_DEG / 2 - GUARD_DEG:
        return Decline(candidate, BETWEEN)
    if candidate.aspect == "direction":
        return Fact(candidate, "choice", (), (), word, DIRECTIONS, 1 - off_deg / (SECTOR_DEG / 2))
    apart = absolute_distance.measure(scene, candidate, gaps.get((one.id, other.id)))
    if isinstance(apart, Decline):
        return apart
    return Fact(candidate, "place", (*apart.values, azimuth.middle), (*apart.intervals, azimuth))


def azimuth_deg(scene: Scene, one: SceneObject, other: SceneObject, frame: int) -> Interval | str:
    """Return the interval of the direction from the middle of `other` to that of `one`, or why there is none."""
    axes = level_axes(scene, frame)
    if axes is None:
        return STEEP
    apart = [
        (ours.middle.low - theirs.middle.high, ours.middle.high - theirs.middle.low)
        for ours, theirs in ((span(one, axis), span(other, axis)) for axis in axes)
    ]
    x, y = ((low + high) / 2 for low, high in apart)
    way = np.array([x, y]) @ axes / max(math.hypot(x, y), 1e-300)
    if before(span(other, way), span(one, way)) is None:
        return OVERLAP
    middle = math.degrees(math.atan2(y, x))
    turns = [(math.degrees(math.atan2(b, a)) - middle + 180) % 360 - 180 for a in apart[0] for b in apart[1]]
    error = 0.0
    if scene.pose_covariance is not None:
        error = NINETY_PERCENT * math.degrees(pose_sigmas(scene.pose_covariance, frame)[0])
    return Interval(middle + min(turns) - error, middle + max(turns) + error, error)


def level_axes(scene: Scene, frame: int) -> FloatArray | None:
    """Return the level directions to a camera's right and away from it (2, 3); None if it looks straight down or up."""
    forward = scene.frames[frame].world_from_camera.rotation[:, 2]
    away = forward - (forward @ scene.up) * scene.up
    length = float(np.linalg.norm(away))
    if length < LEVEL:
        return None
    away = away / length
    return np.stack([np.cross(away, scene.up), away])


def span(thing: SceneObject, axis: FloatArray) -> Extent:
    """Return the ends of an object along a level direction."""
    return extent(thing.seen_m @ axis, thing.possible_m @ axis, thing.border_m, NINETY_PERCENT * thing.error_m)


def sector(azimuth: float) -> float:
    """Return the middle of the sector that an azimuth lies in, degrees, in the same turn."""
    return SECTOR_DEG * round(azimuth / SECTOR_DEG)


def direction_of(azimuth: float) -> str:
    """Return the word for an azimuth in degrees, from right over back.

    >>> direction_of(0.0), direction_of(88.0), direction_of(-130.0)
    ('right', 'back', 'front-left')
    """
    return DIRECTIONS[round(azimuth / SECTOR_DEG) % len(DIRECTIONS)]
