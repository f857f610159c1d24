"""`spacevista show`: one question computed again from its scene, with the frames that it is about."""

from __future__ import annotations

from pathlib import Path

from spacevista.commands.outcome import Outcome
from spacevista.qa.show import differences, fact_lines, page, recompute


def run(data: Path, question_id: str, out: Path) -> Outcome:
    """Print a question with its fact and write its page; the check fails if the row does not come out the same."""
    shown = recompute(data, question_id)
    print(shown.stored.question)
    print(f"answer: {shown.stored.answer}")
    print(*fact_lines(shown), sep="\n")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(shown, data), encoding="utf-8")
    if shown.agrees:
        print("computed again from its scene: the same")
    else:
        print("computed again from its scene: NOT the same", *differences(shown), sep="\n")
    print(f"page: {out}")
    return Outcome({"id": shown.stored.id, "agrees": shown.agrees}, passed=shown.agrees)
