"""The annotated scene: what was measured from a capture, and everything a task needs to judge its own error.

Frame: world, metres. Unobserved space is part of the record: an object has the surface that was *seen* and the space
that it *might* fill; every extent lies between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from spacevista.geometry.arrays import Float32Array, FloatArray, Int32Array
from spacevista.geometry.boxes import flush_rotations
from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.points import hull_vertices
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale


@dataclass(frozen=True, eq=False)
class SceneFrame:
    """One cleaned frame: z-depth (0: none) and ids (0: background, SKY_ID: sky) after the annotation's corrections."""

    name: str
    camera: Camera
    world_from_camera: Pose
    depth_m: Float32Array
    ids: Int32Array


@dataclass(frozen=True)
class ObjectView:
    """How one frame shows an object: visible box [x1, y1, x2, y2) in pixels, pixels, cut by the picture's border."""

    frame_index: int
    box_px: tuple[int, int, int, int]
    pixels: int
    truncated: bool


@dataclass(frozen=True, eq=False)
class SceneObject:
    """One object.

    Attributes:
        category: plain words, or None: it may be pointed at but not named.
        seen_m: (N, 3) points of its seen surface, fused from all views.
        possible_m: (M, 3) hull of what it might fill: seen surface and unobserved space reachable from it.
        open_space: the unobserved space runs on past what was looked at: upper bounds do not exist.
        support: the plane it stands on, or None.
        views: frames that show it, in order.
        error_m: one standard error that noise adds to an extent, the metric scale's error apart.
        border_m: what ragged masks and the extremes of many noisy points may add to an extent that was seen.
    """

    id: int
    category: str | None
    seen_m: FloatArray
    possible_m: FloatArray
    open_space: bool
    support: Plane | None
    views: tuple[ObjectView, ...]
    error_m: float = 0.0
    border_m: float = 0.0

    @cached_property
    def corners_m(self) -> FloatArray:
        """The corners (K, 3) of the hull of what was seen."""
        return hull_vertices(self.seen_m)

    @cached_property
    def flush_axes(self) -> FloatArray:
        """The frames (R, 3, 3; axes as columns) of the boxes with a face flush with that hull."""
        return flush_rotations(self.corners_m)


@dataclass(frozen=True, eq=False)
class Gap:
    """The distance between the closest points of two objects, between hard bounds in metres.

    `high_m` is between the seen surfaces, from `first_point_m` to `second_point_m`; `low_m` is between the spaces that
    the two might fill. `spacing_m` is the distance between neighbouring seen points there; `error_m` is one standard
    error that noise adds to the distance.
    """

    first: int
    second: int
    low_m: float
    high_m: float
    spacing_m: float
    first_point_m: FloatArray
    second_point_m: FloatArray
    error_m: float = 0.0


@dataclass(frozen=True)
class Noise:
    """Measured noise of a scene, one standard deviation each; all zero at exact annotations.

    Attributes:
        depth_rel: of one pixel's z-depth, relative to it, after smoothing.
        pose_rel: of a frame's position error at the objects' depth, relative to that depth.
        length_rel: of the metric scale of all depths.
    """

    depth_rel: float
    pose_rel: float
    length_rel: float


@dataclass(frozen=True, eq=False)
class Scene:
    """An annotated scene.

    `drops` are (what, reason) of everything that was rejected on the way; `gaps` hold every pair of objects once, in
    the order of `objects`. `pose_covariance` (6F, 6F) is of the errors of all frames' poses together: for each a small
    rotation (rad) about the camera's centre, then a shift of the centre (m), in world axes; None: the poses are exact.
    """

    id: str
    scale: Scale
    frames: tuple[SceneFrame, ...]
    objects: tuple[SceneObject, ...]
    up: FloatArray
    planes: tuple[Plane, ...]
    noise: Noise
    licence: str
    source: str
    drops: tuple[tuple[str, str], ...]
    gaps: tuple[Gap, ...] = ()
    pose_covariance: FloatArray | None = None

    def object(self, object_id: int) -> SceneObject:
        return next(o for o in self.objects if o.id == object_id)
