"""Some frames of a video file, by PyAV: its packets are listed first, then only what is needed is decoded.

Only plain containers are opened: a playlist under the name of a video would let its author name other files and hosts.
Rotation tags are not applied, as for pictures.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from spacevista.captures.safe import MAX_PIXELS, check_present, inside
from spacevista.errors import DatasetError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_VIDEO_BYTES = 1 << 34
MAX_FRAMES = 2_000_000  # nine hours at 60 frames a second
SAFE_INPUT = {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm", "protocol_whitelist": "file"}

Shot = tuple[int, float, Image.Image]  # index of the frame in the video, seconds from its start, picture


@dataclass(frozen=True)
class _Index:
    """When the frames of a video are shown, rising, and the (shown, decoded) times of its key frames, in its ticks."""

    shown: list[int]
    keys: list[tuple[int, int]]

    def key_of(self, ticks: int) -> tuple[int, int]:
        """Return the key frame that the decoding of a frame starts from."""
        return self.keys[max(0, bisect_right(self.keys, ticks, key=lambda key: key[0]) - 1)]


def video_frames(
    root: Path,
    path: str,
    part_s: tuple[float, float],
    choose: Callable[[range, int], Sequence[int]],
    finish: Callable[[int, Image.Image], Image.Image],
) -> list[Shot]:
    """Return frames of the video `path` below `root`.

    Args:
        part_s: first and last second to choose from.
        choose: of the indices of the frames in that part and the number of all, returns rising indices of frames.
        finish: what is done to each picture (RGB, full size) before the next one is decoded.

    Raises:
        CaptureError: the path leaves `root`, or there is no such file.
        DatasetError: not a video in a known container, no frame in that part, too large, truncated or damaged.
    """
    import av
    from av.error import FFmpegError

    file = inside(root, path)
    check_present(file, MAX_VIDEO_BYTES)
    try:
        with av.open(str(file.path), options=SAFE_INPUT) as container:
            return _shots(container, file.name, part_s, choose, finish)
    except (FFmpegError, OSError, ValueError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{file.name}: expected a video, got a damaged or unknown file ({error})") from error


def _shots(
    container: InputContainer,
    name: str,
    part_s: tuple[float, float],
    choose: Callable[[range, int], Sequence[int]],
    finish: Callable[[int, Image.Image], Image.Image],
) -> list[Shot]:
    stream = _video_stream(container, name)
    index = _listed(container, stream, name)
    tick_s = float(stream.time_base or 1)
    times_s = [(ticks - index.shown[0]) * tick_s for ticks in index.shown]
    start_s, end_s = part_s[0] - tick_s / 2, part_s[1] + tick_s / 2  # seconds are ticks that were rounded
    inside_part = range(bisect_left(times_s, start_s), bisect_right(times_s, end_s))
    if not inside_part:
        raise DatasetError(
            f"{name}: expected frames from {part_s[0]:g} s to {part_s[1]:g} s, got a video of {times_s[-1]:g} s"
        )
    chosen = choose(inside_part, len(times_s))
    frames = _decoded(container, stream, name, index, [index.shown[i] for i in chosen])
    pictures = (Image.fromarray(frame.to_ndarray(format="rgb24")) for frame in frames)
    return [(i, times_s[i], finish(i, picture)) for i, picture in zip(chosen, pictures, strict=True)]


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    if not container.streams.video:
        raise DatasetError(f"{name}: expected a video, got a file without pictures")
    stream = container.streams.video[0]
    width, height = stream.codec_context.width, stream.codec_context.height
    if not 0 < width * height <= MAX_PIXELS:
        raise DatasetError(f"{name}: expected 1 to {MAX_PIXELS} pixels, got {width} x {height}")
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}  # frames may state other sizes than the file
    return stream


def _listed(container: InputContainer, stream: VideoStream, name: str) -> _Index:
    shown: list[int] = []
    keys: list[tuple[int, int]] = []
    count = 0
    for packet in container.demux(stream):
        if packet.pts is None or packet.size == 0:
            continue
        count += 1
        if count > MAX_FRAMES:
            raise DatasetError(f"{name}: expected at most {MAX_FRAMES} frames")
        if packet.is_discard:  # of an edit list: stored, but not part of the video
            continue
        shown.append(packet.pts)
        if packet.is_keyframe:
            keys.append((packet.pts, packet.pts if packet.dts is None else packet.dts))
    if count < stream.frames:
        raise DatasetError(f"{name}: expected {stream.frames} frames, got a file that ends after {count}")
    if not shown or not keys:
        raise DatasetError(f"{name}: expected frames with times, got none")
    return _Index(sorted(shown), sorted(keys))


def _decoded(
    container: InputContainer, stream: VideoStream, name: str, index: _Index, wanted: Sequence[int]
) -> Iterator[VideoFrame]:
    """Yield the frames shown at `wanted`, rising; goes to a key frame only where that skips something."""
    frames: Iterator[VideoFrame] = iter(())
    key: tuple[int, int] | None = None
    for ticks in wanted:
        if (nearest := index.key_of(ticks)) != key:
            key = nearest
            container.seek(key[1], stream=stream)
            frames = container.decode(stream)
        found = next((frame for frame in frames if frame.pts is not None and frame.pts >= ticks), None)
        if found is None or found.pts != ticks or found.is_corrupt:
            second = (ticks - index.shown[0]) * float(stream.time_base or 1)
            raise DatasetError(f"{name}: expected a frame at {second:g} s, got a damaged video")
        if found.width * found.height > MAX_PIXELS:
            raise DatasetError(f"{name}: expected at most {MAX_PIXELS} pixels, got {found.width} x {found.height}")
        yield found
