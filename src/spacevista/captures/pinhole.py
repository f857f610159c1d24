"""Pictures taken through a lens, or colour and depth of two sizes, as one pinhole camera would have seen them.

Whatever comes after a reader sees a pinhole camera whose colour, depth and ids have one size. A frame whose files are
so already keeps them; any other is resampled each time it is read: colour bilinear, depth and ids from the nearest
pixel, so that no depth is invented between two surfaces. The pinhole camera has the focal lengths, centre and size of
the smaller of the two pictures, so that no depth is counted twice. Pixels that the source does not show are black,
without depth and without id; how many are lost on both sides is said in `resampling_notes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from spacevista.captures.frame_files import DepthFile, FileImages, IdsSource, Note, check_maps
from spacevista.captures.record import Frame
from spacevista.captures.safe import SafeFile, Size, read_color
from spacevista.errors import CaptureError, GeometryError
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.lenses import Brown, Fisheye, Lens

ROWS = 256  # of a picture mapped at once: bounds the memory that Newton's iteration takes
COUNTED = 200_000  # pixels of a grid from which lost shares are counted; all of a smaller picture


@dataclass(frozen=True)
class LensCamera:
    """A camera of files as they are: pinhole intrinsics (pixel centres at +0.5) and what its lens does, if anything."""

    camera: Camera
    lens: Lens | None = None

    @property
    def size(self) -> Size:
        return self.camera.height_px, self.camera.width_px

    def pixels_seen_by(self, pinhole: Camera, pixels: FloatArray) -> FloatArray:
        """Return where this camera has what `pinhole`, at the same place, shows at `pixels` (..., 2); NaN: nowhere."""
        points = (pixels - [pinhole.cx_px, pinhole.cy_px]) / [pinhole.fx_px, pinhole.fy_px]
        bent = points if self.lens is None else self.lens.distort(points)
        found = bent * [self.camera.fx_px, self.camera.fy_px] + [self.camera.cx_px, self.camera.cy_px]
        return np.where(self.camera.contains(found)[..., None], found, np.nan)

    def pixels_shown_in(self, pinhole: Camera, pixels: FloatArray) -> FloatArray:
        """Return where `pinhole`, at the same place, shows what this camera has at `pixels` (..., 2); NaN: nowhere."""
        bent = (pixels - [self.camera.cx_px, self.camera.cy_px]) / [self.camera.fx_px, self.camera.fy_px]
        points = bent if self.lens is None else self.lens.undistort(bent)
        found = points * [pinhole.fx_px, pinhole.fy_px] + [pinhole.cx_px, pinhole.cy_px]
        return np.where(pinhole.contains(found)[..., None], found, np.nan)


@dataclass(frozen=True)
class ResampledImages:
    """The pictures of one frame in files, resampled to `pinhole` when they are asked for.

    `color_view` is the camera of the colour and id files, `depth_view` that of the depth file.
    """

    pinhole: Camera
    color_view: LensCamera
    depth_view: LensCamera
    color_file: SafeFile
    depth_file: DepthFile | None
    ids_source: IdsSource | None

    def color(self) -> ByteArray:
        raw = read_color(self.color_file, self.color_view.size)
        return _bilinear(raw, self.color_view, self.pinhole)

    def depth_m(self) -> Float32Array | None:
        return None if self.depth_file is None else self._depth(self.depth_file)[0]

    def ids(self) -> Int32Array | None:
        if self.ids_source is None:
            return None
        row, column, seen = _nearest(self.pinhole, self.color_view)
        raw = self.ids_source.read(self.color_view.size)
        return np.where(seen, raw[row, column], np.int32(0))

    def check(self) -> list[Note]:
        """Decode everything once; return what had to be corrected (errors as in `FileImages.check`)."""
        read_color(self.color_file, self.color_view.size)
        ids = self.ids()
        return [] if self.depth_file is None else check_maps(self.depth_file, *self._depth(self.depth_file), ids)

    def _depth(self, file: DepthFile) -> tuple[Float32Array, int]:
        raw, bad = file.read(self.depth_view.size)
        row, column, seen = _nearest(self.pinhole, self.depth_view)
        return np.where(seen, raw[row, column], np.float32(0)), bad


def lens_of(brown: tuple[float, ...] | None, fisheye: tuple[float, ...] | None, where: str) -> Lens | None:
    """Return the lens of the coefficients of one model in OpenCV's order, None for none; an error names `where`."""
    try:
        if brown is not None:
            return Brown(*brown)
        return None if fisheye is None else Fisheye(*fisheye)
    except GeometryError as error:
        raise CaptureError(f"{where}: {error}") from None


def pinhole_images(
    color_view: LensCamera,
    depth_view: LensCamera,
    color_file: SafeFile,
    depth_file: DepthFile | None,
    ids_source: IdsSource | None = None,
) -> tuple[Camera, FileImages | ResampledImages]:
    """Return the pinhole camera of a frame and its pictures: the files as they are where they already fit it."""
    smaller = depth_view if math.prod(depth_view.size) < math.prod(color_view.size) else color_view
    pinhole = smaller.camera
    if color_view.lens is None and depth_view.lens is None and color_view.camera == depth_view.camera:
        return pinhole, FileImages(color_view.size, color_file, depth_file, ids_source)
    return pinhole, ResampledImages(pinhole, color_view, depth_view, color_file, depth_file, ids_source)


def resampling_notes(frames: Iterable[Frame]) -> tuple[Note, ...]:
    """Return one note on the frames that were resampled, with the largest shares of lost pixels, if there are any."""
    resampled = [frame.images for frame in frames if isinstance(frame.images, ResampledImages)]
    if not resampled:
        return ()
    views = {(images.pinhole, view) for images in resampled for view in (images.color_view, images.depth_view)}
    outside = max(_lost_share(pinhole, view) for pinhole, view in views)
    empty = max(_empty_share(pinhole, view) for pinhole, view in views)
    bent = any(view.lens is not None for _, view in views)
    text = f"{len(resampled)} {'undistorted' if bent else 'with colour and depth of two cameras brought to one'}: "
    text += f"up to {outside:.2%} of a picture's pixels fall outside the pinhole camera's, "
    return (("frames", text + f"up to {empty:.2%} of the pinhole camera's show nothing"),)


def _lost_share(pinhole: Camera, view: LensCamera) -> float:
    """Return the share of a view's pixels that the pinhole camera does not show."""
    return float(np.isnan(view.pixels_shown_in(pinhole, _grid(view.camera))[..., 0]).mean())


def _empty_share(pinhole: Camera, view: LensCamera) -> float:
    """Return the share of the pinhole camera's pixels at which the view shows nothing."""
    return float(np.isnan(view.pixels_seen_by(pinhole, _grid(pinhole))[..., 0]).mean())


def _grid(camera: Camera) -> FloatArray:
    """Return the centres of all pixels, or of every second (third, ...) in both directions of a large picture."""
    step = math.ceil(math.sqrt(camera.width_px * camera.height_px / COUNTED))
    u, v = np.arange(0.5, camera.width_px, step), np.arange(0.5, camera.height_px, step)
    return np.stack(np.meshgrid(u, v), axis=-1)


@lru_cache(maxsize=2)  # the frames of a capture mostly share their cameras; a map takes 8 bytes a pixel
def _map(pinhole: Camera, view: LensCamera) -> Float32Array:
    """Return for each pixel of `pinhole` where `view` has it: H x W x 2, NaN for nowhere."""
    out = np.empty((pinhole.height_px, pinhole.width_px, 2), dtype=np.float32)
    columns = np.arange(pinhole.width_px) + 0.5
    for top in range(0, pinhole.height_px, ROWS):
        rows = np.arange(top, min(top + ROWS, pinhole.height_px)) + 0.5
        out[top : top + ROWS] = view.pixels_seen_by(pinhole, np.stack(np.meshgrid(columns, rows), axis=-1))
    out.setflags(write=False)
    return out


def _nearest(pinhole: Camera, view: LensCamera) -> tuple[IntArray, IntArray, BoolArray]:
    """Return row and column of the view's pixel at each pixel of `pinhole`, and where there is one."""
    at = _map(pinhole, view)
    seen = ~np.isnan(at[..., 0])
    column, row = np.where(seen[..., None], at, 0).astype(np.int64).transpose(2, 0, 1)
    height, width = view.size  # rounding to float32 may put the last half of a pixel on the border itself
    return np.minimum(row, height - 1), np.minimum(column, width - 1), seen


def _bilinear(raw: ByteArray, view: LensCamera, pinhole: Camera) -> ByteArray:
    """Return H x W x 3 of `pinhole`: a picture three or more times its size is averaged down first, to 1.5 to 2.5."""
    at = _map(pinhole, view)
    ratio = min(raw.shape[0] // pinhole.height_px, raw.shape[1] // pinhole.width_px)
    factor = max(1, (ratio + 1) // 2)
    if factor > 1:
        raw = np.asarray(Image.fromarray(raw).reduce(factor))
    out = np.zeros((pinhole.height_px, pinhole.width_px, 3), dtype=np.uint8)
    for top in range(0, pinhole.height_px, ROWS):
        rows = slice(top, top + ROWS)
        seen = ~np.isnan(at[rows, :, 0])
        out[rows][seen] = _blended(raw, at[rows][seen] / factor)
    return out


def _blended(raw: ByteArray, pixels: Float32Array) -> ByteArray:
    """Return the N x 3 values at `pixels` (N x 2), mixed from the four nearest centres; the border continues."""
    height, width = raw.shape[:2]
    u = np.clip(pixels[:, 0] - 0.5, 0, width - 1)
    v = np.clip(pixels[:, 1] - 0.5, 0, height - 1)
    left, top = u.astype(np.int64), v.astype(np.int64)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    x, y = (u - left)[:, None], (v - top)[:, None]
    upper = raw[top, left] * (1 - x) + raw[top, right] * x
    lower = raw[bottom, left] * (1 - x) + raw[bottom, right] * x
    return np.asarray(np.rint(upper * (1 - y) + lower * y), dtype=np.uint8)
