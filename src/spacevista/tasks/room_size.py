"""Room size: how large is the floor of the room, and how much space does it hold?

Aspects: `area`, of the floor polygon to the inner wall faces, alcoves as they were seen, nothing through doors;
`volume`, that area times the height from floor to ceiling. Of two joined rooms, the one that the cameras stand in.
Frame: world, gravity up; square and cubic metres. Forms: reg. Scales: indoor.
Interval: cells between the walls that space leads to and that were hardly seen into may belong to the room or not;
noise moves every wall on its own and the metric scale of all lengths together.
Declines: no background, no floor, walls not seen, one wall only, under 90 % of the wall's length seen, ceiling not seen
(volume), an interval wider than 5 %.
Source: SpaceVista, room size; VSI-Bench asks the area of the floor too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval, Quantity
from spacevista.tasks.room_outline import Outline, outline_of
from spacevista.tasks.room_walls import Shell, shell_of
from spacevista.tasks.rules import NINETY_PERCENT, asked

ASPECTS = ("area", "volume")
WALL_SEEN = 0.9  # of the length of the walls
CEILING_SEEN = 0.1  # of the ceiling
NO_CEILING = "ceiling not seen"
FEW_WALLS = "under 90 % of the wall's length seen"


def room_size(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects of the room; nothing at other scales."""
    if scene.scale is not Scale.INDOOR:
        return
    found = room_of(scene)
    for aspect in ASPECTS:
        yield decide(scene, Candidate("room_size", aspect, ()), found)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(scene, candidate, room_of(scene))


def room_of(scene: Scene) -> tuple[Shell, Outline] | str:
    """Return what bounds the room and its floor, or why they are not known."""
    shell = shell_of(scene)
    if isinstance(shell, str):
        return shell
    outline = outline_of(scene, shell)
    return outline if isinstance(outline, str) else (shell, outline)


def decide(scene: Scene, candidate: Candidate, found: tuple[Shell, Outline] | str) -> Fact | Decline:
    if isinstance(found, str):
        return Decline(candidate, found)
    shell, outline = found
    if outline.seen < WALL_SEEN:
        return Decline(candidate, FEW_WALLS)
    interval = area_interval(scene, shell, outline)
    if candidate.aspect == "volume":
        if ceiling_seen(shell, outline) < CEILING_SEEN:
            return Decline(candidate, NO_CEILING)
        interval = volume_interval(scene, shell, outline)
    if not asked(interval):
        return Decline(candidate, "interval too wide")
    quantity: Quantity = "volume" if candidate.aspect == "volume" else "area"
    return Fact(candidate, quantity, (interval.middle,), (interval,))


def area_interval(scene: Scene, shell: Shell, outline: Outline) -> Interval:
    """Return the bounds of the floor's area: cells in doubt, where its walls are, noise."""
    return _with_noise(scene, hard_area(shell, outline), _area_error(shell, outline), 2)


def hard_area(shell: Shell, outline: Outline) -> Interval:
    """Return the area between the walls, its fit included: each line is as sure as its cubes lie on it."""
    lengths = np.linalg.norm(outline.edges_m[:, 1] - outline.edges_m[:, 0], axis=1)
    fits = np.array([fit_error_m(shell, wall) for wall in outline.walls])
    unsure = float(lengths @ fits)
    return Interval(outline.area_m2 - unsure, outline.area_m2 + outline.doubt_m2 + unsure)


def volume_interval(scene: Scene, shell: Shell, outline: Outline) -> Interval:
    height = shell.ceiling_m - shell.floor_m
    area = hard_area(shell, outline)
    error = float(np.hypot(_area_error(shell, outline) * height, shell.error_m * area.middle))
    return _with_noise(scene, Interval(area.low * height, area.high * height), error, 3)


def fit_error_m(shell: Shell, wall: int) -> float:
    """Return how far a wall's line may be off its cubes: a standard error of their mean."""
    found = shell.walls[wall]
    return NINETY_PERCENT * found.error_m / math.sqrt(max(len(found.along_m), 1))


def ceiling_seen(shell: Shell, outline: Outline) -> float:
    """Return the share of the floor over which the ceiling was seen."""
    over = int(outline.holds(shell.roof_flat).sum()) if len(shell.roof_flat) else 0
    return over * shell.cube_m**2 / max(outline.area_m2, 1e-300)


def _area_error(shell: Shell, outline: Outline) -> float:
    """Return one standard error of the area, every wall moved on its own."""
    lengths = np.linalg.norm(outline.edges_m[:, 1] - outline.edges_m[:, 0], axis=1)
    return shell.error_m * float(np.sqrt((lengths**2).sum()))


def _with_noise(scene: Scene, bounds: Interval, error: float, power: int) -> Interval:
    sigma = float(np.hypot(error, power * scene.noise.length_rel * bounds.middle))
    return bounds.widened(NINETY_PERCENT * sigma) if sigma else bounds
