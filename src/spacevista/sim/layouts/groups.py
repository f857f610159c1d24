"""Groups: things that are joined on purpose and placed as one, with the relations between them.

Frame of a group: metres, z up, the ground at z = 0; it may be turned about z and moved on the ground, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.contact import DOWN, slid
from spacevista.sim.shapes import moved, rotated, union
from spacevista.sim.world import Body, Material, Mesh, Relation, RelationKind

UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Part:
    """One thing of a group, its mesh in the group's frame; `bearer` is the number of the part that carries it.

    `stands`: its lowest point rests on something, so that it has a support plane.
    """

    category: str
    mesh: Mesh
    materials: tuple[Material, ...]
    bearer: int | None = None
    stands: bool = True


@dataclass(frozen=True, eq=False)
class Group:
    """Parts, and relations (kind, number of the subject, number of the object; None: the structure)."""

    parts: tuple[Part, ...]
    relations: tuple[tuple[RelationKind, int, int | None], ...] = ()

    @property
    def mesh(self) -> Mesh:
        return union(*(part.mesh for part in self.parts)) if len(self.parts) > 1 else self.parts[0].mesh

    @property
    def size_m(self) -> FloatArray:
        return np.asarray(np.ptp(np.concatenate([part.mesh.vertices_m for part in self.parts]), axis=0))

    def bodies(self, pose: Pose, ids: Sequence[int]) -> tuple[Body, ...]:
        """Return the bodies at a pose of the group, with an id for each part."""
        bearers = [0 if part.bearer is None else ids[part.bearer] for part in self.parts]
        return tuple(
            Body(number, part.category, part.mesh.moved(pose), part.materials, bearer)
            for number, part, bearer in zip(ids, self.parts, bearers, strict=True)
        )

    def supports(self, pose: Pose, ids: Sequence[int]) -> dict[int, Plane]:
        """Return the planes that the parts stand on."""
        lift_m = float(pose.translation_m[2])
        feet = [float(part.mesh.vertices_m[:, 2].min()) + lift_m for part in self.parts]
        return {i: Plane(UP, foot) for i, part, foot in zip(ids, self.parts, feet, strict=True) if part.stands}

    def joined(self, ids: Sequence[int]) -> tuple[Relation, ...]:
        """Return the relations by ids."""
        return tuple(Relation(kind, ids[a], 0 if b is None else ids[b]) for kind, a, b in self.relations)


Builder = Callable[[np.random.Generator], Group | None]  # None: what was drawn does not go together
TRIES = 40  # draws before a kind of group is left out


def drawn(builders: Sequence[Builder], wanted: int, rng: np.random.Generator) -> list[Group]:
    """Draw groups of different kinds, in random order, until there are as many as wanted."""
    groups: list[Group] = []
    for kind in rng.permutation(len(builders)).tolist():
        if len(groups) == wanted:
            break
        for _ in range(TRIES):
            group = builders[kind](rng)
            if group is not None:
                groups.append(group)
                break
    return groups


def alone(category: str, shape: Shape) -> Group:
    """Return a thing that stands by itself."""
    return Group((Part(category, shape.mesh, shape.materials),))


def part_of(category: str, shape: Shape, mesh: Mesh, bearer: int | None = None, *, stands: bool = True) -> Part:
    """Return a part with the looks of a shape and the mesh it has in the group."""
    return Part(category, mesh, shape.materials, bearer, stands)


def pair(kind: RelationKind, subject: Part, other: Part) -> Group:
    """Return a group of two: part 1, the subject, is joined to part 0, the other."""
    return Group((other, subject), ((kind, 1, 0),))


def put_down(shape: Shape, on: Sequence[Mesh], rng: np.random.Generator, at_m: tuple[float, float]) -> Mesh | None:
    """Turn a shape about z at random and let it down from above at (x, y) until it touches one of `on`; None if it
    does not."""
    mesh = rotated(shape.mesh, (0, 0, 1), float(rng.uniform(0, 360)))
    top_m = max(float(other.vertices_m[:, 2].max()) for other in on)
    start_m = top_m + 0.2 * float(shape.size_m[2])
    return slid(moved(mesh, (*at_m, start_m)), DOWN, on, start_m)


def near_middle(rng: np.random.Generator, mesh: Mesh, share: float) -> tuple[float, float]:
    """Return a place (x, y) off the middle of a mesh's bounds by up to `share` of its half sides."""
    low, high = mesh.vertices_m.min(axis=0), mesh.vertices_m.max(axis=0)
    x, y = ((low + high) / 2 + rng.uniform(-share, share, 3) * (high - low) / 2)[:2].tolist()
    return x, y


def piled(category: str, shapes: Sequence[Shape], rng: np.random.Generator, askew: float) -> Group | None:
    """Return a stack of things of one kind, each off the one below by up to `askew` of its half sides."""
    parts = [Part(category, shapes[0].mesh, shapes[0].materials)]
    for number, shape in enumerate(shapes[1:]):
        mesh = put_down(shape, [parts[-1].mesh], rng, near_middle(rng, parts[-1].mesh, askew))
        if mesh is None:
            return None
        parts.append(part_of(category, shape, mesh, number))
    stack = tuple((RelationKind.STACKING, above, above - 1) for above in range(1, len(parts)))
    return Group(tuple(parts), stack)
