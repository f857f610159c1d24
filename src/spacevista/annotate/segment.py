"""Objects by geometry: where a capture has depth but no ids, what stands on or hangs from the room's planes.

All frames are fused into cells, the room (grounds, walls) is taken out, what is left falls into connected groups. A
group becomes an object only if it is whole and one: each that does not has a reason. Objects are pointed at, never
named: nothing here knows what a thing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.annotate import PLANE_STEP, load_frames, scene_rng
from spacevista.annotate.barriers import dominant_planes
from spacevista.annotate.clean import RESIDUAL_TO_SIGMA, clean
from spacevista.annotate.gravity import estimate_up
from spacevista.annotate.lift import FrameCloud
from spacevista.annotate.refine import disagreement
from spacevista.annotate.segment_cells import cell_size, fuse
from spacevista.annotate.segment_judge import Pieces, Stage, judged
from spacevista.annotate.segment_planes import Near, Room, nearness, on_surfaces, room_of
from spacevista.annotate.smooth import spacing_px
from spacevista.captures.record import SKY_ID, Capture, Frame, FrameImages
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.freespace import DepthView
from spacevista.scales import Scale
from spacevista.scenes.record import SceneFrame

SHARP = 0.3  # footprints: as near to a plane a point without noise is on it
ERRORS = 4.0  # standard errors
MAJORITY = 0.5  # of a cell's points at least lie off the room's surfaces: stray points make no things
LEAST_VIEWS = 2
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


def with_objects(capture: Capture) -> Capture:
    """Return a capture with objects found by geometry; as it is where a frame has ids or none has depth.

    Where nothing can be found (`dropped` says why: sparse depth, no gravity direction), it has no ids either.
    """
    if any(frame.images.ids() is not None for frame in capture.frames):
        return capture
    if all(frame.images.depth_m() is None for frame in capture.frames):
        return capture
    rng = scene_rng(capture.id)
    loaded, _ = load_frames(capture)
    cleaned = clean(loaded, capture.length_sigma, rng)
    if any(spacing_px(frame.depth_m) > 1 for frame in cleaned.frames):
        return without_objects(capture, "depth is too sparse: neighbouring pixels have none")
    error = 0.0 if cleaned.noise.depth_rel == 0 else disagreement(cleaned.frames, rng) / RESIDUAL_TO_SIGMA
    try:
        up = gravity(cleaned.frames, error, rng) if capture.up is None else capture.up
    except CaptureError as why:
        return without_objects(capture, str(why))
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


def without_objects(capture: Capture, reason: str) -> Capture:
    return replace(capture, dropped=(*capture.dropped, ("objects by geometry", reason)))


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
    if not sum(len(cloud.points_m) for cloud in clouds):
        return tuple(np.zeros(frame.depth_m.shape, dtype=np.int32) for frame in frames), Pieces((), ())
    cells = fuse(frames, clouds, cell_size(clouds, error_rel))
    room = room_of(cells, up, rng)
    near = nearness(room, cells)
    apart = tuple(
        outside(frame, cloud, of_pixel, room, near, error_rel)
        for frame, cloud, of_pixel in zip(frames, clouds, cells.of_pixel, strict=True)
    )
    numbers = [np.where(free, of, -1) for of, free in zip(cells.of_pixel, apart, strict=True)]
    pixels, every = counted(numbers, len(cells.frames)), counted(cells.of_pixel, len(cells.frames))
    mostly = pixels.sum(axis=0) >= MAJORITY * every.sum(axis=0)
    sure = (pixels > 0).sum(axis=0) >= (LEAST_VIEWS if error_rel > 0 and len(frames) > 1 else 1)
    views = tuple(
        DepthView.of(frame.camera, frame.world_from_camera, frame.depth_m, frame.ids, SKY_ID, error_rel)
        for frame in frames
    )
    stage = Stage(cells, room, near, up, pixels, views if parting else ())
    pieces = judged(stage, np.flatnonzero(mostly & sure), np.flatnonzero(mostly & ~sure & (pixels > 0).any(axis=0)))
    object_of = np.zeros(len(cells.frames) + 1, dtype=np.int32)  # the last: pixels without a cell
    for number, members in enumerate(pieces.objects, start=1):
        object_of[members] = number
    return tuple(object_of[number] for number in numbers), pieces


def counted(numbers: Sequence[Int32Array], count: int) -> Int32Array:
    """Return how many pixels of each map (H, W) have each number from 0 to `count` - 1: (maps, count)."""
    return np.stack([np.bincount(each[each >= 0], minlength=count).astype(np.int32) for each in numbers])


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
