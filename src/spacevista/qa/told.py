"""What a question tells of its candidate besides its objects: a kind, a point of view; and choices in words.

The first object of a candidate about a kind is its exemplar: the question names the kind and never that object.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from spacevista.qa.lint import takes_an
from spacevista.qa.relation_words import RELATION_WORDS
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate

ABOUT_KINDS = ("existence", "object_counting")
ONLY_MARKED = ("object_matching",)  # a name would give the answer away
ODD_PLURALS = {
    "bookshelf": "bookshelves",
    "shelf": "shelves",
    "knife": "knives",
    "person": "people",
    "mouse": "mice",
    "die": "dice",
}
HALF_TURN_DEG, MANY_TURNS_DEG = 180.0, 3600.0


def told(candidate: Candidate) -> Candidate:
    """Return a candidate with those objects alone that its question refers to."""
    return replace(candidate, objects=candidate.objects[1:]) if candidate.task in ABOUT_KINDS else candidate


def kind_slots(candidate: Candidate, scene: Scene) -> dict[str, str]:
    """Return the slots for the kind that a question is about: "a cup", "cups"."""
    if candidate.task not in ABOUT_KINDS:
        return {}
    name = scene.object(candidate.objects[0]).category
    assert name is not None  # the tasks ask about named kinds only
    return {"one": with_article(name), "plural": plural(name)}


def view_slot(candidate: Candidate) -> dict[str, str]:
    """Return the slot for the picture whose camera is the reference, where there are two: "picture 2"."""
    if candidate.task != "position_comparison":
        return {}
    return {"view": f"picture {sorted(set(candidate.frames)).index(candidate.frames[0]) + 1}"}


def choice_text(candidate: Candidate, option: str, references: Sequence[str]) -> str:
    """Return an option of a fact in words; `references` are those of the candidate's objects, in their order."""
    names = dict(zip(map(str, candidate.objects), references, strict=True))
    if candidate.task == "appearance_order":
        return ", ".join(names[number] for number in option.split("-"))
    if (candidate.task, candidate.aspect) == ("object_matching", "which"):
        return references[int(option)]  # the first reference is that of the object to be found again
    if (candidate.task, candidate.aspect) == ("spatial_relation", "how"):
        return RELATION_WORDS[option]
    return names.get(option, option)


def most_deg(aspect: str) -> float:
    """Return the largest angle that an aspect can have."""
    return MANY_TURNS_DEG if aspect.endswith("swept") else HALF_TURN_DEG


def with_article(name: str) -> str:
    """Return "a cup" or "an apple"."""
    return f"an {name}" if takes_an(name.split(" ")[0]) else f"a {name}"


def plural(name: str) -> str:
    """Return the plural of a name of one or more words: "cups", "tissue boxes", "rolls of tape".

    >>> plural("tissue box"), plural("battery"), plural("flight of steps"), plural("bookshelf")
    ('tissue boxes', 'batteries', 'flights of steps', 'bookshelves')
    """
    head, of, rest = name.partition(" of ")
    *before, last = head.split(" ")
    if last in ODD_PLURALS:
        last = ODD_PLURALS[last]
    elif re.search(r"(?:s|x|z|ch|sh)$", last):
        last += "es"
    elif re.search(r"[^aeiou]y$", last):
        last = f"{last[:-1]}ies"
    else:
        last += "s"
    return " ".join([*before, last]) + of + rest
