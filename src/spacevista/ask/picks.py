"""Which objects of a scene a question means: by a name that only one of them has, by a mark, or by the marks in order.

A name is an object's category, or its last words ("box" of "tissue box") where nothing else ends in them. Nothing is
guessed: words that the scene does not know, or that fit two objects, are refused with what would help.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NoReturn

import numpy as np

from spacevista.ask.grammar import plain_words
from spacevista.ask.record import MarkError, Pick, RefusedError
from spacevista.errors import DatasetError
from spacevista.qa.check import check_box, check_point
from spacevista.qa.naming import inner_point_px
from spacevista.qa.record import COLORS, Mark, MarkKind
from spacevista.scenes.record import Scene, SceneObject

MOST_LISTED = 12  # names in a message
_MOST_INSIDE = 0.5  # of an object lies in the box that means it, or it fills so much of the box
_COLOR = "|".join(COLORS)
_MARKED = re.compile(
    rf"(?:.*\b)?({_COLOR})\s+(point|dot|spot|box|rectangle|frame|mark|marker|object|thing|one)\b.*"
    rf"|(?:object|thing|one|spot|point)\b.*\b({_COLOR})()"
)
_KINDS: dict[str, MarkKind] = {"point": "point", "dot": "point", "spot": "point", "box": "box", "rectangle": "box"}
_SPOT = re.compile(
    rf"(?:{_COLOR})\s+(?:point|dot|spot)|(?:(?:this|that|marked)\s+)*(?:point|spot|dot)|(?:spot|point) marked .*"
)
_SEVERAL = {
    *("these", "those", "they", "them", "both", "two", "three", "four"),
    *("objects", "things", "points", "spots"),
}
_POINTING = _SEVERAL | {
    *("this", "that", "it", "other", "marked", "one", "object", "thing", "point", "spot", "the", "of")
}


def picks_of(
    scene: Scene, phrases: Sequence[str], marks: Sequence[Mark], home: dict[int, int], spots: bool
) -> list[Pick]:
    """Return the objects that phrases mean, in their order; marks that no phrase names are taken in order.

    A mark on an object that a name fits, too, decides which one is meant.

    Args:
        marks: with frame numbers of the capture.
        home: from those to the scene's.
        spots: "the red point" is that point, not the object under it.

    Raises:
        RefusedError: a phrase means nothing in the scene, or more than one object, or there are too few marks.
    """
    picks: list[Pick] = []
    named = {color for phrase in phrases if (color := _color(phrase)) is not None}
    waiting = [mark for mark in marks if mark.color not in named]
    for phrase in phrases:
        spot = spots and _SPOT.fullmatch(phrase) is not None
        if (mark := _mark_called(scene, phrase, marks)) is not None:
            picks.append(marked_pick(scene, mark, home, spot and mark.kind == "point"))
        elif things := _called(scene, phrase):
            ids = {thing.id for thing in things}
            pointed = [pick for mark in waiting if (pick := marked_pick(scene, mark, home)).object_id in ids]
            picks.append(pointed[0] if pointed else _one(scene, phrase, things, home))
            waiting = [mark for mark in waiting if mark != picks[-1].mark]
        elif set(phrase.split()) <= _POINTING:
            count = len(waiting) if _SEVERAL & set(phrase.split()) else 1
            if not waiting:
                raise RefusedError(f'"{phrase}" points at something, and no mark is left for it', *_how_to_mark())
            picks += [marked_pick(scene, mark, home, spot and mark.kind == "point") for mark in waiting[:count]]
            waiting = waiting[count:]
        else:
            _unknown(scene, phrase)
    return picks


def marked_pick(scene: Scene, mark: Mark, home: dict[int, int], spot: bool = False) -> Pick:
    """Return the object under a mark; a `spot` may lie on no object.

    Raises:
        RefusedError: the frame is not in the scene, or the mark means no object, or two.
    """
    where = f"the {mark.color} {mark.kind} in frame {mark.frame_index}"
    if mark.frame_index not in home:
        raise RefusedError(
            f"{where}: that frame was left out (no depth, or it does not fit the others)", "mark the object elsewhere"
        )
    ids = scene.frames[home[mark.frame_index]].ids
    number = _under_point(ids, mark.coords) if mark.kind == "point" else _in_box(scene, ids, mark, where)
    if spot:
        return Pick(max(number, 0), where, mark, spot)
    if number <= 0:
        seen = _listed([scene.object(int(i)) for i in np.unique(ids[ids > 0])])
        raise RefusedError(
            f"{where} lies on no object that the capture labels", f"that frame shows: {seen}", *_how_to_mark()[:1]
        )
    return Pick(number, f"the {called(scene.object(number))} ({where})", mark)


def named_pick(scene: Scene, thing: SceneObject) -> Pick:
    """Return an object that is meant by its name, or as one of all; its number tells it from others of that name."""
    shared = thing.category and sum(other.category == thing.category for other in scene.objects) > 1
    return Pick(thing.id, f"the {called(thing)}{f' (object {thing.id})' if shared else ''}")


def called(thing: SceneObject) -> str:
    """Return how an object is called: its category, or its number."""
    return thing.category or f"object {thing.id}"


def check_mark(mark: Mark, size_px: tuple[int, int]) -> None:
    """Raise MarkError unless a mark lies on a frame of (width, height)."""
    try:
        (check_point if mark.kind == "point" else check_box)(mark.coords, size_px)
    except DatasetError as error:
        raise MarkError(f"--{mark.kind} on frame {mark.frame_index}: {error}") from None


def inventory(scene: Scene) -> str:
    """Return in words what a scene has: its frames and its objects by name."""
    return f"{len(scene.frames)} frames; {_listed(scene.objects)}"


def _called(scene: Scene, phrase: str) -> list[SceneObject]:
    """Return the objects that go by a name: those of just that category, and those whose last words it is."""
    return [thing for thing in scene.objects if f" {_plain_category(thing)}".endswith(f" {phrase}")]


def _plain_category(thing: SceneObject) -> str:
    return plain_words(thing.category or "")


def _one(scene: Scene, phrase: str, things: Sequence[SceneObject], home: dict[int, int]) -> Pick:
    if len(things) == 1:
        return named_pick(scene, things[0])
    longest = max(things, key=lambda thing: len(_plain_category(thing)))
    several = len({_plain_category(thing) for thing in things}) > 1
    fuller = (f'use its full name, such as "{longest.category}"',) if several else ()
    examples = ", ".join(
        f"object {thing.id}: --point {_point_on(scene, thing, home)}" for thing in things[:MOST_LISTED]
    )
    reason = f'{len(things)} objects here go by "{phrase}": {_listed(things)}'
    raise RefusedError(reason, *fuller, f"mark the one that is meant ({examples})")


def _point_on(scene: Scene, thing: SceneObject, home: dict[int, int]) -> str:
    """Return a point well inside an object where it is seen largest, as frame,x,y."""
    back = {at: number for number, at in home.items()}
    view = max(thing.views, key=lambda view: view.pixels)
    x, y = inner_point_px(scene.frames[view.frame_index].ids == thing.id)
    return f"{back[view.frame_index]},{x:g},{y:g}"


def _unknown(scene: Scene, phrase: str) -> NoReturn:
    if not scene.objects:
        raise RefusedError(
            f'"{phrase}": the capture labels no objects',
            "add id maps ([labels] or [scores], docs/captures.md)",
            "ask how the camera moved, or for the depth at a point (--point frame,x,y)",
        )
    raise RefusedError(
        f'nothing here is called "{phrase}"', f"it has: {_listed(scene.objects)}", "use one of these names, or mark it"
    )


def _how_to_mark() -> tuple[str, ...]:
    return ("mark it: --point frame,x,y or --box frame,x1,y1,x2,y2 (the first mark is red, then blue, green, yellow)",)


def _listed(things: Sequence[SceneObject]) -> str:
    counts = Counter(called(thing) for thing in things)
    names = [name if count == 1 else f"{name} ({count})" for name, count in sorted(counts.items())]
    more = [f"{len(names) - MOST_LISTED} other names"] if len(names) > MOST_LISTED else []
    return ", ".join(names[:MOST_LISTED] + more) or "no objects"


def _color(phrase: str) -> str | None:
    found = _MARKED.fullmatch(phrase)
    return (found[1] or found[3]) if found else None


def _mark_called(scene: Scene, phrase: str, marks: Sequence[Mark]) -> Mark | None:
    """Return the mark that a phrase names by its colour; None if it names none, or rather an object ("red box")."""
    found = _MARKED.fullmatch(phrase)
    if found is None:
        return None
    color, kind = found[1] or found[3], _KINDS.get(found[2] or "")
    of_color = next((mark for mark in marks if mark.color == color), None)
    if of_color is not None and kind in (None, of_color.kind):
        return of_color
    if _called(scene, phrase):
        return None
    given = ", ".join(f"a {mark.color} {mark.kind} in frame {mark.frame_index}" for mark in marks) or "none"
    raise RefusedError(f'"{phrase}" is no mark of this call (marks: {given})', *_how_to_mark())


def _under_point(ids: np.ndarray[tuple[int, ...], np.dtype[np.int32]], coords: list[float]) -> int:
    return int(ids[int(coords[1]), int(coords[0])])


def _in_box(scene: Scene, ids: np.ndarray[tuple[int, ...], np.dtype[np.int32]], mark: Mark, where: str) -> int:
    """Return the one object that lies mostly in a box, or that fills most of it; 0 if there is none."""
    x1, y1, x2, y2 = mark.coords
    inside = ids[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))]
    fitting = sorted(_fitting(ids, inside), reverse=True)
    if len(fitting) > 1 and 2 * fitting[1][0] >= fitting[0][0]:
        names = _listed([scene.object(number) for _, number in fitting])
        raise RefusedError(f"{where} holds more than one object: {names}", "draw a tighter box, or use --point")
    return fitting[0][1] if fitting else 0


def _fitting(
    ids: np.ndarray[tuple[int, ...], np.dtype[np.int32]], inside: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
) -> Iterator[tuple[int, int]]:
    numbers, counts = np.unique(inside[inside > 0], return_counts=True)
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        if count >= _MOST_INSIDE * min(int((ids == number).sum()), inside.size):
            yield count, number
