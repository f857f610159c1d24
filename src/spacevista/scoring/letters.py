"""Letters and options in any dress: "(B)", "B.", "**B**", "option b", "The answer is B", or the option's own words.

Rules stand in order of how plainly they say which option is meant. The first that names one decides; if it names two,
the text holds no answer. "a" and "I" are words too: they count only where they cannot be one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from spacevista.scoring.dress import undress
from spacevista.scoring.memory import remembered

LETTERS = string.ascii_uppercase

# A letter, bracketed or not, that no Latin letter touches (words of other scripts may: they have no spaces).
_WORD = "[0-9A-Za-z_À-ɏ]"
_START = rf"(?<!{_WORD})(?<!{_WORD}['-])"
_END = rf"(?!{_WORD}|['-]{_WORD})"
_LETTER = rf"(?:[(\[<{{]\s*)?{_START}(?P<letter>[A-Za-z]){_END}(?:\s*[)\]>}}])?"
_NAME = r"(?:option|choice|letter|answer)"


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("LETTER", _LETTER).replace("NAME", _NAME), re.IGNORECASE)


ONLY = _rule(r"\W*(?:NAME\b\W*)?LETTER\W*")
LIST = re.compile(rf"\W*({_LETTER})((?:\s*(?:[,/&+]|\bor\b|\band\b)\s*[(\[]?[A-Z]{_END}[)\]]?)+)", re.IGNORECASE)
SINGLE = re.compile(rf"{_START}[A-Za-z]{_END}")
LEADING = re.compile(
    rf"\W*(?:{_START}([A-Za-z])\s*[.):]|[(\[]([A-Za-z])[)\]]|([B-HJ-Z]){_END}|(A)(?=\s+(?:is|was)\b))(?=\s|\W|$)"
)
LINE_START = re.compile(r"^\W*([A-Z])[.):]", re.MULTILINE)  # the options once more, instead of an answer
SAID = (
    _rule(
        r"\b(?:answer|ans|choice|option|solution|response)\b\s*(?:(?:is|would\s+be|must\s+be|should\s+be)\b|[:=])+\s*:?\s*"
        r"(?:the\s+)?(?:NAME\b\s*)?['\"]?LETTER"
    ),
    _rule(
        r"\b(?:NAME\s+)?LETTER['\"]?\s*(?:is|was|seems|looks|must\s+be|would\s+be)\s+(?:the\s+)?(?:most\s+likely\s+)?"
        r"(?:correct|right|true|answer|best)\b"
    ),
    _rule(r"\b(?:choose|chose|select|pick|go(?:ing)?\s+with)\s+(?:the\s+)?(?:NAME\s+)?['\"]?LETTER"),
)
MENTIONED = (
    _rule(r"\b(?:option|choice|letter)\s+['\"]?LETTER"),
    re.compile(r"[(\[](?P<letter>[A-Za-z])[)\]]"),
    re.compile(rf"^[^\w\n]*{_START}(?P<letter>[A-Za-z]){_END}[^\w\n]*$", re.MULTILINE),
    re.compile(rf"{_START}(?P<letter>[A-Z]){_END}"),
)
NEGATED = re.compile(
    r"(?:\b(?:not|cannot|never|neither|nor|rather\s+than|instead\s+of|(?:rul(?:e|ed|ing)\s+out|(?:eliminat|exclud)(?:e|ed|ing)))"
    r"|n't)\s+(?:be\s+)?(?:(?:option|choice|answer)\s+)?\W*$",
    re.IGNORECASE,
)
RULED_OUT = re.compile(
    r"\W*(?:(?:is|was|seems|looks|ca|can|could|would)\s*(?:n't|not)|(?:(?:is|was|seems|looks)\s+)?(?:wrong|incorrect|false)"
    r"|n't|not\s+(?:correct|right|true))\b",
    re.IGNORECASE,
)
ANOTHER = re.compile(rf"\s*(?:[,/&+]|or\b|and\b)\s*[(\[]?[A-Z]{_END}")
NO_ARTICLE = (  # words that no article comes before
    r"(?:is|was|looks|seems|appears|and|or|nor|because|since|as|than|to|from|with|in|on|at|of|by|but)\b"
)
WORD_BEHIND = re.compile(rf"[\"')\]]*\s+(?!{NO_ARTICLE})[a-z]")
LOOK_BACK = 30

PREFIX = re.compile(r"^\s*[(\[]?[A-Z]\s*[.):\]]\s+")  # of an option as the files write it: "A. the chair"
LEAD_IN = re.compile(
    r"^(?:(?:so|therefore|thus)\b\W*)?(?:(?:the|my)\s+)?(?:(?:final|correct|right)\s+)?(?:answer|it|option|choice)"
    r"(?:\s+is\b|\s+would\s+be\b|\s*:)\s*:?\s*",
    re.IGNORECASE,
)
TAIL = re.compile(r"\s+is\s+(?:the\s+)?(?:correct|right)(?:\s+answer)?\W*$", re.IGNORECASE)
HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")  # "front-left" and "front left" are the same words
ARTICLES = re.compile(r"\b(?:the|a|an)\b")
NO_WORDS = re.compile(r"[^\w.+-]+|(?<!\d)\.|\.(?!\d)|(?<!\w)[+-](?!\d)|-(?=\W|$)")


def read_letter(text: str, count: int = 4, options: Sequence[str] = ()) -> str | None:
    """Return the one option letter that an answer names, a capital among the first `count`; None if none or several.

    `options`, where known, are their texts in order, and decide the count: an answer that repeats exactly one of them
    names its letter.

    >>> read_letter("The answer is (b)."), read_letter("A or B"), read_letter("red cup", 2, ("a box", "the red cup"))
    ('B', None, 'B')
    """
    return _read_letter(text, len(options) or count, tuple(options))


@remembered
def _read_letter(text: str, count: int, options: tuple[str, ...]) -> str | None:
    plain = undress(text)
    allowed = LETTERS[: min(count, len(LETTERS))]
    if only := ONLY.fullmatch(plain):
        return _one({only["letter"].upper()}, allowed)
    if exact := {letter for letter, option in _lettered(options) if same_text(plain, option)}:
        return _one(exact, allowed)
    if several := LIST.match(plain):
        return _one({letter.upper() for letter in SINGLE.findall(several.group())}, allowed)
    for rule in SAID:
        if named := _named(rule, plain):
            return _one(named, allowed)
    if leading := LEADING.match(plain):
        rest = plain[leading.end() :]
        a_list = len(set(LINE_START.findall(plain))) > 1
        if not a_list and not ANOTHER.match(rest) and not RULED_OUT.match(rest):
            return _one({leading[leading.lastindex or 0].upper()}, allowed)
    for rule in MENTIONED:
        if named := _named(rule, plain):
            return _one(named, allowed)
    return read_option(plain, options)


def read_option(text: str, options: Sequence[str]) -> str | None:
    """Return the letter of the one option whose words an answer holds; None if it holds none, or several.

    An option that is part of another one that the text holds ("left" in "front left") does not count.

    >>> read_option("I think that the red cup is closest.", ("the box", "the red cup"))
    'B'
    """
    words = f" {plain_words(text)} "
    held = [(letter, f" {option} ") for letter, option in _lettered(options) if option and f" {option} " in words]
    kept = {
        letter
        for letter, option in held
        if f" not{option}" not in words and not any(option != other and option in other for _, other in held)
    }
    return _one(kept, LETTERS)


def same_text(first: str, second: str) -> bool:
    """Tell whether two answers say the same words: case, punctuation, dress, articles and a lead-in do not count.

    >>> same_text("The answer is: **the red cup**.", "Red cup")
    True
    """
    return plain_words(first) == plain_words(second)


@remembered
def plain_words(text: str) -> str:
    """Return the words of an answer in lower case, single-spaced, without dress, lead-in, punctuation and articles."""
    bare = TAIL.sub("", LEAD_IN.sub("", undress(text))).lower()
    bare = HYPHEN.sub(" ", bare)
    return " ".join(ARTICLES.sub(" ", NO_WORDS.sub(" ", bare)).split()) or " ".join(bare.split())


def _lettered(options: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words of each option with its letter; a letter in front of it is taken off."""
    return [(letter, plain_words(PREFIX.sub("", option))) for letter, option in zip(LETTERS, options, strict=False)]


def _named(rule: re.Pattern[str], text: str) -> set[str]:
    """Return the letters that a rule finds, without those that are ruled out ("not B") and those that are words."""
    named = set()
    for found in rule.finditer(text):
        letter, start, end = found["letter"], *found.span("letter")
        ruled_out = any(NEGATED.search(text[max(0, at - LOOK_BACK) : at]) for at in (found.start(), start))
        is_word = letter in ("a", "i", "I") or (letter == "A" and rule is MENTIONED[-1])
        if ruled_out or RULED_OUT.match(text, found.end()) or (is_word and WORD_BEHIND.match(text, end)):
            continue
        named.add(letter.upper())
        if another := ANOTHER.match(text, found.end()):
            named.update(SINGLE.findall(another.group()))
    return named


def _one(named: set[str], allowed: str) -> str | None:
    return next(iter(named)) if len(named) == 1 and named <= set(allowed) else None
