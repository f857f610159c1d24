"""Identity: ids that one frame gets wrong are outvoted by the others, and counted."""

from dataclasses import replace

import numpy as np
import pytest

from small_captures import capture_of, scene_frames
from small_worlds import box, cylinder, orbit
from spacevista.annotate.identity import voted

# Half a pixel on a surface seen at 70 degrees: tan(70) / 2 / 171 px.
TOLERANCE = 8e-3


@pytest.fixture(scope="module")
def frames():
    meshes = [box((1, 0.7, 0.5), (0, 0, 0.25), 30), cylinder(0.3, 0.8, (1.2, 0, 0))]
    return scene_frames(capture_of(meshes, orbit(3, 3, 7, (0.5, 0, 0.2), sweep_deg=70)))


def with_ids(frames, number, ids):
    return tuple(replace(f, ids=ids.astype(np.int32)) if k == number else f for k, f in enumerate(frames))


def test_agreeing_frames_stay_as_they_are_and_nothing_is_dropped(frames):
    out, drops = voted(frames, TOLERANCE)
    assert drops == []
    for before, after in zip(frames, out, strict=True):
        # Pixels at a silhouette may belong to either side.
        assert (before.ids == after.ids).mean() > 0.995


def test_ids_swapped_in_one_frame_are_outvoted_and_counted(frames):
    right = frames[3].ids
    swapped = np.select([right == 1, right == 2], [2, 1], right)
    out, drops = voted(with_ids(frames, 3, swapped), TOLERANCE)
    labelled = right > 0
    assert (out[3].ids[labelled] == right[labelled]).mean() > 0.97
    reason = "id disagrees with the other views"
    assert drops == [("object 1 in frame 000003", reason), ("object 2 in frame 000003", reason)]
    for number in (0, 1, 2, 4, 5, 6):
        assert (out[number].ids == frames[number].ids).mean() > 0.995


def test_an_id_that_only_one_frame_gives_to_the_ground_is_taken_back(frames):
    # Three columns of ground beside the box's left border.
    ids = frames[2].ids.copy()
    rows, columns = np.nonzero(ids == 1)
    row = int(np.median(rows))
    left = int(columns[rows == row].min())
    ids[row - 5 : row + 5, left - 3 : left] = 1
    wrong = ids != frames[2].ids
    out, drops = voted(with_ids(frames, 2, ids), TOLERANCE)
    assert wrong.sum() >= 20
    assert (out[2].ids[wrong] == frames[2].ids[wrong]).mean() > 0.9
    assert drops == []  # the mask as a whole is right


def test_a_frame_without_a_mask_is_no_vote_against_it(frames):
    blank = with_ids(frames, 4, np.zeros_like(frames[4].ids))
    out, drops = voted(blank, TOLERANCE)
    assert drops == []
    for number in (0, 1, 2, 3, 5, 6):
        assert (out[number].ids == frames[number].ids).mean() > 0.99


def test_a_single_frame_votes_for_itself(frames):
    out, drops = voted(frames[:1], TOLERANCE)
    assert (out[0].ids == frames[0].ids).all()
    assert drops == []


def test_frames_without_any_object_pass(frames):
    bare = tuple(replace(f, ids=np.zeros_like(f.ids)) for f in frames[:3])
    out, drops = voted(bare, TOLERANCE)
    assert drops == []
    assert not any(f.ids.any() for f in out)
