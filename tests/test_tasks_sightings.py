"""Order of appearance and matching of marked objects: spans over frames decide, doubt and likeness decline."""

from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import EXACT, brick, facts, looking_along_y, picture, reasons, rng, scaled, scene_of, spun, with_spans
from spacevista.geometry.poses import Pose
from spacevista.tasks.appearance_order import LONGEST, SHORTEST, TIED, UNSEEN, appearance_order, drawn_clips
from spacevista.tasks.appearance_order import measure as measure_order
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.object_matching import ALIKE, UNCLEAR, distractors, object_matching
from spacevista.tasks.object_matching import measure as measure_match


def clip_of(*spans, frames=8):
    """Objects 1, 2, ... with these spans in frames 0, 1, ..."""
    things = [brick(n, (1, 1, 1)) for n in range(1, len(spans) + 1)]
    scene = scene_of(*things, frames=[looking_along_y()] * frames)
    return with_spans(scene, {n: dict(enumerate(own)) for n, own in enumerate(spans, start=1)})


def order(scene, aspect="order", group=(1, 2, 3), clip=tuple(range(8))):
    return measure_order(scene, Candidate("appearance_order", aspect, group, clip))


LATE = [0, 0, 0, 0, 0, 50, 50, 50]
EARLY = [50] * 8
MIDDLE = [0, 0, 50, 50, 0, 0, 0, 50]


def test_the_order_and_every_place():
    scene = clip_of(LATE, EARLY, MIDDLE)
    fact = order(scene)
    assert fact.choice == "2-3-1"
    assert len(fact.options) == len(set(fact.options)) == 6
    assert fact.margin == pytest.approx(2 / 8)  # from frame 0 to 2, then to 5
    assert [order(scene, place).choice for place in ("first", "second", "last")] == ["2", "3", "1"]
    assert order(scene, "second").options == ("1", "2", "3")


def test_a_clip_that_runs_backwards():
    # From frame 7 back: objects 1, 2, 3 are all there at once.
    backwards = tuple(range(7, -1, -1))
    assert order(clip_of(LATE, EARLY, MIDDLE), clip=backwards).reason == TIED
    assert order(clip_of(LATE, [50, 0, 0, 0, 0, 0, 0, 0], [0, 0, 50, 50, 0, 0, 0, 0]), clip=backwards).choice == "1-3-2"


def test_doubtful_frames_that_overlap_decline():
    # Object 1 is in doubt from frame 2 on, clear in 4; object 2 clear in 2, or in 1, or in 4.
    doubtful = [0, 0, 10, 31.9, 32, 50, 50, 50]
    starts = {2: TIED, 1: "2-1", 4: TIED, 5: "1-2"}
    for start, expected in starts.items():
        item = order(clip_of(doubtful, [0] * start + [50] * (8 - start)), group=(1, 2))
        assert (item.choice if isinstance(item, Fact) else item.reason) == expected


def test_faint_sights_do_not_count_yet():
    # 9.9 pixels across in the first frames: not there.
    assert order(clip_of([9.9, 9.9, 50, 50], [0, 50, 50, 50]), group=(1, 2), clip=(0, 1, 2, 3)).choice == "2-1"


def test_ties_and_objects_that_never_show_decline():
    assert order(clip_of(EARLY, EARLY), group=(1, 2)).reason == TIED
    assert order(clip_of(EARLY, [20] * 8), group=(1, 2)).reason == UNSEEN
    assert order(clip_of(EARLY, []), group=(1, 2)).reason == UNSEEN
    # Two of three tie, the third stands alone.
    scene = clip_of(EARLY, EARLY, LATE)
    assert order(scene, "last").choice == "3"
    assert order(scene, "first").reason == TIED


def test_noisy_masks_widen_the_doubt():
    scene = clip_of([0, 33, 50, 50], [0, 0, 7, 50])
    assert order(scene, group=(1, 2), clip=(0, 1, 2, 3)).choice == "1-2"
    noisy = replace(scene, noise=replace(EXACT, depth_rel=0.005))
    assert order(noisy, group=(1, 2), clip=(0, 1, 2, 3)).reason == TIED  # 33 may be 29, 7 may be 11


def test_directions_groups_and_ids_are_balanced():
    # Objects come and go by id; clips run either way and groups are drawn in any order.
    scene = clip_of(*([0] * n + [50] * 3 + [0] * (5 - n) for n in range(6)))
    items = [item for seed in range(20) for item in appearance_order(scene, rng(seed))]
    clips = {item.candidate.frames for item in items}
    assert {clip[0] < clip[-1] for clip in clips} == {True, False}
    firsts = [fact for fact in facts(items) if fact.candidate.aspect == "first"]
    places = [fact.options.index(fact.choice) / (len(fact.options) - 1) for fact in firsts]
    assert len(firsts) > 100
    assert abs(np.mean(places) - 0.5) < 4 * np.std(places) / np.sqrt(len(places))


def test_clips_are_runs_of_frames():
    for count in (4, 20, 60):
        for clip in drawn_clips(count, rng()):
            assert SHORTEST <= len(clip) <= min(LONGEST, count)
            assert set(np.diff(clip)) in ({1}, {-1})
    assert drawn_clips(SHORTEST - 1, rng()) == []


@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_no_order(change):
    scene = clip_of(LATE, EARLY, MIDDLE)
    assert list(appearance_order(change(scene), rng())) == list(appearance_order(scene, rng()))


def test_nothing_to_order():
    assert list(appearance_order(clip_of(), rng())) == []
    assert list(appearance_order(clip_of(EARLY), rng())) == []
    assert list(appearance_order(clip_of(EARLY, EARLY, EARLY), rng())) == []  # all are there from the start
    two_late = clip_of(EARLY, EARLY, LATE, LATE)
    assert set(reasons(appearance_order(two_late, rng()))) == {TIED}
    for item in appearance_order(two_late, rng()):
        assert len(set(item.candidate.objects) & {1, 2}) <= 1 or item.candidate.frames[0] > 4


def around(*kinds, spans=40.0, turn_deg=30.0, frames=2):
    """Things in a row along x, seen by cameras on a circle of 10 about the origin, `turn_deg` from one to the next."""
    things = [brick(n, (1, 1, 1), at=(1.5 * n, 0, 0), category=kind) for n, kind in enumerate(kinds, start=1)]
    angles = np.radians(turn_deg) * np.arange(frames)
    poses = [Pose.looking_at((10 * np.sin(a), -10 * np.cos(a), 1), (0, 0, 0)) for a in angles]
    scene = scene_of(*things, frames=[picture(str(k), 2.0, pose) for k, pose in enumerate(poses)])
    return with_spans(scene, {thing.id: dict.fromkeys(range(frames), spans) for thing in things})


def match(scene, aspect, objects, frames):
    return measure_match(scene, Candidate("object_matching", aspect, objects, frames))


def test_same_and_which():
    scene = around("cup", "cup", "box")
    assert match(scene, "same", (1, 1), (0, 1)).choice == "yes"
    assert match(scene, "same", (1, 2), (0, 1)).choice == "no"
    which = match(scene, "which", (2, 3, 1, 2), (0, 1, 1, 1))
    assert (which.choice, which.options) == ("3", ("1", "2", "3"))
    assert which.margin == pytest.approx(40 / 32 - 1)


def test_objects_hardly_seen_and_views_too_much_alike_decline():
    assert match(around("cup", "cup", spans=31.9), "same", (1, 1), (0, 1)).reason == UNCLEAR
    scene = with_spans(around("cup", "cup"), {1: {0: 40}, 2: {0: 40, 1: 40}})
    assert match(scene, "same", (1, 1), (0, 1)).reason == UNCLEAR  # its mask in frame 1 is empty
    assert match(scene, "same", (1, 2), (0, 1)).choice == "no"
    # At the origin the two cameras are as far apart as they are turned; object 1 is 1.5 off it.
    assert match(around("cup", "cup", turn_deg=3), "same", (1, 1), (0, 1)).reason == ALIKE
    assert isinstance(match(around("cup", "cup", turn_deg=7), "same", (1, 1), (0, 1)), Fact)


def test_points_that_are_no_numbers_decline():
    scene = around("cup", "cup")
    for seen in (np.full((64, 3), np.nan), np.empty((0, 3))):
        broken = replace(scene, objects=(replace(scene.objects[0], seen_m=seen), scene.objects[1]))
        assert match(broken, "same", (1, 1), (0, 1)).reason == ALIKE


def test_wrong_ones_are_of_the_same_kind_first():
    scene = around("cup", "box", "cup", "vase", "cup")
    for seed in range(5):
        others = distractors(scene, 1, 1, rng(seed))
        assert set(others[:2]) == {3, 5}
        assert set(others[2:]) == {2, 4}


def test_yes_and_no_and_all_places_come_up_alike():
    scene = around("cup", "cup", "box", "vase", frames=8)
    items = [item for seed in range(15) for item in facts(object_matching(scene, rng(seed)))]
    same = [item.choice == "yes" for item in items if item.candidate.aspect == "same"]
    assert abs(np.mean(same) - 0.5) < 4 * 0.5 / np.sqrt(len(same))
    places = [int(item.choice) for item in items if item.candidate.aspect == "which"]
    assert abs(np.mean(places) - 2) < 4 * np.std(places) / np.sqrt(len(places))
    # In each `which` the target is among the candidates once, and shown in two different frames.
    for item in items:
        target, *others = item.candidate.objects
        if item.candidate.aspect == "which":
            assert others.count(target) == 1
        assert len(set(item.candidate.frames)) == 2


@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_no_match(change):
    scene = around("cup", "cup", "box", frames=6)
    assert list(object_matching(change(scene), rng())) == list(object_matching(scene, rng()))


def test_nothing_to_match():
    assert list(object_matching(around("cup"), rng())) == []
    assert list(object_matching(around(), rng())) == []
    assert list(object_matching(around("cup", "cup", frames=1), rng())) == []
    assert all(isinstance(i, Decline) for i in object_matching(around("cup", "cup", spans=33, turn_deg=2), rng()))
