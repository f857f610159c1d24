"""Which candidates of the planning tasks could be answered at all; see `oracle.py`."""

from __future__ import annotations

from collections.abc import Callable

from spacevista.errors import GeometryError
from spacevista.scales import Scale
from spacevista.sim.oracle_carve import Carver
from spacevista.sim.oracle_floor import FloorOracle
from spacevista.sim.oracle_moves import TableOracle
from spacevista.sim.oracle_space import Space
from spacevista.sim.truth import Truth

PLANNING = ("route_planning", "navigation", "manipulation_planning", "destination_location", "obstacles_location")
# Width and height of the agents that the questions are about, metres.
AGENTS: dict[Scale, tuple[float, float]] = {
    Scale.INDOOR: (0.3, 0.5),
    Scale.OUTDOOR: (0.6, 1.2),
    Scale.DRONE: (2.5, 2.0),
}


class PlanOracle:
    """Judges the planning candidates of one world. Everything is computed once, when it is first needed."""

    def __init__(
        self, truth: Truth, carver: Callable[[], Carver], space: Callable[[int], Space], shown: Callable[[int], bool]
    ) -> None:
        self._truth, self._carver, self._space, self._shown = truth, carver, space, shown
        self._table: TableOracle | None = None
        self._floor: FloorOracle | None = None

    def decidable(self, task: str, aspect: str, objects: tuple[int, ...]) -> bool:
        """Tell whether the views hold what a plan needs.

        Raises:
            GeometryError: the task has no such aspect.
        """
        if not all(self._shown(number) for number in objects):
            return False
        match task, aspect:
            case "manipulation_planning" | "destination_location", "left" | "right" | "front" | "behind" | "top":
                return self.table.way(aspect, (objects[0], objects[1]))
            case "obstacles_location", "which":
                found = self.table.in_way(objects[:2], objects[2:]) if len(objects) == 4 else None
                return found is not None and len(found) <= 1
            case "obstacles_location", "where":
                others = tuple(b.id for b in self._truth.world.objects if b.id not in objects)
                found = self.table.in_way(objects, others)
                return found is not None and len(found) == 1 and self.table.box_known(found[0])
            case "navigation", "path":
                return self.floor.way(objects) is not None
            case "route_planning", "direct" | "via":
                way = self.floor.way((objects[0], *objects[2:]))
                return way is not None and self.floor.plain_turns(way, objects[1])
        raise GeometryError(f"oracle: expected a known planning task and aspect, got {task}, {aspect}")

    @property
    def table(self) -> TableOracle:
        if self._table is None:
            spaces = {body.id: self._space(body.id) for body in self._truth.world.objects}
            self._table = TableOracle(self._truth, self._carver(), spaces)
        return self._table

    @property
    def floor(self) -> FloorOracle:
        if self._floor is None:
            self._floor = FloorOracle(self._truth, self._carver(), *AGENTS[self._truth.world.scale])
        return self._floor
