"""Object location: eight directions and a distance on a table, every reason to decline."""

from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import (
    brick,
    facts,
    few_points,
    gap,
    looking_along_y,
    mirrored,
    picture,
    pose_errors,
    rng,
    scaled,
    scene_of,
    spun,
    with_spans,
)  # fmt: skip
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.scoring.closed import DIRECTIONS as SCORED
from spacevista.sim.truth_location import WORDS
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.object_location import BETWEEN, DIRECTIONS, OVERLAP, direction_of, measure, object_location
from spacevista.tasks.rotation_estimation import STEEP


def table(angle_deg, away=3.0, sides=(1, 1, 1), frame=None, **changes):
    """Object 1 at an angle from the right of object 2, counter-clockwise seen from above; the camera looks along +y."""
    place = (away * np.cos(np.radians(angle_deg)), away * np.sin(np.radians(angle_deg)), 0)
    things = brick(1, sides, at=place, **changes), brick(2, (1, 1, 1))
    scene = scene_of(*things, gaps=[gap(1, 2, 2.0)], frames=[frame or looking_along_y()])
    return with_spans(scene, {1: {0: 40}, 2: {0: 40}})


def asked(scene, aspect="direction", pair=(1, 2)):
    return measure(scene, Candidate("object_location", aspect, pair, (0,)))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(("number", "word"), list(enumerate(DIRECTIONS)))
def test_eight_directions(metre, number, word):
    scene = scaled(table(45 * number), metre)
    assert asked(scene).choice == word
    assert asked(scene, pair=(2, 1)).choice == DIRECTIONS[(number + 4) % 8]
    place = asked(scene, "place")
    assert place.values[0] == pytest.approx(2 * metre)
    assert direction_of(place.values[1]) == word
    assert place.intervals[0].high == pytest.approx(2 * metre)


def test_truth_tasks_and_scorers_use_the_same_words():
    assert DIRECTIONS == WORDS == SCORED


def test_front_is_towards_the_camera():
    assert asked(table(-90)).choice == "front"
    assert asked(table(90)).choice == "back"
    # From the other side of the table front and back, left and right change places.
    other = picture(pose=Pose.looking_at((0, 10, 3), (0, 0, 0)))
    assert asked(table(-90, frame=other)).choice == "back"
    assert asked(table(45, frame=other)).choice == "front-left"


def test_between_two_words_nothing_is_said():
    # Sectors end at 22.5; three degrees before that is the last that is asked.
    assert asked(table(19.4)).choice == "right"
    assert asked(table(19.6)).reason == BETWEEN
    assert asked(table(25.4)).reason == BETWEEN
    assert asked(table(25.6)).choice == "back-right"


def test_where_the_middles_may_be_counts():
    scene = table(15)
    assert asked(scene).choice == "right"
    larger = scene.objects[0]
    grown = np.where(larger.possible_m[:, 1:2] > larger.seen_m[:, 1].mean(), 1.0, 0.0) * (0, 1.0, 0)
    larger = replace(larger, possible_m=larger.possible_m + grown)  # its middle might be half a metre further back
    assert asked(replace(scene, objects=(larger, scene.objects[1]))).reason == BETWEEN


def test_one_on_top_of_the_other_or_beside_a_large_one_has_no_direction():
    assert asked(table(0, away=0.0)).reason == OVERLAP
    assert asked(table(0, away=0.4)).reason == OVERLAP
    assert asked(table(0, away=1.2, sides=(4, 1, 1))).reason == OVERLAP


def test_a_place_declines_where_the_distance_does():
    scene = table(0)
    assert asked(replace(scene, gaps=()), "place").reason == "too few points"
    touching = replace(scene, gaps=(gap(1, 2, 0.01, spacing=0.002),))
    assert asked(touching, "place").reason == "touching or below ten point spacings"
    wide = replace(scene, gaps=(gap(1, 2, 2.0, below=0.5),))
    assert asked(wide, "place").reason == "interval too wide"
    assert isinstance(asked(wide, "direction"), Fact)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seen_m": np.zeros((10, 3))}, "too few points"),
        ({"seen_m": np.full((64, 3), np.nan)}, "points that are no numbers"),
        ({"open_space": True}, "unseen side without an end"),
    ],
)
def test_an_object_that_is_not_measured_declines(change, reason):
    scene = table(0)
    broken = replace(scene, objects=(replace(scene.objects[0], **change), scene.objects[1]))
    assert {asked(broken, aspect).reason for aspect in ("direction", "place")} == {reason}


def test_a_camera_that_looks_straight_down_has_no_front():
    steep = picture(pose=Pose.looking_at((0, -1, 10), (0, 0, 0)))
    assert asked(table(0, frame=steep)).reason == STEEP


def test_noise_counts():
    scene = table(17)
    assert isinstance(asked(scene), Fact)
    # 1.645 x 2 degrees of the camera's heading, on top of the 17.
    assert asked(replace(scene, pose_covariance=pose_errors(1, 2.0, 0.0))).reason == BETWEEN


def several():
    things = [brick(n, (0.5, 0.5, 0.5), at=(1.3 * n, 1.7 * ((n * n) % 5), 0)) for n in range(1, 6)]
    gaps = [gap(a, b, 0.3 + 0.1 * a * b) for a in range(1, 6) for b in range(a + 1, 6)]
    scene = scene_of(*things, gaps=gaps, frames=[looking_along_y()] * 2)
    return with_spans(scene, {thing.id: {0: 40, 1: 40} for thing in things})


def test_only_on_tables():
    assert len(facts(object_location(several(), rng()))) > 10
    for scale in (Scale.INDOOR, Scale.OUTDOOR, Scale.DRONE):
        assert list(object_location(replace(several(), scale=scale), rng())) == []


def test_in_the_mirror_left_and_right_change_places():
    for before, after in zip(
        object_location(several(), rng()), object_location(mirrored(several()), rng()), strict=True
    ):
        if isinstance(before, Decline):
            assert after == before
        elif before.candidate.aspect == "direction":
            swapped = before.choice.replace("left", "?").replace("right", "left").replace("?", "right")
            assert after.choice == swapped


@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_no_direction(change):
    for before, after in zip(object_location(several(), rng()), object_location(change(several()), rng()), strict=True):
        assert type(before) is type(after)
        assert getattr(before, "choice", "") == getattr(after, "choice", "")


def test_scenes_with_little_in_them():
    assert list(object_location(scene_of(frames=[looking_along_y()]), rng())) == []
    few = with_spans(scene_of(few_points(1), few_points(2), frames=[looking_along_y()]), {1: {0: 40}, 2: {0: 40}})
    assert {item.reason for item in object_location(few, rng())} == {"too few points"}
