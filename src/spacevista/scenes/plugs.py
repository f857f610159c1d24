"""What goes into what, by name: a plug's pins are hidden in its socket, and no free space tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spacevista.scenes.record import Gap, SceneObject

PLUGS = frozenset({"plug", "connector", "heater", "charger", "adapter"})
SOCKETS = frozenset({"power strip", "wall socket", "socket", "pin header", "extension lead", "outlet"})
MEETING = 3.0  # point spacings within which two seen surfaces may meet


def with_hidden_pins(things: Sequence[SceneObject], gaps: Sequence[Gap]) -> tuple[SceneObject, ...]:
    """Return objects of which those that may be plugged in have no upper bounds: see `SceneObject.open_space`."""
    names = {thing.id: thing.category for thing in things}
    near = [(g.first, g.second) for g in gaps if g.high_m <= MEETING * g.spacing_m]
    pairs = {*near, *((second, first) for first, second in near)}
    plugged = {plug for plug, socket in pairs if names[plug] in PLUGS and names[socket] in SOCKETS}
    return tuple(replace(thing, open_space=True) if thing.id in plugged else thing for thing in things)
