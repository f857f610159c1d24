"""Marks are drawn where they point, whatever the size of the picture."""

import numpy as np
import pytest
from PIL import Image

from spacevista.qa.marks import MASK_STRENGTH, RGB, draw_marks
from spacevista.qa.masks import encode_mask
from spacevista.qa.record import Mark

FULL = (640, 480)
GREY = (90, 90, 90)


def drawn(mark, size):
    return np.asarray(draw_marks(Image.new("RGB", size, GREY), [mark], FULL)).astype(int)


def coloured(picture, color):
    """Where a picture is nearer to the mark's colour than to grey."""
    near, far = (np.abs(picture - np.array(c)).sum(axis=2) for c in (RGB[color], GREY))
    return near < far


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (128, 128), (1280, 960)])
def test_a_point_is_drawn_around_its_place(size):
    inside = coloured(drawn(Mark("point", 0, [200.0, 120.0], "", "red", 1), size), "red")
    rows, columns = np.nonzero(inside)
    # Centres of pixels are at +0.5, so the mean of the disc is the scaled point.
    assert (columns + 0.5).mean() == pytest.approx(200 * size[0] / 640, abs=0.6)
    assert (rows + 0.5).mean() == pytest.approx(120 * size[1] / 480, abs=0.6)


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (1280, 960)])
def test_a_box_is_drawn_on_its_half_open_border(size):
    inside = coloured(drawn(Mark("box", 0, [100.0, 80.0, 300.0, 240.0], "", "blue", 1), size), "blue")
    rows, columns = np.nonzero(inside)
    k = size[0] / 640
    assert (columns.min(), columns.max() + 1) == (100 * k, 300 * k)
    assert (rows.min(), rows.max() + 1) == (80 * k, 240 * k)
    assert not inside[round(160 * k), round(200 * k)]  # hollow


@pytest.mark.parametrize("size", [(640, 480), (320, 240)])
def test_a_mask_tints_its_pixels_and_no_others(size):
    mask = np.zeros((480, 640), dtype=bool)
    mask[100:200, 300:420] = True
    picture = drawn(Mark("mask", 0, [], encode_mask(mask), "green", 1), size)
    k = size[0] / 640
    tinted = (picture != np.array(GREY)).any(axis=2)
    assert tinted.sum() == 100 * 120 * k * k
    assert tinted[round(150 * k), round(360 * k)]
    expected = np.array(GREY) * (1 - MASK_STRENGTH) + np.array(RGB["green"]) * MASK_STRENGTH
    assert np.abs(picture[round(150 * k), round(360 * k)] - expected).max() <= 2


def test_a_mask_does_not_cover_a_point():
    everything = Mark("mask", 0, [], encode_mask(np.ones((480, 640), dtype=bool)), "green", 1)
    point = Mark("point", 0, [320.5, 240.5], "", "red", 2)
    picture = np.asarray(draw_marks(Image.new("RGB", FULL, GREY), [point, everything], FULL))
    assert tuple(picture[240, 320]) == RGB["red"]


def test_the_given_picture_is_left_alone():
    picture = Image.new("RGB", FULL, GREY)
    draw_marks(picture, [Mark("point", 0, [5.0, 5.0], "", "red", 1)], FULL)
    assert np.asarray(picture).std() == 0
