"""What the hash of pictures finds again after another encoding or size, and what it confuses.

    python experiments/picture_hash/measure.py FOLDER...

Each folder holds the pictures of one scene (PNG or JPEG); a file is a scene by itself. Prints, for each change, how far
the hash of the changed picture is from that of the picture as it was, and the smallest distances between pictures of
different scenes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from spacevista.checks.hashes import MAX_DISTANCE, as_hashes, distance, near_pairs, picture_hash

SUFFIXES = (".png", ".jpg", ".jpeg")


def encoded(picture: Image.Image, quality: int, scale: float = 1.0) -> Image.Image:
    """Return a picture made smaller and put through JPEG."""
    width, height = (max(1, round(side * scale)) for side in picture.size)
    stream = io.BytesIO()
    picture.resize((width, height), Image.Resampling.BILINEAR).save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue()))


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """Return a picture without a border of `share` of each side."""
    x, y = (round(side * share) for side in picture.size)
    return picture.crop((x, y, picture.width - x, picture.height - y))


CHANGES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG quality 90": lambda p: encoded(p, 90),
    "JPEG quality 50": lambda p: encoded(p, 50),
    "JPEG quality 30": lambda p: encoded(p, 30),
    "JPEG quality 10": lambda p: encoded(p, 10),
    "half the size, JPEG 75": lambda p: encoded(p, 75, 0.5),
    "a quarter of the size, JPEG 75": lambda p: encoded(p, 75, 0.25),
    "10 % brighter, JPEG 75": lambda p: encoded(p.point(lambda v: min(255, round(1.1 * v))), 75),
    "2 % cut off each side, JPEG 75": lambda p: encoded(cropped(p, 0.02), 75),
    "mirrored": lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def main(folders: list[Path]) -> None:
    """Measure and print."""
    hashes: list[tuple[int, int]] = []
    apart: dict[str, list[int]] = {name: [] for name in CHANGES}
    for scene, folder in enumerate(folders):
        files = [folder] if folder.is_file() else sorted(f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES)
        for file in files:
            with Image.open(file) as opened:
                picture = opened.convert("RGB")
            if (base := picture_hash(picture)) is None:
                print(f"too little in it: {file}")
                continue
            hashes.append((scene, base))
            for name, change in CHANGES.items():
                changed = picture_hash(change(picture))
                apart[name].append(64 if changed is None else distance(base, changed))
    print(f"{len(hashes)} pictures of {len(folders)} scenes; alike: at most {MAX_DISTANCE} of 64 bits differ")
    for name, found in apart.items():
        alike = sum(d <= MAX_DISTANCE for d in found)
        print(f"{name}: alike {alike} of {len(found)}, median {np.median(found):g}, largest {max(found)}")
    others = np.array([distance(a, b) for (s, a), (t, b) in combinations(hashes, 2) if s != t])
    same = sum(s == t for (s, _), (t, _) in combinations(hashes, 2))
    numbers = as_hashes([number for _, number in hashes])
    near = near_pairs(numbers, numbers).tolist()
    within = sum(1 for i, j, _ in near if i < j and hashes[i][0] == hashes[j][0])
    smallest = ", ".join(map(str, np.sort(others)[:5]))
    print(f"{len(others)} pairs of different scenes: {(others <= MAX_DISTANCE).sum()} alike, smallest {smallest}")
    print(f"mean {others.mean():.1f}, standard deviation {others.std():.1f}")
    print(f"{same} pairs of one scene: {within} alike")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
