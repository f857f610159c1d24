"""Taking the dress off an answer: Unicode variants, Markdown and LaTeX, until plain text is left."""

from __future__ import annotations

import re
import unicodedata

from spacevista.scoring.official import CLOSE, OPEN
from spacevista.scoring.units import unit_at

LONGEST = 8_000  # characters that are looked at, from the end: answers have 1,024 tokens at most, patterns stay fast
BEHIND_BOX = 40  # characters behind a boxed number in which its unit may stand

THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
THOUGHT = re.compile(r"</think>", re.IGNORECASE)
TAG = re.compile(r"</?(?:[A-Za-z]\w+|[biups])\s*/?>|<\|[^<>|]*\|>")  # and special tokens; "<B>" is a letter

BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
FRACTION = re.compile(r"\\[dt]?frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}")
WRAPPED = re.compile(r"\\(?:(?:text|math)(?:bf|it|rm|sf|tt)?|rm|bf|mbox|fbox|operatorname|unit|si|num)\s*\{([^{}]*)\}")
MEASURED = re.compile(r"\\(?:SI|qty)\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
BEFORE_POWER = re.compile(r"\s+\^")
SPACING = re.compile(r"\\[,;:! ]|\\(?:quad|qquad|enspace|thinspace)\b|~(?=\s*\\)|(?<=\d)~(?=[a-zA-Z])")
SYMBOLS: dict[str, str] = {
    **dict.fromkeys((r"\times", r"\cdot"), "×"),
    **dict.fromkeys((r"\circ", r"\degree"), "°"),
    **dict.fromkeys((r"\le", r"\leq"), "≤"),
    **dict.fromkeys((r"\ge", r"\geq"), "≥"),
    **dict.fromkeys((r"\approx", r"\sim", r"\left", r"\right"), ""),
    r"\pm": "±",
    r"\%": "%",
    r"\lt": "<",
    r"\gt": ">",
    r"\mu": "μ",
}
SYMBOL = re.compile("|".join(rf"{re.escape(name)}(?![a-zA-Z])" for name in sorted(SYMBOLS, key=len, reverse=True)))
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
RAISED_RUN = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
VULGAR = re.compile(r"[¼-¾⅐-⅞]")
TO_THE_POWER = re.compile(r"(?<=\d)\*\*(?=-?\d)|<sup>(?=-?\d)", re.IGNORECASE)
MARKDOWN = re.compile(
    r"\*\*|__|`+|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)|^\s*#{1,6}\s+|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)", re.MULTILINE
)
BLANKS = re.compile(r"[^\S\n]+")
BREAKS = re.compile(r" ?\n\s*")
CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–−﹣－", "-"),
        **dict.fromkeys("’‘‛", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("∗⋅·", "×"),
        **dict.fromkeys("º˚", "°"),
        "µ": "μ",
        "…": "—",
        "，": ",",
        "″": '"',
        "′": "'",
    }
)


def answer_part(text: str) -> str:
    """Return the part of a reply that is its answer, as the strict parser takes it.

    What is thought aloud (in <think>, or before a </think>) is no answer. The first <answer> with something in it
    is, closed or not; where there is none, all that is left.
    """
    if "<" not in text:
        return text.strip()
    spoken = THINKING.sub(" ", text)
    spoken = spoken[[0, *(found.end() for found in THOUGHT.finditer(spoken))][-1] :]
    rest = 0
    while opened := OPEN.search(spoken, rest):
        closed = CLOSE.search(spoken, opened.end())
        inside = spoken[opened.end() : closed.start() if closed else None].strip()
        if inside or closed is None:
            return inside
        rest = closed.end()
    return spoken[rest:].strip()


def undress(text: str) -> str:
    """Return a text without LaTeX, Markdown and tags, digits of all scripts as 0-9; a boxed part stands for the whole.

    >>> undress(r"The gap is $\\boxed{6.3\\,\\text{cm}}$.")
    '6.3 cm'
    """
    text = text[-LONGEST:]
    if boxes := list(BOXED.finditer(text)):
        text = _boxed(text, boxes[-1])
    if "\\" in text or "$" in text or "{" in text:
        text = _without_latex(text)
    if not text.isascii():
        text = _without_variants(text)
    text = TAG.sub(" ", MARKDOWN.sub("", TO_THE_POWER.sub("^", text)))
    return BREAKS.sub("\n", BLANKS.sub(" ", text)).strip()


def _boxed(text: str, box: re.Match[str]) -> str:
    """Return what a box holds, with the unit behind it if it ends with a digit."""
    behind = _without_latex(text[box.end() : box.end() + BEHIND_BOX]).lower().lstrip()
    unit = unit_at(behind, 0) if box[1].rstrip()[-1:].isdigit() else None
    return f"{box[1]} {behind[: unit[1]]}" if unit else box[1]


def _without_latex(text: str) -> str:
    text = MEASURED.sub(r" \1 \2 ", text)
    text = FRACTION.sub(r" \1/\2 ", text)
    text = SPACING.sub(" ", text.replace("{,}", ","))
    for _ in range(3):  # a wrapper within a wrapper within a wrapper
        text = WRAPPED.sub(r" \1 ", text)
    text = BEFORE_POWER.sub("^", text)
    text = SYMBOL.sub(lambda found: SYMBOLS[found.group()], text)
    text = text.replace("^{°}", "°").replace("^°", "°").replace("$", " ").replace("\\(", " ").replace("\\)", " ")
    return text.replace("\\[", " ").replace("\\]", " ").replace("{", "").replace("}", "").replace("\\", " ")


def _without_variants(text: str) -> str:
    text = RAISED_RUN.sub(lambda found: "^" + found.group().translate(RAISED), text)
    text = VULGAR.sub(lambda found: " " + unicodedata.normalize("NFKC", found.group()).replace("⁄", "/"), text)
    text = unicodedata.normalize("NFKC", text.translate(CHARACTERS)).translate(CHARACTERS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
