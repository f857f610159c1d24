"""What was decided before the first run: equal budgets, the order of the cells, which are mandatory, scenes apart."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments.all_scale import protocol as data
from experiments.all_scale.plan import FAMILIES, cells_of, chosen_rate_of, numbers_of
from experiments.all_scale.protocol import BANDS, CENTRES, PROTOCOL, digest

CELLS = cells_of(PROTOCOL)
PROSE = Path(data.__file__).with_suffix(".md").read_text()


def test_mandatory_cells_have_the_pilots_seeds() -> None:
    # Seven arms and three rewards with seeds 0, 1, 2; three gates; three trials of the rate for each of the ten.
    must = [cell for cell in CELLS if cell.mandatory]
    seeded = [cell for cell in must if cell.family in ("arms", "rewards")]
    assert Counter(cell.cells for cell in seeded) == dict.fromkeys(PROTOCOL.mandatory, 3)
    assert Counter(cell.family for cell in must) == {
        "gates": 3, "rates": 14, "arms": 21, "reward rates": 6, "rewards": 9,
    }  # fmt: skip
    assert {cell.seed for cell in must} == {0, 1, 2}


def test_every_family_is_there_in_its_order_with_the_pilot_first() -> None:
    order = [(cell.seed not in PROTOCOL.seeds.pilot, FAMILIES.index(cell.family)) for cell in CELLS]
    assert order == sorted(order)
    assert {cell.family for cell in CELLS} == set(FAMILIES)
    assert len({cell.name for cell in CELLS}) == len(CELLS)
    # 3 gates, 24 trials; each of 8 seeds: 8 arms, 8 times evidence, 5 specialists, 4 rewards, 7 numbers of experts, 1.
    assert len(CELLS) == 3 + 24 + 8 * (8 + 8 + 5 + 4 + 7 + 1)
    assert len(cells_of(PROTOCOL, 9)) == len(CELLS) + 33


def test_names_and_commands() -> None:
    cell = next(cell for cell in CELLS if cell.name == "arms/oracle/seed-3")
    assert cell.command == "python -m experiments.all_scale.run arms/oracle/seed-3"
    assert (cell.cells, cell.family, cell.seed, cell.tests, cell.mandatory) == (
        "arms/oracle",
        "arms",
        3,
        ("main",),
        False,
    )
    assert next(c for c in CELLS if c.name == "arms/oracle/seed-2").mandatory


def test_every_arm_learns_from_as_many_samples_with_as_many_rates() -> None:
    assert {cell.samples for cell in CELLS if cell.family in ("arms", "counts", "dense", "rates")} == {1600}
    # A specialist sees its band as often as one adapter did, whose samples are spread evenly over five bands.
    assert {cell.samples for cell in CELLS if cell.family == "conflict"} == {1600 // 5}
    trials = Counter(cell.cells for cell in CELLS if cell.rate is not None)
    assert set(trials.values()) == {2}
    assert {cell.seed for cell in CELLS if cell.rate is not None} == {0}
    assert {cell.tests for cell in CELLS if cell.rate is not None} == {("val",)}


def test_rates_are_chosen_by_cells_that_have_trials() -> None:
    tried = {cell.cells.removeprefix("rates/") for cell in CELLS if cell.rate is not None}
    trained = {cell.cells for cell in CELLS if cell.samples and cell.rate is None}
    assert {chosen_rate_of(name) for name in trained} <= tried


def test_contrasts_are_of_cells_and_tests_that_are_planned() -> None:
    planned = {cell.cells: set(cell.tests) for cell in CELLS}
    for contrast in PROTOCOL.contrasts:
        for side in (contrast.first, contrast.second):
            assert side.test in planned[side.cells], side
            assert side.band in ("", *BANDS)
            assert side.dose in ("", *data.DOSES)
    assert len(set(PROTOCOL.contrasts)) == len(PROTOCOL.contrasts)


def test_the_four_primary_contrasts() -> None:
    primary = [(c.first.cells, c.second.cells) for c in PROTOCOL.contrasts if c.primary]
    assert primary == [
        ("arms/learned", "arms/lora_matched"),
        ("arms/oracle", "arms/random"),
        ("arms/learned", "arms/oracle"),
        ("rewards/progressive", "rewards/additive"),
    ]
    assert PROTOCOL.seeds.alpha == pytest.approx(0.05 / len(primary))


def test_partitions_hold_every_band_once() -> None:
    for series, ranks in ((PROTOCOL.counts_total, [16, 16, 16, 15, 18]), (PROTOCOL.counts_each, [4, 8, 16, 20, 24])):
        assert [len(count.partition) for count in series] == [1, 2, 4, 5, 6]
        assert [len(count.partition) * count.rank for count in series] == ranks
        for count in series:
            parts = [part for bands in count.partition for part in bands]
            assert {part.split(":")[0] for part in parts} == set(BANDS)
            assert len(set(parts)) == len(parts)


def test_no_two_seeds_of_a_test_share_a_scene() -> None:
    for test in PROTOCOL.tests:
        if test.stride:
            numbers = [number for seed in range(20) for number in numbers_of(test, seed)]
            assert len(set(numbers)) == len(numbers)
            assert set(numbers) <= set(range(200_000, 220_000))  # the laboratory's test part
    by_name = {test.name: test for test in PROTOCOL.tests}
    assert set(numbers_of(by_name["forced"], 5)) <= set(numbers_of(by_name["main"], 5))
    assert numbers_of(by_name["val"], 0) == range(100_000, 100_100)


def test_ranges_of_sizes_take_turns_evenly() -> None:
    # Scene n of the laboratory has range n modulo their number: no test may cut a turn short.
    for test in PROTOCOL.tests:
        assert test.scenes % len(test.groups) == 0
        assert test.stride % len(test.groups) == 0


def test_a_change_of_anything_changes_the_digest() -> None:
    assert re.fullmatch("[0-9a-f]{12}", digest(PROTOCOL))
    assert digest(replace(PROTOCOL, seeds=replace(PROTOCOL.seeds, power=0.9))) != digest(PROTOCOL)


def test_bands_are_those_of_the_laboratory() -> None:
    bands = pytest.importorskip("experiments.all_scale.bands")
    splits = pytest.importorskip("experiments.all_scale.splits")
    assert tuple(bands.CENTRES) == CENTRES
    assert [band.name for band in bands.BANDS] == list(BANDS)
    groups = {test.name: test.groups for test in PROTOCOL.tests}
    assert groups["gaps"] == tuple(gap.name for gap in bands.GAPS)
    assert groups["beyond"] == (bands.BELOW.name, bands.ABOVE.name)
    assert splits.DOSES == data.DOSES
    assert {test.split for test in PROTOCOL.tests} <= set(splits.PLANS)


def test_what_guesses_are_worth_as_the_prose_says() -> None:
    # A size log-uniform over 0.905 decades, a guess p: its relative error is at most e for truths from p / (1 + e) to
    # p / (1 - e), a share log10((1 + e) / (1 - e)) / 0.905 of the band. MRA is the mean over e = 0.5, 0.45 .. 0.05.
    errors = np.arange(1, 11) / 20
    told_the_band = float(np.mean(np.log10((1 + errors) / (1 - errors)))) / 0.905
    one_guess_for_all = told_the_band / 5  # right band one time in five, else over 1.2 - 0.905 decades off: 0
    assert f"{100 * told_the_band:.1f} points" in PROSE
    assert f"{100 * one_guess_for_all:.1f} points" in PROSE


def test_the_prose_has_the_numbers_of_the_data() -> None:
    budget, seeds = PROTOCOL.budget, PROTOCOL.seeds
    for number in (budget.samples, budget.router_samples, budget.base_samples, budget.prompts):
        assert f"{number:,}" in PROSE
    for rate in (*PROTOCOL.rates, *PROTOCOL.reward_rates):
        assert f"{rate:g}" in PROSE
    assert f"{seeds.least} seeds" in PROSE
    for test in PROTOCOL.tests:
        assert re.search(rf"`{test.name}`.*\b{test.scenes}\b", PROSE), test.name
