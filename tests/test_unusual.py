"""Objects of unusual size: how many there are, that truth follows them, that nothing crosses, same seed same bytes."""

from pathlib import Path

import numpy as np
import pytest

from small_worlds import box, orbit, world_of
from spacevista.commands import simulate
from spacevista.geometry.planes import Plane
from spacevista.scales import Scale
from spacevista.sim.placement import solid_of
from spacevista.sim.truth import Truth, size_of
from spacevista.sim.unusual import GIANT, TINY, with_unusual
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world

SEEDS = range(20, 28)
SHARE = 0.2
FLOOR = Plane(np.array([0.0, 0.0, 1.0]), 0.0)


@pytest.fixture(scope="module", params=list(Scale), ids=str)
def pairs(request: pytest.FixtureRequest) -> list[tuple[World, World]]:
    """Worlds as they are and with a fifth of their things resized."""
    return [(make_world(request.param, seed), make_world(request.param, seed, SHARE)) for seed in SEEDS]


def test_about_the_share_is_resized_and_recorded(pairs: list[tuple[World, World]]) -> None:
    odd = [world for _, world in pairs]
    objects = sum(len(world.objects) for world in odd)
    resized = [factor for world in odd for factor in world.unusual.values()]
    # 8 worlds of 6 to 10 things: about 64 draws of 0.2, standard deviation 3.2; three of them either way. What
    # touches others cannot be resized, which only takes away where few of a world's things stand alone.
    assert abs(len(resized) - SHARE * objects) < 3 * np.sqrt(SHARE * (1 - SHARE) * objects)
    assert all(TINY[0] <= f <= TINY[1] or GIANT[0] <= f <= GIANT[1] for f in resized)
    assert min(resized) < 1 < max(resized), "dwarfs and giants"
    assert all(set(world.unusual) <= {body.id for body in world.objects} for world in odd)


def test_nothing_crosses_and_everything_stands(pairs: list[tuple[World, World]]) -> None:
    for usual, odd in pairs[:4]:
        touching = crossings(usual)
        assert crossings(odd) <= touching, odd.id
        for body in odd.objects:
            if body.id in odd.unusual:
                assert float(body.mesh.vertices_m[:, 2].min()) == pytest.approx(
                    odd.supports[body.id].offset_m, abs=1e-6
                )


def crossings(world: World) -> set[tuple[int, int]]:
    """Pairs of objects whose surfaces touch."""
    solids = {body.id: solid_of(body.mesh) for body in world.objects}
    return {(i, j) for i in solids for j in solids if i < j and solids[i].distance_m(solids[j]) <= 0}


def test_the_same_seed_gives_the_same_bytes_and_other_things_stay(pairs: list[tuple[World, World]]) -> None:
    usual, odd = pairs[0]
    again = make_world(odd.scale, odd.seed, SHARE)
    assert again.id == odd.id == f"{usual.id}-u20"
    assert again.unusual == odd.unusual
    for one, two in zip(odd.bodies, again.bodies, strict=True):
        assert one.mesh.vertices_m.tobytes() == two.mesh.vertices_m.tobytes()
    if odd.scale is not Scale.DRONE:  # from the air the ground is made anew around what stands on it
        for one, two in zip(usual.bodies, odd.bodies, strict=True):
            same = one.mesh.vertices_m.tobytes() == two.mesh.vertices_m.tobytes()
            assert same == (one.id not in odd.unusual)
            assert one.materials == two.materials, "textures keep their physical period"


def test_truth_follows_the_size() -> None:
    # Two boxes of 1 x 0.6 x 0.4 m, 20 m apart: with a share of 1 both change, and every length by the factor.
    meshes = [box((1.0, 0.6, 0.4), (x, 0, 0.2)) for x in (-10.0, 10.0)]
    world = world_of(meshes, orbit(60, 30, 8), size=100.0, supports={1: FLOOR, 2: FLOOR})
    odd = with_unusual(world, 1.0)
    assert set(odd.unusual) == {1, 2}
    truth = Truth(odd)
    for number, factor in odd.unusual.items():
        assert size_of(truth, "height", number) == pytest.approx(0.4 * factor)
        assert size_of(truth, "longest", number) == pytest.approx(1.0 * factor)
        assert size_of(truth, "volume", number) == pytest.approx(0.24 * factor**3)


def test_things_that_touch_carry_or_hold_others_stay() -> None:
    # 1 stands beside 2 and touches it; 4 stands on 3; 6 lies inside the bounds of 5 (a frame around it).
    frame = [box((4.0, 0.2, 0.5), (40, y, 0.25)) for y in (-2.0, 2.0)]
    ring = type(frame[0])(
        np.vstack([side.vertices_m for side in frame]),
        np.vstack([frame[0].faces, frame[1].faces + len(frame[0].vertices_m)]),
        np.zeros(24),
    )
    meshes = [
        box((1, 1, 1), (0, 0, 0.5)),
        box((1, 1, 1), (1, 0, 0.5)),
        box((2, 2, 1), (20, 0, 0.5)),
        box((1, 1, 1), (20, 0, 1.5)),
        ring,
        box((1, 1, 1), (40, 0, 0.5)),
        box((1, 1, 1), (-20, 0, 0.5)),
    ]
    supports = {number: Plane(FLOOR.normal, 1.0 if number == 4 else 0.0) for number in range(1, 8)}
    world = world_of(meshes, orbit(200, 80, 8), size=100.0, supports=supports)
    assert set(with_unusual(world, 1.0).unusual) == {7}


def test_share_of_nothing_is_the_world_itself_and_wrong_shares_are_refused() -> None:
    assert make_world(Scale.TABLETOP, 3, 0.0).id == "tabletop-000003"
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="share of unusual sizes from 0 to 1"):
            make_world(Scale.TABLETOP, 3, share)


def test_simulate_names_what_is_unusual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr(simulate, "simulate", lambda world, rng: world)
    monkeypatch.setattr(simulate, "write_capture", lambda world, folder: written.append(folder))
    outcome = simulate.run(Scale.TABLETOP, 1, 21, tmp_path, None, 0.5)
    world = make_world(Scale.TABLETOP, 21, 0.5)
    assert written == [tmp_path / "tabletop-000021-u50"]
    assert outcome.figures["unusual"] == {world.id: {str(n): round(f, 4) for n, f in world.unusual.items()}}
    assert world.unusual
