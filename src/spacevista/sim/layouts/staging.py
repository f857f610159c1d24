"""What the large layouts share: a stage that collects bodies as they are placed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.placement import Crowd, Region, place, solid_of
from spacevista.sim.world import Body, Material, Mesh

Build = Callable[[np.random.Generator], Shape]
UP = np.array([0.0, 0.0, 1.0])


@dataclass(eq=False)
class Stage:
    """Bodies, supports and occupied space of a world in the making; ids count from 1 in order of placement."""

    rng: np.random.Generator
    bodies: list[Body] = field(default_factory=list)
    supports: dict[int, Plane] = field(default_factory=dict)
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

    def put_on(self, carrier: Body, category: str, shape: Shape, yaw_deg: float) -> Body | None:
        """Place a shape on the level top of another body, wholly inside the top's bounds; None if it is too large."""
        low, high = carrier.mesh.vertices_m.min(axis=0).tolist(), carrier.mesh.vertices_m.max(axis=0).tolist()
        region = Region((low[0], high[0]), (low[1], high[1]), high[2])
        pose = place(shape.mesh, region, 0.0, Crowd(), self.rng, yaws_deg=(yaw_deg,), trials=1)
        if pose is None:
            return None
        self.crowd.add(shape.mesh.moved(pose))
        return self._add(category, shape, pose, carrier.id)

    def _add(self, category: str, shape: Shape, pose: Pose, support_id: int) -> Body:
        number = len(self.supports) + 1
        body = Body(number, category, shape.mesh.moved(pose), shape.materials, support_id)
        self.bodies.append(body)
        self.supports[number] = Plane(UP, float(pose.translation_m[2]))
        return body
