"""Where a fact's number comes from in 3D: stretches in the world, to be drawn into the frames and printed.

Frame: world, metres. They lie on the surface that was seen; a size's or a gap's value is the middle of an interval
that reaches from there to what the unseen space allows, so it can be a little off the stretch drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import Box3d, gravity_aligned_box, minimum_volume_box
from spacevista.geometry.points import hull_volume
from spacevista.scenes.record import Scene, SceneFrame
from spacevista.tasks.facts import Candidate, Fact
from spacevista.tasks.pairs import gaps_by_pair
from spacevista.tasks.plans import PLANNING
from spacevista.tasks.rules import MIN_POINTS

GRAVITY_AXES = {"length": 0, "width": 1, "height": 2}  # of a gravity-aligned box
NEAR = 1e-3  # of a stretch's farthest depth: what comes closer to the camera is cut off
STRONG, WEAK = (255, 60, 200), (90, 220, 255)


@dataclass(frozen=True, eq=False)
class Stretch:
    """A straight stretch: `ends_m` (2, 3), the same point twice for a point.

    Attributes:
        label: what it is, with its length; "" for the edges of a box, which are drawn but not told.
        frames: the frames to draw it in; () for all.
    """

    ends_m: FloatArray
    label: str = ""
    frames: tuple[int, ...] = ()

    @property
    def length_m(self) -> float:
        return float(np.linalg.norm(self.ends_m[1] - self.ends_m[0]))


def evidence_of(scene: Scene, fact: Fact) -> list[Stretch]:
    """Return the stretches that a fact was measured along."""
    candidate = fact.candidate
    match candidate.task:
        case "object_size":
            return list(_sides(scene, candidate.objects[0], candidate.aspect))
        case "size_comparison":
            aspect = "length" if candidate.aspect == "width" else candidate.aspect
            return [stretch for number in candidate.objects for stretch in _sides(scene, number, aspect)]
        case "absolute_distance" | "relative_distance":
            return [_gap(scene, candidate.objects[0], other) for other in candidate.objects[1:]]
        case "depth_estimation":
            return _depths(scene, candidate)
    if candidate.task in PLANNING:
        from spacevista.qa.evidence_plans import plan_evidence  # which draws with the stretches of this file

        return plan_evidence(scene, fact)
    if candidate.task in ("room_size", "area_estimation"):
        from spacevista.qa.evidence_areas import area_evidence  # which draws with the stretches of this file

        return area_evidence(scene, fact)
    further = OF_TASK.get(candidate.task)
    return [_motion(scene, candidate)] if further is None else further(scene, candidate)


def _outlines(scene: Scene, candidate: Candidate) -> list[Stretch]:
    """Return the upright boxes around what was seen of the objects; nothing of one of which too little was seen."""
    boxes = []
    for number in dict.fromkeys(candidate.objects):
        seen = scene.object(number).seen_m
        if len(seen) >= MIN_POINTS:
            boxes += [Stretch(ends) for _, ends in box_edges(gravity_aligned_box(seen, scene.up))]
    return boxes


def _place(scene: Scene, candidate: Candidate) -> list[Stretch]:
    gap = [_gap(scene, *candidate.objects)] if candidate.aspect == "place" else []
    return gap + _outlines(scene, candidate)


def _joined(scene: Scene, candidate: Candidate) -> list[Stretch]:
    return [_gap(scene, *candidate.objects), *_outlines(scene, candidate)]


def _turn(scene: Scene, candidate: Candidate) -> list[Stretch]:
    return [_motion(scene, candidate), *_outlines(scene, candidate)]


OF_TASK: Mapping[str, Callable[[Scene, Candidate], list[Stretch]]] = {
    **dict.fromkeys(("position_comparison", "existence", "object_counting"), _outlines),
    **dict.fromkeys(("appearance_order", "object_matching"), _outlines),
    "rotation_estimation": _turn,
    "object_location": _place,
    "spatial_relation": _joined,
}


def draw_evidence(picture: Image.Image, stretches: list[Stretch], frame: SceneFrame, frame_index: int) -> Image.Image:
    """Return a picture of a frame, at any size, with the stretches that lie in front of its camera."""
    drawn = picture.convert("RGB")
    pen = ImageDraw.Draw(drawn)
    scale = np.array([drawn.width / frame.camera.width_px, drawn.height / frame.camera.height_px])
    width = max(1, round(min(drawn.size) / 160))
    for stretch in sorted(stretches, key=lambda s: bool(s.label)):  # what is told lies on top
        line = _projected(stretch, frame)
        if line is None or (stretch.frames and frame_index not in stretch.frames):
            continue
        (x1, y1), (x2, y2) = line * scale - 0.5  # PIL counts from the centre of the first pixel, we from its corner
        color = STRONG if stretch.label else WEAK
        pen.line((x1, y1, x2, y2), fill=color, width=2 * width if stretch.label else width)
        if stretch.label:
            for x, y in ((x1, y1), (x2, y2)):
                pen.ellipse((x - 3 * width, y - 3 * width, x + 3 * width, y + 3 * width), outline=color, width=width)
    return drawn


def told(stretches: list[Stretch]) -> list[str]:
    """Return one line for each stretch that has a label: what it is, and its ends in the world."""
    lines = []
    for stretch in (s for s in stretches if s.label):
        first, second = (f"({', '.join(f'{c:.6g}' for c in end)}) m" for end in stretch.ends_m.tolist())
        lines.append(f"{stretch.label}: at {first}" if first == second else f"{stretch.label}: {first} to {second}")
    return lines


def _sides(scene: Scene, number: int, aspect: str) -> Iterator[Stretch]:
    """Yield the edges of the box that an extent is a side of, and one along that side again, with its length."""
    seen = scene.object(number).seen_m
    upright = aspect in GRAVITY_AXES
    box = gravity_aligned_box(seen, scene.up) if upright else minimum_volume_box(seen)
    edges = box_edges(box)
    yield from (Stretch(ends) for _, ends in edges)
    if aspect == "volume":
        middle = box.world_from_box.translation_m
        told_m3 = f"object {number}: hull of what was seen {hull_volume(seen):.6g} m3, in a box around this point"
        yield Stretch(np.stack([middle, middle]), told_m3)
    else:
        axis = GRAVITY_AXES[aspect] if upright else int(box.size_m.argmax())
        ends = next(ends for edge_axis, ends in edges if edge_axis == axis)
        yield Stretch(ends, f"object {number}: {aspect} of what was seen {box.size_m[axis]:.6g} m")


def box_edges(box: Box3d) -> list[tuple[int, FloatArray]]:
    """Return the 12 edges of a box: the axis that each runs along, and its ends (2, 3)."""
    corners = box.corners_m  # number 4 x + 2 y + z, each 0 or 1
    steps = {0: 4, 1: 2, 2: 1}
    return [(axis, corners[[i, i + step]]) for axis, step in steps.items() for i in range(8) if not i & step]


def _gap(scene: Scene, first: int, second: int) -> Stretch:
    gap = gaps_by_pair(scene)[first, second]
    ends = np.stack([gap.first_point_m, gap.second_point_m])
    label = f"gap between objects {first} and {second}: {gap.low_m:.6g} to {gap.high_m:.6g} m"
    return Stretch(ends, label)


def _depths(scene: Scene, candidate: Candidate) -> list[Stretch]:
    own = candidate.frames if len(candidate.frames) > 1 else candidate.frames * len(candidate.objects)
    out = []
    for number, index in zip(candidate.objects, own, strict=True):
        frame = scene.frames[index]
        if candidate.point_px is not None:
            column, row = (math.floor(c) for c in candidate.point_px)
            what = f"z-depth {frame.depth_m[row, column]:.6g} m"
        else:
            row, column, distance_m = _nearest_pixel(frame, number)
            what = f"nearest visible point {distance_m:.6g} m from the camera"
        point = _world_point(frame, row, column)
        out.append(Stretch(np.stack([point, point]), f"object {number} in frame {index}: {what}", (index,)))
    return out


def _nearest_pixel(frame: SceneFrame, number: int) -> tuple[int, int, float]:
    mask = (frame.ids == number) & (frame.depth_m > 0)
    distance = np.where(mask, frame.depth_m * np.linalg.norm(frame.camera.rays(), axis=2), np.inf)
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    return int(row), int(column), float(distance[row, column])


def _world_point(frame: SceneFrame, row: int, column: int) -> FloatArray:
    pixel, depth = np.array([column + 0.5, row + 0.5]), np.array(frame.depth_m[row, column], dtype=np.float64)
    return frame.world_from_camera.apply(frame.camera.back_project(pixel, depth))


def _motion(scene: Scene, candidate: Candidate) -> Stretch:
    first, second = candidate.frames
    ends = np.stack([scene.frames[number].world_from_camera.translation_m for number in candidate.frames])
    path_m = float(np.linalg.norm(ends[1] - ends[0]))
    return Stretch(ends, f"camera from frame {first} to frame {second}: path {path_m:.6g} m")


def in_view(stretch: Stretch, frame: SceneFrame) -> bool:
    """Tell whether the picture of a frame has room for any of a stretch: the box around it reaches into the picture."""
    line = _projected(stretch, frame)
    if line is None:
        return False
    size = (frame.camera.width_px, frame.camera.height_px)
    return bool((line.max(axis=0) >= 0).all() and (line.min(axis=0) <= size).all())


def _projected(stretch: Stretch, frame: SceneFrame) -> FloatArray | None:
    """Return the ends in pixels (2, 2) of what lies in front of the camera, None if nothing does."""
    ends = frame.world_from_camera.inverse().apply(stretch.ends_m)
    near = NEAR * float(ends[:, 2].max())
    if near <= 0:
        return None
    for behind, other in ((0, 1), (1, 0)):
        if ends[behind, 2] < near:
            share = (near - ends[behind, 2]) / (ends[other, 2] - ends[behind, 2])
            ends[behind] += share * (ends[other] - ends[behind])
    return frame.camera.project(ends)[0]
