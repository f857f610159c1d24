"""The scene on disk: exact round trip, same bytes, and a clear error for every damaged file."""

import json
import zipfile
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from spacevista.captures.record import SKY_ID
from spacevista.errors import SceneError
from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.scenes.disk import read_scene, write_scene
from spacevista.scenes.masks import decode_mask, encode_mask, encode_masks
from spacevista.scenes.record import Gap, Noise, ObjectView, Scene, SceneFrame, SceneObject

FILES = ("scene.json", "points.parquet", "depth.npz", "pose_covariance.npz")


def frame(index: int, metres: float, rng: np.random.Generator) -> SceneFrame:
    ids = np.zeros((6, 8), dtype=np.int32)
    ids[0] = SKY_ID
    ids[2:5, 1:4] = 3
    ids[3:5, 5:7] = 2**31 - 1
    depth = np.where(ids == SKY_ID, 0, metres * rng.uniform(0.5, 2, ids.shape)).astype(np.float32)
    pose = Pose.looking_at(metres * rng.normal(size=3), np.zeros(3))
    return SceneFrame(f"frame-{index:06d}.color.png", Camera.from_fov(8, 6, 61.7), pose, depth, ids)


def scene_of(metres: float, frames: int = 2) -> Scene:
    rng = np.random.default_rng(7)
    up = np.array([0.1, -0.2, 0.97])
    up = up / np.linalg.norm(up)
    floor = Plane(up, 0.1 * metres)
    views = (ObjectView(0, (1, 2, 4, 5), 9, truncated=False), ObjectView(frames - 1, (1, 2, 4, 5), 8, truncated=True))
    points = [metres * rng.normal(size=(count, 3)) for count in (5, 4, 3, 0)]
    return Scene(
        id="tabletop-000017",
        scale=Scale.TABLETOP,
        frames=tuple(frame(index, metres, rng) for index in range(frames)),
        objects=(
            SceneObject(3, "tissue box", points[0], points[1], False, floor, views, 1e-3 * metres, 3e-3 * metres),
            SceneObject(2**31 - 1, None, points[2], points[3], True, None, views[:1], 2e-3 * metres, 4e-3 * metres),
        ),
        up=up,
        planes=(floor, Plane(np.array([0.0, 0.0, -1.0]), -0.0)),
        noise=Noise(1e-3, 2e-3, 0.0),
        licence="CC0-1.0",
        source="a test, \N{LATIN SMALL LETTER E WITH ACUTE}",
        drops=(("object 9", "too few points"), ("frame 4", "blurred")),
        gaps=(
            Gap(3, 2**31 - 1, 0.1 * metres, 0.12 * metres, 0.01 * metres, points[0][0], points[2][0], 1e-4 * metres),
        ),
        pose_covariance=covariance(rng.normal(size=(6 * frames, 4)) * metres),
    )


def covariance(errors: Any) -> Any:
    product = errors @ errors.T
    return (product + product.T) / 2


def assert_equal(left: Any, right: Any) -> None:
    """Compare records with arrays inside, bit for bit."""
    assert type(left) is type(right)
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype
        assert left.shape == right.shape
        assert left.tobytes() == right.tobytes()
    elif isinstance(left, tuple):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_equal(one, other)
    elif hasattr(left, "__dataclass_fields__"):
        for entry in fields(left):
            assert_equal(getattr(left, entry.name), getattr(right, entry.name))
    else:
        assert left == right


@pytest.mark.parametrize("metres", [1e-3, 1.0, 1e3])
def test_round_trip_is_exact(tmp_path: Path, metres: float) -> None:
    scene = scene_of(metres)
    write_scene(scene, tmp_path / "a" / "scene")
    assert_equal(read_scene(tmp_path / "a" / "scene"), scene)


def test_the_test_scene_leaves_no_field_at_its_default() -> None:
    # Else a field that is added to the record could get lost on disk without a failing test.
    scene = scene_of(1.0)
    for record in (scene, scene.frames[0], scene.objects[0], scene.objects[0].views[0], scene.gaps[0], scene.noise):
        for entry in fields(record):
            value = getattr(record, entry.name)
            assert entry.default is MISSING or isinstance(value, np.ndarray) or value != entry.default


def test_a_scene_without_objects_or_frames(tmp_path: Path) -> None:
    scene = replace(scene_of(1.0), frames=(), objects=(), planes=(), drops=(), gaps=(), pose_covariance=None)
    write_scene(scene, tmp_path)
    assert_equal(read_scene(tmp_path), scene)


def test_same_scene_same_bytes_and_an_old_scene_is_replaced(tmp_path: Path) -> None:
    write_scene(scene_of(1.0, frames=3), tmp_path / "one")
    write_scene(scene_of(1.0), tmp_path / "one")
    write_scene(scene_of(1.0), tmp_path / "two")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"up": np.array([0.0, 0.0, 2.0])}, "unit vector"),
        ({"noise": Noise(float("inf"), 0, 0)}, "noise"),
        ({"objects": scene_of(1.0).objects[:1] * 2}, "distinct object ids"),
    ],
)
def test_a_wrong_scene_is_not_written(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(SceneError, match=message):
        write_scene(replace(scene_of(1.0), **change), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_wrong_depth_is_not_written(tmp_path: Path, value: float) -> None:
    scene = scene_of(1.0)
    depth = scene.frames[0].depth_m.copy()
    depth[2, 2] = value
    wrong = replace(scene, frames=(replace(scene.frames[0], depth_m=depth), *scene.frames[1:]))
    with pytest.raises(SceneError, match=r"frame-000000.*finite depths"):
        write_scene(wrong, tmp_path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "flipped"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str, damage: str) -> None:
    write_scene(scene_of(1.0), tmp_path)
    content = (tmp_path / name).read_bytes()
    middle = len(content) // 2
    flipped = content[: middle - 8] + bytes(byte ^ 255 for byte in content[middle - 8 : middle + 8])
    damaged = {"empty": b"", "truncated": content[:middle], "flipped": flipped + content[middle + 8 :]}
    if damage == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damaged[damage])
    with pytest.raises(SceneError, match=name):
        read_scene(tmp_path)


def set_version(form: dict[str, Any]) -> None:
    form["version"] = 99


def set_unknown_field(form: dict[str, Any]) -> None:
    form["objects"][0]["note"] = "?"


def set_mirrored_pose(form: dict[str, Any]) -> None:
    form["frames"][0]["world_from_camera"][0] = [-n for n in form["frames"][0]["world_from_camera"][0]]


def set_ninth_frame(form: dict[str, Any]) -> None:
    form["objects"][0]["views"][0]["frame_index"] = 9


def set_box_outside(form: dict[str, Any]) -> None:
    form["objects"][0]["views"][0]["box_px"] = [1, 2, 9, 5]


def set_more_points(form: dict[str, Any]) -> None:
    form["objects"][0]["seen_points"] += 1


def set_huge_frame(form: dict[str, Any]) -> None:
    form["frames"][0].update(width_px=32_000, height_px=32_000)


def set_other_size(form: dict[str, Any]) -> None:
    form["frames"][0].update(width_px=6, height_px=8)


def set_zero_focal(form: dict[str, Any]) -> None:
    form["frames"][0]["focal_px"] = [0, 0]


def set_short_mask(form: dict[str, Any]) -> None:
    form["frames"][0]["masks"][0]["counts"] = "1"


def set_overlapping_masks(form: dict[str, Any]) -> None:
    form["frames"][0]["masks"][0]["counts"] = form["frames"][0]["masks"][1]["counts"]


def set_skewed_plane(form: dict[str, Any]) -> None:
    form["planes"][0]["normal"] = [1, 1, 1]


def set_gap_of_a_stranger(form: dict[str, Any]) -> None:
    form["gaps"][0]["second"] = 4


def set_reversed_gap(form: dict[str, Any]) -> None:
    form["gaps"][0]["low_m"] = 1.0


def set_text_for_number(form: dict[str, Any]) -> None:
    form["noise"]["depth_rel"] = "0.1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_version, "version 2, got version 99"),
        (set_unknown_field, "note"),
        (set_mirrored_pose, "determinant"),
        (set_ninth_frame, "frames below 2, got 9"),
        (set_box_outside, "box inside 8 x 6"),
        (set_more_points, "expected 13 points"),
        (set_huge_frame, "pixels a frame"),
        (set_other_size, "float32 of 8 x 6"),
        (set_zero_focal, "focal"),
        (set_short_mask, "runs that fill 6 x 8 = 48 pixels"),
        (set_overlapping_masks, "do not overlap"),
        (set_skewed_plane, "length 1"),
        (set_gap_of_a_stranger, "gap of two objects"),
        (set_reversed_gap, "gap of two objects"),
        (set_text_for_number, "noise.depth_rel"),
    ],
)
def test_a_header_that_contradicts_is_refused(tmp_path: Path, change: Any, message: str) -> None:
    write_scene(scene_of(1.0), tmp_path)
    form = json.loads((tmp_path / "scene.json").read_text())
    change(form)
    (tmp_path / "scene.json").write_text(json.dumps(form))
    with pytest.raises(SceneError, match=message):
        read_scene(tmp_path)


def test_a_pickle_in_the_depth_file_is_not_run(tmp_path: Path) -> None:
    write_scene(scene_of(1.0), tmp_path)
    np.savez(tmp_path / "depth.npz", **{"000000": np.array([print], dtype=object), "000001": np.zeros(1)})
    with pytest.raises(SceneError, match=r"depth\.npz"):
        read_scene(tmp_path)


def test_a_depth_map_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    write_scene(scene_of(1.0), tmp_path)
    with zipfile.ZipFile(tmp_path / "depth.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(2):
            archive.writestr(f"{index:06d}.npy", bytes(10_000_000))
    with pytest.raises(SceneError, match=r"at most [0-9]+ bytes"):  # 6 * 8 pixels of 4 bytes, and 1024
        read_scene(tmp_path)


def test_points_with_other_columns_are_refused(tmp_path: Path) -> None:
    write_scene(scene_of(1.0), tmp_path)
    table = pq.read_table(tmp_path / "points.parquet")
    pq.write_table(table.rename_columns(["object_id", "possible", "a", "b", "c"]), tmp_path / "points.parquet")
    with pytest.raises(SceneError, match=r"points\.parquet: expected columns"):
        read_scene(tmp_path)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools with numpy 2
@given(hnp.arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_masks_agree_with_the_reference_decoder(mask: Any) -> None:
    text = encode_mask(mask)
    assert np.array_equal(decode_mask(text, *mask.shape), mask)
    reference = coco_mask.decode({"size": list(mask.shape), "counts": text.encode()})
    assert np.array_equal(reference, mask)


def test_a_long_run_needs_several_characters() -> None:
    mask = np.zeros((1000, 2000), dtype=bool)
    mask[999, 1999] = True  # one run of 1,999,999 and one of 1
    assert np.array_equal(decode_mask(encode_mask(mask), 1000, 2000), mask)


def test_masks_of_an_id_map() -> None:
    ids = np.array([[SKY_ID, 0, 5], [5, 0, 5]], dtype=np.int32)
    masks = encode_masks(ids)
    assert list(masks) == [SKY_ID, 5]
    assert np.array_equal(decode_mask(masks[5], 2, 3), ids == 5)


@given(st.text(max_size=60))
def test_any_text_is_a_mask_or_an_error(text: str) -> None:
    try:
        mask = decode_mask(text, 5, 7)
    except SceneError:
        return
    assert mask.shape == (5, 7)
    assert mask.dtype == bool


def test_runs_whose_sum_wraps_around_are_refused(monkeypatch):
    # 4 * 2^62 + 10,000 is 10,000 in 64 bits: the sum alone would let them through, and far beyond the picture.
    runs = np.array([2**62] * 4 + [10_000], dtype=np.int64)
    monkeypatch.setattr("spacevista.scenes.masks.run_lengths", lambda text: runs)
    with pytest.raises(SceneError, match="expected runs that fill"):
        decode_mask("0", 100, 100)
