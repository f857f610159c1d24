"""Which place a scene shows, as far as its names tell: the same room has other names in other data sets.

Ids of well-known collections are found wherever they stand in a path or an id. ScanNet numbers the scans of one room
(scene0011_00, scene0011_01): all of them are one place. ARKitScenes numbers videos; which of them show one room its
tables tell, not the ids, so that only the same video is the same place. Any other id counts as a whole, without the
folders that only store things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from spacevista.evals.records import Frames, Sample, Video

# How each collection writes its ids (their documentation and released folders).
_COLLECTIONS: Mapping[str, re.Pattern[str]] = {
    "scannet": re.compile(r"(?<![a-z0-9])(scene\d{4})_\d{2}(?!\d)"),
    "scannetpp": re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])([0-9a-f]{10})(?![0-9a-z])"),
    "arkitscenes": re.compile(r"(?<!\d)(4[0-9]{7})(?!\d)"),
    "hash": re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])([0-9a-f]{16,64})(?![0-9a-z])"),  # DL3DV, RE10K
}
_STORAGE = frozenset(
    {
        *("data", "dataset", "datasets", "frames", "frame", "images", "image", "img", "imgs", "rgb", "color", "colour"),
        *("video", "videos", "clips", "clip", "scans", "scans_test", "train", "val", "test", "validation", "scenes"),
    }
)
_SUFFIX = re.compile(r"\.(?:mp4|mkv|avi|mov|webm)$")
_COUNTED = re.compile(r"[\d-]*")  # "000012": a number that every data set has


def places_of(sample: Sample) -> frozenset[str]:
    """Return the names of the place that a sample shows, "collection:id"; none where its ids only count."""
    return named_places(sample.scene_id, *_paths(sample))


def named_places(scene_id: str, *paths: str) -> frozenset[str]:
    """Return the names of a place from the id of its scene and paths of its files."""
    texts = [text.lower() for text in (scene_id, *paths)]
    found = {f"{name}:{hit}" for name, ids in _COLLECTIONS.items() for text in texts for hit in ids.findall(text)}
    if found:
        return frozenset(found)
    whole = _whole(texts[0])
    return frozenset({f"id:{whole}"}) if whole else frozenset()


def _paths(sample: Sample) -> tuple[str, ...]:
    if isinstance(sample.media, Frames):
        return sample.media.paths[:1]
    return (sample.media.path,) if isinstance(sample.media, Video) else ()


def _whole(scene_id: str) -> str:
    """Return an id without folders that only store things, its words joined by dashes; "" if it only counts."""
    parts = [part for part in _SUFFIX.sub("", scene_id).split("/") if part not in _STORAGE]
    whole = "-".join(re.findall(r"[a-z0-9]+", "/".join(parts)))
    return "" if _COUNTED.fullmatch(whole) else whole
