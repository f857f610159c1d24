"""Packs for rooms, squares and the air: AC3D files and furniture catalogues that the tests write, hostile ones too."""

from pathlib import Path

import numpy as np
import pytest

from spacevista.captures.safe import SafeFile
from spacevista.scales import Scale
from spacevista.sim.asset_ac3d import Ac3dError, read_ac3d
from spacevista.sim.asset_catalogue import CATALOGUE_FILE, read_catalogue
from spacevista.sim.asset_files import MAX_FACES, AssetError
from spacevista.sim.asset_known import FLIGHTGEAR
from spacevista.sim.asset_worlds import foreign_world
from spacevista.sim.assets import inner_share, load_pack, open_asset
from spacevista.sim.placement import solid_of
from spacevista.sim.shapes import box, cylinder, moved, union, volume_m3
from spacevista.sim.world import Mesh
from test_assets import obj_text, opened

# A box of 2 x 1 x 4 (x, y up, z) in a group that is shifted by 10 along x and turned by 90 degrees about y. A
# light and a line are to be passed over, and data that looks like more of the file.
AC3D = """AC3Db
MATERIAL "red" rgb 1 0 0  amb 0 0 0  emis 0 0 0  spec 0 0 0  shi 0  trans 0
MATERIAL "green" rgb 0 0.5 0  amb 0 0 0  emis 0 0 0  spec 0 0 0  shi 0  trans 0
OBJECT world
kids 2
OBJECT group
name "turned"
loc 10 0 0
rot 0 0 -1  0 1 0  1 0 0
kids 1
OBJECT poly
data 9
SURF kids

texture "/etc/passwd"
url "file:///etc/passwd"
crease 45
numvert 8
0 0 0
2 0 0
2 0 4
0 0 4
0 1 0
2 1 0
2 1 4
0 1 4
numsurf 7
SURF 0x10
mat 0
refs 4
0 0 0
1 0 0
2 0 0
3 0 0
SURF 0x10
mat 1
refs 4
7 0 0
6 0 0
5 0 0
4 0 0
SURF 0x10
mat 0
refs 4
0 0 0
4 0 0
5 0 0
1 0 0
SURF 0x10
mat 0
refs 4
1 0 0
5 0 0
6 0 0
2 0 0
SURF 0x10
mat 0
refs 4
2 0 0
6 0 0
7 0 0
3 0 0
SURF 0x10
mat 0
refs 4
3 0 0
7 0 0
4 0 0
0 0 0
SURF 0x02
mat 0
refs 2
0 0 0
6 0 0
kids 0
OBJECT light
name "sun"
loc 0 9 0
kids 0
"""
HEAD = 'AC3Db\nMATERIAL "" rgb 1 1 1  amb 0 0 0  emis 0 0 0  spec 0 0 0  shi 0  trans 0\nOBJECT world\nkids 1\n'


def ac_text(mesh: Mesh) -> str:
    """A mesh with z up as an AC3D file with y up: (x, y, z) becomes (x, z, -y)."""
    vertices = [f"{x} {z} {-y}" for x, y, z in mesh.vertices_m.tolist()]
    faces = [f"SURF 0x0\nmat 0\nrefs 3\n{a} 0 0\n{b} 0 0\n{c} 0 0" for a, b, c in mesh.faces.tolist()]
    body = [f"numvert {len(vertices)}", *vertices, f"numsurf {len(faces)}", *faces]
    return HEAD + "OBJECT poly\n" + "\n".join(body) + "\nkids 0\n"


def test_ac3d_polygons_are_read_where_their_groups_put_them() -> None:
    mesh = read_ac3d(AC3D.encode(), MAX_FACES)
    # The images of x, y, z are -z, y, x: a point (x, y, z) of the box is at (z, y, -x) and then 10 further along x.
    assert mesh.vertices.min(axis=0).tolist() == [10, 0, -2]
    assert mesh.vertices.max(axis=0).tolist() == [14, 1, 0]
    assert len(mesh.faces) == 12  # six squares of two triangles; the line is none
    assert mesh.colors == ((1.0, 0.0, 0.0), (0.0, pytest.approx(0.5**2.2, abs=1e-4), 0.0))
    assert mesh.face_colors is not None
    assert np.bincount(mesh.face_colors).tolist() == [10, 2]


def test_a_polygon_with_a_notch_is_cut_within_its_outline() -> None:
    # An L of area 3 in the plane y = 0, seen from either side: a fan from its first corner would cover more.
    outline = [(2, 0), (2, 1), (1, 1), (1, 2), (0, 2), (0, 0)]
    for corners in (outline, outline[::-1]):
        vertices = "\n".join(f"{x} 0 {z}" for x, z in corners)
        refs = "\n".join(f"{i} 0 0" for i in range(6))
        text = f"{HEAD}OBJECT poly\nnumvert 6\n{vertices}\nnumsurf 1\nSURF 0\nmat 0\nrefs 6\n{refs}\nkids 0\n"
        mesh = read_ac3d(text.encode(), MAX_FACES)
        a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
        normals = np.cross(b - a, c - a) / 2
        assert np.linalg.norm(normals, axis=1).sum() == pytest.approx(3)
        assert abs(normals[:, 1].sum()) == pytest.approx(3), "all look the same way"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AC3Db", "AC4Db"),
        ("rgb 1 0 0", "rgb 1 zero 0"),
        ("OBJECT light", "OBJECT script"),
        ("numvert 8", "numvert 800000000"),
        ("numvert 8", "numvert -8"),
        ("numsurf 7", "numsurf 900"),
        ("refs 4\n7 0 0", "refs 4\n8 0 0"),
        ("refs 4\n7 0 0", "refs 4\nseven 0 0"),
        ("2 1 4", "2 1"),
        ("2 1 4", "2 one 4"),
        ("kids 0\nOBJECT light", "OBJECT light"),
        ("kids 2", "kids 3"),
        ("rot 0 0 -1  0 1 0  1 0 0", "rot 0 0 -1"),
        ("data 9", "data 900000000"),
        ("SURF 0x02", "SURF"),
        ("OBJECT world\nkids 2", "OBJECT world\nkids 1\n" + "OBJECT group\nkids 1\n" * 100),
    ],
)
def test_damaged_ac3d_is_refused(old: str, new: str) -> None:
    assert old in AC3D
    with pytest.raises(Ac3dError):
        read_ac3d(AC3D.replace(old, new, 1).encode(), MAX_FACES)


def test_ac3d_is_bounded_before_it_is_parsed_and_while() -> None:
    with pytest.raises(Ac3dError, match="at most 5 triangles"):
        read_ac3d(AC3D.encode(), 5)


def test_ac3d_files_are_opened_as_assets_with_a_reason_where_not(tmp_path: Path) -> None:
    rule = 'files = ["*"]\nunit_m = 1.0\nup = "y"\nclosed = true'
    asset = opened(tmp_path, "a.ac", ac_text(box((1, 2, 3))), rule)
    assert np.ptp(asset.mesh.vertices_m, axis=0) == pytest.approx([1, 2, 3])
    assert volume_m3(asset.mesh) == pytest.approx(6)
    cases = {
        "open": ac_text(Mesh(box((1, 2, 3)).vertices_m, box((1, 2, 3)).faces[:4], np.zeros(4))),
        "damaged file": AC3D[:-40],
        "too many faces": AC3D + "SURF 0\n" * MAX_FACES,
        "no faces": "AC3Db\nOBJECT world\nkids 0\n",
        "vertices that are not finite": ac_text(box((1, 2, 3))).replace("-0.5", "nan", 1),
        "would fall over": ac_text(union(box((0.2, 0.2, 1)), moved(box((1, 1, 0.5)), (2, 0, 0.5)))),
    }
    for number, (reason, text) in enumerate(cases.items()):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(AssetError) as error:
            opened(tmp_path / str(number), "a.ac", text, rule)
        assert error.value.reason == reason


def test_a_closed_mesh_shows_no_inner_side_and_a_box_without_walls_does() -> None:
    assert inner_share(cylinder(1.0, 2.0)) == 0
    assert inner_share(Mesh(box((1, 2, 3)).vertices_m, box((1, 2, 3)).faces[:4], np.zeros(4))) > 0.2


def test_known_flightgear_files_have_names_and_others_are_left() -> None:
    for name, category in (
        ("Transport/hatchback_red.ac", "car"),
        ("Airport/Vehicle/fire-truck-muc.ac", "fire engine"),
        ("Industrial/Water-Tower-35m.ac", "water tower"),
        ("Residential/suburban-area.ac", None),
        ("Industrial/GenericStorageTank10m.ac", None),
    ):
        rule = FLIGHTGEAR.rule_of(name)
        assert (rule.category if rule else None) == category


CATALOGUE = """# a library
id#1=lib#chair
name#1=Chaise\\u0020longue 2
category#1=Bedroom
model#1=/lib/chair/chair.obj
width#1=60.0
depth#1=150
height#1=80.5
name#2=Door
category#2=Doors and windows
model#2=/lib/door.obj
width#2=90
depth#2=10
height#2=200
doorOrWindow#2=true
name#3=Shelf
category#3=Kitchen
model#3=/lib/shelf.obj
width#3=100
depth#3=30
height#3=200
modelRotation#3=1 0 0 0 0 1 0 -1 0
name#4=Hood
category#4=Kitchen
model#4=/lib/hood.obj
width#4=60
depth#4=50
height#4=40
elevation#4=150
name#5=Outside
category#5=Kitchen
model#5=/../outside.obj
width#5=60
depth#5=50
height#5=40
"""


def furniture(folder: Path, catalogue: str = CATALOGUE) -> Path:
    (folder / "one" / "lib" / "chair").mkdir(parents=True)
    (folder / "one" / CATALOGUE_FILE).write_text(catalogue, encoding="latin-1")
    # In a unit of its own, y up: 3 wide, 2 high, 5 deep.
    (folder / "one" / "lib" / "chair" / "chair.obj").write_text(obj_text(box((3, 2, 5))))
    (folder / "one" / "lib" / "shelf.obj").write_text(obj_text(box((3, 2, 5))))
    (folder / "outside.obj").write_text(obj_text(box((3, 2, 5))))
    return folder


def test_furniture_has_the_catalogues_size_whatever_its_files_unit(tmp_path: Path) -> None:
    pack = load_pack(furniture(tmp_path / "pack"))
    assert (pack.name, [entry.category for entry in pack.files]) == ("sweethome3d", ["chaise longue", "shelf"])
    chair, shelf = (np.ptp(open_asset(entry).mesh.vertices_m, axis=0) for entry in pack.files)
    assert chair == pytest.approx([0.60, 1.50, 0.805])  # width, depth, height: z is up here
    assert shelf == pytest.approx([1.00, 0.30, 2.00])  # the turn comes first, then the catalogue's sizes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("width#1=60.0", "width#1=sixty"),
        ("width#1=60.0", "width#1=-60"),
        ("width#1=60.0", "width#1=nan"),
        ("width#1=60.0", "width#1=1e9"),
        ("width#1=60.0", "wide#1=60"),
        ("name#1=Chaise\\u0020longue 2", "name#1=2"),
        ("1 0 0 0 0 1 0 -1 0", "1 0 0 0 0 1"),
        ("1 0 0 0 0 1 0 -1 0", "1 0 0 0 0 1 0 1 0"),
        ("1 0 0 0 0 1 0 -1 0", "nan 0 0 0 0 1 0 -1 0"),
    ],
)
def test_a_wrong_catalogue_says_which_entry(tmp_path: Path, old: str, new: str) -> None:
    assert old in CATALOGUE
    with pytest.raises(AssetError, match=r"wrong catalogue: .*entry [13]: expected"):
        load_pack(furniture(tmp_path / "pack", CATALOGUE.replace(old, new, 1)))


def test_a_missing_or_huge_catalogue_is_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("huge", b"#" * (5 << 20))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AssetError, match="wrong catalogue"):
            list(read_catalogue(SafeFile(tmp_path / name, name)))


@pytest.mark.parametrize("scale", [Scale.INDOOR, Scale.OUTDOOR, Scale.DRONE])
def test_large_foreign_worlds_stand_apart_on_level_ground(tmp_path: Path, scale: Scale) -> None:
    (tmp_path / "pack.toml").write_text(
        'name = "p"\nlicence = "CC0-1.0"\nsource = "test"\n[[meshes]]\nfiles = ["*.obj"]\nunit_m = 1.0\nclosed = true\n'
    )
    for i, size in enumerate(np.geomspace(0.5, 100, 48).tolist()):
        (tmp_path / f"thing_{i}").mkdir()
        (tmp_path / f"thing_{i}" / "a.obj").write_text(obj_text(box((size, 0.6 * size, 0.5 * size))))
    for seed in range(4):
        world, again = (foreign_world(load_pack(tmp_path), scale, seed) for _ in range(2))
        assert world.id == f"p-{scale}-{seed:06d}"
        assert 6 <= len(world.objects) <= 9
        assert all(body.mesh.vertices_m[:, 2].min() == pytest.approx(0, abs=1e-9) for body in world.objects)
        solids = [solid_of(body.mesh) for body in world.objects]
        assert all(a.distance_m(b) > 0 for i, a in enumerate(solids) for b in solids[i + 1 :])
        eyes = np.array([pose.translation_m for pose in world.path])
        for solid in solids:
            low, high = solid.bounds_m
            assert np.linalg.norm(np.maximum(np.maximum(low - eyes, eyes - high), 0), axis=1).min() > 0.1
        for one, two in zip(world.bodies, again.bodies, strict=True):
            assert one.mesh.vertices_m.tobytes() == two.mesh.vertices_m.tobytes()
    odd = foreign_world(load_pack(tmp_path), scale, 1, 0.5)
    assert odd.unusual
    assert odd.id == f"p-{scale}-000001-u50"
