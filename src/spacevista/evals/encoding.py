"""Pictures as data URLs: JPEG files, or one MP4 film; encoded once for questions about the same frames."""

from __future__ import annotations

import asyncio
import base64
import io
from collections import OrderedDict
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
from PIL import Image

from spacevista.errors import SpacevistaError
from spacevista.evals.records import Opened

JPEG_QUALITY = 95  # with full colour: thin coloured marks stay what they are
MAX_KEPT_BYTES = 256 << 20  # of decoded pixels: some 36 clips of 16 frames at the default size
VIDEO_QUALITY = "18"  # constant rate factor at which frames look like their JPEGs
SECONDS_APART = Fraction(1)  # of frames without times
MAX_RATE_DENOMINATOR = 1_000

Urls = list[str]


class Encoder:
    """Encodes pictures on threads, each set of them once, and keeps the last ones.

    Sets are told apart by identity: the runner gives the same one for questions about the same frames.
    """

    def __init__(self, encode: Callable[[Opened], Urls]) -> None:
        self._encode = encode
        self._kept: OrderedDict[int, tuple[Opened, asyncio.Future[Urls]]] = OrderedDict()
        self._bytes = 0

    async def urls(self, media: Opened) -> Urls:
        """Return pictures as data URLs; raises what `encode` does."""
        key = id(media)  # of an object that is kept, so that no other one can have it
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            self._kept[key] = media, asyncio.ensure_future(asyncio.to_thread(self._encode, media))
            self._bytes += pixel_bytes(media)
        encoding = self._kept[key][1]
        while self._bytes > MAX_KEPT_BYTES and len(self._kept) > 1:
            _, (oldest, _) = self._kept.popitem(last=False)
            self._bytes -= pixel_bytes(oldest)
        return await asyncio.shield(encoding)


def pixel_bytes(media: Opened) -> int:
    """Return the bytes of decoded RGB pictures."""
    return sum(3 * image.width * image.height for image in media.images)


def image_urls(media: Opened) -> Urls:
    """Return each picture as a JPEG file in a data URL."""
    return [_data_url("image/jpeg", _jpeg(image)) for image in media.images]


def video_url(media: Opened) -> str:
    """Return frames as one MP4 film in a data URL; each frame is shown until the next one's time, on average.

    Odd sizes lose a row or column, which the colour format of the film asks for.

    Raises:
        SpacevistaError: frames of several sizes.
    """
    sizes = {image.size for image in media.images}
    if len(sizes) != 1:
        raise SpacevistaError(f"a film needs frames of one size, got {sorted(sizes)}; send them as images")
    ((width, height),) = sizes
    even = width - width % 2, height - height % 2
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        rate = 1 / _seconds_apart(media)
        stream = container.add_stream("libx264", rate=rate, options={"crf": VIDEO_QUALITY})
        stream.width, stream.height = even
        stream.pix_fmt = "yuv420p"
        for image in media.images:
            pixels = np.asarray(image.crop((0, 0, *even)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return _data_url("video/mp4", file.getvalue())


def _seconds_apart(media: Opened) -> Fraction:
    times = media.timestamps_s
    if len(times) < 2 or times[-1] <= times[0]:
        return SECONDS_APART
    mean = Fraction((times[-1] - times[0]) / (len(times) - 1))
    return max(mean.limit_denominator(MAX_RATE_DENOMINATOR), Fraction(1, MAX_RATE_DENOMINATOR))


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
