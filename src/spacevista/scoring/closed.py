"""Answers from a closed set of words: yes or no, one of eight level directions, a direction with a distance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from spacevista.scoring.dress import undress
from spacevista.scoring.mra import mra
from spacevista.scoring.parse import read_number

SECTOR_DEG = 45.0
# One for each sector, from right over back, as the package writes them.
DIRECTIONS = ("right", "back-right", "back", "back-left", "left", "front-left", "front", "front-right")
YES_NO = re.compile(r"\b(yes|no|true|false)\b", re.IGNORECASE)
YES = ("yes", "true")
SIDES = re.compile(r"\b(front|forward|near|back|behind|rear|far|left|right)(?:-?ward(?:s)?|-?hand)?\b", re.IGNORECASE)
SIDE_OF = {"forward": "front", "near": "front", "behind": "back", "rear": "back", "far": "back"}


def read_yes_no(text: str) -> str | None:
    """Return "yes" or "no", None where the answer says neither or both.

    >>> read_yes_no("No, there is none."), read_yes_no("**Yes**"), read_yes_no("yes or no")
    ('no', 'yes', None)
    """
    found = {word.lower() in YES for word in YES_NO.findall(undress(text))}
    return ("yes" if True in found else "no") if len(found) == 1 else None


def read_direction(text: str) -> str | None:
    """Return the one of DIRECTIONS that an answer names, None where it names none, or sides that exclude each other.

    >>> read_direction("to the left and in front"), read_direction("behind it"), read_direction("left or right")
    ('front-left', 'back', None)
    """
    sides = {SIDE_OF.get(side.lower(), side.lower()) for side in SIDES.findall(undress(text))}
    depth, across = sides & {"front", "back"}, sides & {"left", "right"}
    if len(depth) > 1 or len(across) > 1 or not sides:
        return None
    return "-".join((*depth, *across))


def place_score(text: str, place: Sequence[float], unit: str) -> float | None:
    """Return the score of a direction with a distance: 0 in another direction, else the distance's relative accuracy.

    Args:
        place: the true distance in `unit`, and the azimuth in degrees from right over back.

    Returns None where the answer lacks either.
    """
    distance, direction = read_number(text, unit), read_direction(text)
    if distance is None or direction is None:
        return None
    right = DIRECTIONS[round(place[1] / SECTOR_DEG) % len(DIRECTIONS)]
    return mra(distance, place[0]) if direction == right else 0.0


# Tasks whose sentences are read by what they say, not word by word.
READERS: Mapping[str, Callable[[str], str | None]] = {"existence": read_yes_no, "object_location": read_direction}
