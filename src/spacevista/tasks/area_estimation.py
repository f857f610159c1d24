"""Area estimation: how much ground does an object cover, seen from straight above?

Aspect: `footprint`, the area of all its points moved straight down onto the ground: of a pond or a field its surface,
of a building its plan with eaves, of a tree its crown. Frame: world, gravity up; square metres. Forms: reg, mc. Scales:
drone, outdoor.
Interval: from what was seen of it to that and all unseen space over the ground beside it (footprints.py); of noisy
frames from what most of them show, with the error that follows from how they differ (footprint_votes.py), and the
metric scale's.
Declines: too few points, points that are no numbers, unseen sides, thin parts and gaps (a bicycle, slats), an
interval wider than 5 %.
Source: SpaceVista, area estimation (drone).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.geometry.freespace import DepthView
from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.footprints import footprint_of
from spacevista.tasks.placement import unusable
from spacevista.tasks.rules import asked, with_noise
from spacevista.tasks.workspace import depth_views

SCALES = (Scale.OUTDOOR, Scale.DRONE)
ASPECT = "footprint"


def area_estimation(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the area of every object; nothing at other scales."""
    if scene.scale not in SCALES:
        return
    views = depth_views(scene)
    for thing in scene.objects:
        yield decide(scene, Candidate("area_estimation", ASPECT, (thing.id,)), views)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(scene, candidate, depth_views(scene))


def decide(scene: Scene, candidate: Candidate, views: tuple[DepthView, ...]) -> Fact | Decline:
    thing = scene.object(candidate.objects[0])
    if reason := unusable(thing):
        return Decline(candidate, reason)
    found = footprint_of(scene, thing, views)
    if found.thin:
        return Decline(candidate, "thin parts and gaps")
    interval = with_noise(found.bounds, found.error_m2, 2 * scene.noise.length_rel)
    if not asked(interval):
        return Decline(candidate, "interval too wide")
    return Fact(candidate, "area", (interval.middle,), (interval,))
