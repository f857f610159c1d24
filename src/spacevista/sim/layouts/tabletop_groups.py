"""Things on a table that are joined on purpose: piles, fruit in bowls, cups on pegs, plugs in sockets and so on.

Each builder draws one group, or None where what it drew does not go together. Frame: see `groups`.
"""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.categories import (
    tabletop_apple,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_cactus,
    tabletop_can,
    tabletop_candle,
    tabletop_carton,
    tabletop_cup,
    tabletop_mug_tree,
    tabletop_note,
    tabletop_orange,
    tabletop_pencil,
    tabletop_plug,
    tabletop_power_strip,
    tabletop_saucepan,
    tabletop_spoon,
    tabletop_tape,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.contact import DOWN, hair_m, slid, turned
from spacevista.sim.layouts.groups import Builder, Group, Part, near_middle, pair, part_of, piled, put_down
from spacevista.sim.layouts.inside import leaning_inside
from spacevista.sim.shapes import centre_of_mass, moved, rotated, settled
from spacevista.sim.world import Mesh, RelationKind

LEAN_DEG = (14.0, 28.0)  # of a book from the vertical
ON_TOP = (tabletop_apple, tabletop_orange, tabletop_cup, tabletop_can, tabletop_candle, tabletop_cactus, tabletop_tape)
FRUIT = (tabletop_apple, tabletop_orange)
ENCIRCLED = (tabletop_bottle, tabletop_can, tabletop_candle)
# Of a sticky note that lies face up with its sticky edge at -x: that edge goes up, the face towards +y.
UPRIGHT = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]])


def stack(rng: np.random.Generator) -> Group | None:
    """Two to four books, or two or three parcels, the largest at the bottom."""
    books = rng.random() < 0.5
    build = tabletop_book.lying if books else tabletop_carton.build
    shapes = [build(rng) for _ in range(int(rng.integers(2, 5 if books else 4)))]
    shapes.sort(key=lambda shape: -float(shape.size_m[0] * shape.size_m[1]))
    if sum(float(shape.size_m[2]) for shape in shapes) > 0.3:
        return None
    return piled((tabletop_book if books else tabletop_carton).NAME, shapes, rng, 0.12)


def support(rng: np.random.Generator) -> Group | None:
    """A thing on a book or a parcel."""
    book = rng.random() < 0.5
    base = tabletop_book.lying(rng) if book else tabletop_carton.build(rng)
    kind = ON_TOP[int(rng.integers(len(ON_TOP)))]
    thing = kind.build(rng)
    if float(thing.size_m[:2].max()) > 0.9 * float(base.size_m[:2].min()) or float(base.size_m[2]) > 0.12:
        return None
    mesh = put_down(thing, [base.mesh], rng, near_middle(rng, base.mesh, 0.15))
    if mesh is None:
        return None
    carrier = part_of((tabletop_book if book else tabletop_carton).NAME, base, base.mesh)
    return pair(RelationKind.SUPPORT, part_of(kind.NAME, thing, mesh, 0), carrier)


def leaning(rng: np.random.Generator) -> Group | None:
    """A book that stands on its edge and leans against the side of a parcel."""
    parcel, book = tabletop_carton.build(rng), tabletop_book.lying(rng)
    standing = settled(rotated(book.mesh, (1, 0, 0), 90))
    height, half = float(np.ptp(standing.vertices_m[:, 2])), float(np.ptp(standing.vertices_m[:, 1])) / 2
    low, wide = float(parcel.size_m[2]), float(parcel.size_m[1]) / 2
    if not 0.45 * height < low < 0.9 * height:
        return None
    lean = float(rng.uniform(*LEAN_DEG))
    block = moved(parcel.mesh, (0, half + low * math.tan(math.radians(lean)) + wide, 0))
    edge = np.array([0.0, half, 0.0])

    def pose_at(angle_deg: float) -> Pose:
        turn = rotation_about((1, 0, 0), -angle_deg)
        return Pose(turn, edge - turn @ edge)

    mesh = turned(standing, pose_at, (0.0, 60.0), [block], hair_m(standing, block))
    if mesh is None:
        return None
    return pair(
        RelationKind.LEANING,
        part_of(tabletop_book.NAME, book, _on_ground(mesh)),
        part_of(tabletop_carton.NAME, parcel, block),
    )


def _on_ground(mesh: Mesh) -> Mesh:
    return moved(mesh, (0, 0, -float(mesh.vertices_m[:, 2].min())))


def containment(rng: np.random.Generator) -> Group | None:
    """An apple or orange in a bowl or saucepan, or a spoon or pencils in a cup."""
    return _fruit(rng) if rng.random() < 0.5 else _in_cup(rng)


def _fruit(rng: np.random.Generator) -> Group | None:
    holder = (tabletop_bowl, tabletop_saucepan)[int(rng.integers(2))]
    kind = FRUIT[int(rng.integers(2))]
    dish, fruit = holder.build(rng), kind.build(rng)
    middle = _axis(dish)
    mesh = put_down(fruit, [dish.mesh], rng, middle)
    if mesh is None or _middle_z(mesh) > 0.9 * float(dish.size_m[2]) or float(mesh.vertices_m[:, 2].min()) > 0.02:
        return None
    return pair(RelationKind.CONTAINMENT, part_of(kind.NAME, fruit, mesh, 0), part_of(holder.NAME, dish, dish.mesh))


def _axis(dish: Shape) -> tuple[float, float]:
    """Return the place of a round thing's axis: its handle, if any, sticks out at +x."""
    return float(dish.mesh.vertices_m[:, 0].min() + dish.size_m[1] / 2), 0.0


def _middle_z(mesh: Mesh) -> float:
    return float(mesh.vertices_m[:, 2].min() + mesh.vertices_m[:, 2].max()) / 2


def _in_cup(rng: np.random.Generator) -> Group | None:
    cup = tabletop_cup.build(rng)
    parts = [part_of(tabletop_cup.NAME, cup, cup.mesh)]
    pencils = rng.random() < 0.5
    first = float(rng.uniform(0, 360))
    for number in range(int(rng.integers(1, 3)) if pencils else 1):
        if pencils:
            name, stick = tabletop_pencil.NAME, tabletop_pencil.upright(rng)
            turn_deg = 0.0
        else:
            name, stick = tabletop_spoon.NAME, tabletop_spoon.tea_spoon(rng)
            turn_deg = -90.0  # the bowl of the spoon goes down
        upright = settled(rotated(stick.mesh, (0, 1, 0), turn_deg))
        others = [part.mesh for part in parts]
        mesh = leaning_inside(upright, others, _axis(cup), first + 120.0 * number + float(rng.uniform(-20, 20)))
        if mesh is None or _middle_z(mesh) > 0.95 * float(cup.size_m[2]):
            return None
        parts.append(part_of(name, stick, mesh, 0))
    return Group(tuple(parts), tuple((RelationKind.CONTAINMENT, number, 0) for number in range(1, len(parts))))


def encircling(rng: np.random.Generator) -> Group | None:
    """A roll of tape that lies around a bottle, can or candle."""
    kind = ENCIRCLED[int(rng.integers(len(ENCIRCLED)))]
    thing, tape = kind.build(rng), tabletop_tape.build(rng)
    play = tabletop_tape.CORE_M / 2 - float(thing.size_m[:2].max()) / 2
    if play < 0.001 or float(thing.size_m[2]) < 1.5 * float(tape.size_m[2]):
        return None
    turn, off = float(rng.uniform(0, 2 * math.pi)), 0.8 * play * float(rng.uniform(0, 1))
    around = moved(tape.mesh, (off * math.cos(turn), off * math.sin(turn), 0))
    return pair(
        RelationKind.ENCIRCLING, part_of(tabletop_tape.NAME, tape, around), part_of(kind.NAME, thing, thing.mesh)
    )


def hanging(rng: np.random.Generator) -> Group | None:
    """A cup by its handle, a roll of tape, or both, on the pegs of a mug tree."""
    tree, pegs = tabletop_mug_tree.with_pegs(rng)
    parts = [part_of(tabletop_mug_tree.NAME, tree, tree.mesh)]
    kinds = rng.permutation(2)[: int(rng.integers(1, 3))].tolist()
    for peg, kind in zip(pegs, kinds, strict=False):
        name, shape = (
            (tabletop_cup.NAME, tabletop_cup.build(rng))
            if kind == 0
            else (tabletop_tape.NAME, tabletop_tape.build(rng))
        )
        ready = _handle_up(shape.mesh) if kind == 0 else _on_edge(shape.mesh)
        along = 0.060 if kind == 0 else 0.046  # from the post: clear of it and of the knob
        out = rotated(ready, (0, 0, 1), math.degrees(math.atan2(peg.out[1], peg.out[0])))
        at = np.array(peg.root_m) + along * np.array([*peg.out, 0.0])
        mesh = slid(moved(out, at.tolist()), DOWN, [part.mesh for part in parts], 0.06)
        if mesh is None:
            return None
        parts.append(part_of(name, shape, mesh, 0, stands=False))
    return Group(tuple(parts), tuple((RelationKind.HANGING, number, 0) for number in range(1, len(parts))))


def _on_edge(ring: Mesh) -> Mesh:
    """Return a ring with its axis along x, its middle at the origin."""
    low = moved(ring, (0, 0, -_middle_z(ring)))
    return rotated(low, (0, 1, 0), 90)


def _handle_up(cup: Mesh) -> Mesh:
    """Return a cup as it hangs by its handle on a peg along x through the origin: its centre of mass is below."""
    height, end = float(np.ptp(cup.vertices_m[:, 2])), float(cup.vertices_m[:, 0].max())
    hold = np.array([end - 0.0084, 0.0, 0.52 * height])  # on the inner side of the handle, farthest out
    down = centre_of_mass(cup) - hold
    tilt = math.degrees(math.atan2(down[2], down[0])) + 90.0  # turns `down` into -z
    hole = np.array([end - 0.62 * 0.36 * height, 0.0, 0.52 * height])
    hanging_cup = rotated(moved(cup, (-hole).tolist()), (0, 1, 0), tilt)
    return rotated(hanging_cup, (0, 0, 1), 90)


def adhesion(rng: np.random.Generator) -> Group | None:
    """A sticky note on the side of a parcel."""
    parcel = tabletop_carton.build(rng)
    x, y, z = parcel.size_m.tolist()
    note = tabletop_note.build(rng, min(0.8 * z, 0.8 * x))
    long, wide, _ = note.size_m.tolist()
    if long > 0.85 * z or wide > 0.85 * x:
        return None
    ready = note.mesh.moved(Pose(UPRIGHT, np.zeros(3)))
    free = (x - wide) / 2
    at = float(rng.uniform(-0.8, 0.8)) * free, y, float(rng.uniform(long / 2 + 0.08 * z, z - long / 2 - 0.02 * z))
    mesh = slid(moved(ready, at), (0, -1, 0), [parcel.mesh], y)
    if mesh is None:
        return None
    sheet = part_of(tabletop_note.NAME, note, mesh, 0, stands=False)
    return pair(RelationKind.ADHESION, sheet, part_of(tabletop_carton.NAME, parcel, parcel.mesh))


def plug_in(rng: np.random.Generator) -> Group | None:
    """One or two plugs in a power strip; where there are two, their cords lead away to both sides."""
    strip, wells = tabletop_power_strip.with_wells(rng)
    parts: list[Part] = [part_of(tabletop_power_strip.NAME, strip, strip.mesh)]
    count = int(rng.integers(1, 3))
    chosen = sorted(rng.permutation(len(wells))[:count].tolist())
    for well in chosen:
        plug = tabletop_plug.upright(rng)
        turn = 180.0 if count == 2 and well == chosen[0] else float(rng.integers(2) * 180) if count == 1 else 0.0
        face = tabletop_power_strip.FACE_M + hair_m(strip.mesh, plug.mesh)
        parts.append(
            part_of(tabletop_plug.NAME, plug, moved(rotated(plug.mesh, (0, 0, 1), turn), (wells[well], 0, face)), 0)
        )
    return Group(tuple(parts), tuple((RelationKind.PLUG_IN, number, 0) for number in range(1, len(parts))))


GROUPS: tuple[Builder, ...] = (stack, support, leaning, containment, encircling, hanging, adhesion, plug_in)
