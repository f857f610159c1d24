"""Position comparison: left, above and nearer between two boxes, every reading that must agree, every decline."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import (
    brick,
    facts,
    few_points,
    looking_along_y,
    mirrored,
    pose_errors,
    reasons,
    rng,
    scaled,
    scene_of,
    spun,
    with_spans,
)  # fmt: skip
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.placement import nearest
from spacevista.tasks.position_comparison import measure, position_comparison
from spacevista.tasks.relations import OPPOSITE, UNDECIDED


def seen_from(*things, eye=(0.0, -10.0, 0.0), frames=1):
    """The things before cameras at `eye` that look along +y, all of them 40 pixels across."""
    scene = scene_of(*things, frames=[looking_along_y(eye)] * frames)
    return with_spans(scene, {thing.id: dict.fromkeys(range(frames), 40) for thing in things})


def asked(scene, aspect, pair=(1, 2), frames=(0,)):
    return measure(scene, Candidate("position_comparison", aspect, pair, frames))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_each_word_and_its_opposite(metre):
    # Unit cubes: 2 is to the right of 1 by 3, higher by 2, farther by 4, in metres and in the picture.
    scene = scaled(seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(3, 4, 2))), metre)
    winners = {aspect: asked(scene, aspect).choice for aspect in OPPOSITE if aspect not in ("taller", "wider")
               and OPPOSITE[aspect] not in ("taller", "wider")}  # fmt: skip
    assert winners == {"left": "1", "right": "2", "above": "2", "below": "1", "nearer": "1", "farther": "2"}
    left = asked(scene, "left", pair=(2, 1))
    assert (left.choice, left.options) == ("1", ("2", "1"))
    # Middles 3 apart, extents 1: three mean extents in metres; as columns 3/14 apart, extents about 1/9.5 and less.
    assert left.margin == pytest.approx(asked(scene, "right").margin)
    # Middles at 10 and sqrt(3^2 + 14^2 + 2^2) = 14.457.
    assert asked(scene, "nearer").margin == pytest.approx(0.4457, abs=1e-4)


def test_half_of_an_object_may_overlap():
    # Cubes of side 1 side by side need middles half a metre apart.
    assert isinstance(asked(seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0.51, 0, 0))), "left"), Fact)
    item = asked(seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0.49, 0, 0))), "left")
    assert item == Decline(item.candidate, UNDECIDED)


def test_a_cup_before_the_right_half_of_a_sideboard_is_not_right_of_it():
    # Middles 1 apart, but both ends of the sideboard (from -2 to 2) reach beyond the cup (0.9 to 1.1).
    scene = seen_from(brick(1, (4, 1, 1)), brick(2, (0.2, 0.2, 0.2), at=(1, 0, 0)))
    assert asked(scene, "left").reason == UNDECIDED


def test_columns_of_the_picture_must_agree_with_metres():
    # 2 is 1.1 m further right, but three times as far away: columns 1.5 / 5 = 0.3 against 2.6 / 15 = 0.17.
    scene = seen_from(brick(1, (1, 1, 1), at=(1.5, -5, 0)), brick(2, (1, 1, 1), at=(2.6, 5, 0)))
    assert asked(scene, "right").reason == UNDECIDED


def test_up_in_the_picture_must_agree_with_gravity():
    # From above and looking level, what is farther on the same floor is higher in the picture, not in the world.
    flat = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0, 8, 0)), eye=(0, -5, 3))
    assert asked(flat, "above").reason == UNDECIDED
    raised = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0, 8, 2)), eye=(0, -5, 3))
    assert asked(raised, "above").choice == "2"


def test_nearest_middle_and_farthest_point_must_agree():
    # A wall from y = -8 to 8 beside a cube at y = 0: the wall begins nearer and ends farther.
    scene = seen_from(brick(1, (0.1, 16, 1), at=(2, 0, 0)), brick(2, (1, 1, 1)))
    assert asked(scene, "nearer").reason == UNDECIDED
    # Middles at 10 and 10.99: not 10 % apart.
    close = seen_from(brick(1, (0.1, 0.1, 0.1)), brick(2, (0.1, 0.1, 0.1), at=(0, 0.99, 0)))
    assert asked(close, "farther").reason == UNDECIDED
    assert (
        asked(seen_from(brick(1, (0.1, 0.1, 0.1)), brick(2, (0.1, 0.1, 0.1), at=(0, 1.01, 0))), "farther").choice == "2"
    )


def test_unseen_space_counts():
    # Middles 1 apart; if either might be 0.3 larger at each side, ends still come in order, middles may be 0.7 apart
    # of the 0.8 that extents of 1.6 ask for.
    sure = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(1, 0, 0)))
    doubtful = seen_from(brick(1, (1, 1, 1), grown=0.3), brick(2, (1, 1, 1), at=(1, 0, 0), grown=0.3))
    assert isinstance(asked(sure, "left"), Fact)
    assert asked(doubtful, "left").reason == UNDECIDED


def test_the_first_objects_camera_is_the_reference_of_two_frames():
    # Camera 1 looks back from the other side: its right is -x.
    things = brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(3, 0, 0))
    from_behind = looking_along_y()
    from_behind = replace(
        from_behind, world_from_camera=type(from_behind.world_from_camera).looking_at((0, 10, 0), (0, 0, 0))
    )
    scene = with_spans(
        scene_of(*things, frames=[looking_along_y(), from_behind]), {1: {0: 40, 1: 40}, 2: {0: 40, 1: 40}}
    )
    assert asked(scene, "left", (1, 2), (0, 1)).choice == "1"
    assert asked(scene, "left", (2, 1), (1, 0)).choice == "2"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seen_m": np.zeros((10, 3))}, "too few points"),
        ({"seen_m": np.full((64, 3), np.nan)}, "points that are no numbers"),
        ({"possible_m": np.full((8, 3), np.nan)}, "points that are no numbers"),
        ({"open_space": True}, "unseen side without an end"),
    ],
)
def test_an_object_that_is_not_measured_declines(change, reason):
    scene = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(3, 4, 2)))
    broken = replace(scene, objects=(scene.objects[0], replace(scene.objects[1], **change)))
    assert {asked(broken, aspect).reason for aspect in ("left", "above", "nearer")} == {reason}


def test_a_camera_inside_an_object_or_past_it_declines():
    scene = seen_from(brick(1, (1, 1, 1)), brick(2, (4, 4, 4), at=(0, -10, 0)))
    assert asked(scene, "left").reason == "not wholly in front of the camera"
    behind = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0, -20, 0)))
    assert asked(behind, "nearer").reason == "not wholly in front of the camera"


def test_noise_takes_close_calls_away():
    things = brick(1, (1, 1, 1), error_m=0.2), brick(2, (1, 1, 1), at=(0.6, 0, 0), error_m=0.2)
    assert asked(seen_from(*things), "left").reason == UNDECIDED
    sure = seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(0.6, 0, 0)))
    assert isinstance(asked(sure, "left"), Fact)
    # 1.645 x 1 degree at 10 m is 0.29 m.
    assert asked(replace(sure, pose_covariance=pose_errors(1, 1.0, 0.0)), "left").reason == UNDECIDED


def many(frames=3):
    things = [brick(n, (0.5, 0.5, 0.5), at=(2.0 * (n % 3), 2.5 * (n // 3), 0.7 * n)) for n in range(1, 7)]
    return seen_from(*things, eye=(2, -10, 1), frames=frames)


def test_in_the_mirror_left_and_right_change_places():
    scene = many()
    for before, after in zip(
        position_comparison(scene, rng()), position_comparison(mirrored(scene), rng()), strict=True
    ):
        assert before.candidate == after.candidate
        if isinstance(before, Decline):
            assert after == before
        elif before.candidate.aspect in ("left", "right"):
            assert after.choice == next(o for o in before.options if o != before.choice)
        else:
            assert after.choice == before.choice


@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_nothing(change):
    scene = many()
    for before, after in zip(position_comparison(scene, rng()), position_comparison(change(scene), rng()), strict=True):
        assert type(before) is type(after)
        if isinstance(before, Fact):
            assert (after.candidate, after.choice) == (before.candidate, before.choice)


def test_the_order_tells_nothing_and_every_answer_comes_up():
    items = [item for seed in range(8) for item in position_comparison(many(), rng(seed))]
    first = sum(fact.choice == fact.options[0] for fact in facts(items))
    total = len(facts(items))
    # Fair coins: within four standard deviations of half.
    assert total > 300
    assert abs(first - total / 2) < 4 * np.sqrt(total) / 2
    assert {fact.candidate.aspect for fact in facts(items)} >= {"left", "right", "nearer", "farther", "above", "below"}
    lengths = Counter(len(item.candidate.frames) for item in items)
    assert lengths[1] > 0
    assert lengths[2] > 0


def test_one_object_no_object_and_objects_that_no_frame_shows():
    assert list(position_comparison(seen_from(brick(1, (1, 1, 1))), rng())) == []
    assert list(position_comparison(seen_from(), rng())) == []
    hidden = with_spans(seen_from(brick(1, (1, 1, 1)), brick(2, (1, 1, 1))), {1: {0: 40}, 2: {0: 9}})
    assert list(position_comparison(hidden, rng())) == []
    assert set(reasons(position_comparison(seen_from(few_points(1), few_points(2)), rng()))) == {"too few points"}


def test_the_nearest_point_of_a_face_is_not_below_its_plane():
    # A square at depth 4, corners 5 away: the plane bound gives 4, which is the truth.
    corners = np.array([[x, y, 4.0] for x in (-3.0, 3.0) for y in (-1e-9, 1e-9)])
    bounds = nearest(corners, corners)
    assert (bounds.low, bounds.high) == pytest.approx((4, 5))
