"""The truth of spatial relations: as the worlds declare them, and on pairs from a drawing; what the oracle decides."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from joined_scenes import PAIRS
from small_worlds import box, orbit, world_of
from spacevista.scales import Scale
from spacevista.sim.oracle import Oracle
from spacevista.sim.shapes import moved, union
from spacevista.sim.truth import Truth, judge
from spacevista.sim.truth_relations import REVERSED, relation
from spacevista.sim.world import Mesh
from spacevista.sim.worlds import make_world

DECLARED = {
    "support": "on",
    "stacking": "stacked",
    "leaning": "leaning",
    "hanging": "hanging",
    "adhesion": "stuck",
    "encircling": "around",
    "containment": "in",
    "plug_in": "plugged",
}
# Seeds among which every declared relation between two objects occurs at that scale.
WORLDS = [
    *((Scale.TABLETOP, seed) for seed in range(6)),
    *((Scale.TINY_TABLETOP, seed) for seed in (0, 1, 2, 3, 4, 20)),
    *((Scale.INDOOR, seed) for seed in range(3)),
]


def truth_of(name, metre=1.0, kinds=("thing 1", "thing 2"), turn_deg=0.0, path=()):
    meshes = [Mesh(m.vertices_m * metre, m.faces, m.face_materials) for m in PAIRS[name]]
    world = world_of(meshes, path, size=5 * metre)
    bodies = [replace(b, category=kinds[b.id - 1]) if b.id else b for b in world.bodies]
    return Truth(replace(world, bodies=tuple(bodies)))


@pytest.mark.parametrize(("scale", "seed"), WORLDS)
def test_the_truth_agrees_with_what_worlds_declare(scale, seed):
    world = make_world(scale, seed)
    truth = Truth(world)
    joined = {(r.subject_id, r.object_id): DECLARED[r.kind.value] for r in world.relations if r.object_id}
    for (subject, other), name in joined.items():
        assert relation(truth, subject, other) == name
        assert relation(truth, other, subject) == REVERSED[name]
    others = [p for p in combinations([b.id for b in world.objects], 2) if p not in joined and p[::-1] not in joined]
    assert {relation(truth, *pair) for pair in others[:40]} <= {"apart", None}


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("name", list(PAIRS))
def test_pairs_from_a_drawing(name, metre):
    truth = truth_of(name, metre)
    assert judge(truth, "spatial_relation", "how", (1, 2)) == name
    assert judge(truth, "spatial_relation", "how", (2, 1)) == REVERSED.get(name, name)
    assert judge(truth, "spatial_relation", name, (1, 2)) == "yes"
    if name != "apart":
        assert judge(truth, "spatial_relation", name, (2, 1)) == "no"
        assert judge(truth, "spatial_relation", "apart", (1, 2)) == "no"


def test_one_kind_is_stacked_and_a_pile_is_a_support():
    truth = truth_of("on", kinds=("book", "book"))
    assert judge(truth, "spatial_relation", "how", (1, 2)) == "stacked"
    assert judge(truth, "spatial_relation", "on", (1, 2)) == "yes"


def test_what_has_no_name_has_no_truth():
    # Side by side in contact; the third of a pile on the first; closed in by a lid.
    touch = [box((1, 1, 1), (0, 0, 0.5)), box((1, 1, 1), (1.0001, 0, 0.5))]
    assert relation(Truth(world_of(touch, ())), 1, 2) is None
    pile = [box((1, 1, 1), (0, 0, 0.5 + 1.0001 * k)) for k in range(3)]
    truth = Truth(world_of(pile, ()))
    assert relation(truth, 2, 1) == "on"
    assert relation(truth, 3, 1) is None
    inner, vessel = PAIRS["in"]
    lid = moved(box((0.8, 0.8, 0.05), (0, 0, 0.03)), (0, 0, 0.5))
    assert relation(Truth(world_of([inner, union(vessel, lid)], ())), 1, 2) is None


def test_a_chair_is_not_in_a_table():
    chair = box((0.4, 0.4, 0.5), (0, 0, 0.25))
    legs = [box((0.06, 0.06, 0.7), (x, y, 0.35)) for x in (-0.6, 0.6) for y in (-0.6, 0.6)]
    table = union(box((1.3, 1.3, 0.05), (0, 0, 0.725)), *legs)
    assert relation(Truth(world_of([chair, table], ())), 1, 2) is None


@pytest.mark.parametrize("name", ["on", "apart", "in"])
def test_the_oracle_wants_to_see_the_seam_the_gap_the_floor(name):
    # From all sides and above everything is seen; from far off nothing is 40 pixels across.
    near = truth_of(name, path=orbit(2.5, 2.5, 8, target=(0.2, 0, 0.3)))
    assert Oracle(near.world, near).decidable("spatial_relation", "how", (1, 2))
    far = truth_of(name, path=orbit(60, 60, 8))
    assert not Oracle(far.world, far).decidable("spatial_relation", "how", (1, 2))


def test_the_oracle_does_not_decide_what_has_no_truth():
    touch = world_of([box((1, 1, 1), (0, 0, 0.5)), box((1, 1, 1), (1.0001, 0, 0.5))], orbit(4, 4, 6))
    assert not Oracle(touch, Truth(touch)).decidable("spatial_relation", "how", (1, 2))


def test_a_hidden_floor_is_not_decided():
    level = truth_of("in", path=orbit(2.5, 0.3, 8, target=(0, 0, 0.3)))
    assert not Oracle(level.world, level).decidable("spatial_relation", "how", (1, 2))
    assert np.isfinite(level.distance_m(1, 2))
