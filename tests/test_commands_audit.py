"""The audit command: what it keeps of each world, and what it need not audit again."""

from pathlib import Path

import pytest

from spacevista.commands import audit
from spacevista.qa.audit_judged import Judged
from spacevista.scales import Scale
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.world import World

EXACT, SENSOR = NoiseLevel.EXACT, NoiseLevel.SENSOR


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[NoiseLevel, ...], int]]:
    """Worlds are not audited: the levels and the number of tasks that were asked for are noted."""
    noted: list[tuple[tuple[NoiseLevel, ...], int]] = []

    def note(world: World, levels: tuple[NoiseLevel, ...], tasks: tuple[str, ...]) -> list[Judged]:
        noted.append((levels, len(tasks)))
        return [
            Judged(world.id, str(world.scale), str(level), task, "", (), "", decidable=True, visible=True)
            for level in levels
            for task in tasks
        ]

    monkeypatch.setattr(audit, "audit_world", note)
    return noted


def test_a_level_that_was_judged_is_read(tmp_path: Path, calls: list[tuple[tuple[NoiseLevel, ...], int]]) -> None:
    def judged(*levels: NoiseLevel) -> list[Judged]:
        return audit.audit_one(audit.Job(Scale.TABLETOP, 1, levels, None, tmp_path))

    exact = judged(EXACT)
    assert len(exact) == 21
    both = judged(EXACT, SENSOR)
    assert both[:21] == exact
    assert {item.level for item in both[21:]} == {"sensor"}
    assert judged(SENSOR) == both[21:]
    assert calls == [((EXACT,), 21), ((SENSOR,), 21)]


def test_chosen_tasks_are_kept_apart(tmp_path: Path, calls: list[tuple[tuple[NoiseLevel, ...], int]]) -> None:
    some = audit.Job(Scale.TABLETOP, 1, (EXACT,), None, tmp_path, tasks=("room_size", "object_size"))
    assert len(audit.audit_one(some)) == 2
    assert len(audit.audit_one(audit.Job(Scale.TABLETOP, 1, (EXACT,), None, tmp_path))) == 21
    assert len(audit.audit_one(some)) == 2
    assert calls == [((EXACT,), 2), ((EXACT,), 21)]
