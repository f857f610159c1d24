"""Every packed pattern, rendered with sample objects, and the checker itself."""

from itertools import product

import numpy as np
import pytest

from spacevista.qa.diversity import diversity_of
from spacevista.qa.lint import near_pairs, nearest_pair, sentence_problems
from spacevista.qa.patterns import SLOTS, fill, listed, slots_of, templates
from spacevista.qa.plan_words import AXES, BOXES, COMPASS, FRAME, agent_text
from spacevista.qa.record import MARK_KINDS
from spacevista.qa.wording import form_line, named, pointed, spot, user_text
from spacevista.scales import Scale
from spacevista.tasks.plans import AGENTS

LEAST_PATTERNS = 3000
RNG = np.random.default_rng(0)
SAMPLES = {
    "named": [named(n).phrase for n in ("apple", "tissue box", "hour glass", "mug", "used battery")],
    **{k: [pointed(k, c, RNG, "in picture 2").phrase for c in ("red", "blue", "green", "yellow")] for k in MARK_KINDS},
    "spot": [spot("red", RNG).phrase] * 4,
}
ASKS = [(key, pattern) for key, aspect in templates().aspects.items() for pattern in aspect.ask]


def rendered(pattern: str, phrases: list[str]) -> str:
    slots = {"a": phrases[0], "b": phrases[1], "anchor": phrases[2], "list": listed(phrases[:2] + phrases[3:])}
    slots |= {"all": listed(phrases[:3], "and"), "one": "an apple", "plural": "tissue boxes", "view": "picture 2"}
    slots |= PLAN_WORDS
    return fill(pattern, slots | {"unit": "cm"})


PLAN_WORDS = {
    "goal": "the red cube",
    "agent": agent_text(AGENTS[Scale.DRONE]),
    "steps": "1) [fill in], 2) go forward 3 m",
    "reach": "0.9 m",
    "compass": COMPASS,
    "frame": FRAME,
    "axes": AXES,
    "boxes": BOXES,
    "side": "to the left of",
    "gap": "2 cm",
    "tolerance": "1 cm",
    "moves": "6 cm up, 12 cm left",
}
FIRST_OF = {"b": 1, "anchor": 2}  # the phrase that a slot starts with is the first one, but for these
WORDS = {slot: words[1:] for slot, words in PLAN_WORDS.items()} | {
    "one": "n apple",
    "plural": "issue boxes",
    "view": "icture 2",
}  # without a letter that may become a capital


def test_there_are_enough_patterns_and_every_aspect_has_several():
    assert len(ASKS) >= LEAST_PATTERNS
    assert all(len(aspect.ask) >= 12 and aspect.answer for aspect in templates().aspects.values())
    assert templates().aspects.keys() == SLOTS.keys()


@pytest.mark.parametrize(("key", "pattern"), ASKS)
def test_every_pattern_renders_to_a_clean_sentence(key, pattern):
    for phrases in SAMPLES.values():
        text = rendered(pattern, phrases)
        assert sentence_problems(text) == [], text
        for slot in set(slots_of(pattern)) - {"unit"}:
            assert text.count(WORDS.get(slot) or phrases[FIRST_OF.get(slot, 0)][1:]) >= 1


def test_every_form_line_is_a_clean_sentence_and_names_the_unit_where_the_policy_is_native():
    lines = templates().phrases.form
    for name in lines.__struct_fields__:
        for pattern in getattr(lines, name):
            assert sentence_problems(fill(pattern, {"unit": "mm"})) == []
            assert ("{unit}" in pattern) == name.endswith("native")
            assert ("unit" in pattern) or not name.endswith("free")


def test_a_native_question_for_a_number_names_its_unit_and_a_free_one_does_not():
    for quantity, form in product(("length", "motion"), ("reg", "free")):
        for _ in range(10):
            assert "mm" in form_line(quantity, form, "native", "mm", RNG).replace("comma", "").split("(")[0]
            assert " mm" not in form_line(quantity, form, "free", "mm", RNG)


def test_every_answer_pattern_is_a_clean_sentence():
    for aspect in templates().aspects.values():
        for pattern in aspect.answer:
            text = fill(pattern, {"value": "6.3 cm", "choice": "the apple"})
            assert sentence_problems(text) == []
            assert slots_of(pattern) in (["value"], ["choice"])


def test_no_two_patterns_are_near_each_other():
    assert list(near_pairs([pattern for _, pattern in ASKS])) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("How tall is {a}?", "unfilled slot"),
        ("How tall is the the cup?", "doubled word"),
        ("How tall is  the cup?", "double space"),
        ("How tall is the cup ?", "space before punctuation"),
        ("how tall is the cup?", "no capital at the start"),
        ("How tall is the cup", "no question mark or full stop"),
        ("How tall is a apple?", "wrong article"),
        ("How tall is an cup?", "wrong article"),
    ],
)
def test_the_checker_finds_a_planted_problem(text, problem):
    assert sentence_problems(text) == [problem]


def test_articles_follow_the_sound():
    assert sentence_problems("It is a unit, an hour, a used cup, an umbrella and an apple.") == []


def test_a_near_pair_is_found():
    # One letter of 21 differs: 0.05.
    assert list(near_pairs(["How tall is the cup ?", "How tall is the cap ?", "Something else entirely"])) == [
        ("How tall is the cup ?", "How tall is the cap ?")
    ]


def test_the_nearest_pair_is_found_and_words_are_counted():
    # "cup" and "cap" are one letter of 3 apart; "cop a" is 3 of 5 from "cap" and from "cup".
    assert nearest_pair(["cup", "cop a", "cap"]) == ("cup", "cap", 1 / 3)
    figures = diversity_of(["How tall is {a}?", "How tall is {b}?", "Is a mug's handle as tall?"])
    # One letter of 16; how, tall, is, a, mug's, handle, as.
    assert (figures.patterns, figures.words, figures.nearest) == (3, 7, 1 / 16)


def test_options_stand_on_lines_of_their_own():
    assert user_text("Which?", ["x", "y"], "Answer.") == "Which?\nA. x\nB. y\nAnswer."
    assert user_text("Which?", [], "Answer.") == "Which? Answer."


def test_lists_read_as_people_write_them():
    assert listed(["x"]) == "x"
    assert listed(["x", "y"]) == "x or y"
    assert listed(["x", "y", "z"]) == "x, y or z"
