"""The truth of a room: the area of its floor's inner outline, and the space between floor and ceiling over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth


def area(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float | None:
    """Return the area of the floor, square metres; None outside."""
    return truth.floor_area_m2()


def volume(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float | None:
    """Return the volume of the room, cubic metres; None outside, and where there is no ceiling."""
    floor_m2, height_m = truth.floor_area_m2(), room_height_m(truth)
    return None if floor_m2 is None or height_m is None else floor_m2 * height_m


def room_height_m(truth: Truth) -> float | None:
    """Return the height from the floor's upper side to the ceiling's lower one; None where one is not there."""
    sides = {
        body.category: body.mesh.vertices_m[:, 2]
        for body in truth.world.bodies
        if body.id == 0 and body.category in ("floor", "ceiling")
    }
    if len(sides) < 2:
        return None
    return float(sides["ceiling"].min() - sides["floor"].max())
