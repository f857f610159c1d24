"""Questions without a length: further left, larger in the picture, how many, which is the same one.

What a base model learns from them is to look: marks, things, frames. The scale plays no part in any answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
from experiments.all_scale import words
from experiments.all_scale.frames import Shot
from experiments.all_scale.row import Ask, mark_on

from spacevista.qa.options import LETTERS, shuffled
from spacevista.qa.patterns import fill
from spacevista.qa.record import COLORS, Mark, TaskName

APART = 0.06  # of the picture's side between the middles of two things that are told left from right
LARGER = 1.3  # ratio of visible pixels
EACH = 2  # rows of a task, a scene


def base_asks(shot: Shot, rng: np.random.Generator) -> Iterator[Ask]:
    """Yield up to two rows of each task."""
    pairs = list(combinations(shot.asked, 2))
    order = [pairs[place] for place in rng.permutation(len(pairs)).tolist()]
    asks = [
        *[ask for pair in order if (ask := _left(shot, pair, rng))][:EACH],
        *[ask for pair in order if (ask := _larger(shot, pair, rng))][:EACH],
        *_counts(shot, rng),
        *_matches(shot, rng),
    ]
    yield from (replace(ask, rationale=seen_in(shot, ask.marks)) for ask in asks)


def seen_in(shot: Shot, marks: tuple[Mark, ...]) -> str:
    """Return what the picture of the first mark shows (the first picture, without marks): it teaches to look.

    A letter alone is two bits; from those, eight thousand samples teach a network from scratch nothing (README).
    """
    frame = marks[0].frame_index if marks else 0
    colors = {mark.object_id: f"{mark.color} " for mark in marks if mark.frame_index == frame}
    layout = shot.scene.layout
    things = [(f"{colors.get(t.id, '')}{t.name}", shot.sights[t.id][frame].box) for t in layout.things]
    return words.seen_line(frame, things, [item.kind.name for item in shot.scene.items], layout.camera.width_px)


def _two(
    shot: Shot,
    task: TaskName,
    aspect: str,
    sentence: str,
    pair: tuple[int, int],
    frame: int,
    first: bool,
    margin: float,
    rng: np.random.Generator,
) -> Ask:
    """Return a choice between two boxed things; `first` tells whether pair[0] is right."""
    mentioned = pair if rng.random() < 0.5 else pair[::-1]
    marks = tuple(mark_on(shot, number, frame, "box", color) for number, color in zip(mentioned, COLORS, strict=False))
    right = mentioned.index(pair[0] if first else pair[1])
    options, place = shuffled([words.marked(mark.color) for mark in marks], right, rng)
    a, b = (words.pointed("box", mark.color) for mark in marks)
    text = fill(sentence, {"number": str(frame + 1), "a": a, "b": b})
    return _choice(task, aspect, mentioned, text, options, place, marks, (frame,), margin)


def _choice(
    task: TaskName,
    aspect: str,
    objects: tuple[int, ...],
    text: str,
    options: list[str],
    right: int,
    marks: tuple[Mark, ...],
    frames: tuple[int, ...],
    margin: float,
) -> Ask:
    lines = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False))
    question = f"{text}\n{lines}\n{words.CHOOSE}"
    return Ask(
        task,
        aspect,
        objects,
        "mc",
        question,
        LETTERS[right],
        options=tuple(options),
        marks=marks,
        frames=frames,
        margin=margin,
    )


def _left(shot: Shot, pair: tuple[int, int], rng: np.random.Generator) -> Ask | None:
    frame = int(rng.integers(len(shot.colors)))
    first, second = ((shot.sights[n][frame].box[0] + shot.sights[n][frame].box[2]) / 2 for n in pair)
    apart = abs(first - second) / shot.scene.layout.camera.width_px
    if apart < APART:
        return None
    return _two(shot, "position_comparison", "left", words.LEFT, pair, frame, first < second, apart, rng)


def _larger(shot: Shot, pair: tuple[int, int], rng: np.random.Generator) -> Ask | None:
    frame = int(rng.integers(len(shot.colors)))
    first, second = (shot.sights[n][frame].pixels for n in pair)
    ratio = max(first, second) / min(first, second)
    if ratio < LARGER:
        return None
    return _two(shot, "size_comparison", "picture", words.LARGER, pair, frame, first > second, ratio - 1, rng)


def _counts(shot: Shot, rng: np.random.Generator) -> Iterator[Ask]:
    """Yield how many there are of some names; only where every thing is clearly seen in every frame."""
    things = shot.scene.layout.things
    if len(shot.asked) < len(things):
        return
    names = sorted({thing.name for thing in things})
    for place in rng.permutation(len(names)).tolist()[:EACH]:
        objects = tuple(thing.id for thing in things if thing.name == names[place])
        question = f"{words.COUNT.format(name=names[place])} {words.ONE_NUMBER}"
        yield Ask("object_counting", "named", objects, "reg", question, str(len(objects)), (float(len(objects)),))


def _matches(shot: Shot, rng: np.random.Generator) -> Iterator[Ask]:
    """Yield which of two or three things in one frame is the one marked in another; namesakes first among the wrong."""
    things = shot.scene.layout.things
    for target in [shot.asked[i] for i in rng.permutation(len(shot.asked)).tolist()[:EACH]]:
        others = [n for n in shot.asked if n != target]
        if not others:
            return
        others.sort(key=lambda n: (things[n - 1].name != things[target - 1].name, n))
        shown = [target, *others[:2]]
        order = [shown[i] for i in rng.permutation(len(shown)).tolist()]
        start, end = (int(i) for i in rng.choice(len(shot.colors), 2, replace=False))
        marks = [mark_on(shot, target, start, "box", COLORS[0])]
        marks += [mark_on(shot, n, end, "box", color) for n, color in zip(order, COLORS[1:], strict=False)]
        options, right = shuffled([words.marked(mark.color) for mark in marks[1:]], order.index(target), rng)
        a = f"{words.pointed('box', COLORS[0])} in picture {start + 1}"
        text = fill(words.MATCH, {"number": str(end + 1), "a": a})
        yield _choice("object_matching", "same", (target,), text, options, right, tuple(marks), (start, end), 0.0)
