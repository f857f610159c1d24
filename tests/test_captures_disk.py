"""Our own form on disk: what is written is read back to the bit, and the same capture gives the same bytes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from capture_folders import CAMERA, HEIGHT, WIDTH, plate_capture
from spacevista.captures.disk import read_capture, write_capture
from spacevista.captures.record import SKY_ID, Frame, MemoryImages
from spacevista.errors import CaptureError


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("size_m", [1e-3, 1.0, 1e3])
def test_a_capture_comes_back_to_the_bit_at_every_scale(tmp_path, size_m):
    capture = plate_capture(size_m)
    write_capture(capture, tmp_path / "a")
    again = read_capture(tmp_path / "a")
    for before, after in zip(capture.frames, again.frames, strict=True):
        assert after.name == before.name
        assert after.camera == before.camera
        assert np.array_equal(after.world_from_camera.matrix, before.world_from_camera.matrix)
        assert np.array_equal(after.images.color(), before.images.color())
        assert np.array_equal(after.images.depth_m(), before.images.depth_m())
        assert np.array_equal(after.images.ids(), before.images.ids())
        assert after.images.depth_m().dtype == np.float32
        assert after.images.ids().dtype == np.int32
    assert (again.id, again.scale, dict(again.categories)) == (capture.id, capture.scale, dict(capture.categories))
    assert (again.licence, again.source, again.length_sigma) == (capture.licence, capture.source, 0.0)
    assert np.array_equal(again.up, capture.up)
    assert (again.dropped, again.corrected) == ((), ())


def test_the_same_capture_gives_the_same_bytes(tmp_path):
    write_capture(plate_capture(), tmp_path / "a")
    write_capture(plate_capture(), tmp_path / "b")
    write_capture(read_capture(tmp_path / "a"), tmp_path / "c")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b") == files_of(tmp_path / "c")


def test_every_id_survives(tmp_path):
    ids = np.zeros((HEIGHT, WIDTH), dtype=np.int32)
    ids[0, :5] = [SKY_ID, 1, 65_535, 65_536, 2**31 - 1]
    images = MemoryImages(np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.ones((HEIGHT, WIDTH), np.float32), ids)
    capture = plate_capture()
    write_capture(replace(capture, frames=(Frame("0", CAMERA, capture.frames[0].world_from_camera, images),)), tmp_path)
    assert np.array_equal(read_capture(tmp_path).frames[0].images.ids(), ids)


def test_other_tools_can_read_the_pictures(tmp_path):
    capture = plate_capture()
    write_capture(capture, tmp_path)
    first = capture.frames[0].images
    assert np.array_equal(np.load(tmp_path / "frame-000000.depth.npz")["depth_m"], first.depth_m())
    ids = np.array(Image.open(tmp_path / "frame-000000.ids.png")).view("<i4")[..., 0]
    assert np.array_equal(ids, first.ids())


def test_a_capture_without_depth_and_ids_has_none_when_it_comes_back(tmp_path):
    capture = plate_capture()
    bare = tuple(replace(f, images=MemoryImages(f.images.color())) for f in capture.frames)
    write_capture(replace(capture, frames=bare, categories={}, up=None), tmp_path)
    again = read_capture(tmp_path)
    assert again.frames[0].images.depth_m() is None
    assert again.frames[0].images.ids() is None
    assert again.up is None


def test_a_finished_capture_is_not_written_over(tmp_path):
    write_capture(plate_capture(), tmp_path)
    with pytest.raises(CaptureError, match=r"capture\.json: expected a folder without a finished capture"):
        write_capture(plate_capture(), tmp_path)


def test_an_unfinished_folder_is_written_over(tmp_path):
    write_capture(plate_capture(), tmp_path / "a")
    write_capture(plate_capture(), tmp_path / "b")
    (tmp_path / "b" / "capture.json").unlink()
    write_capture(plate_capture(), tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_a_picture_of_the_wrong_size_is_not_written(tmp_path):
    capture = plate_capture()
    wrong = replace(capture.frames[0].images, depth_map_m=np.ones((3, 4), np.float32))
    frames = (replace(capture.frames[0], images=wrong),)
    with pytest.raises(CaptureError, match=r"depth: expected \(24, 32\) pixels, got \(3, 4\)"):
        write_capture(replace(capture, frames=frames), tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "expected version 1, got 2"),
        ({"scale": "galaxy"}, "Invalid enum value 'galaxy'"),
        ({"id": "../up"}, "expected an id of letters"),
        ({"surprise": 1}, "unknown field `surprise`"),
        ({"length_sigma": "much"}, "Expected `float`, got `str`"),
        ({"categories": [{"id": 5, "category": "a"}, {"id": 5, "category": "b"}]}, "id 5 is there twice"),
        ({"categories": [{"id": 0, "category": "a"}]}, "expected object ids of 1 to 2147483647, got 0"),
        ({"up": [0, 0, 2]}, "expected up to be a unit vector"),
        ({"frames": []}, "none of 0 frames is usable"),
    ],
)
def test_a_wrong_record_is_an_error_that_says_what(tmp_path, change, message):
    write_capture(plate_capture(), tmp_path)
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CaptureError, match=message):
        read_capture(tmp_path)


def test_a_frame_named_twice_is_an_error(tmp_path):
    write_capture(plate_capture(), tmp_path)
    path = tmp_path / "capture.json"
    record = json.loads(path.read_text())
    record["frames"][1]["name"] = record["frames"][0]["name"]
    path.write_text(json.dumps(record))
    with pytest.raises(CaptureError, match="frame '000000' is there twice"):
        read_capture(tmp_path)
