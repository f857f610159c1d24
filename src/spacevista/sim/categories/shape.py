"""What a category builds: a solid and how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.world import Material, Mesh


@dataclass(frozen=True, eq=False)
class Shape:
    """A solid in its object frame (metres, z up, standing on z = 0) with the materials its faces refer to."""

    mesh: Mesh
    materials: tuple[Material, ...]

    @property
    def size_m(self) -> FloatArray:
        """Extents along x, y and z of the object frame."""
        return np.asarray(np.ptp(self.mesh.vertices_m, axis=0))
