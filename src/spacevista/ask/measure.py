"""From a reading and the objects it means to one candidate of the tasks, measured on the annotated scene.

A question about depth that names no frame and has no marks is about the first frame that shows its objects; one about
the camera's motion without frames is about the first and the last. Both are said in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spacevista.ask.picks import marked_pick, named_pick, picks_of
from spacevista.ask.record import Pick, Reading, RefusedError
from spacevista.evals.geometric_match import measured_candidate
from spacevista.qa.record import Mark
from spacevista.scenes.record import Gap, Scene
from spacevista.tasks.depth_estimation import depth_error
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.object_size import size_bounds
from spacevista.tasks.pairs import gaps_by_pair
from spacevista.tasks.rules import with_noise
from spacevista.tasks.visible_surface import MIN_PIXELS, nearest_bounds, patch_bounds

# How many objects a task compares: at least, at most.
COUNTS = {
    "object_size": (1, 1),
    "size_comparison": (2, 2),
    "absolute_distance": (2, 2),
    "relative_distance": (3, 64),
    "point_z": (1, 1),
    "nearest_point": (1, 1),
    "which_nearest": (2, 64),
    "view_change": (0, 0),
}


@dataclass(frozen=True)
class Asked:
    """A candidate whose frames count in the scene, the objects in its order, and where they are pointed at.

    Attributes:
        ray: the straight line to a marked point is asked for, not its z-depth.
    """

    candidate: Candidate
    picks: tuple[Pick, ...]
    ray: bool = False


def asked_of(scene: Scene, reading: Reading, marks: tuple[Mark, ...], home: dict[int, int]) -> Asked:
    """Return what a question asks of a scene.

    Args:
        marks: with frame numbers of the capture.
        home: from those to the scene's frames.

    Raises:
        RefusedError: it does not say which objects or frames, or names some that the scene has not.
    """
    for number in reading.frames:
        if number not in home:
            raise RefusedError(f"frame {number} is not in the scene", f"frames that are: {_ranges(sorted(home))}")
    picks = _all_picks(scene, reading, marks, home)
    _check_count(reading, picks)
    spot = len(picks) == 1 and picks[0].spot
    if reading.task == "view_change":
        return Asked(Candidate("view_change", reading.aspect, (), _two_frames(reading, home)), ())
    objects = tuple(pick.object_id for pick in picks)
    if reading.task != "depth_estimation":
        return Asked(Candidate(reading.task, reading.aspect, objects), tuple(picks))
    frames = _depth_frames(scene, reading, picks, home)
    if reading.aspect == "which_nearest":
        return Asked(Candidate(reading.task, reading.aspect, objects, frames), tuple(picks))
    if not spot:  # of an object only the nearest point has a depth
        return Asked(Candidate(reading.task, "nearest_point", objects, frames), tuple(picks))
    mark = picks[0].mark
    point = (mark.coords[0], mark.coords[1]) if mark is not None else None
    candidate = Candidate(reading.task, "point_z", objects, frames, point)
    return Asked(candidate, tuple(picks), ray=reading.aspect == "nearest_point")


def measured(scene: Scene, asked: Asked) -> Fact | Decline:
    """Measure it as its task does; a straight line is the z-depth times the length of the ray through the point."""
    found = measured_candidate(scene, asked.candidate)
    if not (asked.ray and isinstance(found, Fact)):
        return found
    ratio = ray_length(scene, asked.candidate)
    (bounds,) = found.intervals
    along = Interval(bounds.low * ratio, bounds.high * ratio, bounds.statistical * ratio)
    return replace(found, values=(along.middle,), intervals=(along,))


def ray_length(scene: Scene, candidate: Candidate) -> float:
    """Return straight-line distance over z-depth at a candidate's point."""
    camera = scene.frames[candidate.frames[0]].camera
    x, y = candidate.point_px or (camera.cx_px, camera.cy_px)
    return float(np.linalg.norm(camera.back_project(np.array([x, y]), np.array(1.0))))


def known_bounds(scene: Scene, asked: Asked) -> Interval | None:
    """Return what is known of one number however wide it is, for a candidate that is declined for its width."""
    c = asked.candidate
    match c.task, c.aspect:
        case "object_size", aspect:
            bounds = size_bounds(scene, scene.object(c.objects[0]))
            return None if bounds is None else bounds[aspect]
        case "absolute_distance", _:
            return _gap_bounds(scene, gaps_by_pair(scene).get((c.objects[0], c.objects[1])))
        case "depth_estimation", "nearest_point":
            return _noisy(scene, nearest_bounds(scene.frames[c.frames[0]], c.objects[0], scene.noise.depth_rel))
        case "depth_estimation", "point_z" if c.point_px is not None and not asked.ray:
            return _noisy(scene, patch_bounds(scene.frames[c.frames[0]], c.objects[0], c.point_px))
    return None


def _gap_bounds(scene: Scene, gap: Gap | None) -> Interval | None:
    if gap is None:
        return None
    return with_noise(Interval(gap.low_m, gap.high_m), gap.error_m, scene.noise.length_rel)


def _noisy(scene: Scene, bounds: Interval | None) -> Interval | None:
    if bounds is None:
        return None
    return with_noise(bounds, depth_error(scene, bounds.middle), scene.noise.length_rel)


def _all_picks(scene: Scene, reading: Reading, marks: tuple[Mark, ...], home: dict[int, int]) -> list[Pick]:
    """Return the objects that are called, then those that marks alone add, then (where it is open) all others."""
    if reading.task == "view_change":
        return []
    spots = reading.task == "depth_estimation" and reading.aspect != "which_nearest"
    picks = picks_of(scene, reading.phrases, marks, home, spots)
    least, _ = COUNTS.get(reading.task) or COUNTS[reading.aspect]
    used = {pick.mark.color for pick in picks if pick.mark is not None}
    rest = [marked_pick(scene, mark, home) for mark in marks if mark.color not in used]
    if len(picks) < least:
        picks += rest
    elif rest:
        raise RefusedError(f"the question does not ask about {rest[0].label}", "leave that mark out, or mention it")
    taken = {pick.object_id for pick in picks}
    if len(picks) < least and reading.open_end and reading.task == "relative_distance":
        picks += [named_pick(scene, thing) for thing in scene.objects if thing.id not in taken]
    if not picks and reading.open_end and reading.aspect == "which_nearest":
        frame = home[reading.frames[0]] if reading.frames else 0
        shown = (thing for thing in scene.objects if _pixels(scene, thing.id, frame) >= MIN_PIXELS)
        picks = [named_pick(scene, thing) for thing in shown]
    return picks


def _check_count(reading: Reading, picks: list[Pick]) -> None:
    least, most = COUNTS.get(reading.task) or COUNTS[reading.aspect]
    most = 2 if reading.least else most
    labels = ", ".join(pick.label for pick in picks) or "none"
    if not least <= len(picks) <= most:
        wanted = f"{least} object{'s' * (least != 1)}" if least == most else f"{least} objects or more"
        raise RefusedError(
            f"this question is about {wanted}; understood: {labels}",
            "name them as the capture does, or mark them in order: --point frame,x,y or --box frame,x1,y1,x2,y2",
        )
    if len({pick.object_id for pick in picks}) < len(picks):
        raise RefusedError(f"two of these are one object: {labels}", "name or mark different objects")


def _two_frames(reading: Reading, home: dict[int, int]) -> tuple[int, int]:
    frames = reading.frames or (min(home), max(home))
    if len(frames) != 2 or frames[0] == frames[1]:
        given = ", ".join(map(str, frames))
        raise RefusedError(
            f"a motion is between two frames; got: {given}", 'name both: "between frame 3 and frame 8" (from 0)'
        )
    return home[frames[0]], home[frames[1]]


def _depth_frames(scene: Scene, reading: Reading, picks: list[Pick], home: dict[int, int]) -> tuple[int, ...]:
    """Return the frame in which depth is measured, or each object's own."""
    own = reading.frames or tuple(pick.mark.frame_index for pick in picks if pick.mark is not None)
    if picks[0].spot and picks[0].mark is not None and set(own) != {picks[0].mark.frame_index}:
        raise RefusedError(f"{picks[0].label} has a depth in its own frame only", "ask for that frame, or for none")
    if not own:
        return (_first_showing(scene, picks),)
    frames = tuple(home[number] for number in own)
    if len(set(frames)) == 1:
        frames = frames[:1]
    if len(frames) not in (1, len(picks)):
        raise RefusedError("it is not clear in which frame each object is meant", 'say it: "in frame 3"')
    every = frames * len(picks) if len(frames) == 1 else frames
    for pick, frame in zip(picks, every, strict=True):
        if not pick.spot and not _pixels(scene, pick.object_id, frame):
            back = {at: number for number, at in home.items()}
            seen = [back[view.frame_index] for view in scene.object(pick.object_id).views]
            raise RefusedError(f"frame {back[frame]} does not show {pick.label}", f"frames that do: {_ranges(seen)}")
    return frames


def _first_showing(scene: Scene, picks: list[Pick]) -> int:
    for frame in range(len(scene.frames)):
        if all(_pixels(scene, pick.object_id, frame) >= MIN_PIXELS for pick in picks):
            return frame
    labels = ", ".join(pick.label for pick in picks)
    raise RefusedError(
        f"no frame shows them well enough together: {labels}",
        "name a frame for each, in order, or mark each in a frame that shows it",
    )


def _pixels(scene: Scene, number: int, frame: int) -> int:
    views = scene.object(number).views if number > 0 else ()
    return next((view.pixels for view in views if view.frame_index == frame), 0)


def _ranges(numbers: list[int]) -> str:
    """Return "0-4, 7, 9-11"."""
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out) or "none"
