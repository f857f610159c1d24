"""Object size: values of plain boxes, intervals between seen and possible, every reason to decline."""

import math

import numpy as np
import pytest

from hand_scenes import EXACT, brick, by_candidate, few_points, reasons, rng, scene_of, turned
from spacevista.scenes.record import Noise
from spacevista.tasks.facts import Decline, Fact
from spacevista.tasks.object_size import ASPECTS, object_size
from spacevista.tasks.rules import NINETY_PERCENT


def sizes(thing, noise=EXACT):
    return {
        aspect: item for (aspect, _), item in by_candidate(object_size(scene_of(thing, noise=noise), rng())).items()
    }


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 45.0])
def test_a_brick_has_its_own_sides_however_it_is_turned(metre, angle_deg):
    # Standing 3 x 2 on the ground, 4 high: the longest side is the height. PCA would give 3.6 (the diagonal) at 45.
    found = sizes(turned(brick(1, (3 * metre, 2 * metre, 4 * metre)), angle_deg))
    expected = {"longest": 4, "height": 4, "length": 3, "width": 2}
    for aspect, metres in expected.items():
        assert isinstance(found[aspect], Fact)
        assert found[aspect].quantity == "length"
        assert found[aspect].values == pytest.approx((metres * metre,), rel=1e-9)
        assert found[aspect].intervals[0].half_width <= 1e-9 * metres * metre


def test_a_unit_square_seen_from_its_corner_is_one_wide():
    found = sizes(turned(brick(1, (1, 1, 1)), 45))
    assert found["length"].values == pytest.approx((1.0,))


def test_the_value_is_the_middle_between_seen_and_possible():
    # Grown by 0.01 at either end: 1 to 1.02, so 1.01 +- 0.01 (0.99 %).
    height = sizes(brick(1, (1, 1, 1), grown=0.01))["height"]
    assert height.values == pytest.approx((1.01,))
    assert (height.intervals[0].low, height.intervals[0].high) == pytest.approx((1.0, 1.02))
    assert height.intervals[0].statistical == 0


def test_an_interval_is_asked_up_to_five_percent_and_no_further():
    # 1 to 1 + 2 g: half-width g over the middle 1 + g is 5 % at g = 0.05 / 0.95 = 0.052632.
    assert isinstance(sizes(brick(1, (1, 1, 1), grown=0.0526))["height"], Fact)
    wide = sizes(brick(1, (1, 1, 1), grown=0.0527))["height"]
    assert isinstance(wide, Decline)
    assert wide.reason == "interval too wide"


def test_noise_widens_the_interval_by_its_ninety_percent_part():
    # Surface noise of 0.3 % of a metre and a scale error of 0.4 % make sqrt(0.3^2 + 0.4^2) = 0.5 % of one metre.
    noise = Noise(0.001, 0.001, 0.004)
    height = sizes(brick(1, (1, 1, 1), error_m=0.003), noise)["height"]
    (interval,) = height.intervals
    assert interval.statistical == pytest.approx(NINETY_PERCENT * 0.005)
    assert interval.half_width == pytest.approx(NINETY_PERCENT * 0.005)
    assert height.values == pytest.approx((1.0,))


def test_too_few_points_and_sides_without_an_end_are_declined():
    assert reasons(object_size(scene_of(few_points(1)), rng())) == {"too few points": 4}
    assert reasons(object_size(scene_of(brick(1, (1, 1, 1), open_space=True)), rng())) == {
        "unseen side without an end": 4
    }
    bare = brick(1, (1, 1, 1), possible_m=np.empty((0, 3)))
    assert reasons(object_size(scene_of(bare), rng())) == {"too few points": 4}


def test_every_object_yields_four_candidates_and_draws_nothing():
    scene = scene_of(brick(1, (1, 2, 3)), few_points(2), brick(3, (1, 1, 1), grown=0.2))
    first, second = list(object_size(scene, rng(1))), list(object_size(scene, rng(2)))
    assert [item.candidate.aspect for item in first] == list(ASPECTS) * 3
    assert first == second


def test_a_flat_object_has_a_footprint_but_no_height_to_ask():
    found = sizes(brick(1, (3, 2, 0)))
    assert found["length"].values == pytest.approx((3.0,))
    assert found["longest"].values == pytest.approx((3.0,))
    assert isinstance(found["height"], Decline)


def test_the_longest_side_of_a_leaning_rod_is_its_length():
    # A 4 x 0.2 x 0.2 rod leaning by 30 degrees: the least box leans with it; its height is 4 sin 30 + 0.2 cos 30.
    rod = brick(1, (4, 0.2, 0.2))
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))
    lean = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    leaning = brick(1, (1, 1, 1), seen_m=rod.seen_m @ lean.T, possible_m=rod.possible_m @ lean.T)
    found = sizes(leaning)
    assert found["longest"].values == pytest.approx((4.0,), rel=1e-6)
    assert found["height"].values == pytest.approx((4 * s + 0.2 * c,))
    assert found["length"].values == pytest.approx((4 * c + 0.2 * s,))
