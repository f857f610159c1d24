"""Area estimation: boxes, rings and flat things seen from above, hidden parts, every reason to decline."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hand_scenes import few_points, mirrored, rng, scaled, spun
from small_captures import capture_of
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.scales import Scale
from spacevista.scenes.record import Noise
from spacevista.sim.shapes import union
from spacevista.tasks.area_estimation import area_estimation, measure
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.footprints import steps


def ring():
    """A wall around a yard: 3 x 2.4 outside, 2 x 1.4 inside; 7.2 - 2.8 = 4.4."""
    sides = [((3, 0.5, 0.6), (0, y, 0.3)) for y in (-0.95, 0.95)] + [
        ((0.5, 1.4, 0.6), (x, 0, 0.3)) for x in (-1.25, 1.25)
    ]
    parts = [box(size, at) for size, at in sides]
    return union(*parts)


@cache
def yard():
    """A block turned by 30 degrees, a can, a slab 4 cm thick, a wall around a yard; from all around, from above."""
    meshes = [
        box((1.0, 0.7, 0.5), (0, 3, 0.25), 30),  # 0.7
        cylinder(0.6, 1.0, (3, 0, 0)),  # a prism of 64 sides: 32 sin(2 pi / 64) 0.36 = 1.1292
        box((2.0, 1.5, 0.04), (-3.2, 0, 0.02), 10),  # 3.0
        ring(),
    ]
    path = orbit(6, 7, 8, (0, 0.8, 0)) + orbit(2, 8, 3, (0, 0.8, 0))
    return replace(annotate(capture_of(meshes, path, size_px=(640, 480), fov_deg=60.0)), scale=Scale.DRONE)


def area(scene, number):
    return measure(scene, Candidate("area_estimation", "footprint", (number,)))


@pytest.mark.parametrize(("number", "true_m2"), [(1, 0.7), (2, 1.1292), (3, 3.0), (4, 4.4)])
def test_areas_from_above(number, true_m2):
    item = area(yard(), number)
    assert isinstance(item, Fact), item
    assert item.quantity == "area"
    assert item.values[0] == pytest.approx(true_m2, rel=0.04)
    assert item.intervals[0].low * (1 - 1e-3) <= true_m2 <= item.intervals[0].high * (1 + 1e-3)
    assert item.intervals[0].statistical == 0


@pytest.mark.parametrize(
    ("change", "factor"),
    [(mirrored, 1), (lambda s: spun(s, 71.0), 1), (lambda s: scaled(s, 1e-3), 1e-3), (lambda s: scaled(s, 1e3), 1e3)],
)
def test_turned_mirrored_and_scaled(change, factor):
    other = change(yard())
    supports = {t.id: t.support for t in other.objects}
    assert supports[1] is not None
    for number in (1, 3, 4):
        before, after = area(yard(), number), area(other, number)
        assert after.values[0] == pytest.approx(before.values[0] * factor**2, rel=5e-3)


def test_noise_widens_and_declines():
    exact = area(yard(), 4).intervals[0]
    noisy = area(replace(yard(), noise=Noise(0.0, 0.0, 0.005)), 4)
    # Lengths known to 0.5 %, areas to 1 %, 1.645 of that.
    assert noisy.intervals[0].statistical == pytest.approx(0.01645 * exact.middle, rel=1e-3)
    assert area(replace(yard(), noise=Noise(0.0, 0.0, 0.02)), 4).reason == "interval too wide"


def test_a_hidden_side_declines():
    # Seen from the front alone, what is behind the block might be the block's.
    path = orbit(6, 1.2, 2, sweep_deg=10)
    scene = annotate(capture_of([box((1, 1, 1), (0, 0, 0.5))], path, size_px=(240, 180)))
    item = area(replace(scene, scale=Scale.OUTDOOR), 1)
    assert isinstance(item, Decline)
    assert item.reason in ("unseen side without an end", "interval too wide")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seen_m": few_points(1).seen_m}, "too few points"),
        ({"seen_m": np.full((64, 3), np.nan)}, "points that are no numbers"),
        ({"open_space": True}, "unseen side without an end"),
    ],
)
def test_an_object_that_is_not_measured_declines(change, reason):
    broken = replace(yard(), objects=(replace(yard().object(1), **change),))
    assert area(broken, 1).reason == reason


def test_a_roof_that_is_seen_at_a_slant_is_covered():
    # 4 x 1.8 = 7.2. From 0.8 m over the roof and 6 m off, its pixels lie 6 / 0.8 = 7.5 footprints apart.
    scene = annotate(
        capture_of([box((4, 1.8, 1.4), (0, 0, 0.7), 20)], orbit(6, 2.2, 8), size_px=(640, 480), fov_deg=60.0)
    )
    item = area(replace(scene, scale=Scale.OUTDOOR), 1)
    assert isinstance(item, Fact), item
    assert item.intervals[0].low <= 7.2 <= item.intervals[0].high


def test_a_slope_that_runs_on_is_told_from_one_that_may_break_off():
    # Changes 0.1, 0.1, 0.15, 0.1: the third is more than 1.3 times those beside it, which are then even or at an end;
    # 0.25 is more than twice that and the limit besides.
    even, bent, torn = [1, 1.1, 1.2, 1.3, 1.4], [1, 1.1, 1.2, 1.35, 1.45], [1, 1.1, 1.2, 1.45, 1.55]
    assert steps(np.array([even, bent, torn]), 0.01).tolist() == [[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 2, 0]]
    alone = np.array([[np.nan, 1.0, 1.1, np.nan], [np.nan, 1.0, 1.1, 1.2]])
    assert steps(alone, 0.01).tolist() == [[0, 2, 0], [0, 0, 0]]  # nothing beside it says how steep it is


def test_only_outside_and_every_object():
    assert [item.candidate.objects for item in area_estimation(yard(), rng())] == [(1,), (2,), (3,), (4,)]
    assert list(area_estimation(replace(yard(), scale=Scale.INDOOR), rng())) == []
