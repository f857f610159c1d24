"""The reader of KITTI object frames: on folders written here, damaged ones, and the real sample."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spacevista.annotate.annotate import annotate
from spacevista.captures.doctor import examine
from spacevista.captures.kitti_object import kitti_frames, read_kitti_frame
from spacevista.captures.lidar_depth import surrounded
from spacevista.captures.open import open_capture
from spacevista.errors import CaptureError
from spacevista.qa.sources import find_captures
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Decline, Fact

WIDTH, HEIGHT = 64, 48
K = np.array([[100.0, 0, 31.5], [0, 100, 23.5], [0, 0, 1]])  # pixel centres on whole numbers: ours are 32 and 24
BESIDE_M = np.array([0.06, 0.0, 0.005])  # camera_2 from rectified camera_0
AXES = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])  # scanner: x forward, y left, z up
ABOVE_M = np.array([0.0, -0.08, -0.27])
# A car 4 m long that drives ahead (its length axis along z): its rear face lies at z = 10 - 4 / 2 = 8 m.
CAR = f"Car 0.00 1 0.0 10.0 5.0 50.0 40.0 1.5 1.6 4.0 0.0 1.5 10.0 {-math.pi / 2}"
DONT_CARE = "DontCare -1 -1 -10 1.0 1.0 5.0 5.0 -1 -1 -1 -1000 -1000 -1000 -10"


def scan_of(world_m: np.ndarray) -> np.ndarray:
    points = (world_m - ABOVE_M) @ AXES
    return np.concatenate([points, np.ones((len(points), 1))], axis=1).astype("<f4")


def scene_points() -> np.ndarray:
    """The rear face of the car at z = 8, a point every 2 to 3 pixels, and a wall at z = 20, also behind the car."""
    face = np.stack(np.meshgrid(np.arange(-0.7, 0.71, 0.175), np.arange(0.04, 1.48, 0.2)), axis=-1).reshape(-1, 2)
    wall = np.stack(np.meshgrid(np.arange(-6, 6, 0.3), np.arange(-3, 3, 0.3)), axis=-1).reshape(-1, 2)
    return np.concatenate([np.insert(face, 2, 8.0, axis=1), np.insert(wall, 2, 20.0, axis=1)])


def text_of(**changed: str) -> str:
    rows = {
        "P0": " ".join(["0"] * 12),
        "P2": " ".join(map(str, np.column_stack([K, K @ BESIDE_M]).ravel())),
        "R0_rect": "1 0 0 0 1 0 0 0 1",
        "Tr_velo_to_cam": " ".join(map(str, np.column_stack([AXES, ABOVE_M]).ravel())),
    }
    return "".join(f"{key}: {value}\n" for key, value in (rows | changed).items() if value)


def write_frame(folder: Path, name: str = "000007", labels: str = f"{CAR}\n{DONT_CARE}\n") -> Path:
    color = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    for kind in ("image_2", "calib", "velodyne", "label_2"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    Image.fromarray(color).save(folder / "image_2" / f"{name}.png")
    (folder / "calib" / f"{name}.txt").write_text(text_of())
    (folder / "velodyne" / f"{name}.bin").write_bytes(scan_of(scene_points()).tobytes())
    (folder / "label_2" / f"{name}.txt").write_text(labels)
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_frame(tmp_path / "training")


def test_depth_and_ids_lie_where_the_projection_says(folder):
    capture = open_capture(folder)
    (frame,) = capture.frames
    assert (frame.camera.cx_px, frame.camera.cy_px) == (32.0, 24.0)
    assert frame.world_from_camera.translation_m == pytest.approx(-BESIDE_M)
    depth, ids = frame.images.depth_m(), frame.images.ids()
    # The point (0, 0.04, 8): x = 0.06, z = 8.005 at camera 2, so u = 100 * 0.06 / 8.005 + 32 = 32.75, v = 24.5.
    assert depth[24, 32] == pytest.approx(8.005, abs=1e-5)
    assert ids[24, 32] == 1
    assert set(np.unique(ids)) == {0, 1}
    assert (ids == 1).sum() == 9 * 8
    # What the scanner saw of the wall between the car's points is hidden from the camera.
    rows, columns = np.nonzero(ids)
    inside = depth[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (inside[inside > 0] < 9).all()
    assert depth[ids == 1] == pytest.approx(8.005, abs=1e-5)
    assert np.unique(depth[(ids == 0) & (depth > 0)]) == pytest.approx([20.005], abs=1e-5)
    assert capture.up.tolist() == [0, -1, 0]
    assert capture.categories == {1: "car"}


def test_a_labelled_box_stands_where_its_row_says(folder):
    (car,) = read_kitti_frame(folder, "000007").objects
    # Turned by -90 degrees about y: length along +z, so x within 0.8, z within 2 of 10; y from its foot 1.5 up to 0.
    assert car.box.corners_m.min(axis=0) == pytest.approx([-0.8, 0.0, 8.0])
    assert car.box.corners_m.max(axis=0) == pytest.approx([0.8, 1.5, 12.0])
    assert car.box.world_from_box.rotation[:, 0] == pytest.approx([0, 0, 1], abs=1e-12)
    assert car.box_px == (10.5, 5.5, 50.5, 40.5)
    assert (car.truncated, car.occluded) == (0.0, 1)


def test_regions_that_nobody_labelled_are_counted(folder):
    assert open_capture(folder).dropped == (("label_2/000007.txt, row 2", "DontCare: a region without labels"),)


def test_the_flat_layout_reads_the_same(folder, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in folder.rglob("000007.*"):
        (flat / f"000007.{file.parent.name}{file.suffix}").write_bytes(file.read_bytes())
    one, two = open_capture(folder), open_capture(flat)
    assert np.array_equal(one.frames[0].images.depth_m(), two.frames[0].images.depth_m())
    assert (one.id, two.id) == ("kitti-training-000007", "kitti-flat-000007")


def test_frames_of_other_places_are_not_one_capture(folder):
    write_frame(folder, "000009")
    assert kitti_frames(folder) == ("000007", "000009")
    with pytest.raises(CaptureError, match=r"expected one KITTI frame, got 2 \(first: 000007, 000009\)"):
        open_capture(folder)


def test_one_frame_of_several_is_opened_by_its_name(folder):
    write_frame(folder, "000009")
    capture = open_capture(folder / "000009")
    assert capture.id.endswith("-000009")
    assert [frame.name for frame in capture.frames] == ["000009"]
    for wrong in ("000008", "image_2/000009", "../000007"):
        with pytest.raises(CaptureError, match="expected a folder"):
            open_capture(folder / wrong)


def test_a_build_takes_every_frame_as_a_capture(folder):
    assert [source.name for source in find_captures([folder])] == [folder.name]
    write_frame(folder, "000009")
    sources = find_captures([folder])
    assert [source.name for source in sources] == [f"{folder.name}/000007", f"{folder.name}/000009"]
    assert find_captures([folder / "000009"])[0].name == f"{folder.name}/000009"
    inside = find_captures([folder.parent])  # a folder of captures, this one among them
    assert [source.folder for source in inside] == [source.folder for source in sources]
    # Another size of one of its files makes another capture of that frame, and of no other.
    (folder / "label_2" / "000009.txt").write_text(f"{CAR}\n")
    again = find_captures([folder])
    assert again[0].content == sources[0].content
    assert again[1].content != sources[1].content


def test_a_point_between_nearer_ones_is_hidden_and_a_receding_ground_is_not():
    depth = np.full((20, 20), np.inf, dtype=np.float32)
    depth[10, [8, 10, 12]] = 5, 10, 5.2  # left and right of column 10 something is half as far
    assert np.argwhere(surrounded(depth)).tolist() == [[10, 10]]
    depth[10, 12] = np.inf  # on one side alone: the edge of the near thing
    assert not surrounded(depth).any()
    ground = np.full((40, 20), np.inf, dtype=np.float32)
    ground[5::6] = (200 / np.arange(1, 7)[:, None]).astype(np.float32)  # rows 6 px apart, farther upwards
    assert not surrounded(ground).any()


def test_a_thing_seen_from_one_side_keeps_its_size_to_itself(folder):
    scene = annotate(open_capture(folder))
    reasons = {c.reason for c in all_candidates(scene, seed=1) if c.candidate.task == "object_size"}
    assert reasons == {"unseen side without an end"}


def drop_of(folder: Path, labels: str) -> str:
    """Read a frame whose first label row is faulty; return why it was left out."""
    (folder / "label_2" / "000007.txt").write_text(f"{labels}\n{CAR}\n")
    frame = read_kitti_frame(folder, "000007")
    assert [thing.id for thing in frame.objects] == [2]
    ((what, reason),) = frame.capture.dropped
    assert what == "label_2/000007.txt, row 1"
    return reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Car 0 0 0 1 2 3 4", "expected 15 fields, got 8"),
        (CAR.replace("Car", "Spaceship"), "expected a type of Car, Van"),
        (CAR.replace("1.5 1.6", "0 1.6"), "expected a height, width and length above 0"),
        (CAR.replace("10.0 5.0 50.0", "50.0 5.0 10.0"), "expected a box left, top, right, bottom"),
        (CAR.replace("0.0 1.5 10.0", "nan 1.5 10.0"), "expected finite numbers"),
        (CAR.replace("4.0", "long"), "could not convert string to float"),
    ],
)
def test_a_faulty_label_row_is_left_out_and_counted(folder, row, reason):
    assert reason in drop_of(folder, row)


def test_a_box_without_a_point_is_counted(folder):
    (folder / "label_2" / "000007.txt").write_text(CAR.replace("0.0 1.5 10.0", "30.0 1.5 10.0"))
    frame = read_kitti_frame(folder, "000007")
    assert frame.capture.dropped == (("object 1", "no LiDAR point in its box"),)
    assert len(frame.objects) == 1


def test_without_labels_there_are_no_ids(folder):
    (folder / "label_2" / "000007.txt").unlink()
    capture = open_capture(folder)
    assert capture.frames[0].images.ids() is None
    assert capture.dropped == (("label_2/000007.txt", "missing: no ids"),)


def test_points_that_are_not_finite_are_counted(folder):
    points = scan_of(scene_points())
    points[:3, 0] = np.nan, np.inf, -np.inf
    (folder / "velodyne" / "000007.bin").write_bytes(points.tobytes())
    assert ("velodyne/000007.bin", "3 points were not finite: left out") in open_capture(folder).corrected


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"P2": ""}, "expected P2 with 12 finite numbers, got nothing"),
        ({"P2": "1 2 3"}, "expected P2 with 12 finite numbers"),
        ({"P2": " ".join(["nan"] * 12)}, "expected P2 with 12 finite numbers"),
        ({"P2": "100 5 32 0 0 100 24 0 0 0 1 0"}, "P2: expected intrinsics without skew"),
        ({"P2": "0 0 32 0 0 100 24 0 0 0 1 0"}, "P2: camera: expected finite intrinsics with positive focal lengths"),
        ({"P2": "1 2 x"}, "P2: expected numbers only"),
        ({"R0_rect": "2 0 0 0 2 0 0 0 2"}, "R0_rect: pose: expected a rotation"),
        ({"R0_rect": "1 0 0 0 1 0 0 0 -1"}, r"R0_rect: pose: expected a rotation with determinant \+1"),
        ({"Tr_velo_to_cam": ""}, "expected Tr_velo_to_cam with 12 finite numbers, got nothing"),
        ({"R0_rect": "1 0 0 0 1 0 0 0 1\nR0_rect: 1 0 0 0 1 0 0 0 1"}, "R0_rect is there twice"),
    ],
)
def test_a_calibration_that_cannot_be_is_an_error(folder, changed, reason):
    (folder / "calib" / "000007.txt").write_text(text_of(**changed))
    with pytest.raises(CaptureError, match=f"^calib/000007.txt.*{reason}"):
        open_capture(folder)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("velodyne/000007.bin", None, "missing, or not a regular file"),
        ("velodyne/000007.bin", b"", "expected 1 to"),
        ("velodyne/000007.bin", b"\0" * 30, r"expected points of 16 bytes, got 30 bytes \(cut short\?\)"),
        ("velodyne/000007.bin", scan_of(np.array([[0.0, 0, -5]])).tobytes(), "expected points in view of the camera"),
        ("image_2/000007.png", b"\x89PNG\r\n\x1a\n", "expected a PNG or JPEG picture"),
        ("image_2/000007.png", b"GIF89a" + b"\0" * 40, "expected a PNG or JPEG picture"),
        ("label_2/000007.txt", b"\xff\xfe", "expected UTF-8 text"),
        ("label_2/000007.txt", (CAR + "\n").encode() * 1001, "expected at most 1000 labels, got 1001"),
        ("calib/000007.txt", b"\xff", "expected UTF-8 text"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(folder, kind, data, reason):
    (folder / kind).unlink()
    if data is not None:
        (folder / kind).write_bytes(data)
    with pytest.raises(CaptureError, match=f"^{kind}: {reason}"):
        open_capture(folder)


def test_a_truncated_picture_or_a_link_out_of_the_folder_is_an_error(folder, tmp_path):
    picture = folder / "image_2" / "000007.png"
    whole = picture.read_bytes()
    picture.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CaptureError, match=r"^image_2/000007.png: truncated"):
        open_capture(folder)
    picture.unlink()
    (tmp_path / "elsewhere.png").write_bytes(whole)
    picture.symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(CaptureError, match="a link that leaves it"):
        open_capture(folder)
    with pytest.raises(CaptureError, match="expected a frame's name"):
        read_kitti_frame(folder, "../000007")


@pytest.fixture(scope="module")
def real():
    folder = os.environ.get("SPACEVISTA_REAL_DATA")
    if not folder:
        pytest.skip("SPACEVISTA_REAL_DATA is not set")
    assert Path(folder).is_dir(), f"SPACEVISTA_REAL_DATA: expected a folder, got {folder}"
    root = Path(folder) / "outdoor" / "kitti_object"
    return [read_kitti_frame(root, name) for name in kitti_frames(root)]


def projected_box(frame, thing):
    """The rectangle around the box's projected corners, cut off at the picture's border."""
    (shot,) = frame.capture.frames
    pixels, _ = shot.camera.project(shot.world_from_camera.inverse().apply(thing.box.corners_m))
    size = (shot.camera.width_px, shot.camera.height_px)
    return np.clip([pixels.min(axis=0), pixels.max(axis=0)], 0, size).ravel()


def iou(a, b):
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    both = np.prod(np.maximum(sides, 0))
    return both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both)


def test_real_boxes_project_onto_their_labels(real):
    overlaps = [iou(projected_box(frame, t), np.array(t.box_px)) for frame in real for t in frame.objects]
    assert len(overlaps) == 6
    assert min(overlaps) >= 0.85  # measured: 0.889 (the pedestrian) to 0.981


def test_real_depth_is_that_of_the_nearest_face(real):
    seen = 0
    for frame in real:
        (shot,) = frame.capture.frames
        depth, ids = shot.images.depth_m(), shot.images.ids()
        for thing in frame.objects:
            own = ids == thing.id
            if own.sum() < 50:
                continue
            seen += 1
            # Where the rays of its pixels enter its box, in z-depth: slabs along the box's axes.
            into = thing.box.world_from_box.inverse()
            start = into.apply(shot.world_from_camera.translation_m)
            rays = into.rotate(shot.world_from_camera.rotate(shot.camera.rays()[own]))
            entry = ((-np.sign(rays) * thing.box.size_m / 2 - start) / rays).max(axis=1)
            assert np.median(depth[own] / entry) == pytest.approx(1, abs=0.05)  # measured: 1.002 to 1.033
            # The scan alone, without the box: the nearest tenth of what lies in the middle of the labelled rectangle.
            x1, y1, x2, y2 = thing.box_px
            x, y, w, h = (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 4, (y2 - y1) / 4
            middle = depth[int(y - h) : int(y + h) + 1, int(x - w) : int(x + w) + 1]
            assert np.quantile(middle[middle > 0], 0.1) == pytest.approx(float(entry.min()), rel=0.05)
    assert seen == 4  # pedestrian, truck, trailer, car


def test_real_single_views_give_depth_and_no_size(real):
    sizes, nearest = [], {}
    for frame in real:
        for item in all_candidates(annotate(frame.capture), seed=1):
            if item.candidate.task in ("object_size", "size_comparison", "absolute_distance"):
                sizes.append(item)
            elif isinstance(item, Fact) and item.candidate.aspect == "nearest_point":
                nearest[frame.capture.id, item.candidate.objects[0]] = item.values[0]
    assert all(isinstance(item, Decline) for item in sizes)
    assert {item.reason for item in sizes if item.candidate.task == "object_size"} == {
        "unseen side without an end",
        "too few points",
    }
    assert len(nearest) == 4


def test_real_frames_are_examined(real):
    report = examine(real[1].capture)
    assert [(thing.id, thing.category) for thing in report.objects] == [(1, "truck"), (2, "car"), (3, "cyclist")]
    assert sum(reason.startswith("DontCare") for _, reason in report.dropped) == 4
