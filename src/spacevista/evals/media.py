"""From a sample to the pictures that are sent: frames chosen, decoded, made smaller, marks drawn.

Frames of a clip are sampled uniformly; a frame that carries a mark is always among those sent, on top of the budget.
Marks are scaled from the full-size frame to the picture that is sent and drawn there, so that their lines have the same
width whatever the size of the frame. Pictures that a row holds itself are all sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from spacevista.errors import DatasetError, SpacevistaError
from spacevista.evals.records import Budget, Deferred, Frames, Images, MediaError, Opened, Sample, Video
from spacevista.media.pictures import picture_from_bytes, picture_from_file, resized
from spacevista.media.sampling import uniform, with_marked
from spacevista.media.video import video_frames
from spacevista.qa.marks import MarksOf, by_frame, check_on_frame, draw_marks
from spacevista.qa.record import Mark

MAX_IMAGES = 64  # that a row holds itself: the benchmarks have up to ten


def open_media(sample: Sample, budget: Budget) -> Opened:
    """Return the pictures of a sample as they are sent.

    Raises:
        MediaError: a file is missing, damaged, too large or outside its folder, or a mark is not on its frame.
    """
    try:
        return _opened(sample, budget)
    except MediaError:
        raise
    except SpacevistaError as error:
        raise MediaError(sample.id, str(error)) from error
    except OSError as error:  # its text has the path on this machine
        raise MediaError(sample.id, error.strerror or type(error).__name__) from error


def _opened(sample: Sample, budget: Budget) -> Opened:
    media, marks = sample.media, sample.marks
    if isinstance(media, Deferred):
        media, marks = media.resolve()
    on_frame = by_frame(marks)
    if isinstance(media, Frames):
        return _from_frames(media, on_frame, budget)
    if isinstance(media, Video):
        return _from_video(media, on_frame, budget)
    return _from_images(media, on_frame, budget)


def _from_frames(frames: Frames, on_frame: MarksOf, budget: Budget) -> Opened:
    chosen = _chosen(range(len(frames.paths)), on_frame, len(frames.paths), budget)
    images = (picture_from_file(frames.root, frames.paths[i]) for i in chosen)
    finished = tuple(_finished(image, on_frame.get(i, ()), budget) for i, image in zip(chosen, images, strict=True))
    return Opened(finished, tuple(chosen))


def _from_video(video: Video, on_frame: MarksOf, budget: Budget) -> Opened:
    shots = video_frames(
        video.root,
        video.path,
        (video.start_s, video.end_s),
        lambda part, count: _chosen(part, on_frame, count, budget),
        lambda i, image: _finished(image, on_frame.get(i, ()), budget),
    )
    indices, times_s, images = zip(*shots, strict=True)
    return Opened(images, indices, times_s)


def _from_images(media: Images, on_frame: MarksOf, budget: Budget) -> Opened:
    encoded = media.source.encoded(media.row)
    if not 1 <= len(encoded) <= MAX_IMAGES:
        raise DatasetError(f"expected 1 to {MAX_IMAGES} pictures in the row, got {len(encoded)}")
    _check_frames(on_frame, len(encoded))
    images = (picture_from_bytes(data, f"picture {i}") for i, data in enumerate(encoded))
    finished = tuple(_finished(image, on_frame.get(i, ()), budget) for i, image in enumerate(images))
    return Opened(finished, tuple(range(len(finished))))


def _chosen(part: range, on_frame: MarksOf, count: int, budget: Budget) -> list[int]:
    """Return the indices of the frames to send, of a part of a clip of `count` frames."""
    if not part:
        raise DatasetError("expected at least one frame, got none")
    _check_frames(on_frame, count)
    return with_marked((part.start + i for i in uniform(len(part), budget.frames)), on_frame)


def _check_frames(on_frame: MarksOf, count: int) -> None:
    if outside := [index for index in on_frame if not 0 <= index < count]:
        raise DatasetError(f"expected marks on frames 0 to {count - 1}, got one on {outside[0]}")


def _finished(picture: Image.Image, marks: Sequence[Mark], budget: Budget) -> Image.Image:
    for mark in marks:
        check_on_frame(mark, picture.size, DatasetError)
    smaller = resized(picture, budget.longest_edge_px)
    return draw_marks(smaller, marks, picture.size) if marks else smaller
