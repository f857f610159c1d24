"""Compare a reader's answers with the key: how many scales and categories of the marked objects are right?

    python experiments/recognisability/score.py ANSWERS.json KEY.json

A category counts only under its exact name from the list. A picture without an answer counts as wrong.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

Answers = dict[str, dict[str, str]]
PARTS = ("scale", "category")
NONE = "(no answer)"


def misses(answers: Answers, key: Answers, part: str) -> list[tuple[int, str, str]]:
    """Return (number, expected, got) of every picture whose `part` is wrong, in order of the numbers."""
    out = []
    for number in sorted(key, key=int):
        expected, got = key[number][part], answers.get(number, {}).get(part, NONE)
        if got != expected:
            out.append((int(number), expected, got))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("answers", type=Path, help='{"1": {"scale": ..., "category": ...}, ...}')
    parser.add_argument("key", type=Path, help="key.json of make_sheet.py")
    arguments = parser.parse_args()
    answers: Answers = json.loads(arguments.answers.read_text(encoding="utf-8"))
    key: Answers = json.loads(arguments.key.read_text(encoding="utf-8"))
    unknown = sorted(set(answers) - set(key))
    if unknown:
        parser.error(f"{arguments.answers}: expected only the numbers of the key, got {', '.join(unknown)}")
    for part in PARTS:
        wrong = misses(answers, key, part)
        print(f"{part}: {len(key) - len(wrong)} right of {len(key)}")
        for number, expected, got in wrong:
            print(f"  {number}: {expected}, taken for {got}")


if __name__ == "__main__":
    main()
