"""The prior: what the training split alone says, without a look at the pictures.

A number is the median of the training facts of the same kind: task, aspect, the unit that the question's text names and
the categories that it names. Under MIN_FACTS facts it backs off: without the categories, then without the unit. The
median is that of the values in metres (motions: of each of the five numbers), so it does not depend on the units they
were written in; a fact counts once, in however many forms it is asked. The scene's scale is not looked at: only as far
as the text gives it away, by its unit or a category, does it play a part.

A choice is the option whose text was right most often when it was an option (of the same task and aspect), drawn
towards chance by STRENGTH unseen rows; among equals, the letter that was right most often.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

import numpy as np

from spacevista.errors import DatasetError
from spacevista.evals.answerers import Answer
from spacevista.evals.geometric_match import candidate_of
from spacevista.evals.records import Opened, Sample
from spacevista.evals.replies import MOTION_LENGTH, PLACE_LENGTH, factor, nearest_letter, scaled, unit_in, value_reply
from spacevista.qa.numbers import COARSEST_STEP
from spacevista.qa.options import LETTERS
from spacevista.qa.patterns import templates
from spacevista.qa.plan_words import pattern_aspect
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question
from spacevista.tasks.facts import Candidate

LENGTHS = (1, PLACE_LENGTH, MOTION_LENGTH)
MIN_FACTS = 5  # the median of fewer facts is worth less than that of a wider kind
WIDEST = 2  # parts of a kind with nothing but its task and aspect: any number of facts will do
STRENGTH = 5.0  # rows at chance that every option text starts with
NO_ROWS = "no training rows for this type"
_NAMED = re.compile(r"the (?!object )(.+?)(?: in picture \d+)?", re.IGNORECASE)
_PLACE = re.compile(r" in picture \d+$")
_UNNAMED = frozenset({("depth_estimation", "point_z")})  # asked of a spot, never of an object

_SLOTS: dict[str | None, str] = {
    "a": "(.+?)",
    "b": "(.+?)",
    "one": "(?:an? )(?P<kind>.+?)",
    "plural": "(?P<kind>.+?)",
    "unit": r"\S+(?: \S+)?",
    None: "",
}

Aspect = tuple[str, str]  # task and aspect
Kind = tuple[str, ...]  # task, aspect; then the unit in the text; then the categories in it, in order of the alphabet


class Prior:
    """Answers from medians and shares of a training split."""

    name = "prior"
    needs_frames = False

    def __init__(self, questions: Sequence[Question]) -> None:
        """Take the rows of the training split among `questions`.

        Raises:
            DatasetError: there is none, or one whose id does not spell out what is asked.
        """
        rows = sorted((q for q in questions if q.split == "train"), key=lambda question: question.id)
        if not rows:
            raise DatasetError(f"prior: expected rows of the training split, got none among {len(questions)}")
        self.source = f"{len(rows)} training rows, sha256 {_hash(rows)}"
        self._medians, self._units = medians(rows)
        self._shown: Counter[Kind] = Counter()
        self._right: Counter[Kind] = Counter()
        self._letters: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._sentences: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
        for row in rows:
            if not row.value:
                self._count_choice(row)

    @classmethod
    def from_data(cls, path: Path) -> Prior:
        """Read the training split of a data set (its folder, its Parquet file, or its file in the released form).

        Raises:
            DatasetError: as `read_questions`, or there is no training split.
        """
        return cls(read_questions(path))

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Answer one question; `media` is not looked at."""
        return self.answered(sample)

    def answered(self, sample: Sample) -> Answer:
        """Answer one question; with nothing of its kind in the training split it is refused."""
        aspect = self._aspect(sample)
        text = None if aspect is None else self._text(sample, aspect)
        return Answer(None, failure=NO_ROWS, refused=True) if text is None else Answer(text)

    def _aspect(self, sample: Sample) -> Aspect | None:
        if sample.benchmark != "spacevista_sim":
            return None  # types of other benchmarks are other questions, even where a word of theirs is ours
        try:
            candidate = candidate_of(sample.id, sample.scene_id)
        except DatasetError:
            return None
        return worded(candidate)

    def _text(self, sample: Sample, aspect: Aspect) -> str | None:
        options = sample.options
        median = next((self._medians[k] for k in kinds(aspect, sample.prompt) if k in self._medians), None)
        if median is None:
            return self._choice(sample, aspect)
        if sample.form == "mc":
            return nearest_letter(options, median)
        unit = unit_in(sample.prompt) or self._units[aspect]
        return value_reply(sample.form, aspect, scaled(median, 1 / factor(unit)), COARSEST_STEP, unit, sample.prompt)

    def _choice(self, sample: Sample, aspect: Aspect) -> str | None:
        if sample.form != "mc":
            said = self._sentences.get(aspect)
            return said.most_common(1)[0][0] if said else None
        if not sample.options or (aspect not in self._shown):
            return None
        letters = LETTERS[: len(sample.options)]
        often = self._letters[len(sample.options)]
        shares = dict(zip(letters, self._shares(aspect, sample.options), strict=True))
        return max(letters, key=lambda letter: (shares[letter], often[letter]))

    def _shares(self, aspect: Aspect, options: Sequence[str]) -> list[float]:
        """Return for each option how often its text was right, of the times that it was an option."""
        keys = [(*aspect, _PLACE.sub("", option)) for option in options]
        chance = STRENGTH / len(options)
        return [(self._right[key] + chance) / (self._shown[key] + STRENGTH) for key in keys]

    def _count_choice(self, row: Question) -> None:
        aspect = worded(candidate_of(row.id, row.scene_id))
        if row.form == "free":
            self._sentences[aspect][row.answer] += 1
            return
        self._shown[aspect] += 1
        self._letters[len(row.options)][row.answer] += 1
        for letter, option in zip(LETTERS, row.options, strict=False):
            key = (*aspect, _PLACE.sub("", option))
            self._shown[key] += 1
            self._right[key] += letter == row.answer


def medians(rows: Sequence[Question]) -> tuple[dict[Kind, tuple[float, ...]], dict[Aspect, str]]:
    """Return the median of every kind with enough facts (metres, degrees), and the usual unit of each aspect."""
    values: defaultdict[Kind, dict[str, list[float]]] = defaultdict(dict)
    units: defaultdict[Aspect, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.value:
            aspect = worded(candidate_of(row.id, row.scene_id))
            units[aspect][row.unit] += 1
            for kind in kinds(aspect, row.question):
                values[kind][row.fact_id] = scaled(row.value, factor(row.unit))
            _require_alike(row, values[aspect])
    found = {
        kind: tuple(float(m) for m in np.median(list(facts.values()), axis=0))
        for kind, facts in values.items()
        if len(facts) >= MIN_FACTS or len(kind) == WIDEST
    }
    return found, {kind: counts.most_common(1)[0][0] for kind, counts in units.items()}


def _require_alike(row: Question, others: dict[str, list[float]]) -> None:
    first = next(iter(others.values()))
    if len(row.value) != len(first) or len(first) not in LENGTHS:
        raise DatasetError(
            f"{row.id}: expected 1 number, 2 or {MOTION_LENGTH}, as in {len(first)}, got {len(row.value)}"
        )


def worded(candidate: Candidate) -> Aspect:
    """Return the task and the aspect as a question's words tell it: an id may hold the answer (the side of an end)."""
    return candidate.task, pattern_aspect(candidate)


def kinds(aspect: Aspect, text: str) -> Iterator[Kind]:
    """Yield what a question of a task and aspect is like, from narrow to wide."""
    unit, names = unit_in(text), names_in(aspect, text)
    if names:
        yield (*aspect, unit, *names)
    yield (*aspect, unit)
    yield aspect


def names_in(aspect: Aspect, text: str) -> tuple[str, ...]:
    """Return the categories that a question names, sorted; () where it points with marks or is not worded by us."""
    for pattern in _asked(aspect):
        if found := pattern.match(text):
            named = [_NAMED.fullmatch(phrase) for phrase in found.groups()]
            kind = found.groupdict().get("kind")
            return tuple(sorted([match[1].lower() for match in named if match] + ([kind.lower()] if kind else [])))
    return ()


@cache
def _asked(aspect: Aspect) -> tuple[re.Pattern[str], ...]:
    """Return our sentence patterns of a task and aspect that mention one or two objects or a kind, as expressions."""
    if aspect in _UNNAMED:
        return ()
    task, name = aspect
    found = (templates().aspects.get((task, worded)) for worded in (name, f"{name}_across"))
    asks = (ask for patterns in found if patterns is not None for ask in patterns.ask)
    return tuple(_expression(ask) for ask in asks if "{a}" in ask or "{plural}" in ask)


def _expression(ask: str) -> re.Pattern[str]:
    parts: list[str] = []
    for text, slot, _, _ in Formatter().parse(ask):
        again = slot in ("one", "plural") and any("?P<kind>" in part for part in parts)
        parts.append(re.escape(text) + ("(?P=kind)" if again else _SLOTS.get(slot, ".+?")))
    return re.compile("".join(parts), re.IGNORECASE)


def _hash(rows: Sequence[Question]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        value = [float(number) for number in row.value]
        digest.update(repr((row.id, row.question, row.options, row.answer, value, row.unit)).encode())
    return digest.hexdigest()[:16]
