"""What is concluded from seeds and scenes: known spreads give known intervals, and Holm, equivalence and power hold."""

from functools import partial

import numpy as np
import pytest
from experiments.all_scale.statistics import (
    Replicates,
    Sample,
    bootstrap,
    conclusion,
    draws,
    equivalent,
    estimate,
    holm,
    interval,
    p_value,
    power,
    seeds_needed,
    stretch,
)
from scipy import stats

from spacevista.geometry.arrays import FloatArray

SCENES = 20


def mean_of(values: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray((weights @ values) / weights.sum(axis=1))


def sample_of(values: FloatArray) -> Sample:
    return Sample(len(values), partial(mean_of, values))


def coverage(seeds: int, between: float, within: float, plain: bool = False, repetitions: int = 250) -> float:
    """Return how often intervals hold the true mean 0 of seeds ~ N(0, between) whose scenes are off by N(0, within)."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(repetitions):
        values = rng.normal(0, between, (seeds, 1)) + rng.normal(0, within, (seeds, SCENES))
        drawn = bootstrap([sample_of(row) for row in values], rng, 300)
        low, high = (
            np.quantile(drawn.value + drawn.between + drawn.within, [0.025, 0.975]) if plain else interval(drawn)
        )
        held += low <= 0 <= high
    return held / repetitions


def test_without_any_spread_the_interval_is_a_point() -> None:
    found = estimate([sample_of(np.full(SCENES, 0.3)) for _ in range(3)], np.random.default_rng(0))
    assert found.value == pytest.approx(0.3)
    assert found.interval == pytest.approx((0.3, 0.3))
    assert found.p is not None
    assert found.p < 0.001
    nothing = estimate([sample_of(np.zeros(SCENES)) for _ in range(3)], np.random.default_rng(0))
    assert (nothing.value, nothing.interval, nothing.p) == (0.0, (0.0, 0.0), 1.0)


def test_one_seed_has_no_interval() -> None:
    found = estimate([sample_of(np.arange(5.0))], np.random.default_rng(0))
    assert (found.value, found.interval, found.p) == (2.0, None, None)


def test_no_seed_and_a_seed_without_a_value_are_errors() -> None:
    with pytest.raises(ValueError, match="expected one seed"):
        estimate([], np.random.default_rng(0))
    with pytest.raises(ValueError, match="a value for every seed"):
        estimate([sample_of(np.full(3, np.nan))], np.random.default_rng(0))


def test_a_normal_spread_of_many_seeds_gives_the_textbook_interval() -> None:
    # 200 seeds at the 200 mid-quantiles of N(0.5, 1), scenes all alike: mean 0.5, standard error 1 / sqrt(200) =
    # 0.0707, so 0.5 +- 1.97 x 0.0707 = 0.361 to 0.639. 2,000 replicates: an end jitters by 0.0707 x 0.06.
    seeds = 0.5 + stats.norm.ppf((np.arange(200) + 0.5) / 200)
    found = estimate([sample_of(np.full(3, value)) for value in seeds], np.random.default_rng(0))
    assert found.interval == pytest.approx((0.361, 0.639), abs=0.02)


def test_scenes_spread_within_each_seed() -> None:
    # Seeds all alike at 0: only the scenes' part is there. Each seed's mean of 20 scenes +-1 has standard error
    # 1 / sqrt(20) = 0.224, the mean over 4 seeds half of it: 1.96 x 0.112 = 0.219.
    scenes = np.tile([1.0, -1.0], SCENES // 2)
    found = estimate([sample_of(scenes) for _ in range(4)], np.random.default_rng(0))
    assert found.interval == pytest.approx((-0.219, 0.219), abs=0.02)


def test_the_stretch_for_few_seeds() -> None:
    # sqrt(3 / 2) x 4.3027 / 1.9600 = 2.689; sqrt(8 / 7) x 2.3646 / 1.9600 = 1.290; towards 1 with many.
    assert [stretch(3), stretch(8), stretch(100_000)] == pytest.approx([2.689, 1.290, 1.0], abs=1e-3)


# The interval of 250 repetitions around 95 % is +-2.7 percentage points (two standard errors).
@pytest.mark.parametrize(("seeds", "low", "high"), [(3, 0.915, 0.985), (8, 0.905, 0.975)])
def test_intervals_hold_the_truth_where_seeds_make_the_spread(seeds: int, low: float, high: float) -> None:
    assert low <= coverage(seeds, 1.0, 0.1) <= high


def test_intervals_are_too_wide_where_scenes_make_the_spread() -> None:
    assert coverage(3, 0.0, 1.0) >= 0.97


def test_plain_percentiles_of_three_seeds_would_be_too_narrow() -> None:
    # The mean of drawn seeds lies between the outermost of the three: the truth lies beyond them in 2 / 2^3 of all.
    assert coverage(3, 1.0, 0.01, plain=True) == pytest.approx(0.75, abs=0.06)


def test_p_is_the_alpha_at_which_the_interval_touches_0() -> None:
    rng = np.random.default_rng(3)
    drawn = bootstrap([sample_of(rng.normal(shift, 0.3, SCENES)) for shift in (0.1, 0.3, 0.2, 0.0, 0.4, 0.2)], rng)
    p = p_value(drawn)
    assert 0.001 < p < 0.5
    assert interval(drawn, 1 - p * 1.1)[0] > 0
    assert interval(drawn, 1 - p * 0.9)[0] <= 0


def test_p_of_seeds_is_that_of_the_t_test() -> None:
    # Replicates that are normal with the seeds' own spread: the stretched interval is that of the t test over seeds.
    own = np.array([0.02, 0.05, 0.01, 0.04, 0.03, 0.06, 0.00, 0.03])
    error = float(own.std(ddof=0)) / np.sqrt(8)
    quantiles = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000) * error
    drawn = Replicates(own, float(own.mean()), quantiles, np.zeros(20_000))
    assert p_value(drawn) == pytest.approx(stats.ttest_1samp(own, 0).pvalue, rel=0.05)


def test_draws_are_as_many_as_there_are_scenes() -> None:
    counts = draws(7, 500, np.random.default_rng(0))
    assert counts.shape == (500, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(7), abs=0.2)


def test_holm_by_hand() -> None:
    # Ordered: 0.01 x 4 = 0.04; 0.02 x 3 = 0.06; 0.03 x 2 = 0.06; 0.04 x 1 = 0.04, raised to 0.06 by those before it.
    assert holm({"a": 0.03, "b": 0.01, "c": 0.04, "d": 0.02}) == pytest.approx(
        {"a": 0.06, "b": 0.04, "c": 0.06, "d": 0.06}
    )


def test_holm_counts_what_was_not_run() -> None:
    # Two of four there: the smallest is still taken times 4, the next times 3.
    assert holm({"a": 0.01, "b": None, "c": 0.5, "d": None}) == {"a": 0.04, "b": None, "c": 1.0, "d": None}
    assert holm({"a": 0.0}) == {"a": 0.0}
    assert holm({}) == {}


@pytest.mark.parametrize(
    ("ends", "holm_p", "said"),
    [
        ((-0.009, 0.008), None, "no difference"),
        ((0.002, 0.009), None, "no difference"),  # above 0, but by less than counts
        ((0.002, 0.011), None, "higher"),
        ((0.002, 0.011), 0.06, "no conclusion"),
        ((0.002, 0.011), 0.04, "higher"),
        ((-0.03, -0.01), 0.01, "lower"),
        ((-0.03, 0.01), 0.01, "no conclusion"),
        ((-0.009, 0.008), 0.9, "no difference"),
        (None, None, "no conclusion"),
    ],
)
def test_conclusions_come_from_intervals(ends: tuple[float, float] | None, holm_p: float | None, said: str) -> None:
    assert conclusion(ends, 0.01, holm_p) == said


def test_equivalence_needs_the_whole_interval() -> None:
    assert equivalent((-0.01, 0.01), 0.01)
    assert not equivalent((-0.011, 0.0), 0.01)
    assert not equivalent((0.0, 0.011), 0.01)


def test_power_is_that_of_the_t_test() -> None:
    # Without an effect the test errs with alpha. With one standard deviation and 10 seeds a two-sided t test at 0.05
    # has power 0.803 (Cohen 1988, one-sample), as scipy's noncentral t has it where it can say.
    assert power(1.0, 10, 0.0, 0.05) == pytest.approx(0.05, abs=1e-4)
    assert power(1.0, 10, 1.0, 0.05) == pytest.approx(0.803, abs=0.002)
    bound = stats.t.ppf(0.99375, 7)
    assert power(1.0, 8, 1.2, 0.0125) == pytest.approx(stats.nct.sf(bound, 7, 1.2 * 8**0.5), abs=1e-3)
    assert power(1e-9, 8, 1.0, 0.05) == 1.0


def test_power_grows_with_seeds_and_effect_and_falls_with_spread() -> None:
    by_seeds, by_effect, by_spread = (
        [power(0.04, seeds, 0.03, 0.0125) for seeds in range(3, 60)],
        [power(0.04, 8, effect, 0.0125) for effect in np.linspace(0.0, 0.2, 30).tolist()],
        [power(spread, 8, 0.03, 0.0125) for spread in np.geomspace(0.005, 1, 30).tolist()],
    )
    assert (np.diff(by_seeds) > 0).all()
    assert (np.diff(by_effect) >= -1e-9).all()
    assert (np.diff(by_spread) <= 1e-9).all()


def test_seeds_needed_is_the_first_number_with_the_power() -> None:
    # Spread of 0, 0.04, 0.08: standard deviation 0.04. With z instead of t it would take (2.498 + 0.842)^2 x (4/3)^2 =
    # 19.8; t asks for about z^2 / 2 = 3.1 more, and a little.
    needed = seeds_needed([0.0, 0.04, 0.08])
    assert power(0.04, needed, 0.03, 0.0125) >= 0.8 > power(0.04, needed - 1, 0.03, 0.0125)
    assert needed == 24
    assert seeds_needed([0.01, 0.01, 0.01]) == 8
    assert seeds_needed([0.0, 0.01, 0.02]) == 8
    with pytest.raises(ValueError, match="2 seeds or more"):
        seeds_needed([0.1])
    with pytest.raises(ValueError, match="can see through"):
        seeds_needed([0.0, 1.0])


def test_the_same_generator_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).normal(0, 1, (3, SCENES))
    samples = [sample_of(row) for row in values]
    assert estimate(samples, np.random.default_rng(5)) == estimate(samples, np.random.default_rng(5))
    assert estimate(samples, np.random.default_rng(5)) != estimate(samples, np.random.default_rng(6))
