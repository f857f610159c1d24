"""Things joined on purpose: each relation of a world holds by a check of its own on the meshes, and no two cross."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.contact import hair_m, slid, turned
from spacevista.sim.layouts.groups import alone, drawn, pair, part_of
from spacevista.sim.placement import solid_of
from spacevista.sim.raycast import MISS, RayScene
from spacevista.sim.shapes import box, centre_of_mass, cylinder, lathe, moved, scaled
from spacevista.sim.truth import CONTACT_SHARE, Truth
from spacevista.sim.world import Body, Mesh, Relation, RelationKind, World
from spacevista.sim.worlds import make_world

NEAR = (Scale.TINY_TABLETOP, Scale.TABLETOP, Scale.INDOOR)
# The seeds by which every category and every relation came, of 0 to 99.
SEEDS = {Scale.TINY_TABLETOP: 16, Scale.TABLETOP: 22, Scale.INDOOR: 31}
WORLDS = {scale: [make_world(scale, seed) for seed in range(count)] for scale, count in SEEDS.items()}
SOME = [world for worlds in WORLDS.values() for world in worlds[:8]]
CATEGORIES = {Scale.TINY_TABLETOP: 24, Scale.TABLETOP: 25, Scale.INDOOR: 29}

Check = Callable[[World, Body, Body | None, Truth], None]


@pytest.mark.parametrize("scale", NEAR)
def test_all_categories_and_all_relations_occur(scale: Scale) -> None:
    names = {body.category for world in WORLDS[scale] for body in world.objects}
    assert len(names) >= CATEGORIES[scale], sorted(names)
    kinds = {relation.kind for world in WORLDS[scale] for relation in world.relations}
    # Small parts lean nowhere: what is round rolls, and what is flat lies.
    expected = set(RelationKind) - ({RelationKind.LEANING} if scale is Scale.TINY_TABLETOP else set())
    assert kinds == expected


@pytest.mark.parametrize("world", SOME, ids=lambda world: world.id)
def test_nothing_crosses_and_only_what_is_joined_touches(world: World) -> None:
    truth = Truth(world)
    joined = {frozenset((relation.subject_id, relation.object_id)) for relation in world.relations}
    structure = [solid_of(body.mesh) for body in world.bodies if body.id == 0 and body.category in ("wall", "ceiling")]
    bounds = {body.id: low_high(body) for body in world.objects}
    for first, second in itertools.combinations(world.objects, 2):
        (low, high), (other_low, other_high) = bounds[first.id], bounds[second.id]
        if np.maximum(low - other_high, other_low - high).max() > 0.01 * max(
            (high - low).max(), (other_high - other_low).max()
        ):
            continue  # boxes that are so far apart hold nothing that touches
        assert truth.distance_m(first.id, second.id) > 0, (first.category, second.category)
        if frozenset((first.id, second.id)) not in joined:
            assert not truth.touching(first.id, second.id), (first.category, second.category)
    if world.scale is Scale.INDOOR:
        for body in world.objects:
            solid = solid_of(body.mesh)
            assert min(solid.distance_m(other) for other in structure) > 0, body.category


@pytest.mark.parametrize("world", SOME, ids=lambda world: world.id)
def test_each_relation_holds_by_the_meshes(world: World) -> None:
    truth = Truth(world)
    bodies = {body.id: body for body in world.objects}
    for relation in world.relations:
        CHECKS[relation.kind](world, bodies[relation.subject_id], bodies.get(relation.object_id), truth)
    subjects = [r.subject_id for r in world.relations if r.kind is not RelationKind.ENCIRCLING]
    assert len(subjects) == len(set(subjects)), "nothing rests, hangs or sticks twice"


def contact(world: World, subject: Body, other: Body | None, truth: Truth) -> tuple[FloatArray, FloatArray]:
    """Return the closest points of two things that touch without crossing; of the structure if other is None."""
    if other is not None:
        found = truth.closest(subject.id, other.id)
        limit = CONTACT_SHARE * min(np.ptp(body.mesh.vertices_m[:, 2]) for body in (subject, other))
        assert 0 < found.distance_m <= limit, (subject.category, other.category, found.distance_m)
        return found.first_m, found.second_m
    bodies = [body for body in world.bodies if body.id == 0 and body.category in ("wall", "ceiling", "nail")]
    numbered = [subject, *(Body(-n, body.category, body.mesh, body.materials) for n, body in enumerate(bodies, 1))]
    pairs = Truth(World(world.id, 0, world.scale, (subject,), {}, world.light, world.camera, world.path))
    gaps = [solid_of(subject.mesh).distance_m(solid_of(body.mesh)) for body in numbered[1:]]
    best = int(np.argmin(gaps))
    assert 0 < gaps[best] <= CONTACT_SHARE * np.ptp(subject.mesh.vertices_m[:, 2]), (subject.category, gaps[best])
    pairs._bodies[-1 - best] = numbered[1 + best]
    found = pairs.closest(subject.id, -1 - best)
    return found.first_m, found.second_m


def low_high(body: Body) -> tuple[FloatArray, FloatArray]:
    return body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)


def rests_on(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    assert other is not None
    first, _ = contact(world, subject, other, truth)
    height = np.ptp(subject.mesh.vertices_m[:, 2])
    foot = float(subject.mesh.vertices_m[:, 2].min())
    assert first[2] <= foot + 0.1 * height, "it touches with its foot"
    assert world.supports[subject.id].offset_m == pytest.approx(foot, abs=1e-9)
    weight = centre_of_mass(subject.mesh)
    low, high = low_high(other)
    assert (weight[:2] > low[:2]).all()
    assert (weight[:2] < high[:2]).all()
    assert weight[2] > foot
    assert subject.support_id == other.id


def support(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    rests_on(world, subject, other, truth)
    assert other is not None
    assert subject.category != other.category


def stacking(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    rests_on(world, subject, other, truth)
    assert other is not None
    assert subject.category == other.category


def leaning(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    first, second = contact(world, subject, other, truth)
    low, high = low_high(subject)
    assert low[2] == pytest.approx(0, abs=1e-12), "its foot is on the ground"
    assert first[2] > 0.3 * high[2], "it touches well above its foot"
    towards = second - first
    assert np.linalg.norm(towards[:2]) > 0.3 * np.linalg.norm(towards)
    # The weight is between the foot and what it leans against.
    foot = subject.mesh.vertices_m[int(np.argmin(subject.mesh.vertices_m[:, 2]))]
    along = (first - foot)[:2] / np.linalg.norm((first - foot)[:2])
    assert 0 < float((centre_of_mass(subject.mesh) - foot)[:2] @ along) < np.linalg.norm((first - foot)[:2])


def hanging(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    first, _ = contact(world, subject, other, truth)
    weight = centre_of_mass(subject.mesh)
    low, high = low_high(subject)
    assert first[2] > weight[2], "it is held above its weight"
    assert np.linalg.norm((first - weight)[:2]) < 0.2 * np.linalg.norm(high - low), "its weight is below"
    ground = 0.0 if other is None else float(other.mesh.vertices_m[:, 2].min())
    assert low[2] > ground + 0.05 * (high - low)[2], "nothing is below"
    assert subject.id not in world.supports


def adhesion(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    first, second = contact(world, subject, other, truth)
    towards = (second - first) / np.linalg.norm(second - first)
    assert abs(towards[2]) < 0.1, "the face is upright"
    low, high = low_high(subject)
    below = np.array([[*((low + high) / 2)[:2], low[2] - 1e-3 * (high - low)[2]]])
    rest = RayScene(tuple(body for body in world.bodies if body.id != subject.id))
    assert rest.hits(below, np.array([[0, 0, -1.0]])).distance[0] > 0.01 * (high - low)[2], "it does not stand"
    assert subject.id not in world.supports


def containment(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    assert other is not None
    contact(world, subject, other, truth)
    points = other.mesh.vertices_m
    middle = (low_high(subject)[0] + low_high(subject)[1]) / 2
    assert inside_hull(points, middle[None])[0]
    foot = float(subject.mesh.vertices_m[:, 2].min())
    assert points[:, 2].min() < foot < points[:, 2].max()
    # Walls in all level directions at the foot of what is inside; open above.
    weight = np.array([*middle[:2], 0.5 * (foot + float(points[:, 2].max()))])
    walls = RayScene((other,)).hits(weight, level_directions(8)).distance
    assert (walls < MISS).sum() >= 7


def encircling(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    assert other is not None
    assert truth.distance_m(subject.id, other.id) > 0
    low, high = low_high(subject)
    z = float(low[2] + high[2]) / 2
    around = other.mesh.vertices_m
    low_other, high_other = low_high(other)
    assert low_other[2] < z < high_other[2]
    axis = np.array([*((low_other + high_other) / 2)[:2], z])
    assert (RayScene((subject,)).hits(axis, level_directions(32)).distance < MISS).all(), "all around"
    assert inside_hull(subject.mesh.vertices_m[:, :2], ((low_other + high_other) / 2)[None, :2])[0]
    assert len(around)


def plug_in(world: World, subject: Body, other: Body | None, truth: Truth) -> None:
    assert other is not None
    contact(world, subject, other, truth)
    taken = inside_hull(other.mesh.vertices_m, subject.mesh.vertices_m)
    filled = inside_hull(subject.mesh.vertices_m, other.mesh.vertices_m)
    assert taken.sum() >= 8 or filled.sum() >= 8, "a part of one is within the other"
    assert not taken.all()


CHECKS: dict[RelationKind, Check] = {
    RelationKind.SUPPORT: support,
    RelationKind.STACKING: stacking,
    RelationKind.LEANING: leaning,
    RelationKind.HANGING: hanging,
    RelationKind.ADHESION: adhesion,
    RelationKind.CONTAINMENT: containment,
    RelationKind.ENCIRCLING: encircling,
    RelationKind.PLUG_IN: plug_in,
}


def inside_hull(points_m: FloatArray, asked_m: FloatArray) -> FloatArray:
    """Tell which points (M, D) lie within the convex hull of points (N, D)."""
    middle, unit_m = (
        points_m.mean(axis=0),
        float(np.ptp(points_m, axis=0).max()),
    )  # of unit size: no tolerance of qhull's
    faces = ConvexHull((points_m - middle) / unit_m).equations
    return np.asarray(((asked_m - middle) / unit_m @ faces[:, :-1].T + faces[:, -1] <= 0).all(axis=1))


def level_directions(count: int) -> FloatArray:
    turn = (np.arange(count) + 0.3) * 2 * np.pi / count
    return np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], axis=1)


def test_what_is_borne_says_by_what() -> None:
    for world in SOME:
        for relation in world.relations:
            body = next(body for body in world.objects if body.id == relation.subject_id)
            standing_around = relation.kind in (RelationKind.ENCIRCLING, RelationKind.LEANING)
            assert body.support_id == relation.object_id or standing_around


@pytest.mark.parametrize("scale", [1e-3, 1.0, 10.0])
def test_a_cube_let_down_on_another_ends_a_hair_above_it(scale: float) -> None:
    cube = scaled(box((1, 1, 1)), (scale,) * 3)
    above = slid(moved(cube, (0.3 * scale, 0, 2 * scale)), (0, 0, -1), [cube], 2 * scale)
    assert above is not None
    # A hair is 2e-4 of the height; an approach ends within one and a half.
    gap = float(above.vertices_m[:, 2].min()) - scale
    assert 0.9 * hair_m(cube, cube) <= gap <= 1.6 * hair_m(cube, cube)
    assert slid(moved(cube, (3 * scale, 0, 2 * scale)), (0, 0, -1), [cube], 2 * scale) is None, "it falls beside"
    assert slid(moved(cube, (0, 0, 0.5 * scale)), (0, 0, -1), [cube], scale) is None, "it crosses from the start"


def test_a_plank_turns_until_it_meets_a_wall() -> None:
    # Foot at 0.6 in front of the wall, length 1: its top meets the wall at asin(0.6), less the hair.
    plank = moved(box((0.2, 1e-6, 1.0)), (0, 0, 0))
    wall = moved(box((1, 0.1, 2)), (0, 0.65, 0))
    leant = turned(
        plank, lambda deg: Pose(rotation_about((1, 0, 0), -deg), np.zeros(3)), (0, 80), [wall], hair_m(plank, wall)
    )
    assert leant is not None
    top = leant.vertices_m[:, 2].max()
    assert top == pytest.approx(0.8, abs=1e-3)


def test_a_group_moves_as_one_and_knows_its_relations() -> None:
    ring = lathe([(0.5, 0), (1, 0), (1, 0.5), (0.5, 0.5)])
    from spacevista.sim.categories.shape import Shape
    from spacevista.sim.world import Material

    grey = (Material((0.5, 0.5, 0.5)),)
    post, around = Shape(cylinder(0.3, 2), grey), Shape(ring, grey)
    group = pair(RelationKind.ENCIRCLING, part_of("ring", around, ring), part_of("post", post, post.mesh))
    bodies = group.bodies(Pose(np.eye(3), np.array([1.0, 2.0, 0.0])), [7, 4])
    assert [(body.id, body.category) for body in bodies] == [(7, "post"), (4, "ring")]
    assert group.joined([7, 4]) == (Relation(RelationKind.ENCIRCLING, 4, 7),)
    assert bodies[1].mesh.vertices_m[:, :2].mean(axis=0) == pytest.approx((1.0, 2.0))
    assert len(drawn([lambda rng: None, lambda rng: alone("post", post)], 2, np.random.default_rng(0))) == 1


def test_small_gaps_are_not_called_crossings() -> None:
    """Two nuts of 3.7 mm, 13 micrometres apart: in metres, coal takes their slim triangles for lines."""
    from spacevista.sim.categories import tiny_nut

    shape = tiny_nut.build(np.random.default_rng(0), (1.3e-3, 4.95e-3))
    assert shape is not None
    height = float(shape.size_m[2])
    other: Mesh = moved(shape.mesh, (0.1 * height, 0.05 * height, 1.01 * height))
    assert solid_of(shape.mesh).distance_m(solid_of(other)) == pytest.approx(0.01 * height, rel=1e-6)
    world = SOME[0]
    bodies = (Body(1, "nut", shape.mesh, shape.materials), Body(2, "nut", other, shape.materials))
    truth = Truth(World("nuts", 0, world.scale, bodies, {}, world.light, world.camera, world.path))
    assert truth.distance_m(1, 2) == pytest.approx(0.01 * height, rel=1e-6)
