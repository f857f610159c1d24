"""Objects by geometry: where a capture has depth but no ids, what stands on or hangs from the room's planes.

All frames are fused into cells, the room (grounds, walls) is taken out, what is left falls into connected groups. A
group becomes an object only if it is whole and one: each that does not has a reason. Objects are pointed at, never
named: nothing here knows what a thing is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.agreement import MEDIAN_OF_NORMAL
from spacevista.annotate.annotate import PLANE_STEP, load_frames, scene_rng
from spacevista.annotate.barriers import dominant_planes
from spacevista.annotate.clean import RESIDUAL_TO_SIGMA, clean
from spacevista.annotate.gravity import estimate_up
from spacevista.annotate.lift import FrameCloud
from spacevista.annotate.refine import disagreement
from spacevista.annotate.segment_cells import Cells, cell_size, fuse, groups, links, parted
from spacevista.annotate.segment_feet import hangs_loosely, on_feet
from spacevista.annotate.segment_parts import LEAST_CELLS, carried, looks_like_two
from spacevista.annotate.segment_planes import Near, Room, nearness, on_surfaces, room_of
from spacevista.captures.record import SKY_ID, Capture, Frame, FrameImages
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.geometry.freespace import DepthView
from spacevista.scales import Scale
from spacevista.scenes.record import SceneFrame

SHARP = 0.3  # footprints: as near to a plane a point without noise is on it
ERRORS = 4.0  # standard errors
MAJORITY = 0.5  # of a cell's points at least lie off the room's surfaces: stray points make no things
LEAST_SPAN_PX = 20  # of an object in the frame that shows it best
LEAST_VIEWS = 2
MOST_EXTENT = 0.5  # of what was looked at: larger is a part of the room
CUT = 0.1  # of an object's cells at most lie where the frames end
SKIN, SKIN_SHARE = 1.5, 0.9  # in cells: so thin over most of its cells, a group may be a fault of a plane
PARTED = (Scale.TINY_TABLETOP, Scale.TABLETOP, Scale.INDOOR)  # on a larger scale, what stands on a roof is the house's


@dataclass(frozen=True, eq=False)
class MarkedImages:
    """A frame's own pictures, with ids found by geometry."""

    own: FrameImages
    id_map: Int32Array

    def color(self) -> ByteArray:
        return self.own.color()

    def depth_m(self) -> Float32Array | None:
        return self.own.depth_m()

    def ids(self) -> Int32Array | None:
        return self.id_map


@dataclass(frozen=True, eq=False)
class Pieces:
    """Groups of cells that are one whole object each, and how many others there are, by reason."""

    objects: tuple[IntArray, ...]
    rejected: tuple[tuple[str, int], ...]


def with_objects(capture: Capture) -> Capture:
    """Return a capture with objects found by geometry, or as it is where a frame has ids or none has depth.

    Raises:
        CaptureError: the capture neither states nor shows a gravity direction.
    """
    if any(frame.images.ids() is not None for frame in capture.frames):
        return capture
    if all(frame.images.depth_m() is None for frame in capture.frames):
        return capture
    rng = scene_rng(capture.id)
    loaded, _ = load_frames(capture)
    cleaned = clean(loaded, capture.length_sigma, rng)
    exact = cleaned.noise.depth_rel == 0
    error = 0.0 if exact else disagreement(cleaned.frames, rng) / RESIDUAL_TO_SIGMA
    up = gravity(cleaned.frames, error, rng) if capture.up is None else capture.up
    maps, pieces = segment(cleaned.frames, up, error, capture.scale in PARTED, rng)
    found = {frame.name: ids for frame, ids in zip(cleaned.frames, maps, strict=True)}
    notes = tuple((f"{count} pieces found by geometry", reason) for reason, count in pieces.rejected)
    said = (("ids", f"none given: {len(pieces.objects)} objects found by geometry"),)
    return replace(
        capture,
        frames=tuple(marked(frame, found.get(frame.name)) for frame in capture.frames),
        dropped=capture.dropped + notes,
        corrected=capture.corrected + said,
    )


def marked(frame: Frame, ids: Int32Array | None) -> Frame:
    return frame if ids is None else replace(frame, images=MarkedImages(frame.images, ids))


def gravity(frames: tuple[SceneFrame, ...], error_rel: float, rng: np.random.Generator) -> FloatArray:
    sparse = tuple(FrameCloud.of(frame).every(PLANE_STEP) for frame in frames)
    return estimate_up(frames, dominant_planes(sparse, error_rel, rng))


def segment(
    frames: tuple[SceneFrame, ...], up: FloatArray, error_rel: float, parting: bool, rng: np.random.Generator
) -> tuple[tuple[Int32Array, ...], Pieces]:
    """Return an id map (H, W) for each frame, ids from 1 on and 0 elsewhere, and what they were made from.

    `error_rel` is one standard error of a point's position between frames, relative to its depth; 0: exact. `parting`:
    what stands amid a level surface of something else is an object of its own.
    """
    clouds = tuple(FrameCloud.of(frame) for frame in frames)
    blank = tuple(np.zeros(frame.depth_m.shape, dtype=np.int32) for frame in frames)
    if not sum(len(cloud.points_m) for cloud in clouds):
        return blank, Pieces((), ())
    cells = fuse(frames, clouds, cell_size(clouds, error_rel))
    room = room_of(cells, up, rng)
    near = nearness(room, cells)
    apart = tuple(
        outside(frame, cloud, of_pixel, room, near, error_rel)
        for frame, cloud, of_pixel in zip(frames, clouds, cells.of_pixel, strict=True)
    )
    pixels = np.stack([np.bincount(of[free], minlength=len(cells.frames)) for of, free in pixels_of(cells, apart)])
    every = np.sum([np.bincount(of[of >= 0], minlength=len(cells.frames)) for of in cells.of_pixel], axis=0)
    twice = LEAST_VIEWS if error_rel > 0 and len(frames) > 1 else 1
    kept = np.flatnonzero(((pixels > 0).sum(axis=0) >= twice) & (pixels.sum(axis=0) >= MAJORITY * every))
    views = tuple(
        DepthView.of(frame.camera, frame.world_from_camera, frame.depth_m, frame.ids, SKY_ID, error_rel)
        for frame in frames
    )
    pieces = judged(cells, kept, room, near, up, pixels, views if parting else ())
    object_of = np.zeros(len(cells.frames) + 1, dtype=np.int32)  # the last: pixels without a cell
    for number, members in enumerate(pieces.objects, start=1):
        object_of[members] = number
    return tuple(np.where(free, object_of[of], 0).astype(np.int32) for of, free in pixels_of(cells, apart)), pieces


def pixels_of(cells: Cells, apart: tuple[BoolArray, ...]) -> zip[tuple[Int32Array, BoolArray]]:
    return zip(cells.of_pixel, apart, strict=True)


def outside(
    frame: SceneFrame, cloud: FrameCloud, of_pixel: Int32Array, room: Room, near: Near, error_rel: float
) -> BoolArray:
    """Tell which pixels (H, W) of a frame have a cell and do not lie on a surface of the room."""
    there = frame.depth_m > 0
    number = of_pixel[there]
    tolerance = np.maximum(SHARP * cloud.footprint_m, ERRORS * error_rel * cloud.depth_m)
    free = np.zeros(len(number), dtype=bool)
    chosen = number >= 0
    free[chosen] = ~on_surfaces(room, near.surfaces[number[chosen]], cloud.points_m[chosen], tolerance[chosen])
    out = np.zeros(there.shape, dtype=bool)
    out[there] = free
    return out


def judged(cells: Cells, kept: IntArray, room: Room, near: Near, up: FloatArray, pixels: IntArray, views: tuple[DepthView, ...]) -> Pieces:
    """Group the kept cells, part what stands on something else, and judge every group.

    `pixels` is (frames, cells); without `views` nothing is parted.
    """
    every = parted(kept, groups(len(kept), links(cells.places[kept])))
    most = MOST_EXTENT * extent(cells.centre_m)
    groups_of = [members for members in every if extent(cells.centre_m[members]) <= most]
    sizeable = np.array([is_large(members, pixels) for members in groups_of], dtype=bool)
    standing = on_feet(cells, room, near, groups_of, sizeable, up)
    reasons = Counter({"too small": int((~sizeable).sum()), "too large": len(every) - len(groups_of)})
    reasons["touches no plane"] += len(standing.floating)
    reasons["may belong to what is above it"] += len(standing.doubtful)
    waiting, objects = list(standing.pieces), []
    while waiting:
        members = waiting.pop()
        parts = carried(cells, members, up, views, lambda own: is_large(own, pixels)) if views else []
        if parts:
            body = members[~np.isin(members, np.concatenate(parts))]
            waiting += [body, *parts]
            continue
        reason = why_not(cells, members, room, near, pixels, up)
        if reason:
            reasons[reason] += 1
        else:
            objects.append(members)
    objects.sort(key=lambda members: (-len(members), int(members[0])))
    return Pieces(tuple(objects), tuple(sorted((+reasons).items())))


def is_large(members: IntArray, pixels: IntArray) -> bool:
    return len(members) >= LEAST_CELLS and int(pixels[:, members].sum(axis=1).max()) >= LEAST_SPAN_PX**2


def why_not(cells: Cells, members: IntArray, room: Room, near: Near, pixels: IntArray, up: FloatArray) -> str:
    """Return why a group of cells is no object, or an empty text."""
    if not is_large(members, pixels):
        return "too small"
    shown = pixels[:, members].sum(axis=1)
    if len(shown) > 1 and int((shown >= (LEAST_SPAN_PX / 2) ** 2).sum()) < LEAST_VIEWS:
        return "seen from too few frames"
    if float((~cells.inner[members]).mean()) > CUT:
        return "cut by the border of what was looked at"
    if is_skin(cells, members, near):
        return "no thicker than the room's surfaces"
    if hangs_loosely(cells, members, room, near, up):
        return "hangs in several pieces"
    if looks_like_two(cells, members, near, up):
        return "looks like two things that touch"
    return ""


def extent(points_m: FloatArray) -> float:
    """Return the diagonal of the box around points (N, 3), without the last 2 % at each side."""
    return float(np.linalg.norm(np.subtract(*np.percentile(points_m, [98, 2], axis=0))))


def is_skin(cells: Cells, members: IntArray, near: Near) -> bool:
    """Tell whether a group keeps so close to the room's surfaces that it may be a fault of theirs."""
    return float((near.height_m[members] < SKIN * cells.size_m).mean()) >= SKIN_SHARE
