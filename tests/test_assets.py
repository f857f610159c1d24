"""Asset packs: packs that the tests write, hostile files, worlds made of them."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from spacevista.captures.safe import SafeFile
from spacevista.commands import audit, simulate
from spacevista.geometry.poses import rotation_about
from spacevista.qa.audit_judged import Judged
from spacevista.scales import Scale
from spacevista.sim.asset_files import MAX_FACES, MAX_FILE_BYTES, AssetError, read_mesh
from spacevista.sim.asset_known import KICAD, LIBERO
from spacevista.sim.asset_worlds import foreign_world
from spacevista.sim.assets import Asset, load_pack, open_asset
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.shapes import box, cylinder, ellipsoid, scaled, union, volume_m3
from spacevista.sim.world import Mesh, World
from spacevista.sim.worlds import make_world
from spacevista.tasks.all import NAMES

PACK = """
name = "workshop"
licence = "CC0-1.0"
source = "written by a test"

[[meshes]]
files = ["*.obj"]
unit_m = 0.001

[[meshes]]
files = ["tins/*.stl"]
unit_m = 0.001
up = "y"
category = "tin"
"""

VRML_BOX = """#VRML V2.0 utf8
# a tetrahedron and a square, with a comment
Shape { appearance Appearance { material DEF RED Material { diffuseColor 1.0 0 0 shininess 0.5 } } }
Shape {
  geometry IndexedFaceSet { creaseAngle 0.5
    coordIndex [0,2,1,-1, 0,1,3,-1, 1,2,3,-1, 2,0,3,-1]
    coord Coordinate { point [0 0 0, 1 0 0, 0 1 0, 0.2 0.2 1] } }
  appearance Appearance { material USE RED }
}
Shape { geometry IndexedFaceSet { coordIndex [0 1 2 3] coord Coordinate { point [0 0 0 1 0 0 1 1 0 0 1 0] } } }
"""


def obj_text(mesh: Mesh) -> str:
    vertices = [f"v {x} {y} {z}" for x, y, z in mesh.vertices_m.tolist()]
    return "\n".join([*vertices, *(f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.faces.tolist())]) + "\n"


def stl_bytes(mesh: Mesh) -> bytes:
    corners = mesh.vertices_m[mesh.faces].astype("<f4").reshape(len(mesh.faces), 9)
    rows = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", 9), ("spare", "<u2")])
    rows["corners"] = corners
    return bytes(80) + struct.pack("<I", len(rows)) + rows.tobytes()


def on_its_side(mesh: Mesh) -> Mesh:
    """The mesh with its z axis along y, as files with y up have it."""
    return Mesh(mesh.vertices_m @ rotation_about((1, 0, 0), -90).T, mesh.faces, mesh.face_materials)


def written_pack(folder: Path) -> Path:
    """Write in millimetres: eight boxes, 60 + 5 i long, 40 wide and 30 + 10 i high; a tin, 70 across, 100 high."""
    (folder / "tins").mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK)
    for i in range(8):
        (folder / f"part_{i}").mkdir()
        (folder / f"part_{i}" / "box.obj").write_text(obj_text(box((60.0 + 5 * i, 40.0, 30.0 + 10 * i))))
    (folder / "tins" / "tin.stl").write_bytes(stl_bytes(on_its_side(cylinder(35.0, 100.0))))
    return folder


def opened(folder: Path, name: str, content: str | bytes, rule: str = 'files = ["*"]\nunit_m = 1.0') -> Asset:
    """Open one file of a pack that holds nothing else."""
    (folder / "pack.toml").write_text(f'name = "p"\nlicence = "CC0-1.0"\nsource = "test"\n[[meshes]]\n{rule}\n')
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (entry,) = load_pack(folder).files
    return open_asset(entry)


def test_a_written_pack_is_read_in_metres_and_upright(tmp_path: Path) -> None:
    assets = [open_asset(entry) for entry in load_pack(written_pack(tmp_path / "pack")).files]
    assert [asset.category for asset in assets] == [f"part {i}" for i in range(8)] + ["tin"]
    sizes = [np.ptp(asset.mesh.vertices_m, axis=0) for asset in assets]
    assert sizes[3] == pytest.approx([0.075, 0.040, 0.060])  # 60 + 5 * 3, 40, 30 + 10 * 3 mm
    assert sizes[8] == pytest.approx([0.070, 0.070, 0.100], rel=1e-6)  # y was up in its file
    assert all(asset.mesh.vertices_m[:, 2].min() == pytest.approx(0, abs=1e-12) for asset in assets)


@pytest.mark.parametrize(("up", "size"), [("x", [3, 2, 1]), ("y", [1, 3, 2]), ("z", [1, 2, 3])])
def test_the_axis_that_is_up_becomes_z_without_mirroring(tmp_path: Path, up: str, size: list[int]) -> None:
    asset = opened(tmp_path, "a.obj", obj_text(box((1, 2, 3))), f'files = ["*.obj"]\nunit_m = 1.0\nup = "{up}"')
    assert np.ptp(asset.mesh.vertices_m, axis=0) == pytest.approx(size)
    assert volume_m3(asset.mesh) == pytest.approx(6)


def test_an_inside_out_mesh_is_turned(tmp_path: Path) -> None:
    mesh = box((1, 2, 3))
    inside_out = Mesh(mesh.vertices_m, mesh.faces[:, ::-1], mesh.face_materials)
    assert volume_m3(opened(tmp_path, "a.obj", obj_text(inside_out)).mesh) == pytest.approx(6)


def test_vertices_that_no_face_uses_do_not_count_as_size(tmp_path: Path) -> None:
    asset = opened(tmp_path, "a.obj", obj_text(box((1, 2, 3))) + "v 900 900 900\nv nan 0 0\n")
    assert asset.longest_m == pytest.approx(3)


def test_vrml_shapes_are_read_with_their_colours(tmp_path: Path) -> None:
    (tmp_path / "a.wrl").write_text(VRML_BOX)
    mesh = read_mesh(SafeFile(tmp_path / "a.wrl", "a.wrl"))
    assert len(mesh.vertices) == 8
    assert mesh.faces.tolist()[4:] == [[4, 5, 6], [4, 6, 7]]  # the square, cut into two
    assert mesh.face_colors is not None
    assert [mesh.colors[i] for i in mesh.face_colors] == [(1.0, 0.0, 0.0)] * 4 + [(0.5, 0.5, 0.5)] * 2


@pytest.mark.parametrize(
    "text",
    [
        VRML_BOX.replace("Coordinate {", "Inline { url"),
        VRML_BOX + 'Script { url "javascript:steal()" }',
        VRML_BOX + 'Shape { appearance Appearance { texture ImageTexture { url "/etc/passwd" } } }',
        VRML_BOX.replace("[0 1 2 3]", "[0 1 2 4]"),
        VRML_BOX.replace("[0 1 2 3]", "[0 1 2.5 3]"),
        VRML_BOX.replace("[0 1 2 3]", "[nan 1 2 3]"),
        VRML_BOX.replace("0.2 0.2 1]", "0.2 0.2]"),
        VRML_BOX.replace("diffuseColor 1.0 0 0", "diffuseColor 1.0 0"),
        VRML_BOX.replace("USE RED", "USE BLUE"),
        VRML_BOX.replace("geometry Ind", "geometry DEF G Ind") + "Shape { geometry USE G }",
        VRML_BOX[:-5],
        "#VRML V2.0 utf8\n" + "Shape { appearance " * 5_000,
        "#VRML V2.0 utf8\n" + "DEF A " * 5_000,
        "#VRML V1.0 ascii\n",
        "",
    ],
)
def test_other_vrml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AssetError):
        opened(tmp_path, "a.wrl", text)


def test_hostile_files_are_refused_with_a_reason(tmp_path: Path) -> None:
    good = box((1, 2, 3))
    stl = stl_bytes(good)
    ply = "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nelement face 2000000000\nend_header\n"
    cases: dict[str, tuple[str, str | bytes]] = {
        "announced.stl": ("too many faces", stl[:80] + struct.pack("<I", 10_000_000) + stl[84:]),
        "truncated.stl": ("damaged file", stl[:-20]),
        "header.stl": ("damaged file", stl[:40]),
        "announced.ply": ("too many faces", ply),
        "many.obj": ("too many faces", obj_text(good) + "f 1 2 3\n" * MAX_FACES),
        "nan.obj": ("vertices that are not finite", obj_text(good).replace("v -0.5", "v nan", 1)),
        "infinite.obj": ("vertices that are not finite", obj_text(good).replace("v -0.5", "v 1e999", 1)),
        "beyond.obj": ("damaged file", obj_text(good) + "f 1 2 99\n"),
        "truncated.obj": ("no faces", obj_text(good)[:60]),
        "words.obj": ("damaged file", "v a b c\nf 1 2 3\n"),
        "empty.obj": ("file size", ""),
        "large.obj": ("file size", bytes(MAX_FILE_BYTES + 1)),
        "points.obj": ("no faces", "v 0 0 0\nv 1 1 1\n"),
        "line.obj": ("no faces", "v 0 0 0\nv 1 1 1\nv 2 2 2\nf 1 2 3\n"),
        "flat.obj": ("flat", obj_text(box((1, 1, 0.005)))),
        "tip.obj": ("would fall over", obj_text(union(box((0.2, 0.2, 1)), box_at(2.0)))),
    }
    found = {}
    for number, (name, (_, content)) in enumerate(cases.items()):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(AssetError) as error:
            opened(tmp_path / str(number), name, content)
        found[name] = error.value.reason
        assert name in str(error.value)
    assert found == {name: reason for name, (reason, _) in cases.items()}


def box_at(x: float) -> Mesh:
    """A block that hangs beside the origin, above the ground."""
    mesh = box((1, 1, 0.5))
    return Mesh(mesh.vertices_m + np.array([x, 0, 0.5]), mesh.faces, mesh.face_materials)


def test_files_that_a_mesh_names_are_never_opened(tmp_path: Path) -> None:
    # A fifo blocks whoever opens it: the test would hang.
    os.mkfifo(tmp_path / "trap")
    (tmp_path / "pack").mkdir()
    text = f"mtllib ../trap\nmtllib {tmp_path}/trap\nusemtl a\n" + obj_text(box((1, 2, 3)))
    assert opened(tmp_path / "pack", "a.obj", text).longest_m == pytest.approx(3)


def test_links_out_of_the_pack_are_left_out(tmp_path: Path) -> None:
    folder = written_pack(tmp_path / "pack")
    (tmp_path / "outside.obj").write_text(obj_text(box((1, 2, 3))))
    (folder / "a_link.obj").symlink_to(tmp_path / "outside.obj")
    assert len(load_pack(folder).files) == 9


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "unknown pack"),
        ("name = 3", "wrong pack.toml"),
        (PACK.replace("0.001", "-1.0"), "wrong pack.toml"),
        (PACK.replace('"workshop"', '"../workshop"'), "wrong pack.toml"),
        (PACK + "surprise = 1", "wrong pack.toml"),
        (PACK.replace("*.obj", "*.glb").replace("*.stl", "*.glb"), "no meshes"),
    ],
)
def test_a_pack_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, reason: str) -> None:
    (tmp_path / "a.obj").write_text(obj_text(box((1, 2, 3))))
    if text is not None:
        (tmp_path / "pack.toml").write_text(text)
    with pytest.raises(AssetError) as error:
        load_pack(tmp_path)
    assert error.value.reason == reason


def test_known_packs_are_told_by_their_files(tmp_path: Path) -> None:
    for pack, name in ((KICAD, "Resistor_SMD.3dshapes/R.wrl"), (LIBERO, "x/stable_hope_objects/milk/textured.obj")):
        path = tmp_path / pack.name / name
        path.parent.mkdir(parents=True)
        path.write_text(VRML_BOX)
        (path.parent / "other.obj").write_text("")  # not a thing of the pack: collision hulls, parts, scenery
        loaded = load_pack(tmp_path / pack.name)
        assert (loaded.name, [entry.category for entry in loaded.files]) in (
            ("kicad", ["resistor"]),
            ("libero", ["milk"]),
        )


def test_a_foreign_world_stands_on_the_table_and_depends_on_the_seed_alone(tmp_path: Path) -> None:
    folder = written_pack(tmp_path / "pack")
    world, again = (foreign_world(load_pack(folder), Scale.TABLETOP, 3) for _ in range(2))
    assert (world.id, world.licence, world.source) == ("workshop-tabletop-000003", "CC0-1.0", "written by a test")
    assert 6 <= len(world.objects) <= 9
    assert sorted(body.id for body in world.objects) == list(range(1, len(world.objects) + 1))
    assert set(world.supports) == {body.id for body in world.objects}
    assert all(body.mesh.vertices_m[:, 2].min() == pytest.approx(0, abs=1e-9) for body in world.objects)
    for one, two in zip(world.bodies, again.bodies, strict=True):
        assert one.category == two.category
        assert one.mesh.vertices_m.tobytes() == two.mesh.vertices_m.tobytes()
    assert len(world.path) == len(make_world(Scale.TABLETOP, 3).path)


def test_a_tiny_foreign_world_takes_things_of_millimetres(tmp_path: Path) -> None:
    folder = written_pack(tmp_path / "pack")
    for i in range(9):  # one length for each grade of tiny worlds: 4, 10 and 40 mm
        name = folder / f"bead_{i}"
        name.mkdir()
        bead = scaled(ellipsoid((1.0, 0.9, 0.5)), [(2.0, 5.0, 20.0)[i % 3]] * 3)
        for j in range(2):
            (name / f"{j}.obj").write_text(obj_text(bead))
    world = foreign_world(load_pack(folder), Scale.TINY_TABLETOP, 0)
    longest = [float(np.ptp(body.mesh.vertices_m, axis=0).max()) for body in world.objects]
    assert 6 <= len(longest) <= 9
    assert max(longest) < 0.052  # the largest grade ends at 51 mm
    assert max(longest) < 4.2 * min(longest)


def test_too_few_things_of_the_size_are_counted_by_reason(tmp_path: Path) -> None:
    pack = load_pack(written_pack(tmp_path / "pack"))
    with pytest.raises(AssetError, match=r"expected 6 of .* got 0; refused: other size 9"):
        foreign_world(pack, Scale.TINY_TABLETOP, 0)
    with pytest.raises(AssetError, match=r"expected 6 of .* m, got 0"):
        foreign_world(pack, Scale.DRONE, 0)


def test_the_audit_takes_a_foreign_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audited: list[tuple[str, tuple[NoiseLevel, ...]]] = []

    def note(world: World, levels: tuple[NoiseLevel, ...], tasks: tuple[str, ...]) -> list[Judged]:
        assert tasks == NAMES
        audited.append((world.id, levels))
        return []

    monkeypatch.setattr(audit, "audit_world", note)
    levels = (NoiseLevel.EXACT,)
    audit.audit_one(audit.Job(Scale.TABLETOP, 1, levels, written_pack(tmp_path / "pack"), None))
    audit.audit_one(audit.Job(Scale.TABLETOP, 1, levels, None, None))
    assert audited == [("workshop-tabletop-000001", levels), ("tabletop-000001", levels)]


def test_simulate_names_the_folder_of_a_foreign_world_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, Path]] = []
    monkeypatch.setattr(simulate, "simulate", lambda world, rng: world)
    monkeypatch.setattr(simulate, "write_capture", lambda world, folder: written.append((world.id, folder)))
    simulate.run(Scale.TABLETOP, 1, 4, tmp_path / "out", written_pack(tmp_path / "pack"))
    assert written == [("workshop-tabletop-000004", tmp_path / "out" / "workshop-tabletop-000004")]
