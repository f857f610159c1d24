"""The pictures of a data set with their hashes, every picture once; what could not be hashed is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from spacevista.checks.hashes import Hashes, as_hashes, picture_hash
from spacevista.errors import SpacevistaError
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, Deferred, Frames, Sample
from spacevista.media.pictures import picture_from_file

# A video is looked at in some frames only: two data sets hardly take the same ones. Its names tell more.
VIDEO_BUDGET = Budget(frames=32, longest_edge_px=None)
FLAT, MADE_LATER, UNREADABLE = "too little in it", "made when it is asked about", "missing or damaged"


@dataclass(frozen=True)
class Picture:
    """A picture to be hashed: the scene that it shows, its name, and what opens it."""

    scene_id: str
    name: str
    split: str
    opened: Callable[[], Sequence[Image.Image]]


@dataclass(frozen=True)
class Hashed:
    """Hashes of pictures.

    Attributes:
        scenes, names, splits: of each picture; a split is "" where the data set does not say.
        left_out: pictures (videos, rows) without a hash, by reason.
    """

    scenes: tuple[str, ...]
    names: tuple[str, ...]
    splits: tuple[str, ...]
    hashes: Hashes
    left_out: dict[str, int]


def pictures_of(samples: Sequence[Sample]) -> list[Picture]:
    """Return the pictures of samples, each one once; of a video, and of a row with pictures of its own, one entry."""
    found: dict[object, Picture] = {}
    for sample in samples:
        for key, picture in _pictures(sample):
            found.setdefault(key, picture)
    return list(found.values())


def hashed(pictures: Sequence[Picture], counted: Callable[[], None]) -> Hashed:
    """Hash pictures; `counted` is called once for each."""
    rows: list[tuple[str, str, str, int]] = []
    left_out: Counter[str] = Counter()
    for picture in pictures:
        try:
            for image in picture.opened():
                number = picture_hash(image)
                if number is None:
                    left_out[FLAT] += 1
                else:
                    rows.append((picture.scene_id, picture.name, picture.split, number))
        except (SpacevistaError, OSError):
            left_out[UNREADABLE] += 1
        counted()
    scenes, names, splits, numbers = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Hashed(scenes, names, splits, as_hashes(numbers), dict(left_out))


def made_later(samples: Sequence[Sample]) -> int:
    """Return how many scenes have pictures that are simulated when they are first asked about; they are not hashed."""
    return len({sample.scene_id for sample in samples if isinstance(sample.media, Deferred)})


def _pictures(sample: Sample) -> Iterator[tuple[object, Picture]]:
    media, split = sample.media, str(sample.row.get("split", ""))
    if isinstance(media, Deferred):
        return
    if isinstance(media, Frames):
        for path in media.paths:
            yield (media.root, path), Picture(sample.scene_id, path, split, _file(media, path))
        return
    bare = replace(sample, marks=())
    key = media if not sample.marks and hasattr(media, "path") else sample.id
    yield key, Picture(sample.scene_id, sample.id, split, lambda: open_media(bare, VIDEO_BUDGET).images)


def _file(frames: Frames, path: str) -> Callable[[], Sequence[Image.Image]]:
    return lambda: (picture_from_file(frames.root, path),)
