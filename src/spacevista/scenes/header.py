"""scene.json: the typed form of everything in a Scene but its big arrays."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np

from spacevista.errors import SceneError
from spacevista.geometry.arrays import frozen_floats
from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.scenes.masks import encode_masks
from spacevista.scenes.record import Gap, Noise, ObjectView, Scene, SceneFrame, SceneObject

SCENE_VERSION = 2  # raise it when the form changes; other versions are refused, never guessed
MAX_FRAMES = 20_000
MAX_OBJECTS = 20_000
MAX_FRAME_PIXELS = 2**26  # 64 megapixels: above any camera in use
MAX_SCENE_PIXELS = 2**27  # 436 frames of 640 x 480; depth and ids of that fill 1 GiB

Count = Annotated[int, msgspec.Meta(ge=0)]
Length = Annotated[float, msgspec.Meta(ge=0)]
Vector = tuple[float, float, float]


class PlaneForm(msgspec.Struct, forbid_unknown_fields=True):
    """A plane, as in `geometry.planes`."""

    normal: Vector
    offset_m: float


class MaskForm(msgspec.Struct, forbid_unknown_fields=True):
    """Where one id is in a frame, in COCO run lengths."""

    id: Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
    counts: str


class FrameForm(msgspec.Struct, forbid_unknown_fields=True):
    """A frame but for its depth; the pose is a 4 x 4 matrix row by row."""

    name: str
    width_px: int
    height_px: int
    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    world_from_camera: tuple[tuple[float, float, float, float], ...]
    masks: list[MaskForm]


class ViewForm(msgspec.Struct, forbid_unknown_fields=True):
    """How one frame shows an object."""

    frame_index: Count
    box_px: tuple[Count, Count, Count, Count]
    pixels: Count
    truncated: bool


class ObjectForm(msgspec.Struct, forbid_unknown_fields=True):
    """An object but for its points, of which it has the counts."""

    id: Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
    category: str | None
    seen_points: Count
    possible_points: Count
    open_space: bool
    support: PlaneForm | None
    views: list[ViewForm]
    error_m: Length
    border_m: Length


class GapForm(msgspec.Struct, forbid_unknown_fields=True):
    """The gap between two objects."""

    first: int
    second: int
    low_m: Length
    high_m: Length
    spacing_m: Length
    first_point_m: Vector
    second_point_m: Vector
    error_m: Length


class SceneForm(msgspec.Struct, forbid_unknown_fields=True):
    """What scene.json holds."""

    version: int
    id: str
    scale: Scale
    licence: str
    source: str
    up: Vector
    noise: Noise
    planes: list[PlaneForm]
    frames: Annotated[list[FrameForm], msgspec.Meta(max_length=MAX_FRAMES)]
    objects: Annotated[list[ObjectForm], msgspec.Meta(max_length=MAX_OBJECTS)]
    drops: list[tuple[str, str]]
    gaps: list[GapForm]
    noisy_poses: bool


def to_form(scene: Scene) -> SceneForm:
    """Return the typed form of a scene."""
    return SceneForm(
        version=SCENE_VERSION,
        id=scene.id,
        scale=scene.scale,
        licence=scene.licence,
        source=scene.source,
        up=_vector(scene.up),
        noise=scene.noise,
        planes=[_plane_form(plane) for plane in scene.planes],
        frames=[_frame_form(frame) for frame in scene.frames],
        objects=[_object_form(thing) for thing in scene.objects],
        drops=list(scene.drops),
        gaps=[_gap_form(gap) for gap in scene.gaps],
        noisy_poses=scene.pose_covariance is not None,
    )


def parse(content: bytes) -> SceneForm:
    """Read scene.json and check everything that the types do not say.

    Raises:
        SceneError: another version, a field of another type, or numbers that contradict each other.
    """
    try:
        version = msgspec.json.decode(content, type=_Version).version
        if version != SCENE_VERSION:
            raise SceneError(f"expected a scene of version {SCENE_VERSION}, got version {version}")
        form = msgspec.json.decode(content, type=SceneForm)
    except msgspec.MsgspecError as error:
        raise SceneError(str(error)) from error
    except RecursionError as error:
        raise SceneError("expected a flat JSON object, got one nested too deeply") from error
    pixels = [frame.width_px * frame.height_px for frame in form.frames]
    if max(pixels, default=0) > MAX_FRAME_PIXELS or sum(pixels) > MAX_SCENE_PIXELS:
        raise SceneError(
            f"expected at most {MAX_FRAME_PIXELS} pixels a frame and {MAX_SCENE_PIXELS} in all, "
            f"got {max(pixels)} and {sum(pixels)}"
        )
    ids = {thing.id for thing in form.objects}
    if len(ids) != len(form.objects):
        raise SceneError("expected distinct object ids, got one twice")
    for gap in form.gaps:
        if not ({gap.first, gap.second} <= ids and gap.first != gap.second and gap.low_m <= gap.high_m):
            raise SceneError(f"expected a gap of two objects with low <= high, got {gap}")
    frozen_unit(form.up)
    for thing in form.objects:
        _check_views(thing, form.frames)
    return form


def frozen_unit(value: Vector) -> Any:
    """Return an up direction as a frozen array of length 1 (SceneError)."""
    up = frozen_floats(value, (3,), "up")
    if abs(float(np.linalg.norm(up)) - 1) > 1e-6:
        raise SceneError(f"up: expected a unit vector, got {list(value)}")
    return up


def camera_of(form: FrameForm) -> Camera:
    return Camera(form.width_px, form.height_px, *form.focal_px, *form.centre_px)


def pose_of(form: FrameForm) -> Pose:
    """Return world_from_camera, bit for bit as it was written."""
    matrix = frozen_floats(form.world_from_camera, (4, 4), "world_from_camera")
    if matrix[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        raise SceneError(f"world_from_camera: expected last row 0 0 0 1, got {matrix[3].tolist()}")
    return Pose(matrix[:3, :3], matrix[:3, 3])


def plane_of(form: PlaneForm) -> Plane:
    return Plane(np.array(form.normal), form.offset_m)


def views_of(form: ObjectForm) -> tuple[ObjectView, ...]:
    return tuple(ObjectView(view.frame_index, view.box_px, view.pixels, view.truncated) for view in form.views)


def gap_of(form: GapForm) -> Gap:
    points = [frozen_floats(point, (3,), "gap") for point in (form.first_point_m, form.second_point_m)]
    return Gap(form.first, form.second, form.low_m, form.high_m, form.spacing_m, points[0], points[1], form.error_m)


class _Version(msgspec.Struct):
    version: int


def _check_views(thing: ObjectForm, frames: list[FrameForm]) -> None:
    for view in thing.views:
        if view.frame_index >= len(frames):
            raise SceneError(f"object {thing.id}: expected frames below {len(frames)}, got {view.frame_index}")
        frame = frames[view.frame_index]
        x1, y1, x2, y2 = view.box_px
        if not (x1 < x2 <= frame.width_px and y1 < y2 <= frame.height_px):
            raise SceneError(
                f"object {thing.id}: expected a box inside {frame.width_px} x {frame.height_px}, got {view.box_px}"
            )
        if not 0 < view.pixels <= (x2 - x1) * (y2 - y1):
            raise SceneError(f"object {thing.id}: expected 1 to {(x2 - x1) * (y2 - y1)} pixels, got {view.pixels}")


def _vector(array: Any) -> Vector:
    x, y, z = (float(entry) for entry in array)
    return x, y, z


def _plane_form(plane: Plane) -> PlaneForm:
    return PlaneForm(_vector(plane.normal), float(plane.offset_m))


def _frame_form(frame: SceneFrame) -> FrameForm:
    camera = frame.camera
    return FrameForm(
        name=frame.name,
        width_px=camera.width_px,
        height_px=camera.height_px,
        focal_px=(float(camera.fx_px), float(camera.fy_px)),
        centre_px=(float(camera.cx_px), float(camera.cy_px)),
        world_from_camera=tuple(tuple(row) for row in frame.world_from_camera.matrix.tolist()),
        masks=[MaskForm(value, counts) for value, counts in encode_masks(frame.ids).items()],
    )


def _object_form(thing: SceneObject) -> ObjectForm:
    return ObjectForm(
        id=thing.id,
        category=thing.category,
        seen_points=len(thing.seen_m),
        possible_points=len(thing.possible_m),
        open_space=thing.open_space,
        support=None if thing.support is None else _plane_form(thing.support),
        views=[_view_form(view) for view in thing.views],
        error_m=float(thing.error_m),
        border_m=float(thing.border_m),
    )


def _gap_form(gap: Gap) -> GapForm:
    numbers = (float(gap.low_m), float(gap.high_m), float(gap.spacing_m))
    points = (_vector(gap.first_point_m), _vector(gap.second_point_m))
    return GapForm(int(gap.first), int(gap.second), *numbers, *points, float(gap.error_m))


def _view_form(view: ObjectView) -> ViewForm:
    x1, y1, x2, y2 = (int(edge) for edge in view.box_px)
    return ViewForm(int(view.frame_index), (x1, y1, x2, y2), int(view.pixels), bool(view.truncated))
