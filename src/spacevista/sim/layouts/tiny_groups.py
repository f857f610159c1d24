"""Small parts that are joined on purpose: piles of coins, a washer around a screw, a socket on its pins and so on.

Each builder draws one group of things whose longest sides lie within `longest_m`, or None where what it drew does not
go together. Frame: see `groups`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spacevista.sim.categories import (
    tiny_battery,
    tiny_bead,
    tiny_bean,
    tiny_button,
    tiny_cap,
    tiny_chip,
    tiny_coin,
    tiny_connector,
    tiny_die,
    tiny_header,
    tiny_hook,
    tiny_magnet,
    tiny_nut,
    tiny_pendant,
    tiny_ring,
    tiny_screw,
    tiny_seed,
    tiny_washer,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import STEEL
from spacevista.sim.contact import DOWN, hair_m, slid
from spacevista.sim.layouts.groups import Group, Part, near_middle, pair, part_of, piled, put_down
from spacevista.sim.shapes import moved, rotated
from spacevista.sim.world import Mesh, RelationKind

Span = tuple[float, float]
GradeBuilder = Callable[[np.random.Generator, Span], Group | None]

PILED = (tiny_coin, tiny_washer, tiny_nut, tiny_die, tiny_button)
CARRIERS = (tiny_coin, tiny_magnet, tiny_chip, tiny_die, tiny_battery)
CARRIED = (tiny_nut, tiny_washer, tiny_bead, tiny_die, tiny_button)
CONTAINED = (tiny_bean, tiny_nut, tiny_seed, tiny_button)
STUCK = (tiny_nut, tiny_washer)
ROOM = 0.95  # of the carrier's narrower side: what it carries is not wider


def stack(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """Two to four coins, washers, nuts, dice or buttons, the largest at the bottom."""
    kind = PILED[int(rng.integers(len(PILED)))]
    drawn = [kind.build(rng, longest_m) for _ in range(int(rng.integers(2, 5)))]
    shapes = [shape for shape in drawn if shape is not None]
    if len(shapes) < 2:
        return None
    shapes.sort(key=lambda shape: -float(shape.size_m[:2].max()))
    return piled(kind.NAME, shapes, rng, 0.1)


def support(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A nut, washer, bead, die or button on something flat of another kind."""
    below, above = CARRIERS[int(rng.integers(len(CARRIERS)))], CARRIED[int(rng.integers(len(CARRIED)))]
    base, thing = below.build(rng, longest_m), above.build(rng, longest_m)
    if base is None or thing is None or below is above or not _fits(thing, base) or _is_round_cell(below.NAME, base):
        return None
    mesh = put_down(thing, [base.mesh], rng, near_middle(rng, base.mesh, 0.12))
    if mesh is None:
        return None
    return pair(RelationKind.SUPPORT, part_of(above.NAME, thing, mesh, 0), part_of(below.NAME, base, base.mesh))


def _fits(thing: Shape, base: Shape) -> bool:
    return float(thing.size_m[:2].max()) <= ROOM * float(base.size_m[:2].min())


def _is_round_cell(name: str, shape: Shape) -> bool:
    """Tell whether this is a battery on which nothing rests: only button cells are flat."""
    return name == tiny_battery.NAME and float(shape.size_m[2]) > 0.6 * float(shape.size_m[0])


def encircling(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A washer around a screw that stands on its head."""
    screw = tiny_screw.drawn(rng, longest_m)
    if screw is None or screw.length_m > 5 * screw.head_m:
        return None
    standing = moved(rotated(screw.mesh, (1, 0, 0), 180), (0, 0, screw.length_m + screw.head_height_m))
    standing = moved(standing, (0, 0, -float(standing.vertices_m[:, 2].min())))
    washer = tiny_washer.around(rng, screw.thread_m)
    if not longest_m[0] <= float(washer.size_m.max()) <= longest_m[1]:
        return None
    shoulder = float(standing.vertices_m[:, 2].max()) - screw.length_m  # the flat underside of the head, now above
    mesh = moved(washer.mesh, (0, 0, shoulder + hair_m(standing, washer.mesh)))
    post = Part(tiny_screw.NAME, standing, (screw.finish,))
    return pair(RelationKind.ENCIRCLING, part_of(tiny_washer.NAME, washer, mesh, 0), post)


def adhesion(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A steel nut or washer that a magnet holds to its end, clear of the ground."""
    magnet, kind = tiny_magnet.build(rng, longest_m), STUCK[int(rng.integers(len(STUCK)))]
    thing = kind.build(rng, longest_m)
    if magnet is None or thing is None:
        return None
    tall, across = float(magnet.size_m[2]), float(thing.size_m[1])
    low, high = 0.56 * across, 0.75 * tall
    if low > high or across > 1.2 * tall:
        return None
    on_edge = rotated(moved(thing.mesh, (0, 0, -float(thing.size_m[2]) / 2)), (0, 1, 0), 90)
    start = moved(on_edge, (float(magnet.size_m[0]), 0, float(rng.uniform(low, min(high, 1.3 * low)))))
    mesh = slid(start, (-1, 0, 0), [magnet.mesh], float(magnet.size_m[0]))
    if mesh is None or float(mesh.vertices_m[:, 2].min()) < 0.02 * across:
        return None
    stuck = Part(kind.NAME, mesh, (STEEL,), 0, stands=False)
    return pair(RelationKind.ADHESION, stuck, part_of(tiny_magnet.NAME, magnet, magnet.mesh))


def plug_in(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A socket on some or all of the pins of a header."""
    header = tiny_header.build(rng, longest_m)
    if header is None:
        return None
    columns = round(float(header.size_m[0]) / tiny_header.PITCH_M)
    taken = int(rng.integers(2, min(columns, tiny_connector.COLUMNS[-1]) + 1))
    socket = tiny_connector.upright(rng, taken, wires=longest_m[1] > 0.02)
    if not longest_m[0] <= float(socket.size_m.max()) <= longest_m[1]:
        return None
    at = (int(rng.integers(0, columns - taken + 1)) - (columns - taken) / 2) * tiny_header.PITCH_M
    mesh = moved(socket.mesh, (at, 0, tiny_header.BASE_M + hair_m(header.mesh, socket.mesh)))
    return pair(
        RelationKind.PLUG_IN,
        part_of(tiny_connector.NAME, socket, mesh, 0),
        part_of(tiny_header.NAME, header, header.mesh),
    )


def containment(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A bean, nut, seed or button in a bottle cap."""
    cap, kind = tiny_cap.build(rng, longest_m), CONTAINED[int(rng.integers(len(CONTAINED)))]
    thing = kind.build(rng, longest_m)
    if cap is None or thing is None or float(np.hypot(*thing.size_m[:2])) > 0.78 * tiny_cap.INSIDE_M * 2**0.5:
        return None
    mesh = put_down(thing, [cap.mesh], rng, (0.0, 0.0))
    if mesh is None or float(mesh.vertices_m[:, 2].max() + mesh.vertices_m[:, 2].min()) / 2 > 0.9 * tiny_cap.HEIGHT_M:
        return None
    return pair(RelationKind.CONTAINMENT, part_of(kind.NAME, thing, mesh, 0), part_of(tiny_cap.NAME, cap, cap.mesh))


def hanging(rng: np.random.Generator, longest_m: Span) -> Group | None:
    """A finger ring, a pendant or a washer on the arm of a hook."""
    made = tiny_hook.with_arm(rng, longest_m)
    drawn = _ring_to_hang(rng, longest_m)
    if made is None or drawn is None:
        return None
    (hook, (arm_x, arm_z)), (name, thing, ready) = made, drawn
    mesh = slid(moved(ready, (arm_x, 0, arm_z)), DOWN, [hook.mesh], 0.5 * float(hook.size_m[2]))
    if mesh is None or float(mesh.vertices_m[:, 2].min()) < 0.12 * float(hook.size_m[2]):
        return None
    hung = part_of(name, thing, mesh, 0, stands=False)
    return pair(RelationKind.HANGING, hung, part_of(tiny_hook.NAME, hook, hook.mesh))


def _ring_to_hang(rng: np.random.Generator, longest_m: Span) -> tuple[str, Shape, Mesh] | None:
    """Draw a thing with a hole; the mesh has the hole's axis along x through the origin, its weight below."""
    kind = int(rng.integers(3))
    if kind == 0:
        ring = tiny_ring.build(rng, longest_m)
        hole = None if ring is None else (float(ring.mesh.vertices_m[:, 0].min() + ring.size_m[1] / 2), 0.0)
        return None if ring is None or hole is None else (tiny_ring.NAME, ring, _on_axis(ring, hole, 0))
    if kind == 1:
        made = tiny_pendant.with_hole(rng, longest_m)
        return None if made is None else (tiny_pendant.NAME, made[0], _on_axis(made[0], made[1], 90))
    washer = tiny_washer.build(rng, longest_m)
    return None if washer is None else (tiny_washer.NAME, washer, _on_axis(washer, (0.0, 0.0), 0))


def _on_axis(shape: Shape, hole_m: tuple[float, float], turn_deg: float) -> Mesh:
    """Turn a thing that lies flat on edge: its hole goes to the origin; +x (after the turn about z) goes down."""
    centred = moved(shape.mesh, (-hole_m[0], -hole_m[1], -float(shape.size_m[2]) / 2))
    return rotated(rotated(centred, (0, 0, 1), turn_deg), (0, 1, 0), 90)


# By grade of size, as in tiny_tabletop.GRADES.
GROUPS: tuple[tuple[GradeBuilder, ...], ...] = (
    (stack, support, encircling, adhesion),
    (stack, support, encircling, adhesion, plug_in),
    (stack, support, encircling, adhesion, plug_in, containment, hanging),
)
