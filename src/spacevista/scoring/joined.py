"""How one thing is joined to another, read from a closed list of words: "resting on it", "what it hangs from", "apart".

Said of the first thing that the question names. A pile is a support too: "stacked on it" is read as "on". Words that
name two relations, and words that are not in the list, are no answer.
"""

from __future__ import annotations

import re

from spacevista.scoring.closed import read_yes_no
from spacevista.scoring.dress import undress

# By what is read, in this order; what a pattern matched is taken out before the next one looks.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("apart", r"apart|separate[d]?|not (?:joined|touching|in contact|connected)|do(?:es)? not touch|"
              r"no (?:contact|relation)|unconnected|none of (?:these|them|the above)"),
    ("plugged", r"plugged(?: together| into| in)?|plugs into|socketed|mated"),
    ("hung_from", r"what (?:it|\w+ \w+) hangs (?:from|on)|(?:is|are) hung (?:from|on|upon) by"),
    ("hanging", r"hang(?:s|ing)?(?: down)?(?: from| on| off)?|hung|suspended(?: from)?|dangl(?:es|ing)(?: from)?"),
    ("leant_on", r"what (?:it|\w+ \w+) leans (?:against|on)|leaned (?:on|against) by|leant (?:on|against) by"),
    ("leaning", r"lean(?:s|ing|ed|t)?(?: against| on)?|propped(?: up)?(?: against)?"),
    ("stuck_to", r"what (?:it|\w+ \w+) sticks (?:to|on)"),
    ("stuck", r"st(?:icks|icking|uck)(?: to| on| onto)?|adher(?:es|ing|ed)(?: to)?|glued(?: to| on| onto)?|"
              r"attached(?: to)?"),
    ("encircled", r"what (?:it|\w+ \w+) goes (?:all )?around|(?:en)?circled by|surrounded by|ringed by"),
    ("around", r"(?:goes |going |all )*around|encircl(?:es|ing)|surround(?:s|ing)"),
    ("holding", r"what (?:it|\w+ \w+) (?:lies|is) (?:in|inside)|contain(?:s|ing)|hold(?:s|ing) (?:it|\w+ \w+) inside"),
    ("in", r"(?:lying |lies |is )?(?:inside|in|within|contained (?:in|by))"),
    ("under", r"what (?:it|\w+ \w+) (?:rests|lies|stands|sits|is stacked) (?:on|upon)|under(?:neath)?|beneath|below|"
              r"carr(?:ies|ying)|bear(?:s|ing)|support(?:s|ing)"),
    ("on", r"on(?: top of)?|onto|upon|atop|rest(?:s|ing)(?: on)?|stacked(?: on)?|supported by|carried by|borne by"),
)  # fmt: skip
# How questions point at things: no relation of theirs.
POINTING = re.compile(
    r"\b(?:in|inside|framed in|under|shaded|covered by|marked by|marked|with) (?:the )?"
    r"(?:red|blue|green|yellow)(?: (?:box|mask|dot|point)(?: on it)?)?|\bin (?:the )?pictures?(?: \d+)?",
    re.IGNORECASE,
)
COMPILED = tuple((name, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for name, pattern in PATTERNS)


def read_relation(text: str) -> str | None:
    """Return "yes", "no" or a relation of PATTERNS; None where the answer names none or several.

    >>> read_relation("It is resting on it."), read_relation("what it hangs from"), read_relation("No, it is apart.")
    ('on', 'hung_from', 'no')
    >>> read_relation("stacked on it"), read_relation("on or in it"), read_relation("beside it")
    ('on', None, None)
    """
    left = POINTING.sub(" ", undress(text))
    said = read_yes_no(left)
    if said is not None:
        return said
    found: list[str] = []
    for name, pattern in COMPILED:
        if pattern.search(left):
            found.append(name)
            left = pattern.sub(" ; ", left)
    return found[0] if len(found) == 1 else None
