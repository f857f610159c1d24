"""Cluster bootstrap against cases whose distribution is known."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from spacevista.evals import intervals
from spacevista.evals.intervals import Totals, combined, means, measured, resampled_means, scene_totals


def totals_of(scores_by_scene: list[list[float]]) -> Totals:
    scenes = np.repeat(np.arange(len(scores_by_scene)), [len(scores) for scores in scores_by_scene])
    scores = np.array([score for scores in scores_by_scene for score in scores], dtype=np.float64)
    return scene_totals(scenes, scores, [np.arange(len(scores))])


def interval_of(scores_by_scene: list[list[float]], seed: int = 0, replicates: int = 20_000) -> tuple[float, float]:
    totals = totals_of(scores_by_scene)
    found = measured(totals, resampled_means(totals, np.random.default_rng(seed), replicates), 0, 0).interval
    assert found is not None
    return found


@pytest.mark.parametrize("questions", [1, 7])
def test_scenes_that_are_right_or_wrong_as_a_whole(questions: int) -> None:
    # 12 of 40 scenes are right in all their questions. A replicate draws 40 scenes, each right with probability 0.3,
    # and all scenes weigh the same: its mean is Binomial(40, 0.3) / 40, however many questions a scene has.
    # The tail for 40 scenes is Phi(-sqrt(40 / 39) * 2.0227) = Phi(-2.0485) = 0.0203, 2.0227 being t of 39 degrees.
    low, high = interval_of([[1.0] * questions] * 12 + [[0.0] * questions] * 28)
    assert low == pytest.approx(binom.ppf(0.0203, 40, 0.3) / 40, abs=1e-9)
    assert high == pytest.approx(binom.ppf(1 - 0.0203, 40, 0.3) / 40, abs=1e-9)


def test_a_bootstrap_over_questions_would_be_too_narrow_by_the_root_of_the_questions_of_a_scene() -> None:
    scenes = [[float(number % 2)] * 9 for number in range(200)]
    low, high = interval_of(scenes, replicates=3000)
    narrow_low, narrow_high = interval_of([[score] for scores in scenes for score in scores], replicates=3000)
    # Both are normal here: widths 2 * 1.96 * 0.5 / sqrt(200) and / sqrt(1800), which are sqrt(9) = 3 apart.
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(200), rel=0.05)
    assert (high - low) / (narrow_high - narrow_low) == pytest.approx(3, rel=0.1)


def test_scenes_of_unequal_size_weigh_by_their_questions() -> None:
    # Ratio of sums. Linearised (delta method): sd = sqrt(sum_s (sum_s - mean * n_s)^2) / N. Here the 50 scenes with
    # 3 questions are right, the 50 with 1 are wrong: mean 150 / 200 = 0.75, residuals 3 - 2.25 and 0 - 0.75, both 0.75
    # in size, sd = sqrt(100 * 0.75^2) / 200 = 0.0375.
    low, high = interval_of([[1.0] * 3] * 50 + [[0.0]] * 50)
    assert (high - low) / 2 == pytest.approx(norm.ppf(0.975) * 0.0375, rel=0.06)
    assert low < 0.75 < high


@pytest.mark.parametrize("scenes", [10, 60])
def test_95_of_100_intervals_hold_the_truth(scenes: int) -> None:
    # Scene means uniform in 0..1 (truth 0.5), 5 questions each. 400 data sets: the share is within three standard
    # errors, 3 * sqrt(0.95 * 0.05 / 400) = 0.033, of the nominal one. Plain percentiles give 0.92 with 10 scenes.
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(400):
        scores = (rng.random((scenes, 5)) < rng.random((scenes, 1))).astype(float)
        low, high = interval_of(scores.tolist(), seed=seed, replicates=400)
        inside += low <= 0.5 <= high
    assert inside / 400 == pytest.approx(0.95, abs=0.033)


@pytest.mark.parametrize(("scenes", "expected"), [(10, 0.0086), (50, 0.0212), (100_000, 0.025)])
def test_tails(scenes: int, expected: float) -> None:
    # Phi(-sqrt(10 / 9) * 2.2622) = Phi(-2.3846), Phi(-sqrt(50 / 49) * 2.0096) = Phi(-2.0300)
    assert intervals.tail(scenes) == pytest.approx(expected, abs=5e-5)


def test_a_tree_is_the_mean_of_the_means_of_its_parts() -> None:
    # VSI-Bench in small: two plain types and one made of two. (0.2 + 0.4 + (0.6 + 1.0) / 2) / 3 = 1.4 / 3.
    values = np.array([0.2, 0.4, 0.6, 1.0])
    assert combined(values, (0, 1, (2, 3))) == pytest.approx(1.4 / 3)
    # Parts without a value are left out: (0.2 + 1.0) / 2; a tree without any has none.
    assert combined(np.array([0.2, np.nan, np.nan, 1.0]), (0, 1, (2, 3))) == pytest.approx(0.6)
    assert math.isnan(combined(np.full(4, np.nan), (0, 1, (2, 3))))


def test_the_interval_of_a_tree_follows_its_weights() -> None:
    # Type 0 has 900 questions, type 1 has 100, each its own scene, all Bernoulli(1/2): the mean of the two type means
    # has variance (0.25 / 900 + 0.25 / 100) / 4, the mean over questions 0.25 / 1000.
    scores = np.arange(1000) % 2 * 1.0
    totals = scene_totals(np.arange(1000), scores, [np.arange(900), np.arange(900, 1000), np.arange(1000)])
    replicates = resampled_means(totals, np.random.default_rng(0), 4000)
    for tree, sd in (((0, 1), math.sqrt((0.25 / 900 + 0.25 / 100) / 4)), (2, math.sqrt(0.25 / 1000))):
        found = measured(totals, replicates, tree, whole=2)
        assert found.value == pytest.approx(0.5)
        assert (found.scenes, found.questions) == (1000, 1000)
        assert found.interval is not None
        assert (found.interval[1] - found.interval[0]) / 2 == pytest.approx(1.96 * sd, rel=0.06)


def test_without_an_interval_there_is_a_reason() -> None:
    scenes = np.array([0, 0, 1, 2])
    groups = [np.array([], dtype=np.int64), np.array([0, 1]), np.array([0, 2, 3]), np.array([1, 2])]
    totals = scene_totals(scenes, np.array([1.0, 0.0, 1.0, 1.0]), groups)
    replicates = resampled_means(totals, np.random.default_rng(0), 500)
    empty, one, alike, two = (measured(totals, replicates, group, group) for group in range(4))
    assert (empty.value, empty.interval, empty.reason, empty.scenes) == (None, None, intervals.EMPTY, 0)
    assert (one.value, one.interval, one.reason, one.scenes) == (0.5, None, intervals.ONE_SCENE, 1)
    assert (alike.value, alike.interval, alike.reason) == (1.0, None, intervals.ALL_ALIKE)
    assert (two.value, two.interval, two.reason) == (0.5, (0.0, 1.0), "")


def test_no_rows_at_all() -> None:
    totals = scene_totals(np.empty(0, np.int64), np.empty(0), [np.empty(0, np.int64)])
    found = measured(totals, resampled_means(totals, np.random.default_rng(0), 10), 0, 0)
    assert (found.value, found.interval, found.reason) == (None, None, intervals.EMPTY)


def test_the_same_seed_gives_the_same_interval() -> None:
    scenes = [[1.0, 0.0, 0.3], [0.5], [0.1, 0.9]] * 10
    assert interval_of(scenes, seed=3) == interval_of(scenes, seed=3)
    assert interval_of(scenes, seed=3, replicates=50) != interval_of(scenes, seed=4, replicates=50)


def test_many_scenes_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    totals = totals_of([[1.0], [0.0], [0.5]] * 10)
    whole = resampled_means(totals, np.random.default_rng(0), 100)
    monkeypatch.setattr(intervals, "MAX_DRAWS", 70)  # two replicates at a time
    parts = resampled_means(totals, np.random.default_rng(0), 100)
    np.testing.assert_array_equal(whole, parts)


def test_means_of_groups_that_overlap() -> None:
    totals = scene_totals(np.array([0, 1, 1]), np.array([0.0, 0.5, 1.0]), [np.array([0, 1]), np.array([1, 2])])
    np.testing.assert_allclose(means(totals), [0.25, 0.75])
