"""The command `spacevista ask`, thin as those of `cli`, which loads this file when it is called."""

from __future__ import annotations

from pathlib import Path

from spacevista.cli import WrongCallError, finish
from spacevista.commands.ask_options import AskOptions


def ask(source: Path, question: str, /, *, options: AskOptions = AskOptions()) -> int:  # noqa: B008 - frozen
    """Ask one question: of a posed capture by measuring, or of a model with frames of a video or capture.

    A refusal is an answer, too: it says what was understood, what the scene has and what would help.

    Args:
        source: folder of a posed capture, or a video file.
        question: in plain English, about one of the six tasks where there is no model.
    """
    if fault := options.fault():
        raise WrongCallError(fault)

    from spacevista.ask.record import MarkError
    from spacevista.commands import ask as command

    try:
        return finish(command.run(source, question, options), options.json)
    except MarkError as error:
        raise WrongCallError(str(error)) from error
