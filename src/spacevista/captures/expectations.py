"""What later steps would drop from a capture and why, foretold from its frames alone.

The limits are those of docs/captures.md; the steps themselves decide, with what they measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from spacevista.captures.record import Capture

MIN_SPAN_PX = 40  # an object is asked about where it fills a square of 40 px in two frames
MIN_VIEWS = 2
MIN_DEPTH_PIXELS = 50  # fewer points carry no extent
MIN_VALID_DEPTH = 0.05  # of a frame: below it there is next to nothing to carve free space with
MAX_HALF_WIDTH = 0.05  # a task asks where the interval's half-width is at most 5 % of the value
NORMAL_90 = 1.645  # half-width of a 90 % interval, in standard errors


@dataclass(frozen=True)
class Loss:
    """`step` (annotate, tasks or qa) would drop `what` because of `reason`."""

    step: str
    what: str
    reason: str


@dataclass(frozen=True)
class ObjectSummary:
    """An object of the id maps: its pixels in each frame that shows it, and its pixels with depth in all of them."""

    id: int
    category: str | None
    pixels: tuple[int, ...]
    depth_pixels: int

    @property
    def label(self) -> str:
        return f"{self.category} ({self.id})" if self.category else f"object {self.id}"

    @property
    def large_views(self) -> int:
        """How many frames show it on as many pixels as a square of MIN_SPAN_PX has."""
        return sum(count >= MIN_SPAN_PX**2 for count in self.pixels)


@dataclass(frozen=True)
class Overview:
    """What the losses are foretold from: `valid_depth` is the share of pixels with depth, frame by frame.

    `disagreement` is the relative difference of re-projected depths where it is too large, else None.
    """

    capture: Capture
    missing: tuple[str, ...]
    objects: tuple[ObjectSummary, ...]
    valid_depth: tuple[float, ...]
    disagreement: float | None
    hint: str | None


def expected_losses(overview: Overview) -> tuple[Loss, ...]:
    """Return what later steps would drop, whole captures first, then frames, then objects."""
    losses = [*_of_capture(overview), *_of_frames(overview)]
    for thing in overview.objects:
        losses += _of_object(thing)
    seen = {thing.id for thing in overview.objects}
    for object_id, category in sorted(overview.capture.categories.items()):
        if object_id not in seen:
            losses.append(Loss("annotate", f"{category} ({object_id})", "in no frame's ids"))
    return (*losses, *_of_names(overview))


def _of_capture(overview: Overview) -> Iterator[Loss]:
    missing, sigma = overview.missing, overview.capture.length_sigma
    if "depth" in missing:
        yield Loss("annotate", "the capture", "no depth: nothing can be measured")
    if "up" in missing:
        text = "up is not given: it is estimated from level planes and the cameras; with none the capture is refused"
        yield Loss("annotate", "the capture", text)
    if "ids" in missing:
        yield Loss("tasks", "every task about objects", "no ids: no objects; only view_change is left")
    if overview.disagreement is not None:
        advice = f"; they would agree under {overview.hint}" if overview.hint else ""
        text = f"poses, depth and intrinsics differ by {overview.disagreement:.1%} of the depth{advice}"
        yield Loss("annotate", "fusion of views", text)
    if sigma * NORMAL_90 > MAX_HALF_WIDTH:
        text = f"length_sigma {sigma:g} alone makes every interval wider than +-{MAX_HALF_WIDTH:.0%}"
        yield Loss("tasks", "every length, distance and depth", text)
    if len(overview.capture.frames) < 2:
        yield Loss("tasks", "view_change", "one frame only")
    for what in ("licence", "source"):
        if what in missing:
            yield Loss("qa", "the capture", f"no {what}: its questions could not say what they may be used for")


def _of_frames(overview: Overview) -> Iterator[Loss]:
    if len(overview.valid_depth) != len(overview.capture.frames):
        return  # some frames have no depth map at all: said of the capture
    for frame, share in zip(overview.capture.frames, overview.valid_depth, strict=True):
        if share < MIN_VALID_DEPTH:
            yield Loss("annotate", frame.name, f"depth on {share:.1%} of its pixels: it carves next to no free space")


def _of_object(thing: ObjectSummary) -> Iterator[Loss]:
    if thing.depth_pixels < MIN_DEPTH_PIXELS:
        text = f"{thing.depth_pixels} pixels with depth in all frames, {MIN_DEPTH_PIXELS} are needed"
        yield Loss("annotate", thing.label, text)
    elif len(thing.pixels) == 1:
        yield Loss(
            "tasks", thing.label, "seen in one frame only: its other sides are unknown, most intervals stay wide"
        )
    elif thing.large_views < MIN_VIEWS:
        text = (
            f"{MIN_SPAN_PX} px across in {thing.large_views} frames: intervals are rarely tight with under {MIN_VIEWS}"
        )
        yield Loss("tasks", thing.label, text)


def _of_names(overview: Overview) -> Iterator[Loss]:
    unnamed = [thing.id for thing in overview.objects if thing.category is None]
    if unnamed:
        yield Loss("qa", f"names of objects {_listed(unnamed)}", "no category: pointed at with a mark, never named")
    shared = Counter(thing.category for thing in overview.objects if thing.category is not None)
    for category, count in sorted(shared.items()):
        if count > 1:
            yield Loss("qa", f"the name {category!r}", f"{count} objects have it: they are pointed at where both show")


def _listed(ids: list[int]) -> str:
    shown = ", ".join(str(i) for i in ids[:8])
    return shown if len(ids) <= 8 else f"{shown} and {len(ids) - 8} more"
