"""What stands where in a completion: reasoning, answer and anchors, read so that doubled or nested tags earn nothing.

The form is `<think>..</think><answer>..</answer>`, with the anchors `<scale>..</scale>` and `<semantic>..</semantic>`
inside the reasoning (SpaceVista, section on the reward). A policy under reward finds every gap in its reader: a second
answer to hedge, an answer inside the reasoning, a tag in capitals that one reader counts and another does not. So tags
are looked for generously (any case, blanks, attributes) and accepted only as they are written here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from spacevista.scoring.errors import ScoringError

Tag = Literal["think", "answer", "scale", "semantic"]
TAGS: tuple[Tag, ...] = get_args(Tag)
ANCHORS: tuple[Tag, ...] = ("scale", "semantic")

# Linear on any text: the blanks and slashes are one class, and the rest ends at the next angle bracket.
_ANY_TAG = re.compile(rf"<[\s/]*({'|'.join(TAGS)})\b[^<>]*>", re.IGNORECASE)


def well_formed(completion: str) -> bool:
    """Say if a completion is one reasoning and one answer, neither empty, and nothing else but blanks around them.

    Inside the reasoning each anchor may stand at most once, unnested; inside the answer there are no tags.

    >>> well_formed("<think>A desk. <scale>10 cm</scale></think>\\n<answer>B</answer>")
    True
    >>> well_formed("<think>A desk.</think><answer>A</answer><answer>B</answer>")
    False
    """
    found = list(_ANY_TAG.finditer(completion))
    names = [tag.group() for tag in found]
    if len(names) < 4 or names[0] != "<think>" or names[-3:] != ["</think>", "<answer>", "</answer>"]:
        return False
    if not _anchors_in_order(names[1:-3]):
        return False
    opened, closed, answered, ended = found[0], *found[-3:]
    outside = completion[: opened.start()], completion[closed.end() : answered.start()], completion[ended.end() :]
    inside = completion[opened.end() : closed.start()], completion[answered.end() : ended.start()]
    return not any(text.strip() for text in outside) and all(text.strip() for text in inside)


def _anchors_in_order(names: Sequence[str]) -> bool:
    """Say if tags are pairs of anchors, each opened and closed at once and at most once."""
    pairs = [tuple(names[place : place + 2]) for place in range(0, len(names), 2)]
    allowed = [(f"<{anchor}>", f"</{anchor}>") for anchor in ANCHORS]
    return len(set(pairs)) == len(pairs) and all(pair in allowed for pair in pairs)


def block(completion: str, tag: Tag) -> str | None:
    """Return the stripped text of the one block of a tag; None if there is none, more than one, or tags inside it.

    >>> block("<think><scale>10 cm</scale></think>", "scale")
    '10 cm'
    >>> block("<answer>A</answer> or <ANSWER>B</ANSWER>", "answer") is None
    True
    """
    found = list(_ANY_TAG.finditer(completion))
    places = [place for place, other in enumerate(found) if other[1].lower() == tag]
    if len(places) != 2 or places[1] != places[0] + 1:
        return None
    opened, closed = found[places[0]], found[places[1]]
    if (opened.group(), closed.group()) != (f"<{tag}>", f"</{tag}>"):
        return None
    return completion[opened.end() : closed.start()].strip()


def text_of(completion: object) -> str:
    """Return the text of a completion as trainers hand it over: a string, or the messages of a conversation.

    Of messages, those of the assistant are joined; the content of a message is a string or a list of parts, of which
    those of type text count.

    >>> text_of([{"role": "assistant", "content": [{"type": "text", "text": "<answer>B</answer>"}]}])
    '<answer>B</answer>'

    Raises:
        ScoringError: it is neither.
    """
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Sequence):
        return "\n".join(_content(message) for message in completion if _by_assistant(message))
    raise ScoringError(f"expected a completion as text or as a list of messages, got {type(completion).__name__}")


def _by_assistant(message: object) -> bool:
    if not isinstance(message, Mapping):
        raise ScoringError(f"expected a message with role and content, got {type(message).__name__}")
    return str(message.get("role", "assistant")) == "assistant"


def _content(message: Mapping[str, object]) -> str:
    content = message.get("content")
    if content is None:  # a call of a tool has no words
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence) or not all(isinstance(part, Mapping) for part in content):
        raise ScoringError(f"expected the content of a message as text or parts, got {type(content).__name__}")
    return "".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
