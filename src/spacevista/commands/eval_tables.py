"""Tables that the evaluation commands print. Names come from files of others: they are text, never markup."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from spacevista.evals.report import Compared
from spacevista.evals.report_text import differences_of, p_text, points, score_text
from spacevista.scoring import Parser

WIDTH = 150


def plain_table(title: str, heads: Sequence[str], names: int = 2) -> Table:
    """Return an empty table: the first `names` columns hold names, the others numbers, which stand to the right."""
    table = Table(title=title)
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place < names else "right")
    return table


def add_row(table: Table, *cells: str) -> None:
    table.add_row(*map(Text, cells))


def compared_table(compared: Compared, parser: Parser) -> Table:
    """Return two runs compared, all questions first, then by scale and task."""
    heads = ("group", "questions", "first", "second", "difference", "better / worse / equal scenes", "p")
    table = plain_table(f"first: {compared.first}; second: {compared.second}; {parser} parser", heads, names=1)
    for name, found in differences_of(compared.result):
        signs = f"{found.signs.better} / {found.signs.worse} / {found.signs.equal}"
        scores = (points(found.first), points(found.second), score_text(found.mean, signed=True))
        add_row(table, name, f"{found.mean.questions:,}", *scores, signs, p_text(found.signs.p))
    return table
