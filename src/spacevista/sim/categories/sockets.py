"""Schuko wells (DIN 49440): what power strips and wall sockets are made of."""

from __future__ import annotations

from collections.abc import Sequence

from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import circle, extrude, moved, union
from spacevista.sim.world import Mesh

WELL_M = 0.039  # across
WELL_DEPTH_M = 0.0175
PINS_M = 0.019  # between the holes' axes
HOLE_M = 0.0056  # across: pins are 4.8 mm thick
FLOOR_M = 0.003  # closes the holes below


def well_row(wells_m: Sequence[float], pitch_m: float, length_m: float, width_m: float, height_m: float) -> Mesh:
    """Return a box along x, standing on z = 0, with a well around each x of `wells_m`; holes side by side along y.

    Materials: 0 the shell, 1 the floor of the wells, 2 the holes.
    """
    x, y, low, side = length_m / 2, width_m / 2, height_m - WELL_DEPTH_M, pitch_m / 2
    cell = [(-side, -y), (side, -y), (side, y), (-side, y)]
    holes = [HOLE_M / 2 * circle(12) + (0, pin * PINS_M / 2) for pin in (-1, 1)]
    plate = extrude(cell, low - FLOOR_M, holes, material=2, top_material=1)
    frame = extrude(cell, WELL_DEPTH_M, [WELL_M / 2 * circle(40)])
    one = union(moved(_outer_shell(plate, 2 * len(cell)), (0, 0, FLOOR_M)), moved(frame, (0, 0, low)))
    ends = [block(span, (-y, y), (FLOOR_M, height_m)) for span in ((-x, wells_m[0] - side), (wells_m[-1] + side, x))]
    return union(block((-x, x), (-y, y), (0, FLOOR_M)), *(moved(one, (at, 0, 0)) for at in wells_m), *ends)


def _outer_shell(plate: Mesh, faces: int) -> Mesh:
    """Give the outer walls of a plate, its first faces, the shell's material."""
    materials = plate.face_materials.copy()
    materials[:faces] = 0
    return Mesh(plate.vertices_m, plate.faces, materials)
