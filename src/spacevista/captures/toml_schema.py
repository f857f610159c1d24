"""The record of a `capture.toml`; docs/captures.md explains each key with examples."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from spacevista.captures.patterns import PLACEHOLDER
from spacevista.captures.pose_files import Axes, Direction
from spacevista.scales import Scale

Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, lt=1)]
Threshold = Annotated[float, Meta(gt=0, le=1)]
BrownNumbers = tuple[float, float, float, float, float]  # k1, k2, p1, p2, k3
FisheyeNumbers = tuple[float, float, float, float]  # k1 to k4
NonEmpty = Annotated[str, Meta(min_length=1, max_length=1000)]


class Depth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Depth files: metres = value * unit_m; values in `invalid` mean none, as 0 does."""

    files: NonEmpty
    unit_m: Positive
    invalid: Annotated[tuple[float, ...], Meta(max_length=16)] = ()

    def __post_init__(self) -> None:
        _require_frame(self.files, "files")


class Intrinsics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either the four numbers, or a file with a 3 x 3 or 4 x 4 matrix (after a line, if `after` is given).

    `first_pixel_centre`: where the source puts the centre of the top left pixel, 0.5 (as here) or 0.
    `brown`, `fisheye`: what the lens does to the pictures, depth and label maps alike, as geometry/lenses.py has it.
    """

    fx_px: Positive | None = None
    fy_px: Positive | None = None
    cx_px: float | None = None
    cy_px: float | None = None
    file: NonEmpty | None = None
    after: NonEmpty | None = None
    first_pixel_centre: float = 0.5
    brown: BrownNumbers | None = None
    fisheye: FisheyeNumbers | None = None

    def __post_init__(self) -> None:
        numbers = (self.fx_px, self.fy_px, self.cx_px, self.cy_px)
        given = sum(number is not None for number in numbers)
        if (self.file is None) != (given == 4) or (self.file is not None and given):
            raise ValueError("expected either fx_px, fy_px, cx_px and cy_px, or file")
        if self.after is not None and self.file is None:
            raise ValueError("`after` is a line of `file`, which is not given")
        if self.first_pixel_centre not in {0.0, 0.5}:
            raise ValueError(f"expected first_pixel_centre 0 or 0.5, got {self.first_pixel_centre}")
        if self.brown is not None and self.fisheye is not None:
            raise ValueError("expected brown or fisheye, got both")


class Poses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """4 x 4 poses: one file for each frame (`files`), or one `file` with a block after each line like `after`."""

    direction: Direction
    axes: Axes
    files: NonEmpty | None = None
    file: NonEmpty | None = None
    after: NonEmpty | None = None
    unit_m: Positive = 1.0

    def __post_init__(self) -> None:
        if (self.files is None) == (self.file is None):
            raise ValueError("expected either files (one for each frame) or file (one for all)")
        if (self.file is None) != (self.after is None):
            raise ValueError("expected `after` together with `file`: the line before each pose")
        for key, pattern in (("files", self.files), ("after", self.after)):
            if pattern is not None:
                _require_frame(pattern, key)


class LabelObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an id of a label map is; without a category it is pointed at, never named."""

    id: Annotated[int, Meta(gt=0, lt=2**31)]
    category: str = ""


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Label maps, one for each frame: each value is an id, apart from those of the background and the sky."""

    files: NonEmpty
    background: Annotated[tuple[int, ...], Meta(max_length=256)] = (0,)
    sky: Annotated[tuple[int, ...], Meta(max_length=16)] = ()
    objects: tuple[LabelObject, ...] = ()

    def __post_init__(self) -> None:
        _require_frame(self.files, "files")


class ScoreObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object with a score map in each frame and the score from which a pixel may be its own."""

    id: Annotated[int, Meta(gt=0, lt=2**31)]
    files: NonEmpty
    category: str = ""
    threshold: Threshold | None = None
    threshold_file: NonEmpty | None = None

    def __post_init__(self) -> None:
        _require_frame(self.files, "files")
        if (self.threshold is None) == (self.threshold_file is None):
            raise ValueError("expected either threshold or threshold_file")


class Scores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Score maps, one for each object and frame: score = value / full_value, 0 to 1."""

    full_value: Positive
    objects: Annotated[tuple[ScoreObject, ...], Meta(min_length=1)]


class CaptureToml(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole `capture.toml`."""

    id: NonEmpty
    scale: Scale
    licence: NonEmpty
    source: NonEmpty
    color: NonEmpty
    intrinsics: Intrinsics
    poses: Poses
    depth: Depth | None = None
    labels: Labels | None = None
    scores: Scores | None = None
    up: tuple[float, float, float] | None = None
    length_sigma: Share = 0.0

    def __post_init__(self) -> None:
        _require_frame(self.color, "color")
        if self.labels is not None and self.scores is not None:
            raise ValueError("expected labels or scores, got both")
        if self.depth is not None and self.length_sigma == 0:
            raise ValueError("expected length_sigma: the relative standard error of the depth's scale (0.01: 1 %)")


def _require_frame(pattern: str, key: str) -> None:
    if PLACEHOLDER not in pattern:
        raise ValueError(f"{key}: expected a pattern with {PLACEHOLDER}, got {pattern!r}")
