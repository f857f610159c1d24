"""The laboratory's worlds: nothing but evidence tells the scale, sizes are as drawn, evidence is of its true size."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from experiments.all_scale.bands import ABOVE, BANDS, BELOW, GAPS, draw_sizes, reflected, scale_of
from experiments.all_scale.evidence import KINDS, Kind, fitting, item_in_units
from experiments.all_scale.frames import Shot, shoot
from experiments.all_scale.place import MIN_PX, MIN_SHARE
from experiments.all_scale.scene import LabScene, make_pair, make_scene, world_of
from experiments.all_scale.splits import PARTS, PLANS, part_of
from experiments.all_scale.things import NAMES, thing
from scipy import stats

from spacevista.geometry.boxes import minimum_volume_box
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale, scale_anchor
from spacevista.sim.placement import solid_of
from spacevista.sim.render import Renderer
from spacevista.sim.shapes import scaled
from spacevista.sim.world import Body, World

TEXTURED = {"line target": 1e-4, "millimetre paper": 1e-3, "brick wall": 0.075}  # known by the period of their pattern


@pytest.fixture(scope="module")
def bare() -> LabScene:
    return make_scene("band", 7, dose="none")


@pytest.fixture(scope="module")
def shots() -> list[Shot]:
    return [shoot(make_scene("band", number, dose="strong")) for number in (0, 2, 4)]


def enlarged(world: World, factor: float) -> World:
    """Return the world with every length multiplied."""
    bodies = [
        Body(
            body.id,
            body.category,
            scaled(body.mesh, (factor,) * 3),
            tuple(replace(material, texture_m=material.texture_m * factor) for material in body.materials),
        )
        for body in world.bodies
    ]
    path = tuple(Pose(pose.rotation, pose.translation_m * factor) for pose in world.path)
    return replace(world, bodies=tuple(bodies), path=path)


def test_a_world_without_evidence_looks_the_same_at_every_scale(bare: LabScene) -> None:
    # Powers of two are exact in float32. The haze (1/e over 6 km) does not shrink with the world: over the 60
    # layout units to the edge of the ground it adds 1 % of the sky's light, 2 grey levels. Upwards it would add more,
    # which is why scenes are rendered in layout units.
    world = world_of(bare)
    pictures = []
    for factor in (1.0, 2.0**-9, 2.0**-3):
        smaller = enlarged(world, factor)
        pictures.append(Renderer(smaller).color(smaller.camera, smaller.path[0], np.random.default_rng(0)).astype(int))
    for other in pictures[1:]:
        assert np.abs(other - pictures[0]).max() <= 3


def test_the_scale_is_in_no_byte_of_a_scene_without_evidence() -> None:
    # One number drawn for two bands: other metres per unit, the same pictures.
    small, large = (make_scene("band", 7, sizes=band, dose="none") for band in (BANDS[0], BANDS[4]))
    assert large.metres_per_unit / small.metres_per_unit == pytest.approx(10**4.8)  # centres -2.4 and 2.4
    for a, b in zip(shoot(small).colors, shoot(large).colors, strict=True):
        assert np.array_equal(a, b)


def test_bands_and_gaps_are_as_wide_as_they_say() -> None:
    # 2 x 0.4525 = 0.905 decades: 10**0.905 = 8.035. Centres 1.2 apart leave 0.295.
    assert all(10 ** (band.high - band.low) == pytest.approx(8.035, abs=0.001) for band in BANDS)
    assert all(gap.high - gap.low == pytest.approx(0.295) for gap in GAPS)
    assert (BELOW.high, ABOVE.low) == (BANDS[0].low, BANDS[-1].high)
    assert all(part.high - part.low == pytest.approx(1.0) for part in (BELOW, ABOVE))
    assert [scale_of(10**centre) for centre in (-2.4, -1.2, 0.0, 1.2, 2.4)] == list(Scale)


def test_reflection_folds_both_ends() -> None:
    # 0..1: 1.2 -> 0.8, -0.3 -> 0.3, 2.4 -> (period 2) 0.4.
    assert reflected(np.array([1.2, -0.3, 2.4, 0.5]), 0.0, 1.0).tolist() == pytest.approx([0.8, 0.3, 0.4, 0.5])


def test_every_object_of_a_scene_is_log_uniform_over_its_band() -> None:
    rng = np.random.default_rng(0)
    drawn = np.log10([draw_sizes(BANDS[1], 3, rng) for _ in range(4000)])
    for column in drawn.T:
        assert stats.kstest(column, "uniform", args=(BANDS[1].low, 0.905)).pvalue > 0.001
    assert np.ptp(drawn, axis=1).max() <= 0.4 + 1e-9  # two steps of 0.2 at most


def test_sizes_are_those_of_the_placed_meshes(shots: list[Shot]) -> None:
    for shot in shots:
        scene = shot.scene
        for one in scene.layout.things:
            metres = minimum_volume_box(one.mesh.vertices_m * scene.metres_per_unit).size_m.max()
            # The two boxes come from different searches over rotations; both are least boxes up to 3 %.
            assert scene.longest_m(one.id) == pytest.approx(metres, rel=0.03)
        lengths = [scene.longest_m(one.id) for one in scene.layout.things]
        assert scale_anchor(lengths) == pytest.approx(np.log10(scene.metres_per_unit))
        assert all(scene.sizes.low <= np.log10(length) <= scene.sizes.high for length in lengths)


@pytest.mark.parametrize("name", NAMES)
def test_a_thing_is_one_long_whatever_its_colours(name: str) -> None:
    shape = thing(name, np.random.default_rng(3))
    assert minimum_volume_box(shape.mesh.vertices_m).size_m.max() == pytest.approx(1, rel=0.03)
    assert shape.mesh.vertices_m[:, 2].min() == pytest.approx(0, abs=1e-9)
    assert shape.mesh.face_materials.max() < len(shape.materials)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_evidence_has_its_true_size(kind: Kind) -> None:
    metres_per_unit = kind.telling_m / 0.5
    shape = item_in_units(kind, metres_per_unit, "strong", np.random.default_rng(1))
    size_m = np.sort(np.ptp(shape.mesh.vertices_m, axis=0) * metres_per_unit)[::-1]
    if kind.name in TEXTURED:
        assert shape.materials[0].texture_m * metres_per_unit == pytest.approx(TEXTURED[kind.name])
        return
    # Flat items carry a margin or lines about half a line's width outside: court 0.1 + 0.1 m, bays 0.15 m.
    expected = {
        "centimetre squares": None,  # any number of squares of 10 mm
        "coin": (0.024, 0.024),
        "A4 sheet": (0.297, 0.210),
        "person": (1.70, None),
        "door": (2.00, 0.90),
        "lane": (None, 4.3),  # 3.5 between the lines, 0.4 m of road outside either
        "parking bays": None,
        "tennis court": (23.97, 12.87),  # the net stands 0.914 m outside: 10.97 + 2 x 0.9 + 0.1
        "football pitch": (105.12, 68.12),
        "running track": (176.9, 92.5),
        "irrigated circle": (805.0, 805.0),
        "irrigated section": (1610.0, 1610.0),
    }[kind.name]
    for side, wanted in zip(size_m, expected or (), strict=False):
        assert wanted is None or side == pytest.approx(wanted, rel=0.003)
    if kind.name == "centimetre squares":
        assert np.allclose(size_m[:2] / 0.01, np.round(size_m[:2] / 0.01))
    if kind.name == "parking bays":
        assert any(size_m[:2] == pytest.approx(sorted((5.3, n * 2.5 + 0.3), reverse=True)) for n in (2, 3, 4))


def test_evidence_there_is_at_every_scale_and_neighbours_share_it() -> None:
    every = np.arange(BELOW.low, ABOVE.high, 0.02)
    assert all(fitting(10**log_m, "strong") for log_m in every)
    of_band = [
        {kind.name for log_m in np.arange(b.low, b.high, 0.02) for kind in fitting(10**log_m, "strong")} for b in BANDS
    ]
    shared = [first & second for first, second in pairwise(of_band)]
    assert all(shared), shared


def test_things_asked_about_are_large_whole_and_hardly_hidden(shots: list[Shot]) -> None:
    for shot in shots:
        assert shot.asked
        for number in shot.asked:
            for frame, sight in enumerate(shot.sights[number]):
                mask = shot.ids[frame] == number
                rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
                assert max(np.ptp(rows), np.ptp(columns)) + 1 >= MIN_PX
                assert not mask[[0, -1]].any()
                assert not mask[:, [0, -1]].any()
                assert sight.share >= MIN_SHARE


def test_nothing_stands_in_anything(shots: list[Shot]) -> None:
    for shot in shots:
        scene = shot.scene
        solids = [solid_of(one.mesh) for one in scene.layout.things]
        solids += [solid_of(item.mesh) for item in scene.items if item.kind.form == "solid"]
        assert all(a.distance_m(b) > 0.04 for i, a in enumerate(solids) for b in solids[:i])  # circles keep 0.05


def test_doses_show_what_they_say(shots: list[Shot]) -> None:
    assert all(2 <= len(shot.scene.items) <= 3 for shot in shots)
    weak = make_scene("band", 2, dose="weak")
    assert len(weak.items) == 1
    assert make_scene("band", 2, dose="none").items == ()


@pytest.mark.parametrize("number", [0, 1])
def test_a_pair_differs_in_its_evidence_only(number: int) -> None:
    one, two = make_pair(number)
    factor = two.metres_per_unit / one.metres_per_unit
    assert one.layout is two.layout
    assert (one.sizes == two.sizes) == (number % 2 == 0)
    assert max(factor, 1 / factor) >= 10**0.29  # steps of 0.3 decades or more
    for member in (one, two):
        lengths = np.log10([member.longest_m(thing.id) for thing in member.layout.things])
        assert member.sizes.low - 1e-9 <= lengths.min()
        assert lengths.max() <= member.sizes.high + 1e-9
    assert two.longest_m(1) == pytest.approx(factor * one.longest_m(1), rel=1e-12)


def test_a_number_gives_one_scene() -> None:
    first, second = (shoot(make_scene("gaps", 200_000)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.colors, second.colors, strict=True))
    assert GAPS[0].low <= np.log10(first.scene.metres_per_unit) <= GAPS[0].high


def test_parts_share_no_number() -> None:
    parts = list(PARTS.values())
    assert all(not set(a) & set(b) for i, a in enumerate(parts) for b in parts[:i])
    assert [part_of(numbers[0]) for numbers in parts] == list(PARTS)
    assert all(PLANS[split].parts == ("test",) for split in ("pairs", "gaps", "beyond"))
    with pytest.raises(ValueError, match="expected a scene number"):
        part_of(150_000)
