"""How two objects are joined, from what was seen of them: where their surfaces meet, what is above, what goes around.

Frame: heights along gravity, the rest level; metres. A rule says yes, no, or why it cannot tell; rules are asked in the
order of PRECEDENCE, of both objects, and the first that is not a plain no decides. Contact is never measured to be
zero: surfaces that come within a few point spacings meet if gravity asks for it, for what is clear of the ground is
held by something. Noise widens every tolerance by its 90 % part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.points import hull_vertices, within_hull, within_reach
from spacevista.scenes.plugs import MEETING, PLUGS, SOCKETS
from spacevista.scenes.record import Gap, Scene, SceneObject
from spacevista.tasks.absolute_distance import NOISE_SIGMAS, SPACINGS
from spacevista.tasks.rules import NINETY_PERCENT

SECTORS = 24  # of a turn, in which walls are looked for
WALLED, OPEN = 0.9, 0.6  # of the sectors: walls all around, and surely not all around
RIM = 0.25  # of its height below its top: where the opening of a thing is measured
INNER = 0.8  # of the opening's radius: what is farther in is a floor
FEW = 6  # points that are no chance
FOOT = 0.15  # of a thing's height, above its lowest point: where it rests
CLEAR = 2.0  # tolerances between the foot of what leans and what it leans against
LEAN, TILT = 0.30, 0.05  # of its height: from where it may lean, and how thick the base is on which it stands
SMALL = 6.0  # tolerances: a smaller thing has no upper and lower part

CLOSE = "close together, but no relation is clear"
NO_GAP = "the gap may be a contact"
OVER = "one is over or among the other"
CLOSED = "closed in"
BOTTOM = "whether the enclosing one has a floor is not seen"
WALLS = "walls on some sides only"
SMALL_THING = "too small beside the spacing of points"
NO_NAME = "without names a stack is not told from a support"


@dataclass(frozen=True, eq=False)
class Body:
    """What was seen of an object: `flat` (N, 2) and `height` (N), those of its hull, and the points near the other.

    Attributes:
        meeting: (N) which of its points lie near the other's.
        tolerance_m: within which heights and places are the same.
    """

    name: str | None
    flat: FloatArray
    height: FloatArray
    hull: FloatArray
    meeting: BoolArray
    tolerance_m: float

    @property
    def low(self) -> float:
        return float(self.height.min())

    @property
    def high(self) -> float:
        return float(self.height.max())

    @property
    def tall(self) -> float:
        return self.high - self.low

    @property
    def centre(self) -> FloatArray:
        return np.asarray((self.flat.min(axis=0) + self.flat.max(axis=0)) / 2)

    @property
    def seam(self) -> FloatArray:
        """Heights at which it meets the other."""
        return self.height[self.meeting]

    @property
    def long(self) -> float:
        return max(self.tall, float(np.ptp(self.flat, axis=0).max()))


Rule = Callable[[Body, Body], "bool | str"]


def related(scene: Scene, gap: Gap, first: int, second: int) -> tuple[str, ...] | str:
    """Return the name of the relation of one object to another, in a tuple; or why it is not known."""
    bodies = bodies_of(scene, gap, scene.object(first), scene.object(second))
    one, other = bodies
    if min(one.long, other.long) < SMALL * one.tolerance_m:
        return SMALL_THING
    meets = gap.high_m <= MEETING * gap.spacing_m + NINETY_PERCENT * gap.error_m
    for name, opposite, rule in PRECEDENCE if meets else PRECEDENCE[1:3]:  # that need no contact
        for subject, bearer, found in ((one, other, name), (other, one, opposite)):
            answer = rule(subject, bearer)
            if isinstance(answer, str):
                return answer
            if answer:
                return (found,)
    return CLOSE if meets else apart(gap, one, other)


def apart(gap: Gap, one: Body, other: Body) -> tuple[str, ...] | str:
    """Return that two things are apart where the gap is measured and neither stands over the other."""
    if gap.high_m < SPACINGS * gap.spacing_m or gap.high_m < NOISE_SIGMAS * gap.error_m or gap.low_m <= 0:
        return NO_GAP
    return ("apart",) if hulls_apart(one.flat, other.flat) else OVER


def bodies_of(scene: Scene, gap: Gap, first: SceneObject, second: SceneObject) -> tuple[Body, Body]:
    """Return both objects in level axes, with the points that meet."""
    level = horizontal_axes(scene.up)[:, :2]
    error_m = NINETY_PERCENT * max(first.error_m, second.error_m)
    reach_m = max(MEETING * gap.spacing_m, gap.high_m + gap.spacing_m) + error_m
    tolerance_m = 2 * gap.spacing_m + error_m
    near = [within_reach(thing.seen_m, other.seen_m, reach_m) for thing, other in ((first, second), (second, first))]
    one, other = (
        Body(
            thing.category,
            thing.seen_m @ level,
            thing.seen_m @ scene.up,
            np.concatenate([thing.seen_m, thing.possible_m]) @ level,
            meeting,
            tolerance_m,
        )
        for thing, meeting in ((first, near[0]), (second, near[1]))
    )
    return one, other


def plugged(one: Body, other: Body) -> bool | str:
    """A plug that meets a socket is in it: see PLUGS."""
    return bool(one.meeting.any()) and one.name in PLUGS and other.name in SOCKETS and one.meeting.sum() >= FEW


def inside(one: Body, other: Body) -> bool | str:
    """Inside: walls all around, below the rim, nothing above, a floor that was seen."""
    kind = enclosed(one, other)
    return kind == "in" if kind in ("in", "around", "") else kind


def goes_around(one: Body, other: Body) -> bool | str:
    """Around: walls all around the other, which comes down as far as this does."""
    kind = enclosed(other, one)
    return kind == "around" if kind in ("in", "around", "") else kind


def enclosed(inner: Body, outer: Body) -> str:
    """Return "in" or "around" if the outer thing is around the inner one, "" if it is not; else why not."""
    tolerance = inner.tolerance_m
    middle = (inner.low + inner.high) / 2
    part = (inner.height >= outer.low - tolerance) & (inner.height <= outer.high + tolerance)
    if part.sum() < FEW or inner.high <= outer.low + tolerance or inner.low >= outer.high - tolerance:
        return ""
    centre = (inner.flat[part].min(axis=0) + inner.flat[part].max(axis=0)) / 2
    radius, sector = np.linalg.norm(outer.flat - centre, axis=1), sectors_of(outer.flat - centre)
    wall = (outer.height >= max(inner.low, outer.low) - tolerance) & (outer.height <= inner.high + tolerance)
    wall &= radius > reach_of(inner.flat[part] - centre)[sector] - tolerance
    share = len(np.unique(sector[wall])) / SECTORS
    if share < OPEN or not within_hull(centre[None], outer.flat)[0]:
        return ""
    above = (radius < 0.3 * float(np.median(radius[wall]))) & (outer.height > middle + tolerance)
    if above.sum() >= FEW:
        return CLOSED if share >= WALLED else ""
    if share < WALLED:
        return WALLS
    floor = has_floor(outer, radius, sector, tolerance)
    down = inner.low <= outer.low + tolerance
    if floor == down:
        return BOTTOM
    if down:
        return "around" if inner.high > (outer.low + outer.high) / 2 + tolerance else OVER
    return "in" if middle < outer.high - tolerance else OVER


def sectors_of(from_centre: FloatArray) -> IntArray:
    """Return which sector of a turn each place (N, 2) lies in."""
    turns = np.arctan2(from_centre[:, 1], from_centre[:, 0]) / (2 * np.pi) % 1.0
    return np.minimum((turns * SECTORS).astype(np.int64), SECTORS - 1)


def reach_of(from_centre: FloatArray) -> FloatArray:
    """Return how far out the farthest place (N, 2) of each sector lies, 0 where there is none."""
    reach = np.zeros(SECTORS)
    np.maximum.at(reach, sectors_of(from_centre), np.linalg.norm(from_centre, axis=1))
    return reach


def has_floor(outer: Body, radius: FloatArray, sector: IntArray, tolerance: float) -> bool:
    """Tell whether points of a thing lie farther in than its opening, below the rim."""
    top = outer.height >= outer.high - max(RIM * outer.tall, tolerance)
    opening = np.full(SECTORS, np.inf)
    np.minimum.at(opening, sector[top], radius[top])
    known = np.isfinite(opening[sector])
    lower = outer.height < outer.high - max(2 * RIM * outer.tall, 2 * tolerance)
    farther_in = known & lower & (radius < INNER * np.where(known, opening[sector], 0.0) - tolerance)
    return bool(farther_in.sum() >= FEW)


def rests(one: Body, other: Body) -> bool | str:
    """On: they meet at its foot, above the other's foot, and its middle is over the other."""
    if not one.meeting.any() or one.low <= other.low + one.tolerance_m:
        return False
    at_foot = float(np.median(one.seam)) <= one.low + FOOT * one.tall + one.tolerance_m
    below = float(np.median(other.seam)) <= one.low + one.tolerance_m
    return at_foot and below and bool(within_hull(one.centre[None], other.hull)[0])


def stacked(one: Body, other: Body) -> bool | str:
    """Stacked: on a thing of its own kind."""
    answer = rests(one, other)
    if answer is True and (one.name is None or other.name is None):
        return NO_NAME
    return answer is True and one.name == other.name


def free(one: Body, other: Body) -> bool:
    """Tell whether a thing ends above the level on which the other stands."""
    return one.low > other.low + one.tolerance_m


def hangs(one: Body, other: Body) -> bool | str:
    """Hanging: held above its middle, its foot free."""
    if not one.meeting.any() or not free(one, other):
        return False
    middle = (one.low + one.high) / 2
    return float(np.quantile(one.seam, 0.1)) > middle + one.tolerance_m and one.tall > 2 * SMALL * one.tolerance_m


def leans(one: Body, other: Body) -> bool | str:
    """Leaning: both stand on one level, they meet higher up, and its middle is not over its base but towards there."""
    if not one.meeting.any() or free(one, other) or free(other, one):
        return False
    if float(np.median(one.seam)) <= one.low + LEAN * one.tall + one.tolerance_m:
        return False
    base = one.flat[one.height <= one.low + max(TILT * one.tall, one.tolerance_m)]
    middle = (one.flat.min(axis=0) + one.flat.max(axis=0)) / 2
    if len(base) < FEW or within_hull(middle[None], base)[0]:
        return False
    if float(cKDTree(other.flat).query(base)[0].min()) < CLEAR * one.tolerance_m:
        return False  # it stands or sticks flat against the other
    foot, at = base.mean(axis=0), one.flat[one.meeting].mean(axis=0)
    way = (at - foot) / max(float(np.linalg.norm(at - foot)), 1e-300)
    return float(((middle - base) @ way).min()) > one.tolerance_m


def sticks(one: Body, other: Body) -> bool | str:
    """Stuck: its foot is free, its middle is beside the other, and they meet no higher than that."""
    if not one.meeting.any() or not free(one, other):
        return False
    middle = (one.low + one.high) / 2
    beside = not within_hull(one.centre[None], other.flat)[0]
    lowest = float(np.quantile(one.seam, 0.1))
    return beside and other.low < middle < other.high + one.tolerance_m and lowest < middle - one.tolerance_m / 2


# What holds of the first of two, what then holds of the other, and how that is found out. The truth asks in this order
# too (sim/truth_relations.py), but for plugs: only names tell them, and the well of a socket may go around a plug.
PRECEDENCE: tuple[tuple[str, str, Rule], ...] = (
    ("plugged", "plugged", plugged),
    ("around", "encircled", goes_around),
    ("in", "holding", inside),
    ("hanging", "hung_from", hangs),
    ("leaning", "leant_on", leans),
    ("stuck", "stuck_to", sticks),
    ("stacked", "beneath", stacked),
    ("on", "under", rests),
)


def hulls_apart(first: FloatArray, second: FloatArray) -> bool:
    """Tell whether the hulls of two sets of level points (N, 2) do not meet: a side of one of them parts them."""
    hulls = hull_vertices(first), hull_vertices(second)
    for corners, others in (hulls, hulls[::-1]):
        if len(corners) < 3:
            continue
        sides = np.roll(corners, -1, axis=0) - corners
        outwards = np.column_stack([sides[:, 1], -sides[:, 0]])  # corners run counter-clockwise
        if ((others @ outwards.T).min(axis=0) > np.einsum("ij,ij->i", corners, outwards)).any():
            return True
    return False
