"""What is this capture, is it usable, and what would later steps drop and why?

Pure: `examine` reads the pictures and returns a `Report`; `doctor_text.render` puts it into words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from spacevista.captures.agreement import PairAgreement, better_convention, consecutive_pairs
from spacevista.captures.expectations import Loss, ObjectSummary, Overview, expected_losses
from spacevista.captures.frame_files import Note
from spacevista.captures.record import Capture, Frame
from spacevista.geometry.poses import rotation_angle_deg
from spacevista.scales import Scale

AGREES = 0.02  # of the depth: real RGB-D captures with good poses come out at 0.4 to 0.7 %
DISAGREES = 0.05  # a wrong direction or wrong axes of the poses cost 9 % and more


class Agreement(StrEnum):
    """Whether poses, depth and intrinsics tell the same story."""

    AGREE = "agree"
    DOUBTFUL = "doubtful"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Spread:
    """Lowest, median and highest of some numbers."""

    low: float
    middle: float
    high: float

    @staticmethod
    def of(numbers: list[float]) -> Spread | None:
        if not numbers:
            return None
        return Spread(float(min(numbers)), float(np.median(numbers)), float(max(numbers)))


@dataclass(frozen=True)
class Report:
    """What `examine` found.

    Attributes:
        missing: which of depth, ids, categories, up, licence and source the capture lacks.
        sizes_px: the (width, height) that occur; fov_deg: horizontal field of view.
        baseline_m, rotation_deg: motion of the camera between consecutive frames.
        valid_depth: share of each frame's pixels with depth; depth_m: each frame's median depth.
        pairs: re-projection of each frame into the next; pairs_apart: how many share too little to compare.
        agreement: the verdict on `pairs`; hint: a pose convention under which they would agree, if there is one.
        losses: what later steps would drop and why.
    """

    id: str
    scale: Scale
    licence: str
    source: str
    frames: int
    dropped: tuple[Note, ...]
    corrected: tuple[Note, ...]
    missing: tuple[str, ...]
    sizes_px: tuple[tuple[int, int], ...]
    fov_deg: Spread
    baseline_m: Spread | None
    rotation_deg: Spread | None
    valid_depth: Spread | None
    depth_m: Spread | None
    pairs: tuple[PairAgreement, ...]
    pairs_apart: int
    agreement: Agreement
    hint: str | None
    objects: tuple[ObjectSummary, ...]
    losses: tuple[Loss, ...]

    @property
    def pair_median_m(self) -> float | None:
        """Median of the pairs' median |difference of z-depth|, in metres."""
        return float(np.median([pair.median_m for pair in self.pairs])) if self.pairs else None

    @property
    def usable(self) -> bool:
        """Whether anything can be measured from the capture."""
        return self.depth_m is not None and self.agreement is not Agreement.DISAGREE


def examine(capture: Capture) -> Report:
    """Examine a capture: every frame's depth and ids are read, its colour is not.

    Raises:
        CaptureError: a picture changed or vanished since the capture was read.
    """
    tally = _Tally()
    for frame in capture.frames:
        tally.add(frame)
    pairs, apart = consecutive_pairs(capture)
    agreement = _verdict(pairs)
    doubt = agreement in {Agreement.DOUBTFUL, Agreement.DISAGREE}
    hint = better_convention(capture) if doubt else None
    objects = tally.summaries(capture)
    missing = _missing(capture, tally)
    overview = Overview(
        capture=capture,
        missing=missing,
        objects=objects,
        valid_depth=tuple(tally.valid_depth),
        disagreement=_relative(pairs) if doubt else None,
        hint=hint,
    )
    return Report(
        id=capture.id,
        scale=capture.scale,
        licence=capture.licence,
        source=capture.source,
        frames=len(capture.frames),
        dropped=capture.dropped,
        corrected=capture.corrected,
        missing=missing,
        sizes_px=tuple(sorted({(f.camera.width_px, f.camera.height_px) for f in capture.frames})),
        fov_deg=_always([frame.camera.horizontal_fov_deg for frame in capture.frames]),
        baseline_m=Spread.of([_baseline_m(a, b) for a, b in _consecutive(capture)]),
        rotation_deg=Spread.of([_rotation_deg(a, b) for a, b in _consecutive(capture)]),
        valid_depth=Spread.of(tally.valid_depth),
        depth_m=Spread.of(tally.median_depth_m),
        pairs=pairs,
        pairs_apart=apart,
        agreement=agreement,
        hint=hint,
        objects=objects,
        losses=expected_losses(overview),
    )


@dataclass
class _Tally:
    """Counts over the frames, filled one frame at a time so that no picture is kept."""

    valid_depth: list[float] = field(default_factory=list)
    median_depth_m: list[float] = field(default_factory=list)
    frames_with_ids: int = 0
    pixels: dict[int, list[int]] = field(default_factory=dict)
    depth_pixels: dict[int, int] = field(default_factory=dict)

    def add(self, frame: Frame) -> None:
        depth, ids = frame.images.depth_m(), frame.images.ids()
        if depth is not None:
            self.valid_depth.append(float((depth > 0).mean()))
            if depth.any():
                self.median_depth_m.append(float(np.median(depth[depth > 0])))
        if ids is None:
            return
        self.frames_with_ids += 1
        for object_id, count in zip(*np.unique(ids[ids > 0], return_counts=True), strict=True):
            self.pixels.setdefault(int(object_id), []).append(int(count))
        if depth is not None:
            both = ids[(ids > 0) & (depth > 0)]
            for object_id, count in zip(*np.unique(both, return_counts=True), strict=True):
                self.depth_pixels[int(object_id)] = self.depth_pixels.get(int(object_id), 0) + int(count)

    def summaries(self, capture: Capture) -> tuple[ObjectSummary, ...]:
        return tuple(
            ObjectSummary(i, capture.categories.get(i), tuple(self.pixels[i]), self.depth_pixels.get(i, 0))
            for i in sorted(self.pixels)
        )


def _missing(capture: Capture, tally: _Tally) -> tuple[str, ...]:
    there = {
        "depth": bool(tally.median_depth_m),
        "ids": bool(tally.frames_with_ids),
        "categories": bool(capture.categories),
        "up": capture.up is not None,
        "licence": bool(capture.licence.strip()),
        "source": bool(capture.source.strip()),
    }
    return tuple(what for what, present in there.items() if not present)


def _relative(pairs: tuple[PairAgreement, ...]) -> float:
    return float(np.median([pair.median_relative for pair in pairs]))


def _verdict(pairs: tuple[PairAgreement, ...]) -> Agreement:
    if not pairs:
        return Agreement.UNKNOWN
    relative = _relative(pairs)
    if relative <= AGREES:
        return Agreement.AGREE
    return Agreement.DOUBTFUL if relative <= DISAGREES else Agreement.DISAGREE


def _always(numbers: list[float]) -> Spread:
    return Spread(float(min(numbers)), float(np.median(numbers)), float(max(numbers)))


def _consecutive(capture: Capture) -> list[tuple[Frame, Frame]]:
    return list(zip(capture.frames[:-1], capture.frames[1:], strict=True))


def _baseline_m(first: Frame, second: Frame) -> float:
    moved = second.world_from_camera.translation_m - first.world_from_camera.translation_m
    return float(np.linalg.norm(moved))


def _rotation_deg(first: Frame, second: Frame) -> float:
    return rotation_angle_deg(first.world_from_camera.rotation.T @ second.world_from_camera.rotation)
