"""File patterns with a placeholder for the frame: `frame-{frame}.color.png`, `{frame}/depth.npz`.

`{frame}` stands for letters, digits, `_` and `-`, and a decimal part (time stamps): no other dot and no slash.
Everything else in a pattern is taken literally.
"""

from __future__ import annotations

import re
from pathlib import Path

from spacevista.captures.safe import inside
from spacevista.errors import CaptureError

PLACEHOLDER = "{frame}"
MAX_FRAMES = 100_000  # an hour of video at 25 frames a second


def fill(pattern: str, frame: str) -> str:
    """Return the pattern for one frame."""
    return pattern.replace(PLACEHOLDER, frame)


def regex_of(pattern: str) -> re.Pattern[str]:
    """Return the expression that a whole text of the pattern matches, with the group `frame`."""
    first, *others = (re.escape(part) for part in pattern.split(PLACEHOLDER))
    if not others:
        return re.compile(first)
    return re.compile(first + r"(?P<frame>[0-9A-Za-z_-]+(?:\.[0-9]+)?)" + "(?P=frame)".join(others))


def frames_matching(pattern: str, root: Path) -> set[str]:
    """Return the frames for which a file of the pattern is there (an empty set where a folder of it is missing)."""
    parts = pattern.split("/")
    first = next(i for i, part in enumerate(parts) if PLACEHOLDER in part)
    folder = inside(root, "/".join(parts[:first])).path if first else root
    if not folder.is_dir():
        return set()
    here = regex_of(parts[first])
    frames: set[str] = set()
    for path in folder.iterdir():
        match = here.fullmatch(path.name)
        if match and inside(root, fill(pattern, match["frame"])).path.exists():
            frames.add(match["frame"])
    if len(frames) > MAX_FRAMES:
        raise CaptureError(f"{pattern}: expected at most {MAX_FRAMES} frames, got {len(frames)}")
    return frames


def in_order(frames: set[str]) -> list[str]:
    """Return frames with their numbers compared as numbers: frame 9 comes before frame 10."""
    return sorted(frames, key=lambda name: ([float(number) for number in re.findall(r"\d+(?:\.\d+)?", name)], name))


def block_after(text: str, header: str, name: str, rows: int) -> list[float]:
    """Return the numbers in the `rows` lines after the only line that equals `header` (white space at its ends aside).

    Raises:
        CaptureError: no such line, several, or something else than numbers in the block.
    """
    lines = [line.strip() for line in text.splitlines()]
    at = [i for i, line in enumerate(lines) if line == header.strip()]
    if len(at) != 1:
        raise CaptureError(f"{name}: expected the line {header!r} once, found it {len(at)} times")
    return _numbers_from(lines, at[0], rows, name)


def blocks_by_frame(text: str, header: str, name: str, rows: int) -> dict[str, list[float] | CaptureError]:
    """Return frame -> numbers in the `rows` lines after each line that matches the pattern `header`.

    A block that holds something else than numbers is given as its error, so that only its frame is lost.

    Raises:
        CaptureError: a frame has two blocks.
    """
    lines = [line.strip() for line in text.splitlines()]
    expression = regex_of(header.strip())
    blocks: dict[str, list[float] | CaptureError] = {}
    for i, line in enumerate(lines):
        match = expression.fullmatch(line)
        if not match:
            continue
        if match["frame"] in blocks:
            raise CaptureError(f"{name}: frame {match['frame']!r} is there twice")
        try:
            blocks[match["frame"]] = _numbers_from(lines, i, rows, name)
        except CaptureError as error:
            blocks[match["frame"]] = error
    return blocks


def _numbers_from(lines: list[str], header_at: int, rows: int, name: str) -> list[float]:
    block = " ".join(lines[header_at + 1 : header_at + 1 + rows]).replace(",", " ").split()
    try:
        return [float(word) for word in block]
    except ValueError as error:
        raise CaptureError(f"{name}: line {header_at + 2}: expected {rows} rows of numbers ({error})") from None
