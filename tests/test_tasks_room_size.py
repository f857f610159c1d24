"""Room size: floors of several shapes, doors, joined rooms, what may be in doubt, every reason to decline."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hand_scenes import mirrored, rng, scaled
from room_worlds import ALCOVE, L_SHAPE, SQUARE, THICK, room_scene, spun_room, turning
from small_worlds import box
from spacevista.scales import Scale
from spacevista.scenes.record import Noise
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.room_outline import Outline
from spacevista.tasks.room_size import FEW_WALLS, NO_CEILING, decide, measure, room_of, room_size

MIDDLE = ((2.5, 2, 1.5),)


@cache
def square():
    return room_scene(SQUARE, ((1.2, 1.5, 1.5), (3.8, 2.5, 1.5)))


def size(scene, aspect="area"):
    return measure(scene, Candidate("room_size", aspect, ()))


@pytest.mark.parametrize(
    ("outline", "eyes", "area_m2"),
    [
        (SQUARE, MIDDLE, 20.0),
        (L_SHAPE, ((1.5, 1.5, 1.5), (3.2, 2.6, 1.5)), 25.0),
        (ALCOVE, ((1, 1.2, 1.5), (2.6, 2.6, 1.5), (4.2, 1.2, 1.5)), 17.4),
    ],
)
def test_floors_of_several_shapes(outline, eyes, area_m2):
    scene = room_scene(outline, eyes)
    assert size(scene).values[0] == pytest.approx(area_m2, rel=2e-3)
    assert size(scene).intervals[0].half_width < 0.01 * area_m2
    assert size(scene, "volume").values[0] == pytest.approx(area_m2 * 2.5, rel=4e-3)


def test_nothing_is_counted_through_an_open_door():
    # The wall at x = 5 has a door 0.9 wide and 2 high; behind it lies a room of 3 x 4.
    walls = [
        box((5 + 2 * THICK, THICK, 2.5), (2.5, -THICK / 2, 1.25)),
        box((5 + 2 * THICK, THICK, 2.5), (2.5, 4 + THICK / 2, 1.25)),
        box((THICK, 4, 2.5), (-THICK / 2, 2, 1.25)),
        box((THICK, 1.5, 2.5), (5 + THICK / 2, 0.75, 1.25)),
        box((THICK, 1.6, 2.5), (5 + THICK / 2, 3.2, 1.25)),
        box((THICK, 0.9, 0.5), (5 + THICK / 2, 1.95, 2.25)),
        box((3, THICK, 2.5), (6.6, -THICK / 2, 1.25)),
        box((3, THICK, 2.5), (6.6, 4 + THICK / 2, 1.25)),
        box((THICK, 4 + 2 * THICK, 2.5), (8.1 + THICK / 2, 2, 1.25)),
    ]
    here = room_scene(SQUARE, ((1.5, 1.8, 1.5), (3.5, 2.4, 1.5)), walls=walls)
    assert size(here).values[0] == pytest.approx(20.0, rel=3e-3)
    there = room_scene(SQUARE, ((6.6, 1.0, 1.5), (6.6, 3.0, 1.5)), walls=walls)
    assert size(there).values[0] == pytest.approx(12.0, rel=3e-3)  # 8.1 - 5.1 = 3 by 4


def test_furniture_without_an_id_is_no_wall():
    scene = room_scene(SQUARE, ((1.2, 1.0, 1.5), (3.8, 3.2, 1.5)), extra=[box((1.2, 0.6, 0.8), (2.5, 2, 0.4))])
    assert size(scene).values[0] == pytest.approx(20.0, rel=3e-3)


def test_under_nine_tenths_of_the_walls_declines():
    # Two boards before the wall at y = 4, 0.1 m from it and up to the ceiling, hide 2 x 1.1 of 18 m of wall.
    boards = [box((1.1, 0.5, 2.5), (x, 3.65, 1.25)) for x in (1.5, 3.4)]
    items = [size(room_scene(SQUARE, MIDDLE, extra=boards), aspect) for aspect in ("area", "volume")]
    assert [item.reason for item in items] in ([FEW_WALLS] * 2, ["interval too wide"] * 2)
    found = room_of(square())
    hidden = (found[0], replace(found[1], seen=0.89))
    assert decide(square(), Candidate("room_size", "area", ()), hidden).reason == FEW_WALLS
    assert isinstance(decide(square(), Candidate("room_size", "area", ()), (found[0], found[1])), Fact)


def test_a_volume_needs_the_ceiling():
    low = turning(MIDDLE, steps=12, down_deg=12.0)
    looking_down = list(low[1::2]) + turning(((2.5, 2, 1.5),), 12, 9.0, 15.0)[1::2]
    scene = room_scene(SQUARE, MIDDLE, height=4.0, path=looking_down)
    assert size(scene, "volume").reason == NO_CEILING


@pytest.mark.parametrize(
    ("sweep_deg", "reasons"), [(40.0, ("one wall only", "walls not seen")), (150.0, ("walls not seen", FEW_WALLS))]
)
def test_walls_that_were_not_seen_decline(sweep_deg, reasons):
    path = turning(MIDDLE, 4, start_deg=-20.0, sweep_deg=sweep_deg)
    item = size(room_scene(SQUARE, MIDDLE, path=path))
    assert isinstance(item, Decline)
    assert item.reason in reasons


def test_without_floor_or_background_there_is_no_room():
    up = turning(MIDDLE, 6, down_deg=-40.0)[1::2]
    assert size(room_scene(SQUARE, MIDDLE, path=up)).reason == "no floor"
    scene = square()
    blind = tuple(replace(f, depth_m=np.zeros_like(f.depth_m)) for f in scene.frames)
    assert size(replace(scene, frames=blind)).reason == "no background"
    full = tuple(replace(f, ids=np.ones_like(f.ids)) for f in scene.frames)
    assert size(replace(scene, frames=full)).reason == "no background"
    assert size(replace(scene, frames=())).reason == "no background"
    broken = tuple(replace(f, depth_m=np.full_like(f.depth_m, np.nan)) for f in scene.frames)
    assert size(replace(scene, frames=broken)).reason == "no background"


def test_cells_in_doubt_and_noise_widen_the_interval():
    shell, outline = room_of(square())
    area = Candidate("room_size", "area", ())
    doubtful = replace(outline, doubt_m2=1.0)  # 20 to 21: 2.4 % either way
    item = decide(square(), area, (shell, doubtful))
    assert item.intervals[0].half_width == pytest.approx(0.5, abs=0.02)
    assert decide(square(), area, (shell, replace(outline, doubt_m2=2.5))).reason == "interval too wide"
    # Lengths known to 1 %: areas to 2 %, 1.645 of which is 3.29 %; volumes to 3 %, 4.9 %.
    noisy = replace(square(), noise=Noise(0.0, 0.0, 0.01))
    assert decide(noisy, area, (shell, outline)).intervals[0].statistical == pytest.approx(0.0329 * 20, rel=0.01)
    volume = decide(noisy, replace(area, aspect="volume"), (shell, outline))
    assert volume.intervals[0].statistical == pytest.approx(0.04935 * 50, rel=0.01)
    noisy = replace(square(), noise=Noise(0.0, 0.0, 0.02))
    assert decide(noisy, area, (shell, outline)).reason == "interval too wide"
    # Every wall known to 2 cm on its own: sqrt(2 (5^2 + 4^2)) = 9.06 m of wall, 0.181 square metres.
    item = decide(square(), area, (replace(shell, error_m=0.02), outline))
    assert item.intervals[0].statistical == pytest.approx(1.645 * 0.1811, rel=0.05)


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        (mirrored, 1.0),
        (lambda s: spun_room(s, 33.0), 1.0),
        (lambda s: scaled(s, 1e-3), 1e-3),
        (lambda s: scaled(s, 1e3), 1e3),
    ],
)
def test_turned_mirrored_and_scaled_rooms(change, factor):
    for aspect, power in (("area", 2), ("volume", 3)):
        before, after = size(square(), aspect), size(change(square()), aspect)
        assert after.values[0] == pytest.approx(before.values[0] * factor**power, rel=3e-3)
        assert after.quantity == aspect


def test_only_rooms_are_asked_about():
    assert {item.candidate.aspect for item in room_size(square(), rng())} == {"area", "volume"}
    assert all(isinstance(item, Fact) for item in room_size(square(), rng()))
    assert list(room_size(replace(square(), scale=Scale.OUTDOOR), rng())) == []


def test_places_on_the_floor():
    outline = room_of(square())[1]
    assert isinstance(outline, Outline)
    assert outline.holds(np.array([(1.0, 1.0), (4.9, 3.9), (5.2, 2.0), (-0.1, 1.0)])).tolist() == [
        True,
        True,
        False,
        False,
    ]
