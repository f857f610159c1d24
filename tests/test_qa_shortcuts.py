"""What the options of sizes give away to a reader who sees no picture, on sizes drawn as those of simulated worlds."""

import numpy as np
import pytest

from qa_scenes import length_fact, scene_with
from spacevista.checks.asked import Asked
from spacevista.checks.shortcuts import letter_rule, longest_rule, median_rules, middle_rule
from spacevista.evals.prior import kinds
from spacevista.qa import make
from spacevista.qa.options import LETTERS
from spacevista.qa.record import Question
from spacevista.scales import METRES_PER_UNIT, SCALE_FACTS, Scale

ASPECTS = ("height", "length", "width")
NAMES = ("apple", "book", "cup", "door", "engine", "fence", "globe", "house")
SCENES = 24  # of each scale; five objects with three aspects make 15 rows with options in each
SPREAD = 0.2  # standard deviation of log size within a category and aspect; 45 % of simulated sizes are within 9 %
BAR = 0.15  # of the median rule over chance
NEAR = 0.03  # of the other rules


def facts_of_a_scene(shapes: dict[str, np.ndarray], names: list[str], rng: np.random.Generator) -> list:
    sizes = [shapes[name] * np.exp(rng.normal(0, SPREAD, len(ASPECTS))) for name in names]
    return [
        length_fact("object_size", aspect, (number,), metres, 0.02 * metres)
        for number, size in enumerate(sizes, 1)
        for aspect, metres in zip(ASPECTS, size.tolist(), strict=True)
    ]


def asked_sizes() -> list[Asked]:
    """Return the rows with options of a data set: each scale has eight categories, log-uniform over its usual sizes."""
    rng = np.random.default_rng(4)
    rows: list[Question] = []
    for scale in Scale:
        low, high = np.log(SCALE_FACTS[scale].object_size_m)
        shapes = {name: np.exp(rng.uniform(low, high) + rng.normal(0, 0.5, len(ASPECTS))) for name in NAMES}
        for number in range(SCENES):
            names = [NAMES[i] for i in rng.permutation(len(NAMES))[:5]]
            scene = scene_with(
                *range(1, 6),
                scale=scale,
                frames=1,
                categories=dict(enumerate(names, 1)),
                scene_id=f"{scale.value}-{number}",
            )
            facts = facts_of_a_scene(shapes, names, rng)
            rows += make.questions_of(scene, facts, rng, seed=0, unit_policy="native")
    return [as_asked(row) for row in rows]


def as_asked(row: Question) -> Asked:
    aspect = row.fact_id.split(":")[2]
    found = tuple(kinds(("object_size", aspect), row.question))
    value = (row.value[0] * METRES_PER_UNIT[row.unit],)
    right = LETTERS.index(row.answer)
    return Asked(row.id, row.scene_id, row.task, row.form, row.fact_id, tuple(row.options), right, value, found)


@pytest.fixture(autouse=True)
def options_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(make.FORMS, "object_size", ("mc",))


def test_no_rule_without_a_picture_answers_sizes_with_options() -> None:
    rows = asked_sizes()
    assert len(rows) == len(Scale) * SCENES * 15  # 1,800: the standard error of a share of 25 % is 1 %
    median = median_rules(rows)["object_size"]["mc"]
    assert median.right <= median.chance + BAR
    for rule in (letter_rule, middle_rule):
        share = rule(rows)
        assert abs(share.right - share.chance) <= NEAR, rule.__name__
    # The longest is a number over the next power of ten. Sizes of a scale thin out towards their upper end, so that it
    # is right less often than by chance.
    longest = longest_rule(rows)
    assert longest.right <= longest.chance + NEAR


def test_beside_a_name_the_usual_size_would_tell_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    # A right option is 1.28 from the next at least: within exp(log(1.28) / 2) = 1.13 of the usual size it is always the
    # nearest to it, as 46 % of sizes with a spread of 0.2 are (0.123 / 0.2 = 0.62 deviations), and of the others a
    # quarter: 46 + 0.25 * 54 = 60 % of the named half of the rows, whatever the wrong options are; medians of some 15
    # facts are worth a little less.
    monkeypatch.setattr(make, "NEVER_NAMED", ())
    rows = asked_sizes()
    named = [row for row in rows if len(row.kinds) == 3]
    assert len(named) == len(rows) / 2
    median = median_rules(named)["object_size"]["mc"]
    assert median.low > median.chance + BAR
