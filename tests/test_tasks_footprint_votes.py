"""Areas from noisy frames: what one frame says of a place, who wins, how sure the winner is."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from small_captures import capture_of
from small_worlds import box, orbit
from spacevista.annotate.annotate import annotate
from spacevista.geometry.cameras import Camera
from spacevista.geometry.freespace import DepthView
from spacevista.geometry.occupancy import FloorGrid
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.sim.noise import noisy_borders
from spacevista.tasks.area_estimation import measure
from spacevista.tasks.facts import Candidate, Fact
from spacevista.tasks.footprint_votes import MEDIAN, Voted, error_cells, vote
from spacevista.tasks.footprints import FLAT_ERRORS, FLAT_PIXELS, by_votes, farthest_m

SKY = -1
DEPTH_REL = 0.01


def view_of(depth_m, ids):
    """A camera at the origin that looks along z; ten pixels a radian."""
    height, width = ids.shape
    camera = Camera(width, height, 10.0, 10.0, width / 2, height / 2)
    return DepthView.of(camera, Pose(np.eye(3), np.zeros(3)), depth_m.astype(np.float32), ids, SKY, DEPTH_REL)


@pytest.mark.parametrize(
    ("depth_m", "number", "said"),
    [
        (5.0, 1, 1),
        (5.1, 1, 1),  # 2 % farther off: within 3 errors
        (5.2, 1, -1),  # 4 % farther off: the ray passes the place
        (4.9, 1, 1),  # 2 % nearer: within 3 errors
        (4.0, 1, 0),  # its own part in front hides the place
        (5.0, 2, -1),
        (9.0, 2, -1),
        (4.0, 2, 0),
        (0.0, 1, 0),  # not measured
        (0.0, SKY, -1),  # nothing there, to the end
    ],
)
def test_what_a_frame_says_of_a_place(depth_m, number, said):
    view = view_of(np.full((4, 4), depth_m), np.full((4, 4), number, dtype=np.int32))
    assert vote(np.array([[0.1, 0.1, 5.0]]), view, 1, DEPTH_REL).tolist() == [said]


def test_what_is_not_in_the_picture_is_not_voted_on():
    view = view_of(np.full((4, 4), 5.0), np.full((4, 4), 1, dtype=np.int32))
    # 10 pixels a radian: 0.3 of the depth aside is 3 pixels off the middle of 4; behind the camera is nowhere.
    places = np.array([[1.5, 0, 5.0], [0, -1.5, 5.0], [0, 0, -5.0], [0, 0, 0.0]])
    assert vote(places, view, 1, DEPTH_REL).tolist() == [0, 0, 0, 0]


def test_how_far_the_winner_may_be_off():
    # Of three views on five cells one has a cell more than the winner, one a cell less: sqrt(1 + 1) over 3 views.
    votes = np.array([[1, 1, 1, -1, -1], [1, 1, 1, 1, -1], [1, 1, -1, -1, -1]])
    yes = votes.sum(axis=0) > 0
    assert yes.tolist() == [True, True, True, False, False]
    assert error_cells(votes, yes) == pytest.approx(MEDIAN * np.sqrt(2) / 3)
    assert error_cells(votes[:1], votes[0] > 0) == 0  # nothing is disputed


@cache
def roof():
    """A hall of 6 x 4 x 1 m from above, masks up to 2 pixels off, depths 0.3 %."""
    capture = capture_of(
        [box((6, 4, 1), (0, 0, 0.5), 20)], orbit(4, 12, 12) + orbit(1.5, 12, 6), size_px=(320, 240), fov_deg=60.0
    )
    scene = replace(annotate(capture), scale=Scale.DRONE)
    draw = np.random.default_rng(3)
    frames = []
    for frame in scene.frames:
        depth = frame.depth_m * (1 + 0.003 * draw.standard_normal(frame.depth_m.shape, dtype=np.float32))
        frames.append(replace(frame, depth_m=depth, ids=noisy_borders(frame.ids, 2.0, draw)))
    return replace(scene, frames=tuple(frames), noise=replace(scene.noise, depth_rel=0.003))


def test_a_roof_with_ragged_masks():
    item = measure(roof(), Candidate("area_estimation", "footprint", (1,)))
    assert isinstance(item, Fact), item
    # A border that is off by 2 pixels of 12 / 277 m all around would be 0.087 * 20 = 1.7 of 24 square metres.
    assert item.values[0] == pytest.approx(24, rel=0.015)
    assert item.intervals[0].low <= 24 <= item.intervals[0].high
    assert 0 < item.intervals[0].statistical < 0.02 * 24


@pytest.mark.parametrize("flat", [True, False])
def test_the_sides_of_what_is_flat_may_pass_for_its_top(flat):
    scene = roof()
    (thing,) = scene.objects
    # 8 x 8 of 10 x 10 cells of half a metre are covered, 16 m2; with a border of 16 m along the grid, pi / 4 of it as
    # sides in all directions count.
    grid = FloorGrid.around(np.zeros(2), np.full(2, 5.0), np.eye(3), 0.5)
    covered = np.zeros(grid.shape, dtype=bool)
    covered[1:9, 1:9] = True
    lowest = 0.0 if thing.support is None else thing.support.offset_m
    tall = FLAT_ERRORS * scene.noise.depth_rel * farthest_m(scene, thing) * (0.9 if flat else 1.1)
    found = by_votes(scene, thing, grid, Voted(covered, ~covered, 0.0, lowest + tall), 0.1, lowest)
    assert found.bounds.low == pytest.approx(16 - (FLAT_PIXELS * 0.1 * np.pi / 4 * 16 if flat else 0))
    assert found.bounds.high == pytest.approx(0.25 * covered.size)
