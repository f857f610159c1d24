"""Answers from closed sets, and every answer that the package writes for them."""

from typing import Any

import numpy as np
import pytest

from spacevista.qa.numbers import place_text
from spacevista.qa.patterns import fill, templates
from spacevista.qa.relation_words import RELATION_WORDS
from spacevista.qa.wording import bare_text, value_text
from spacevista.scoring import score_row, unscored_reason
from spacevista.scoring.closed import DIRECTIONS, place_score, read_direction, read_yes_no
from spacevista.scoring.joined import read_relation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", "yes"), ("no", "no"), ("**No**, there is not.", "no"), ("I think the answer is yes", "yes"),
        ("True", "yes"), ("False.", "no"), ("maybe", None), ("", None), ("yes or no", None), ("nobody knows", None),
        ("Yes, yes!", "yes"), ("There is no cup, so no.", "no"),
    ],
)  # fmt: skip
def test_yes_and_no(text: str, expected: str | None) -> None:
    assert read_yes_no(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("left", "left"), ("Front-left.", "front-left"), ("front left", "front-left"), ("left front", "front-left"),
        ("behind and to the right", "back-right"), ("in front of it", "front"), ("The rear", "back"),
        ("left or right", None), ("front and back", None), ("nowhere", None), ("", None), ("leftover", None),
        ("backwards", "back"), ("on the left-hand side", "left"),
    ],
)  # fmt: skip
def test_directions(text: str, expected: str | None) -> None:
    assert read_direction(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on", "on"), ("It is resting on it.", "on"), ("stacked on it", "on"), ("on top of it", "on"),
        ("what it is stacked on", "under"), ("underneath it", "under"), ("it carries it", "under"), ("in", "in"),
        ("The cup is inside the bowl.", "in"), ("it contains it", "holding"), ("encircled by it", "encircled"),
        ("It goes around it.", "around"), ("hanging from it", "hanging"), ("what it hangs from", "hung_from"),
        ("leaning against it", "leaning"), ("stuck to it", "stuck"), ("they are plugged together", "plugged"),
        ("Apart.", "apart"), ("They do not touch.", "apart"), ("on or under it", None), ("beside it", None), ("", None),
        ("Yes, it is on it.", "yes"), ("No.", "no"), ("The object in the red box is on the blue point's object.", "on"),
        ("the object under the green mask hangs from it", "hanging"), ("inside it in picture 2", "in"),
    ],
)  # fmt: skip
def test_relations(text: str, expected: str | None) -> None:
    assert read_relation(text) == expected


@pytest.mark.parametrize("parser", ["official", "strict"])
@pytest.mark.parametrize("relation", RELATION_WORDS)
def test_gold_relations_score_one_and_others_not(relation: str, parser: Any) -> None:
    alike = {"on": "stacked", "under": "beneath"}
    alike |= {second: first for first, second in alike.items()}
    for pattern in templates().aspects["spatial_relation", "how"].answer:
        gold = row("spatial_relation", "free", fill(pattern, {"choice": RELATION_WORDS[relation]}))
        assert score_row("spacevista_sim", gold, parser) == 1.0
        for other, words in RELATION_WORDS.items():
            same = other in (relation, alike.get(relation))
            assert score_row("spacevista_sim", gold | {"predicted_answer": words}, parser) == float(same)
        assert score_row("spacevista_sim", gold | {"predicted_answer": "hm"}, parser) == 0.0
    yes = row("spatial_relation", "free", "Yes.")
    assert score_row("spacevista_sim", yes | {"predicted_answer": "No, it is on it."}, parser) == 0.0
    assert score_row("spacevista_sim", yes | {"predicted_answer": "Yes, it does."}, parser) == 1.0


@pytest.mark.parametrize("number", range(8))
def test_every_place_that_the_package_writes_is_read_again(number: int) -> None:
    for degrees in (45 * number, 45 * number - 360):
        for unit, metres in (("mm", 31.7), ("cm", 3.17)):
            text = place_text((metres, degrees), 0.01, unit)
            assert place_score(text, (metres, degrees), unit) == 1.0
            assert read_direction(text) == DIRECTIONS[number]


def test_a_place_needs_both_parts_and_the_right_direction() -> None:
    true = (2.0, 135.0)  # back-left, 2 cm
    assert place_score("back-left, 20 mm", true, "cm") == 1.0
    assert place_score("behind it on the left, 2.25 cm away", true, "cm") == 0.8  # 12.5 % off: within 0.5 to 0.85
    assert place_score("back, 2 cm", true, "cm") == 0.0
    assert place_score("2 cm", true, "cm") is None
    assert place_score("back-left", true, "cm") is None


def row(task: str, form: str, answer: str, **more: Any) -> dict[str, Any]:
    fields = {"task": task, "scale": "tabletop", "form": form, "value": [], "unit": "", "ground_truth": answer}
    return {**fields, "predicted_answer": answer, **more}


@pytest.mark.parametrize("parser", ["official", "strict"])
def test_gold_sentences_score_one_and_others_not(parser: Any) -> None:
    for (task, _), patterns in templates().aspects.items():
        if task not in ("existence", "object_location"):
            continue
        right, wrong = ("no", "yes") if task == "existence" else ("back-left", "left")
        for pattern in (p for p in patterns.answer if "{choice}" in p):
            gold = row(task, "free", fill(pattern, {"choice": right}))
            assert score_row("spacevista_sim", gold, parser) == 1.0
            assert score_row("spacevista_sim", gold | {"predicted_answer": right}, parser) == 1.0
            assert score_row("spacevista_sim", gold | {"predicted_answer": wrong}, parser) == 0.0
            assert score_row("spacevista_sim", gold | {"predicted_answer": "hm"}, parser) == 0.0


def test_gold_places_score_one_in_every_sentence() -> None:
    value = [3.17, -140.0]
    for pattern in templates().aspects["object_location", "place"].answer:
        answer = fill(pattern, {"value": value_text(value, 0.01, "cm")})
        gold = row("object_location", "free", answer, value=value, unit="cm")
        assert score_row("spacevista_sim", gold) == 1.0
        assert score_row("spacevista_sim", gold | {"predicted_answer": "front-left, 32 mm"}) == 1.0
        assert score_row("spacevista_sim", gold | {"predicted_answer": "front-right, 3.2 cm"}) == 0.0
    broken = row("object_location", "free", "front-left", value=value, unit="apples")
    assert score_row("spacevista_sim", broken) is None
    assert "unit of length" in str(unscored_reason("spacevista_sim", broken))


@pytest.mark.parametrize("count", range(13))
def test_gold_counts_score_one(count: int) -> None:
    value = [float(count)]
    answer = bare_text(value, 0.0, "", "free")
    assert answer == str(count)
    assert score_row("spacevista_sim", row("object_counting", "reg", answer, value=value)) == 1.0
    assert score_row("spacevista_sim", row("object_counting", "reg", answer, value=value, predicted_answer="40")) == 0.0
    for aspect in ("class", "class_across", "left", "taller"):
        for pattern in templates().aspects["object_counting", aspect].answer:
            said = fill(pattern, {"value": value_text(value, 0.0, "")})
            assert score_row("spacevista_sim", row("object_counting", "free", said, value=value)) == 1.0


def test_gold_angles_score_one() -> None:
    for degrees in np.concatenate([np.linspace(-540, -5, 40), np.linspace(5, 540, 40)]).tolist():
        for policy in ("native", "free"):
            answer = bare_text([degrees], 0.01, "degrees", policy)  # type: ignore[arg-type]
            gold = row("rotation_estimation", "reg", answer, value=[degrees], unit="degrees")
            assert score_row("spacevista_sim", gold) == 1.0, answer
            assert score_row("spacevista_sim", gold | {"predicted_answer": answer.replace("-", "")}) == float(
                degrees > 0
            )
