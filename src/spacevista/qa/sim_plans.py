"""Plans of the frozen benchmark: from a fact to its row and back, and whether they hold in a world."""

from __future__ import annotations

from spacevista.qa.audit_plans import plan_is_right
from spacevista.qa.sim_benchmark_file import Plans, Row
from spacevista.sim.truth import Truth
from spacevista.tasks.facts import Fact
from spacevista.tasks.plans import PlanFact

FIRST_FRAME = 0  # in whose camera's words moves are told


def plans_of(fact: Fact) -> Plans | None:
    """Return what a row keeps of a fact's plans, None where it has none."""
    if not isinstance(fact, PlanFact):
        return None
    return Plans(fact.plans, fact.tolerance_m, fact.reach_m, fact.agent)


def fact_holds(fact: Fact, truth: Truth) -> bool:
    """Tell whether a fact of a planning task is right: its plan is free and arrives, all others fail."""
    return plan_is_right(fact, FIRST_FRAME, truth)


def row_holds(row: Row, truth: Truth) -> bool:
    """Tell the same of a row of a planning task."""
    kept = row.plans
    if kept is None:
        return fact_holds(Fact(row.candidate, "choice", (), (), row.choice), truth)
    plans, tolerance, reach = kept.plans, kept.tolerance_m, kept.reach_m
    fact = PlanFact(
        row.candidate, "choice", (), (), row.choice, plans=plans, tolerance_m=tolerance, agent=kept.agent, reach_m=reach
    )
    return fact_holds(fact, truth)
