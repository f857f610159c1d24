"""What the large layouts share: a stage that collects bodies as they are placed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.layouts.groups import Group
from spacevista.sim.placement import Crowd, Region, place, solid_of
from spacevista.sim.world import Body, Material, Mesh, Relation, RelationKind

Build = Callable[[np.random.Generator], Shape]
UP = np.array([0.0, 0.0, 1.0])


@dataclass(eq=False)
class Stage:
    """What a world in the making holds, and the space that is taken; ids count from 1 in order of placement."""

    rng: np.random.Generator
    bodies: list[Body] = field(default_factory=list)
    supports: dict[int, Plane] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    crowd: Crowd = field(default_factory=Crowd)

    def structure(self, category: str, mesh: Mesh, *materials: Material) -> None:
        """Add ground, walls and the like (id 0), which nothing is kept apart from."""
        self.bodies.append(Body(0, category, mesh, materials))

    def put(
        self,
        category: str,
        shape: Shape,
        region: Region,
        gap_m: float,
        *,
        yaws_deg: Sequence[float] | None = None,
        trials: int = 60,
    ) -> Body | None:
        """Place a shape at random in a region, `gap_m` from all others; None if there was no room in `trials` draws."""
        pose = place(shape.mesh, region, gap_m, self.crowd, self.rng, yaws_deg=yaws_deg, trials=trials)
        return None if pose is None else self._add(category, shape, pose, 0)

    def put_at(self, category: str, shape: Shape, pose: Pose, gap_m: float) -> Body | None:
        """Place a shape at a pose; None if it would come nearer than `gap_m` to another."""
        solid = solid_of(shape.mesh.moved(pose))
        if self.crowd.gap_m(solid, gap_m) < gap_m:
            return None
        self.crowd.add_solid(solid)
        return self._add(category, shape, pose, 0)

    def add(self, group: Group, pose: Pose) -> tuple[Body, ...]:
        """Add a group at a pose that is known to be free."""
        first = 1 + sum(body.id > 0 for body in self.bodies)
        ids = list(range(first, first + len(group.parts)))
        bodies = group.bodies(pose, ids)
        self.bodies += bodies
        self.supports |= group.supports(pose, ids)
        self.relations += group.joined(ids)
        return bodies

    def put_group(
        self, group: Group, region: Region, gap_m: float, *, yaws_deg: Sequence[float] | None = None, trials: int = 60
    ) -> tuple[Body, ...]:
        """Place a group at random in a region, `gap_m` from all others; nothing if there was no room."""
        pose = place(group.mesh, region, gap_m, self.crowd, self.rng, yaws_deg=yaws_deg, trials=trials)
        return () if pose is None else self.add(group, pose)

    def join(self, body: Body, kind: RelationKind, other_id: int) -> None:
        """Add a body that is joined to another, or to the structure (0), where it is; it stands on a support plane
        only if it rests on something."""
        number = 1 + sum(one.id > 0 for one in self.bodies)
        self.bodies.append(Body(number, body.category, body.mesh, body.materials, other_id))
        self.crowd.add(body.mesh)
        self.relations.append(Relation(kind, number, other_id))
        if kind in (RelationKind.SUPPORT, RelationKind.STACKING, RelationKind.LEANING, RelationKind.CONTAINMENT):
            self.supports[number] = Plane(UP, float(body.mesh.vertices_m[:, 2].min()))

    def _add(self, category: str, shape: Shape, pose: Pose, support_id: int) -> Body:
        number = 1 + sum(body.id > 0 for body in self.bodies)
        body = Body(number, category, shape.mesh.moved(pose), shape.materials, support_id)
        self.bodies.append(body)
        self.supports[number] = Plane(UP, float(pose.translation_m[2]))
        return body
