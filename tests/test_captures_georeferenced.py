"""Georeferenced pictures: GeoTIFF tags, polygons and boxes, damaged folders, and the real samples."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from spacevista.captures.georeferenced import read_georeferenced
from spacevista.cli import main
from spacevista.errors import CaptureError
from spacevista.geometry.rings import clipped_ring, ring_area

SIZE = (40, 60)  # height, width
SCALE, TIES, MATRIX, KEYS, DOUBLES = 33550, 33922, 34264, 34735, 34736
CORNER = (500_000.0, 4_000_000.0)
UTM = ((1024, 1), (1025, 1), (3072, 32632), (3076, 9001))
HOUSE = [[5, -5], [25, -5], [25, -15], [5, -15], [5, -5]]  # metres from the corner: 20 x 10


def tags_of(keys=UTM, scale=(0.5, 0.5, 0.0), ties=(0, 0, 0, *CORNER, 0), matrix=(), doubles=()):
    info = TiffImagePlugin.ImageFileDirectory_v2()
    directory = [1, 1, 0, len(keys)]
    for key, value in keys:
        directory += [key, DOUBLES, 1, 0] if isinstance(value, float) else [key, 0, 1, value]
    numbers = (*doubles, *(value for _, value in keys if isinstance(value, float)))
    for tag, values, kind in (
        (SCALE, scale, 12),
        (TIES, ties, 12),
        (MATRIX, matrix, 12),
        (KEYS, tuple(directory) if keys else (), 3),
        (DOUBLES, numbers, 12),
    ):
        if values:
            info.tagtype[tag] = kind
            info[tag] = tuple(map(float, values)) if kind == 12 else values
    return info


def write_picture(folder: Path, picture=None, name="field.tif", **tags) -> Path:
    folder.mkdir(exist_ok=True)
    if picture is None:
        picture = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    Image.fromarray(picture).save(folder / name, tiffinfo=tags_of(**tags))
    return folder


def collection(*features, crs="urn:ogc:def:crs:EPSG::32632"):
    body = {"type": "FeatureCollection", "features": list(features)}
    return body | ({"crs": {"type": "name", "properties": {"name": crs}}} if crs else {})


def polygon(*rings, kind="Polygon", corner=CORNER):
    moved = [[[x + corner[0], y + corner[1]] for x, y in ring] for ring in rings]
    return {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": moved}}


def write_polygons(folder: Path, *features, **stated) -> Path:
    (folder / "houses.geojson").write_text(json.dumps(collection(*features, **stated)))
    return folder


def read(folder, category="house", **options):
    return read_georeferenced(folder, "CC0-1.0", "made by a test", category, **options)


@pytest.fixture
def folder(tmp_path):
    return write_polygons(write_picture(tmp_path / "field"), polygon(HOUSE))


def test_a_house_has_its_area_and_sides(folder):
    image = read(folder)
    (house,) = image.objects
    # 0.5 m a pixel: the house lies at pixels 10 to 50 and 10 to 30.
    assert house.parts_px[0][0].tolist() == [[10, 10], [50, 10], [50, 30], [10, 30]]
    assert image.area_m2(house) == pytest.approx(200.0)
    rectangle = image.rectangle(house)
    assert (rectangle.length_m, rectangle.width_m) == pytest.approx((20.0, 10.0))
    assert image.camera.area_m2(image.coverage(house)) == pytest.approx(200.0)
    assert (house.category, house.cut, image.crs, image.dropped) == ("house", False, 32632, ())
    assert image.color().shape == (*SIZE, 3)


def test_the_world_lies_around_the_middle_of_the_picture(folder):
    image = read(folder)
    # 60 x 40 pixels of 0.5 m: 30 x 20 m.
    assert image.origin == (CORNER[0] + 15, CORNER[1] - 10)
    assert image.camera.to_world(np.array([[30.0, 20.0], [0.0, 0.0]])).tolist() == [[0, 0], [-15, 10]]


def test_tie_points_at_pixel_centres_move_the_picture_by_half_a_pixel(tmp_path):
    keys = ((1024, 1), (1025, 2), (3072, 32632), (3076, 9001))
    image = read(write_picture(tmp_path / "field", keys=keys))
    assert image.origin == (CORNER[0] + 15 - 0.25, CORNER[1] - 10 + 0.25)


def test_a_transformation_may_turn_the_picture(tmp_path):
    # 30 degrees, pixels of 0.5 m: x = 0.5 (cos u + sin v), y = 0.5 (sin u - cos v).
    cos, sin = np.cos(np.radians(30)) / 2, np.sin(np.radians(30)) / 2
    matrix = (cos, sin, 0, CORNER[0], sin, -cos, 0, CORNER[1], 0, 0, 0, 0, 0, 0, 0, 1)
    folder = write_picture(tmp_path / "field", scale=(), ties=(), matrix=matrix)
    image = read(folder)
    assert image.camera.metres_per_pixel == pytest.approx((0.5, 0.5))
    right = image.camera.to_world(np.array([[0.0, 0.0], [2.0, 0.0]]))
    assert right[1] - right[0] == pytest.approx([2 * cos, 2 * sin])


@pytest.mark.parametrize(
    ("unit", "metres"), [((3076, 9002), 0.3048), ((3076, 9003), 1200 / 3937), ((3077, 0.9144), 0.9144)]
)
def test_feet_and_yards_become_metres(tmp_path, unit, metres):
    units = (unit,) if unit[0] == 3076 else ((3076, 32767), unit)
    image = read(write_picture(tmp_path / "field", keys=((1024, 1), (1025, 1), (3072, 2240), *units)))
    assert image.camera.metres_per_pixel == pytest.approx((0.5 * metres, 0.5 * metres))


def test_holes_and_parts_count(folder):
    courtyard = [[10, -8], [14, -8], [14, -12], [10, -12], [10, -8]]  # 4 x 4 m
    two = polygon(HOUSE, courtyard)
    shed = polygon([[26, -5], [28, -5], [28, -7], [26, -7], [26, -5]])  # 2 x 2 m
    parts = [two["geometry"]["coordinates"], shed["geometry"]["coordinates"]]
    both = two | {"geometry": {"type": "MultiPolygon", "coordinates": parts}}
    image = read(write_polygons(folder, both))
    assert image.area_m2(image.objects[0]) == pytest.approx(200 - 16 + 4)
    assert image.camera.area_m2(image.coverage(image.objects[0])) == pytest.approx(188.0)


def test_an_object_cut_by_the_border_has_the_area_of_its_part_and_no_sides(folder):
    beyond = polygon([[20, -5], [50, -5], [50, -15], [20, -15], [20, -5]])  # the picture ends at 30 m
    to_the_edge = polygon([[20, -5], [30, -5], [30, -15], [20, -15], [20, -5]])
    image = read(write_polygons(folder, beyond, to_the_edge))
    for thing in image.objects:
        assert thing.cut
        assert image.area_m2(thing) == pytest.approx(100.0)
        assert image.rectangle(thing) is None


def test_boxes_of_a_table(tmp_path):
    folder = write_picture(tmp_path / "field")
    rows = [
        "field.tif,10,5,20,15,Tree",
        "other.tif,1,1,2,2,Tree",
        "field.tif,20,5,10,15,Tree",
        "field.tif,a,1,2,3,Tree",
    ]
    rows += ["field.tif,1,1", "field.tif,100,100,120,120,Tree", "field.tif,1,1,inf,3,Tree"]
    text = "image_path,xmin,ymin,xmax,ymax,label\n" + "\n".join(rows) + "\n"
    (folder / "trees.csv").write_text(text)
    image = read(folder)
    (tree,) = image.objects
    assert (tree.id, tree.category, image.area_m2(tree)) == (1, "tree", 10 * 10 * 0.25)
    reasons = dict(image.dropped)
    assert list(reasons) == [f"trees.csv, row {n}" for n in range(2, 8)]
    for number, reason in enumerate(
        ["of another picture", "expected a box", "could not convert", "expected a box", "outside", "finite"], 2
    ):
        assert reason in reasons[f"trees.csv, row {number}"]


def test_degrees_are_declined_unless_local_metres_are_asked_for(tmp_path):
    keys = ((1024, 2), (1025, 1), (2048, 4326), (2054, 9102))
    folder = write_picture(tmp_path / "field", keys=keys, scale=(1e-5, 1e-5, 0), ties=(0, 0, 0, 10, 60.0002, 0))
    with pytest.raises(CaptureError, match=r"field.tif: coordinates are degrees, which are no lengths"):
        read(folder)
    write_polygons(folder, polygon([[0.0001, -0.0001], [0.0002, -0.0001], [0.0002, -0.0002], [0.0001, -0.0001]],
                                   corner=(10, 60.0002)), crs=None)  # fmt: skip
    image = read(folder, degrees_to_metres=True)
    # At 60 degrees a degree of longitude is 55.80 km and one of latitude 111.41 km (WGS 84).
    assert image.camera.metres_per_pixel == pytest.approx((0.5580, 1.1141), rel=1e-3)
    assert image.area_m2(image.objects[0]) == pytest.approx(5.580 * 11.141 / 2 * 1, rel=1e-3)
    wide = write_picture(tmp_path / "wide", keys=keys, scale=(0.1, 0.1, 0), ties=(0, 0, 0, 10, 62, 0))
    with pytest.raises(CaptureError, match="expected a picture so small that a degree has one length on it"):
        read(wide, degrees_to_metres=True)


def test_sixteen_bit_grey_is_stretched(tmp_path):
    values = np.linspace(1000, 3000, SIZE[0] * SIZE[1]).reshape(SIZE).astype(np.uint16)
    color = read(write_picture(tmp_path / "field", values)).color()
    assert (color.min(), color.max()) == (0, 255)
    assert (np.diff(color[..., 0].ravel().astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"keys": ()}, "expected a GeoTIFF key directory, got none"),
        ({"scale": ()}, "expected a pixel scale with one tie point, or a transformation, got 0 numbers of scale"),
        ({"ties": tuple(range(18))}, "got 3 numbers of scale and 3 tie points"),
        ({"scale": (0, 0, 0)}, "world_from_pixel: expected pixels of"),
        ({"scale": (0.5, -0.5, 0)}, "got a mirrored picture"),
        ({"scale": (float("nan"), 0.5, 0)}, "expected finite numbers"),
        ({"ties": (0, 0, 0, float("inf"), 0, 0)}, "expected finite numbers"),
        ({"matrix": (1, 2, 3)}, "expected a transformation of 16 numbers, got 3"),
        ({"keys": ((1024, 1), (3072, 3857), (3076, 9001))}, "EPSG:3857 is a map of the whole world"),
        ({"keys": ((1024, 1), (3072, 32767), (3076, 9001))}, "got 32767 \\(user-defined\\)"),
        ({"keys": ((1024, 1), (3072, 2240))}, "expected a linear unit of"),
        ({"keys": ((1024, 1), (3072, 2240), (3076, 9098))}, "expected a linear unit of .* got 9098"),
        ({"keys": ((1024, 3), (3072, 4978))}, "expected a projected system .* got model type 3"),
        ({"keys": ((3072, 32632),)}, "got model type None"),
    ],
)
def test_a_picture_without_metres_is_an_error(tmp_path, tags, reason):
    with pytest.raises(CaptureError, match=f"^field.tif: .*{reason}"):
        read(write_picture(tmp_path / "field", **tags))


def test_a_number_of_pictures_other_than_one_is_an_error(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaptureError, match="empty: expected one GeoTIFF"):
        read(tmp_path / "empty")
    (folder / "b.csv").write_text("")
    with pytest.raises(CaptureError, match=r"expected one file of .geojson, .csv, got b.csv, houses.geojson"):
        read(folder)
    write_picture(folder, name="second.tiff")
    with pytest.raises(CaptureError, match=r"got field.tif, second.tiff"):
        read(folder)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_damaged_picture_is_an_error(folder):
    file = folder / "field.tif"
    whole = file.read_bytes()
    for data in (b"", b"II*\0", b"\x89PNG\r\n\x1a\n" + whole[8:], whole[: len(whole) // 2], whole[:3000]):
        file.write_bytes(data)
        with pytest.raises(CaptureError, match=r"^field.tif: "):
            read(folder)
    # 40,000 x 40,000 pixels in the header: width and height are tags 256 and 257, long or short.
    at = whole.index(struct.pack("<HHI", 256, 4, 1))
    file.write_bytes(whole[: at + 8] + struct.pack("<I", 40_000) + whole[at + 12 : at + 20] + struct.pack("<I", 40_000)
                     + whole[at + 24 :])  # fmt: skip
    with pytest.raises(CaptureError, match=r"^field.tif: expected "):
        read(folder)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_bytes_changed_at_random_are_read_or_refused(folder):
    file = folder / "field.tif"
    whole, rng = file.read_bytes(), np.random.default_rng(0)
    start = SIZE[0] * SIZE[1] * 3  # pixels are stored before or after the tags: damage both ends
    refused = []
    for _ in range(100):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(whole) - start, 4):
            damaged[at if rng.random() < 0.5 else -1 - at] = int(rng.integers(256))
        file.write_bytes(damaged)
        try:
            read(folder)
        except CaptureError as error:
            refused.append(str(error))
    assert refused
    assert all(message.startswith(("field.tif: ", "houses.geojson: ")) for message in refused)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "expected a GeoJSON FeatureCollection"),
        ("[" * 100_000, "expected a GeoJSON FeatureCollection"),
        ('{"type": "Feature"}', "expected a GeoJSON FeatureCollection"),
        (json.dumps(collection(crs="urn:ogc:def:crs:EPSG::32633")), "expected coordinates in .* got EPSG:32633"),
        (json.dumps(collection(crs=None)), "expected coordinates in the picture's EPSG:32632, got EPSG:4326"),
        (json.dumps(collection(crs="urn:ogc:def:crs:OGC:1.3:CRS84")), "expected coordinates in .* got EPSG:4326"),
        (json.dumps(collection(crs="somewhere")), "expected a crs such as"),
    ],
)
def test_polygons_that_cannot_be_placed_are_an_error(folder, text, reason):
    (folder / "houses.geojson").write_text(text)
    with pytest.raises(CaptureError, match=f"^houses.geojson: {reason}"):
        read(folder)


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        ({"type": "Feature", "geometry": None}, "expected a Polygon or MultiPolygon, got no geometry"),
        (polygon(HOUSE, kind="Point"), "expected a Polygon or MultiPolygon, got Point"),
        (polygon(HOUSE[:-1]), "expected a closed ring of 4 or more corners"),
        (polygon(HOUSE[:2] + HOUSE[:1]), "expected a closed ring of 4 or more corners"),
        (polygon(), "expected the rings of a Polygon, got none"),
        (polygon([[0, 0], [1, -1], [2, -2], [0, 0]]), "expected a polygon with an area"),
        (polygon([[100, 0], [110, 0], [110, 10], [100, 0]]), "outside the picture"),
        ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": "here"}}, "Expected `array`"),
        ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[["x", 1]]]}}, "Expected `float`"),
        (7, "Expected `object`"),
    ],
)
def test_a_feature_that_is_no_polygon_is_left_out_and_counted(folder, feature, reason):
    image = read(write_polygons(folder, feature, polygon(HOUSE)))
    assert [thing.id for thing in image.objects] == [2]
    ((what, why),) = image.dropped
    assert what == "houses.geojson, feature 1"
    assert reason in why


def test_a_table_with_other_columns_is_an_error(tmp_path):
    folder = write_picture(tmp_path / "field")
    for text in ("a,b\n1,2\n", "\n"):
        (folder / "trees.csv").write_text(text)
        with pytest.raises(CaptureError, match=r"^trees.csv: expected the columns image_path, xmin"):
            read(folder)
    (folder / "trees.csv").write_text("image_path,xmin,ymin,xmax,ymax,label\nfield.tif," + "9" * 200_000 + ",1,2,3,a\n")
    with pytest.raises(CaptureError, match=r"^trees.csv: expected comma-separated values"):
        read(folder)


def test_doctor_measures_areas_and_says_that_there_is_no_depth(folder, capsys):
    # As above: the house covers 20 x 10 m; the picture 60 x 40 px of half a metre.
    assert main(["doctor", str(folder), "--json"]) == 0
    said = capsys.readouterr().out
    assert "30 x 20 m, 0.5 x 0.5 m a pixel" in said
    assert "object 1: 200 m2, 20 x 10 m" in said
    assert "no depth" in said
    figures = json.loads(said.splitlines()[-1])
    (house,) = figures["objects"]
    assert (house["area_m2"], house["length_m"], house["width_m"]) == pytest.approx((200, 20, 10))
    assert figures["depth"] is False


def test_doctor_counts_what_it_does_not_list(folder, capsys):
    write_polygons(folder, *[polygon(HOUSE)] * 13, polygon([[25, -5], [40, -5], [40, -15], [25, -5]]))
    assert main(["doctor", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "objects    14 (without a category 14), 1 cut by the border" in said
    assert "... and 2 more" in said


def test_a_picture_in_degrees_is_refused_by_doctor_too(tmp_path, capsys):
    degrees = ((1024, 2), (1025, 1), (2048, 4326))
    write_picture(tmp_path / "field", keys=degrees, scale=(1e-5, 1e-5, 0.0), ties=(0, 0, 0, 10.0, 50.0, 0))
    assert main(["doctor", str(tmp_path / "field")]) == 1
    assert "field.tif" in capsys.readouterr().err


@pytest.fixture(scope="module")
def real():
    folder = os.environ.get("SPACEVISTA_REAL_DATA")
    if not folder:
        pytest.skip("SPACEVISTA_REAL_DATA is not set")
    assert Path(folder).is_dir(), f"SPACEVISTA_REAL_DATA: expected a folder, got {folder}"
    return Path(folder) / "drone"


def raster_errors(image, exact_m2):
    """|area of the ids rasterised through the camera / exact area - 1| of each object."""
    areas = [image.camera.area_m2(image.coverage(thing)) for thing in image.objects]
    return np.abs(np.array(areas) / np.array(exact_m2) - 1)


def test_real_tree_crowns_have_the_areas_of_their_boxes(real):
    image = read_georeferenced(real / "neon_osbs029", "MIT", "NEON OSBS_029")
    # 0.1 m a pixel by the file's meta.json; the boxes lie in the picture, which is 400 pixels wide and high.
    rows = [line.split(",") for line in (real / "neon_osbs029" / "OSBS_029.csv").read_text().splitlines()[1:]]
    corners = np.clip([[float(c) for c in row[1:5]] for row in rows], 0, 400)
    exact = np.prod(corners[:, 2:] - corners[:, :2], axis=1) * 0.01
    assert (len(image.objects), image.dropped, image.crs) == (61, (), 32617)
    assert raster_errors(image, exact).max() < 0.01  # measured: 0
    sides = [image.rectangle(thing) for thing in image.objects if not thing.cut]
    assert np.median([side.width_m for side in sides]) == pytest.approx(3.5, rel=0.25)


def test_real_buildings_have_the_areas_of_their_clipped_polygons(real):
    folder = real / "spacenet4_atlanta_buildings"
    image = read_georeferenced(folder, "CC-BY-SA-4.0", "SpaceNet 4 Atlanta", "building")
    features = json.loads((folder / "geotiff_labels.geojson").read_text())["features"]
    # The tile, by its meta.json: 450 x 450 m; its upper left corner at 733601, 3725139.
    low, high = np.array([733601.0, 3725139.0 - 450]), np.array([733601.0 + 450, 3725139.0])
    rings = [np.array(feature["geometry"]["coordinates"][0])[:-1, :2] for feature in features]
    exact = np.array([ring_area(clipped_ring(ring, low, high)) for ring in rings])
    assert (len(image.objects), image.dropped, image.crs) == (43, (), 32616)
    assert raster_errors(image, exact).max() < 0.01  # measured: 0.0029
    assert [image.area_m2(thing) for thing in image.objects] == pytest.approx(exact, rel=1e-9)
    # What the labels call the area of the whole building holds where the tile's border does not cut it.
    stated = np.array([feature["properties"]["origarea"] for feature in features])
    whole = ~np.array([thing.cut for thing in image.objects])
    assert whole.sum() == 37
    assert exact[whole] == pytest.approx(stated[whole], rel=1e-6)
