"""The parts of the report, each from the cells that are there; a part without any cell says that it was not run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from experiments.all_scale.analysis import (
    Conflict,
    Response,
    by_seed,
    cells_by_seed,
    contrast_result,
    forced_response,
    holm_of_primary,
    pair_response,
)
from experiments.all_scale.endpoints import mra_scores, unread_share
from experiments.all_scale.findings import Findings, Found, chosen_rate, rate_trials, seeds_asked
from experiments.all_scale.plan import FAMILIES, GATES
from experiments.all_scale.protocol import BANDS, digest
from experiments.all_scale.protocol_records import Protocol, Side
from experiments.all_scale.report_text import (
    MINUS,
    NOTHING,
    decimal,
    missing_lines,
    number,
    seed_count,
    seeds_text,
    sides,
    table,
    verdict,
    with_interval,
    within,
)


def counts_part(found: Found, protocol: Protocol) -> str:
    """Return how many cells of each family were run."""
    rows = []
    for family in FAMILIES:
        plans = [plan for plan in found.plans if plan.family == family]
        run, must = [p for p in plans if found.has(p)], [p for p in plans if p.mandatory]
        share = f"{sum(found.has(p) for p in must)} of {len(must)}" if must else "none asked for"
        rows.append([family, f"{len(run)} of {len(plans)}", share])
    missing = found.missing()
    total = f"{len(found.plans) - len(missing)} of {len(found.plans)} cells were run"
    return f"{total} (protocol {digest(protocol)}).\n\n" + table(["cells", "run", "mandatory ones run"], rows)


def primary_part(findings: Findings) -> str:
    """Return what the primary contrasts allow to say, and their three endpoints."""
    found, protocol, endpoint = findings.found, findings.protocol, findings.endpoint
    results = {contrast: result for contrast, result in findings.contrasts.items() if contrast.primary}
    adjusted = holm_of_primary(results)
    said, rows = [], []
    for contrast, result in results.items():
        p = adjusted[contrast]
        figures = "" if result.estimate is None else f" ({with_interval(result.estimate, endpoint, True)} points)"
        said.append(f"- {sides(contrast)}, {contrast.question} **{verdict(result.estimate, endpoint, p)}**{figures}\n")
        row = [sides(contrast), seed_count(result)]
        for other in protocol.endpoints:
            shown = result if other == endpoint else contrast_result(contrast, other.name, found.cells, protocol)
            row.append(with_interval(shown.estimate, other, True))
        rows.append([*row, NOTHING if p is None else f"{p:.3f}"])
    head = [f"first {MINUS} second", "seeds", *(other.label for other in protocol.endpoints), "Holm p"]
    note = "In brackets 95 % intervals over seeds and scenes. Holm p: of macro MRA, adjusted for four contrasts.\n"
    return "".join(said) + "\n" + table(head, rows) + note


def gates_part(found: Found) -> str:
    """Return whether the gates were passed; their figures stand in the laboratory's README.md."""
    rows = []
    for name in GATES:
        gate = found.gates.get(name)
        limit = "" if gate is None or gate.limit is None else f"{gate.limit:g}"
        rows.append([name, limit, NOTHING if gate is None else "passed" if gate.passed else "**not passed**"])
    return table(["gate", "limit", "result"], rows)


def arms_part(findings: Findings) -> str:
    """Return the endpoints of every kind of cell that answers the main test, and its score in each band."""
    cells, endpoints = findings.found.cells, findings.protocol.endpoints
    rows, bands = [], []
    for name, results in findings.arms.items():
        asked = by_seed(Side(name), cells)
        parameters = {cell.settings.parameters for cell in cells_by_seed(name, cells).values()}
        shown = [with_interval(r.estimate, e) for r, e in zip(results, endpoints, strict=True)]
        unread = 100 * float(np.mean([unread_share(one) for one in asked.values()]))
        trained = ", ".join(f"{count:,}" for count in sorted(parameters))
        rows.append([f"`{name}`", f"{len(asked)}", trained, *shown, f"{unread:.1f}"])
        scores = [[float(mra_scores(a).mean()) for a in by_seed(Side(name, band=b), cells).values()] for b in BANDS]
        bands.append([f"`{name}`", *(number(float(np.mean(of_band)), findings.endpoint) for of_band in scores)])
    if not rows:
        return f"{NOTHING.capitalize()}.\n"
    head = ["cells", "seeds", "parameters trained", *(e.label for e in endpoints), "not read, percent"]
    return table(head, rows) + "MRA by band, points, mean over seeds:\n\n" + table(["cells", *BANDS], bands)


def secondary_part(findings: Findings) -> str:
    """Return the exploratory contrasts by topic; those without any cell are counted."""
    endpoint, text = findings.endpoint, ""
    results = {contrast: result for contrast, result in findings.contrasts.items() if not contrast.primary}
    for topic, group in groupby(results.items(), key=lambda item: item[0].topic):
        pairs = list(group)
        rows = [
            [
                sides(contrast),
                contrast.question,
                seed_count(result),
                with_interval(result.estimate, endpoint, True),
                verdict(result.estimate, endpoint),
            ]
            for contrast, result in pairs
            if result.estimate is not None
        ]
        text += f"### {topic.capitalize()}\n\n"
        text += table([f"first {MINUS} second", "question", "seeds", endpoint.label, "says"], rows) if rows else ""
        if len(rows) < len(pairs):
            text += f"{len(pairs) - len(rows)} of {len(pairs)} contrasts not run.\n\n"
    return text


def conflict_part(conflicts: Sequence[Conflict], lines: Sequence[str]) -> str:
    """Return the shares of answers that the histograms have no place for."""
    rows = [
        [one.band, *(f"{100 * one.unplaced[line]:.1f}" if line in one.unplaced else "" for line in lines)]
        for one in conflicts
        if one.shares
    ]
    if not rows:
        return f"{NOTHING.capitalize()}.\n"
    return "Answers that are no length above 0, percent:\n\n" + table(["band", *lines], rows)


def moves_part(found: Found, protocol: Protocol) -> str:
    """Return how far answers follow the evidence of counterfactual pairs, and another expert."""
    text = ""
    for title, arms, response in (
        ("Counterfactual pairs: 1 follows the true factor, 0 does not move", [a.name for a in protocol.arms], _pairs),
        ("Another expert than the scene's own: 1 says its sizes, 0 does not care", list(protocol.forced_arms), _forced),
    ):
        answers = {arm: response(arm, found, protocol) for arm in arms}
        rows = [_move_row(arm, answer) for arm, answer in answers.items() if answer.result.estimate is not None]
        text += f"{title}.\n\n"
        text += table(["arm", "seeds", "slope", "questions", "not read"], rows) if rows else "Not run.\n\n"
    return text


def usage_part(found: Found) -> str:
    """Return how the experts were used on the main test, mean over seeds."""
    rows = []
    for name in dict.fromkeys(plan.cells for plan in found.plans if plan.family == "arms"):
        used = [cell.tests["main"].usage for cell in cells_by_seed(name, found.cells).values()]
        bits = [(u.entropy_of_mean, u.mean_entropy, u.information_on_scale) for u in used if u is not None]
        if bits:
            rows.append([f"`{name}`", f"{len(bits)}", *(f"{value:.2f}" for value in np.mean(bits, axis=0))])
    head = ["arm", "seeds", "H(mean weights), bits", "mean H(weights), bits", "information on the band, bits"]
    return table(head, rows) if rows else f"{NOTHING.capitalize()}.\n"


def seeds_part(found: Found, protocol: Protocol) -> str:
    """Return what the pilot says about the number of seeds, and the learning rates that the trials chose."""
    rule, asked = protocol.seeds, seeds_asked(found.cells, protocol)
    rows = [[sides(c), f"{100 * spread:.1f}", f"{needed}"] for c, (spread, needed) in asked.items()]
    text = f"The pilot has seeds {seeds_text(rule.pilot)}. "
    if rows:
        text += "\n\n" + table(["contrast", "spread of the seeds, points", "seeds asked for"], rows)
    else:
        text += f"No primary contrast has all of them yet; {rule.least} seeds are planned.\n\n"
    trials = [
        [f"`{name}`", "; ".join(f"{rate:g}: {100 * score:.1f}" for rate, score in scores.items()), f"{chosen:g}"]
        for name in (*(f"arms/{a.name}" for a in protocol.arms), *(f"rewards/{r.name}" for r in protocol.rewards))
        if (chosen := chosen_rate(name, found.cells, protocol)) is not None
        and (scores := rate_trials(name, found.cells))
    ]
    head = ["cells", "rate: macro MRA on the validation scenes, points", "chosen"]
    return text + (table(head, trials) if trials else "No learning rate was chosen yet.\n")


def missing_part(found: Found, protocol: Protocol) -> str:
    """Return what was not run, and what is not as planned."""
    missing = found.missing()
    must = sum(plan.mandatory for plan in missing)
    text = f"{len(missing)} cells were not run, {must} of them mandatory.\n\n" + missing_lines(missing)
    others = [name for name, cell in found.cells.items() if cell.protocol != digest(protocol)]
    bases = {cell.settings.base for name, cell in found.cells.items() if name.split("/")[0] in ("arms", "counts")}
    if others:
        text += f"{len(others)} cells were run under another protocol: {_names(others)}.\n\n"
    if len(bases) > 1:
        text += f"Arms began with {len(bases)} different bases, where one was planned.\n\n"
    if found.strangers:
        text += (
            f"{len(found.strangers)} files below the results are no cell of the plan: {_names(found.strangers)}.\n\n"
        )
    return text


def limits_part(findings: Findings) -> str:
    """Return how to read the numbers."""
    return (
        f"Differences count as none where the whole interval lies within {within(findings.endpoint)}. Primary "
        "contrasts are called higher or lower only with a Holm p under 0.05. The others are exploratory, adjusted for "
        "nothing: of twenty without a true difference, one is expected to be called higher or lower. "
        f"With fewer than {findings.protocol.seeds.least} seeds intervals are those of a pilot.\n"
    )


def _pairs(arm: str, found: Found, protocol: Protocol) -> Response:
    return pair_response(arm, found.cells, protocol)


def _forced(arm: str, found: Found, protocol: Protocol) -> Response:
    return forced_response(arm, found.cells, protocol)


def _move_row(arm: str, answer: Response) -> Sequence[str]:
    found = answer.result.estimate
    ends = () if found is None or found.interval is None else found.interval
    value = NOTHING if found is None else decimal(found.value, 2)
    value += f" ({' to '.join(decimal(end, 2) for end in ends)})" if ends else ""
    return [f"`{arm}`", seed_count(answer.result), value, f"{answer.questions:,}", f"{answer.unread:,}"]


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
