"""Understanding a question without a language model: whole-sentence patterns, kept as data in grammar.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from spacevista.ask.record import Reading
from spacevista.qa.patterns import slots_of, templates
from spacevista.scoring.units import UNITS

# What `ask` measures; questions of other tasks are not understood.
TASKS = (
    *("object_size", "size_comparison", "absolute_distance", "relative_distance", "depth_estimation", "view_change"),
)
MAX_QUESTION = 500  # characters: of a sentence or two
SLOT_ORDER = ("anchor", "a", "b", "list")  # as in a candidate: what is measured from comes first
GAP = r"[\s,]+"
COMMA = r"(?:\s*,\s*|\s+(?=(?:the|a|an)\s))"  # people leave it out: "which is taller the cup or the box"

_LENGTHS = "|".join(
    re.escape(name)
    for name in sorted((n for n, unit in UNITS.items() if unit.dimension == "length" and n != "in"), key=len)[::-1]
)
_UNIT = re.compile(rf"\b(?:in|how many)\s+({_LENGTHS})\b")
_FRAME = r"frames?\s+#?"
_PLACE = r"(?:(?:in|at|on|from|between|of|for|to|and|until)\s+)"
_FRAMES = re.compile(
    rf",?\s*\b(?:(?:as\s+)?seen\s+)?{_PLACE}?{_FRAME}(\d+)((?:\s*(?:,|and|to|or|-|–)\s*{_PLACE}?(?:{_FRAME})?\d+)*)\b"
)
_LISTED = re.compile(r"\s*(?:,|\band\b|\bor\b|\bversus\b|\bvs\b)\s*")
_FIRST_WORDS = re.compile(r"^(?:(?:the|a|an|either|both|to|from|that of|those of)\s+)+")


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    task: str
    aspect: str
    ask: tuple[str, ...]
    least: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    openings: tuple[str, ...]
    fillers: tuple[str, ...]
    rule: tuple[_Rule, ...]


@dataclass(frozen=True)
class _Pattern:
    task: str
    aspect: str
    least: bool
    matches: re.Pattern[str]


@dataclass(frozen=True)
class _Plain:
    """A question in plain lower-case words, with the frames and the unit that were taken out of it."""

    text: str
    frames: tuple[int, ...]
    unit: str


def read(question: str) -> Reading | None:
    """Return what a question asks for, or None if it is none of the six tasks' questions.

    >>> reading = read("Please tell me: how far is the cup from the box, in mm?")
    >>> reading.task, reading.phrases, reading.unit
    ('absolute_distance', ('cup', 'box'), 'mm')
    """
    if len(question) > MAX_QUESTION:
        return None
    plain = _plain(question)
    found = [(pattern, match) for pattern in _patterns() if (match := pattern.matches.fullmatch(plain.text))]
    if not found:
        return None
    pattern, match = min(found, key=lambda pair: _left_over(pair[1]))
    slots = {name: text for name, text in match.groupdict().items() if text}
    phrases = [phrase for slot in SLOT_ORDER if slot in slots for phrase in _phrases(slot, slots[slot])]
    return Reading(
        task=pattern.task,
        aspect="which_nearest" if pattern.aspect == "which_nearest_across" else pattern.aspect,
        least=pattern.least,
        phrases=tuple(phrases),
        open_end=not {"b", "list"} & slots.keys(),
        frames=plain.frames,
        unit=plain.unit,
    )


def plain_words(text: str) -> str:
    """Return a text in lower case with single blanks and without punctuation other than commas and apostrophes."""
    text = text.lower().replace("’", "'").replace("_", " ")
    text = re.sub(r"\b(what|how|where|which|who)'s\b", r"\1 is", text)
    text = re.sub(r"[?!()\"“”]|[.;](?!\d)", " ", text)
    text = re.sub(r"[:–—]", ",", text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)
    return re.sub(r"\s*,[\s,]*", ", ", re.sub(r"\s+", " ", text)).strip(" ,")


def _plain(question: str) -> _Plain:
    text = plain_words(question)
    units = [match[1] for match in _UNIT.finditer(text)]
    text = _UNIT.sub(lambda m: "how many units" if m[0].startswith("how") else "", text)
    frames = [int(number) for match in _FRAMES.finditer(text) for number in re.findall(r"\d+", match[0])]
    text = plain_words(_FRAMES.sub("", text))
    fillers, openings = _words("fillers"), _words("openings")
    text = plain_words(re.sub(rf"\b(?:{fillers})\b", "", text))
    text = re.sub(rf"^(?:(?:{openings}){GAP})+", "", text)
    return _Plain(text, tuple(dict.fromkeys(frames)), units[0] if units else "")


def _left_over(match: re.Match[str]) -> tuple[int, int]:
    """Return how badly a match fits: lists of one thing and single objects that are lists, then characters in slots."""
    slots = {name: text for name, text in match.groupdict().items() if text}
    misfits = sum((name == "list") != bool(_LISTED.search(text)) for name, text in slots.items())
    return misfits, sum(map(len, slots.values()))


def _phrases(slot: str, text: str) -> Iterator[str]:
    parts = _LISTED.split(text) if slot == "list" else [text]
    for part in parts:
        if phrase := _FIRST_WORDS.sub("", part.strip(" ,")):
            yield phrase


@cache
def _file() -> _File:
    text = (files("spacevista.ask") / "grammar.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def _words(field: str) -> str:
    phrases: Sequence[str] = getattr(_file(), field)
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


@cache
def _patterns() -> tuple[_Pattern, ...]:
    own = [_Pattern(r.task, r.aspect, r.least, _compiled(ask)) for r in _file().rule for ask in r.ask]
    return (*own, *_templates())


def _templates() -> Iterator[_Pattern]:
    """Yield the sentence patterns of data sets; they hold no brackets once they are plain."""
    known = {key: patterns for key, patterns in templates().aspects.items() if key[0] in TASKS}
    for (task, aspect), patterns in known.items():
        for ask in patterns.ask:
            slots = {name: f"slot{name}slot" for name in slots_of(ask)} | {"unit": "cm"}
            text = _plain(ask.format_map(slots)).text
            yield _Pattern(task, aspect, False, _compiled(re.sub(r"slot([a-z]+)slot", r"{\1}", text)))


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern; a slot that comes again must hold the same words."""
    seen: set[str] = set()
    out: list[str] = []
    for piece in re.findall(r"\{[a-z]+\}|,? |.", pattern):
        if piece.startswith("{"):
            name = piece[1:-1]
            out.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
            seen.add(name)
        elif piece.endswith(" "):
            out.append(COMMA if piece.startswith(",") else GAP)
        else:
            out.append({"[": "(?:", "]": ")?"}.get(piece) or (piece if piece in "(|)" else re.escape(piece)))
    return re.compile("".join(out))
