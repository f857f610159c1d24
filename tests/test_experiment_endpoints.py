"""Figures of a cell: worked by hand, and the same under weights as when scenes stand there twice."""

import msgspec
import numpy as np
import pytest
from experiments.all_scale.cell_records import Answers, CellError, Lengths
from experiments.all_scale.endpoints import (
    CAP,
    HISTOGRAM_EDGES,
    Asked,
    asked_in,
    figure,
    forced_moves,
    log_ratio_shares,
    log_ratios,
    pair_moves,
    slope,
    unread_share,
    weighted_median,
)
from experiments.all_scale.protocol import FOUR, PROTOCOL

from experiment_cells import SMALL, answers_of

TINY, TABLETOP, INDOOR, OUTDOOR, DRONE = SMALL.specialists


def rows_of(
    asked: list[tuple[str, str, float, float | None]], doses: list[str] | None = None, **more: object
) -> Answers:
    """Return answers: (scene, range of sizes, true, predicted) of each question."""
    scenes = list(dict.fromkeys(scene for scene, *_ in asked))
    sizes = {scene: size for scene, size, *_ in asked}
    seen: dict[str, int] = {}
    questions = []
    for scene, *_ in asked:
        seen[scene] = seen.get(scene, 0) + 1
        questions.append(f"o{seen[scene]}")
    lengths = Lengths(
        scene=[scenes.index(scene) for scene, *_ in asked],
        question=questions,
        true_m=[true for *_, true, _ in asked],
        predicted_m=[predicted for *_, predicted in asked],
    )
    kept = [sizes[scene] for scene in scenes]
    return Answers(scenes=scenes, sizes=kept, doses=doses or ["strong"] * len(scenes), lengths=lengths, **more)


# Two bands. Tiny: right (MRA 1), 30 % off (thresholds 0.5 .. 0.7 held: 0.5 of 10 in tenths), 10 x off. Drone: unread.
FOUR_ANSWERS = rows_of(
    [
        ("s1", TINY, 0.01, 0.01),
        ("s1", TINY, 0.01, 0.013),
        ("s2", TINY, 0.01, 0.1),
        ("s3", DRONE, 100.0, None),
    ]
)


def whole(asked: Asked, endpoint: str) -> float:
    return float(figure(asked, endpoint, np.ones((1, len(asked.scenes))))[0])


def test_endpoints_by_hand() -> None:
    asked = asked_in(FOUR_ANSWERS)
    # Tiny: (1 + 0.5 + 0) / 3 = 0.5; drone 0; their mean 0.25.
    assert whole(asked, "macro_mra") == pytest.approx(0.25)
    # Tiny 1 of 3, drone 1 of 1: 2 / 3.
    assert whole(asked, "off_by_ten") == pytest.approx(2 / 3)
    # 0, log10(1.3) = 0.1139, 1, CAP: midway between the middle two.
    assert whole(asked, "median_log_ratio") == pytest.approx((0.113943 + 1) / 2, abs=1e-5)
    assert unread_share(asked) == 0.25


def test_every_endpoint_of_the_protocol_is_known() -> None:
    asked = asked_in(FOUR_ANSWERS)
    assert all(np.isfinite(whole(asked, endpoint.name)) for endpoint in PROTOCOL.endpoints)
    with pytest.raises(ValueError, match="expected an endpoint"):
        whole(asked, "rmse")


@pytest.mark.parametrize("endpoint", [endpoint.name for endpoint in PROTOCOL.endpoints])
def test_a_weight_of_two_is_a_scene_twice(endpoint: str) -> None:
    test = next(test for test in SMALL.tests if test.name == "main")
    rows = answers_of(test, 0, np.random.default_rng(1), spread=0.6, unread=0.1)
    asked = asked_in(rows)
    counts = np.random.default_rng(2).integers(0, 3, len(asked.scenes))
    copies = [place for place, count in enumerate(counts) for _ in range(count)]
    kept = [(n, number) for n, place in enumerate(copies) for number in np.flatnonzero(asked.scene == place)]
    places, numbers = (np.array(column) for column in zip(*kept, strict=True))
    repeated = Asked(
        scenes=tuple(f"copy-{n}" for n in range(len(copies))),
        groups=asked.groups,
        scene=places,
        group=asked.group[numbers],
        question=tuple(asked.question[number] for number in numbers),
        true_m=asked.true_m[numbers],
        predicted_m=asked.predicted_m[numbers],
    )
    assert figure(asked, endpoint, counts[None].astype(float))[0] == pytest.approx(whole(repeated, endpoint))


def test_many_weights_at_once_are_each_alone() -> None:
    asked = asked_in(FOUR_ANSWERS)
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0], [0.0, 3.0, 0.0]])
    for endpoint in PROTOCOL.endpoints:
        alone = [figure(asked, endpoint.name, row[None])[0] for row in weights]
        assert figure(asked, endpoint.name, weights) == pytest.approx(np.array(alone))
    # Only s2: one band left, its one answer 10 x off.
    assert figure(asked, "off_by_ten", weights)[2] == 1.0
    assert np.isnan(figure(asked, "macro_mra", np.zeros((1, 3)))[0])


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_weighted_median_is_the_median(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert weighted_median(values, np.ones((1, count)))[0] == pytest.approx(np.median(values))


def test_band_and_dose_choose_scenes() -> None:
    rows = msgspec.structs.replace(FOUR_ANSWERS, doses=["none", "strong", "none"])
    assert asked_in(rows, dose="none").scenes == ("s1", "s3")
    assert asked_in(rows, band=TINY).scenes == ("s1", "s2")
    both = asked_in(rows, TINY, "none")
    assert (both.scenes, both.true_m.tolist()) == (("s1",), [0.01, 0.01])
    assert len(asked_in(rows, INDOOR).true_m) == 0


@pytest.mark.parametrize("predicted", [0.0, -0.02])
def test_a_length_of_0_or_less_is_read_and_worth_nothing(predicted: float) -> None:
    asked = asked_in(rows_of([("s", TINY, 0.01, predicted)]))
    assert (whole(asked, "macro_mra"), whole(asked, "off_by_ten"), whole(asked, "median_log_ratio")) == (0.0, 1.0, CAP)
    assert unread_share(asked) == 0.0


def test_an_answer_that_is_read_is_never_worse_than_one_that_is_not() -> None:
    far = asked_in(rows_of([("s", TINY, 1e-3, 1e12)]))
    assert whole(far, "median_log_ratio") == CAP
    assert log_ratios(far).tolist() == [CAP]


def test_ten_times_is_off_by_ten_and_a_little_less_is_not() -> None:
    for predicted, off in ((0.1, 1.0), (0.001, 1.0), (0.0999, 0.0), (0.00101, 0.0)):
        assert whole(asked_in(rows_of([("s", TINY, 0.01, predicted)])), "off_by_ten") == off


def test_the_histogram_holds_all_answers() -> None:
    asked = asked_in(rows_of([("s", TINY, 1.0, p) for p in (1.0, 1.0, 10.0, 1e9, None)]))
    shares, unplaced = log_ratio_shares(asked)
    assert unplaced == pytest.approx(0.2)
    assert shares.sum() + unplaced == pytest.approx(1)
    middles = (HISTOGRAM_EDGES[:-1] + HISTOGRAM_EDGES[1:]) / 2
    # Right answers in the middle bin, 10 x in that around 1, 10^9 x in the last.
    assert shares[np.isclose(middles, 0, atol=1e-9)] == pytest.approx([0.4])
    assert shares[np.isclose(middles, 1, atol=1e-9)] == pytest.approx([0.2])
    assert shares[-1] == pytest.approx(0.2)


def test_the_slope_of_pairs_by_hand() -> None:
    # True factor 10 (due 1): answers move by 10 and by 1; one is not read and counts as unmoved. Only pa asks o3.
    rows = rows_of(
        [
            ("pa", TINY, 0.01, 0.02), ("pb", TABLETOP, 0.1, 0.2),
            ("pa", TINY, 0.02, 0.02), ("pb", TABLETOP, 0.2, 0.02),
            ("qa", TINY, 0.01, 0.02), ("qb", TABLETOP, 0.1, None),
            ("pa", TINY, 0.05, 0.02),
        ]
    )  # fmt: skip
    moves = pair_moves(rows)
    assert moves.scenes == ("p", "q")
    assert moves.due == pytest.approx(np.ones(3))
    assert sorted(moves.got.tolist()) == pytest.approx([0, 0, 1])
    assert moves.unread == 1
    # (1 x 1 + 1 x 0 + 1 x 0) / 3; of pair p alone 1 / 2.
    assert slope(moves, np.array([[1.0, 1.0], [1.0, 0.0]])) == pytest.approx(np.array([1 / 3, 1 / 2]))


@pytest.mark.parametrize("follows", [0.0, 0.5, 1.0])
def test_the_slope_is_how_far_answers_follow(follows: float) -> None:
    # Factors up and down; answers move by `follows` of them in decades, whatever they are off by.
    due = [1.0, -0.5, 0.3, 2.4]
    asked: list[tuple[str, str, float, float | None]] = []
    for number, decades in enumerate(due):
        asked += [
            (f"p{number}a", INDOOR, 1.0, 3.0),
            (f"p{number}b", INDOOR, 10**decades, 3.0 * 10 ** (follows * decades)),
        ]
    assert slope(pair_moves(rows_of(asked)), np.ones((1, 4)))[0] == pytest.approx(follows)


def test_forced_experts_move_answers_by_the_distance_of_their_centres() -> None:
    # Tiny scene, expert of the tabletop: centres -2.4 and -1.2, due 1.2 decades. Outdoor scene (expert of outdoor and
    # drone, centre 1.8), expert of indoor at 0: due -1.8.
    main = rows_of([("s", TINY, 4e-3, 4e-3), ("t", OUTDOOR, 16.0, 16.0)])
    moved = rows_of([("s", TINY, 4e-3, 4e-3 * 10**1.2), ("t", OUTDOOR, 16.0, 16.0)], forced=[1, 2])
    moves = forced_moves(main, moved, FOUR)
    assert moves.due == pytest.approx(np.array([1.2, -1.8]))
    assert moves.got == pytest.approx(np.array([1.2, 0.0]))
    assert slope(moves, np.ones((1, 2)))[0] == pytest.approx(1.44 / (1.44 + 3.24))


def test_forced_answers_that_prove_nothing_are_refused() -> None:
    main = rows_of([("s", TINY, 4e-3, 4e-3)])
    for forced, message in (
        (rows_of([("s", TINY, 4e-3, 4e-3)], forced=[0]), "another expert of 4 than its own, got 0"),
        (rows_of([("s", TINY, 4e-3, 4e-3)], forced=[4]), "another expert of 4 than its own, got 4"),
        (rows_of([("u", TINY, 4e-3, 4e-3)], forced=[1]), "scene u: expected the forced questions in test main"),
    ):
        with pytest.raises(CellError, match=message):
            forced_moves(main, forced, FOUR)
