"""Plans in words: what a question about a plan says, its options, and in which order it mentions its objects."""

from __future__ import annotations

from collections.abc import Sequence

from spacevista.qa.numbers import Rounding
from spacevista.qa.patterns import listed, slots_of
from spacevista.qa.wording import Reference
from spacevista.scales import METRES_PER_UNIT
from spacevista.tasks.facts import Candidate, Fact
from spacevista.tasks.plans import Agent, Move, Plan, PlanFact

BLANK = "[fill in]"
SIDE_WORDS = {
    "left": "to the left of",
    "right": "to the right of",
    "front": "in front of",
    "behind": "behind",
    "top": "above",
}
TURN_WORDS = {"left": "turn left", "right": "turn right", "back": "turn back", "straight": "go straight on"}
NEITHER = "neither of them"
# What of a plan's frame a pattern must say, in fixed words: the patterns differ, the conventions do not.
FRAME = "left, right, forward (away from the camera) and back as seen in the first picture, up and down along gravity"
COMPASS = "0 degrees points into the first picture, away from its camera, and 90 degrees to its right"
AXES = "x to the right, y forward, away from the camera of the first picture, z up"
BOXES = "every object counts as the upright box around it, square to the view of the first picture"
MOST_DECIMALS = 6


def pattern_aspect(candidate: Candidate) -> str:
    """Return under which aspect a candidate's patterns are kept: sides and kinds of routes share theirs."""
    shared = {"manipulation_planning": "path", "destination_location": "side", "route_planning": "turns"}
    return shared.get(candidate.task, candidate.aspect)


def plan_mentions(candidate: Candidate, pattern: str) -> list[int]:
    """Return the places (in candidate.objects) of the objects in the order in which a pattern mentions them."""
    last = len(candidate.objects) - 1
    places = {"a": [0], "b": [1], "goal": [last], "steps": list(range(2, last + 1)), "list": list(range(2, last + 1))}
    return list(dict.fromkeys(place for slot in slots_of(pattern) for place in places.get(slot, ())))


def plan_slots(fact: Fact, references: Sequence[Reference], unit: str) -> dict[str, str]:
    """Return what fills the slots of a planning task's patterns; patterns use those that `SLOTS` says."""
    phrases = [reference.phrase for reference in references]
    slots = {"a": phrases[0], "b": phrases[1], "goal": phrases[-1]}
    slots |= {"frame": FRAME, "compass": COMPASS, "axes": AXES, "boxes": BOXES}
    slots["side"] = SIDE_WORDS.get(fact.candidate.aspect, "")
    if fact.candidate.aspect == "which":
        slots["list"] = listed(phrases[2:])
    if isinstance(fact, PlanFact):
        slots |= _plan_slots(fact, dict(zip(fact.candidate.objects, phrases, strict=True)), unit)
    return slots


def _plan_slots(fact: PlanFact, phrases: dict[int, str], unit: str) -> dict[str, str]:
    moves = fact.plans[0].moves
    slots = {"gap": length_text(fact.reach_m, unit), "tolerance": length_text(fact.tolerance_m, unit)}
    if fact.agent is not None:
        slots |= {"agent": agent_text(fact.agent), "reach": length_text(fact.reach_m, "m")}
    if fact.candidate.task == "destination_location":
        slots["moves"] = moves_text(moves, unit)
    if fact.candidate.task == "route_planning":
        slots["steps"] = steps_text(moves, phrases)
    return slots


def plan_texts(fact: Fact, references: Sequence[Reference], unit: str) -> tuple[list[str], int]:
    """Return what could be right as text, and the place of what is."""
    right = fact.options.index(fact.choice)
    match fact.candidate.task:
        case "destination_location":
            return [f"{SIDE_WORDS[side]} {references[1].option}" for side in fact.options], right
        case "obstacles_location" if fact.candidate.aspect == "which":
            names = dict(zip(map(str, fact.candidate.objects), (r.option for r in references), strict=True))
            return [names.get(option, NEITHER) for option in fact.options], right
    assert isinstance(fact, PlanFact), "only a plan is told by its moves"
    texts = [plan_text(fact, plan, unit) for plan in fact.plans]
    return list(dict.fromkeys(texts)), right  # the right plan comes first, so that it stays where it is


def plan_text(fact: PlanFact, plan: Plan, unit: str) -> str:
    """Return a plan as it stands in an option or a sentence."""
    match fact.candidate.task:
        case "route_planning":
            told = [m.turn for m in fact.plans[0].moves]
            return ", ".join(TURN_WORDS[m.turn] for m, had in zip(plan.moves, told, strict=True) if had != "straight")
        case "obstacles_location":
            return box_text(fact, plan, unit)
    return moves_text(plan.moves, unit)


def moves_text(moves: Sequence[Move], unit: str) -> str:
    """Return "6 cm up, 12.5 cm left", or "4.61 m at 144 degrees"."""
    return ", ".join(
        f"{length_text(m.length_m, 'm')} at {m.heading_deg} degrees"
        if m.kind == "heading"
        else f"{length_text(m.length_m, unit)} {m.kind}"
        for m in moves
    )


def steps_text(moves: Sequence[Move], phrases: dict[int, str]) -> str:
    """Return the steps of a route with its turns left blank: "1) [fill in], 2) go forward 3.2 m to the bench"."""
    steps = []
    for move in moves:
        steps.append("go straight on" if move.turn == "straight" else BLANK)
        ahead = f"go forward {length_text(move.length_m, 'm')}"
        steps.append(f"{ahead} until you are beside {phrases[move.until]}" if move.until else ahead)
    return ", ".join(f"{number}) {step}" for number, step in enumerate(steps, 1))


def agent_text(agent: Agent) -> str:
    return f"a {agent.name} {length_text(agent.width_m, 'm')} wide and {length_text(agent.height_m, 'm')} tall"


def length_text(length_m: float, unit: str) -> str:
    """Return a length that is round already: "12.5 cm"."""
    text = f"{length_m / METRES_PER_UNIT[unit]:.{MOST_DECIMALS}f}"
    return f"{text.rstrip('0').rstrip('.')} {unit}"


def box_text(fact: PlanFact, plan: Plan, unit: str) -> str:
    """Return a box as three ranges, in whole hundredths of its longest side or finer: "x -4 to 3, y 10 to 15 cm"."""
    low, high = plan.points_m
    longest = max(b - a for a, b in zip(*fact.plans[0].points_m, strict=True))
    metres = METRES_PER_UNIT[unit]
    rounding = Rounding(decimals_for(longest / metres))
    spans = (
        f"{n} {rounding.text(a / metres)} to {rounding.text(b / metres)}"
        for n, a, b in zip("xyz", low, high, strict=True)
    )
    return f"{', '.join(spans)} {unit}"


def decimals_for(longest: float) -> int:
    """Return with how many decimals a box is written: steps of at most 2 % of its longest side."""
    decimals = 0
    while 10.0**-decimals > 0.02 * longest and decimals < MOST_DECIMALS:
        decimals += 1
    return decimals
