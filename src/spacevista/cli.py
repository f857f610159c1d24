"""The command line: thin functions over `spacevista.commands`, which are imported when they are called.

Exit codes: 0 done, 1 the work failed or a check did not hold, 2 the call was wrong. Commands that report numbers
take `--json`: one JSON object as the last line of standard output.
"""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter
from cyclopts.validators import Number

from spacevista import __version__
from spacevista.errors import SpacevistaError
from spacevista.scales import Scale

if TYPE_CHECKING:
    from spacevista.commands.outcome import Outcome

AUDIT_SEED = 1_000  # the audit's own worlds; those of the demo and of the benchmark lie elsewhere
DONE, FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130

app = App(
    name="spacevista",
    help="All-scale visual spatial reasoning, from millimetres to kilometres.",
    version=__version__,
    default_parameter=Parameter(negative=()),
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # said by `main`
)

# Keys are written as everywhere else (tiny_tabletop), not as flags are (tiny-tabletop).
ScaleKey = Annotated[Scale, Parameter(name_transform=str.lower)]
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Seed = Annotated[int, Parameter(validator=Number(gte=0))]
Share = Annotated[float, Parameter(validator=Number(gte=0, lte=1))]


class WrongCallError(SpacevistaError):
    """An argument is not one of those that the command knows."""


def main(argv: list[str] | None = None) -> int:
    """Run one command line (None: of this process) and return its exit code."""
    try:
        code = app(argv, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return WRONG_CALL  # already explained on standard error
    except WrongCallError as error:
        print(f"spacevista: {error}", file=sys.stderr)
        return WRONG_CALL
    except (SpacevistaError, OSError) as error:
        print(f"spacevista: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("spacevista: interrupted", file=sys.stderr)
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def finish(outcome: Outcome, json: bool) -> int:
    """Print the figures if they were asked for and return the exit code."""
    if json:
        print(json_text.dumps(outcome.figures, allow_nan=False))
    return DONE if outcome.passed else FAILED


def keys(text: str, known: Iterable[str], option: str) -> tuple[str, ...]:
    """Split `text` at commas into keys that are all among `known` (WrongCallError)."""
    chosen, allowed = tuple(text.split(",")), tuple(known)
    if not set(chosen) <= set(allowed):
        raise WrongCallError(f"{option}: expected some of {','.join(allowed)}, got {text}")
    return chosen


@app.command
def demo(scenes: Count = 1, *, out: Path = Path("out/demo"), model: Path | None = None, json: bool = False) -> int:
    """Simulate worlds at all five scales, make questions, check them against the truth, write one report page.

    Args:
        scenes: worlds a scale.
        out: folder for the page and the data set.
        model: folder of a model that is asked about the worlds too; needs the extra train.
        json: print the figures as the last line.
    """
    from spacevista.commands import demo as command

    return finish(command.run(scenes, out, model), json)


@app.command
def simulate(
    *,
    scale: ScaleKey,
    scenes: Count = 1,
    seed: Seed = 0,
    out: Path = Path("worlds"),
    assets: Path | None = None,
    unusual: Share = 0.0,
    json: bool = False,
) -> int:
    """Make worlds and write them as captures: colour, depth, ids and poses.

    Args:
        scale: the scene scale.
        scenes: how many worlds; their seeds count up from `seed`.
        seed: seed of the first world.
        out: folder that gets one capture a world.
        assets: folder of an asset pack: worlds of its meshes instead of the generators'.
        unusual: share of the objects that get an unusual size (a giant chair, a tiny car), 0 to 1.
        json: print the figures as the last line.
    """
    from spacevista.commands import simulate as command

    return finish(command.run(scale, scenes, seed, out, assets, unusual), json)


@app.command
def doctor(path: Path, /, *, config: Path | None = None, json: bool = False) -> int:
    """Say what a capture is, whether its poses, depth and intrinsics agree, and what would be dropped and why.

    Args:
        path: the capture's folder.
        config: its capture.toml or about.toml, where the folder has none.
        json: print the figures as the last line.
    """
    from spacevista.commands import doctor as command

    return finish(command.run(path, config), json)


@app.command
def build(
    captures: list[Path],
    /,
    *,
    out: Path,
    config: list[Path] | None = None,
    workers: Count = 1,
    limit: Count | None = None,
    licence: list[str] | None = None,
    seed: Seed = 0,
    unit_policy: Literal["native", "free"] = "native",
    rationales: Literal["computed", "none"] = "computed",
    json: bool = False,
) -> int:
    """Turn captures into a data set of questions; a build that was stopped goes on where it was.

    Args:
        captures: folders of captures, or folders that hold such folders.
        out: folder of the data set.
        config: a capture.toml or about.toml where the folders have none: once for each capture, in their order.
        workers: processes; the files do not depend on it.
        limit: at most this many captures, the first ones.
        licence: SPDX identifier: use only captures whose licence is this one, or another one named in this way.
        seed: seeds every random choice, together with the scene's id.
        unit_policy: native: a question names the unit of its answer; free: the answer does.
        rationales: computed: every row gets the reasoning that leads to its answer; a model can tell it later
            (`spacevista rationale`).
        json: print the figures as the last line.
    """
    configs = config or []
    if configs and len(configs) != len(captures):
        raise WrongCallError(f"--config: expected one for each of {len(captures)} captures, got {len(configs)}")

    from spacevista.commands import build as command
    from spacevista.qa.licences import named_licences

    try:
        licences = named_licences(licence or ())
    except SpacevistaError as error:
        raise WrongCallError(f"--licence: {error}") from error
    return finish(command.run(captures, configs, out, workers, limit, licences, seed, unit_policy, rationales), json)


@app.command
def show(data: Path, question_id: str, /, *, out: Path = Path("show.html")) -> int:
    """Recompute one question: frames with marks, the fact, and where its number comes from in 3D.

    Args:
        data: folder of the data set.
        question_id: id of the question.
        out: HTML file to write.
    """
    from spacevista.commands import show as command

    return finish(command.run(data, question_id, out), json=False)


@app.command
def stats(data: Path, /, *, out: Path = Path("stats.html"), json: bool = False) -> int:
    """Describe a data set: distributions, balance, splits, licences.

    Args:
        data: folder of the data set.
        out: HTML file to write.
        json: print the figures as the last line.
    """
    from spacevista.commands import stats as command

    return finish(command.run(data, out), json)


@app.command
def patterns(*, json: bool = False) -> int:
    """Count the ways of asking each task and how much they differ, as edit distance over length (half a minute).

    Args:
        json: print the figures as the last line.
    """
    from spacevista.commands import patterns as command

    return finish(command.run(), json)


@app.command
def audit(
    scenes: Count = 2,
    *,
    levels: str = "exact",
    scales: str = ",".join(Scale),
    tasks: str = "",
    assets: Path | None = None,
    unusual: Share = 0.0,
    workers: Count = 1,
    seed: Seed = AUDIT_SEED,
    out: Path | None = None,
    json: bool = False,
) -> int:
    """Measure label accuracy, yield and coverage against the exact truth of simulated worlds.

    Args:
        scenes: worlds a scale.
        levels: noise levels with commas between: exact, sensor, harsh.
        scales: scale keys with commas between.
        tasks: names of tasks with commas between; all of them if none is given.
        assets: folder of an asset pack: the same table on meshes that the generators never made.
        unusual: share of the objects that get an unusual size, 0 to 1.
        workers: processes; the figures do not depend on it.
        seed: seed of the first world of each scale.
        out: folder that keeps each world's judgements, so that a stopped audit goes on, and the table as Markdown.
        json: print the table as the last line.
    """
    from spacevista.sim.noise import NoiseLevel
    from spacevista.tasks.all import NAMES

    chosen_levels = tuple(NoiseLevel(key) for key in keys(levels, NoiseLevel, "--levels"))
    chosen_scales = tuple(Scale(key) for key in keys(scales, Scale, "--scales"))
    chosen_tasks = keys(tasks, NAMES, "--tasks") if tasks else NAMES

    from spacevista.commands import audit as command

    return finish(
        command.run(scenes, chosen_levels, chosen_scales, assets, workers, seed, out, unusual, chosen_tasks), json
    )


@app.command
def explain(traces: Path, /, *, out: Path = Path("explain.html"), names: str = "", json: bool = False) -> int:
    """Draw what a router did: weights of the experts by layer and scale, and the predicted scale with its band.

    Args:
        traces: file of traces that a model's forward passes left.
        out: HTML file to write.
        names: of the experts, with commas between.
        json: print the figures as the last line.
    """
    from spacevista.commands import explain as command

    return finish(command.run(traces, out, tuple(names.split(",")) if names else ()), json)


# Imported when they are called.
app.command("spacevista.cli_eval:app", name="eval", help="Ask a model the questions of a benchmark, score, report.")
app.command("spacevista.cli_ask:ask", name="ask", help="Ask one question of a capture, by measuring, or of a model.")
app.command("spacevista.cli_train:app", name="train", help="Train a stage with a recipe; goes on where it was stopped.")
app.command("spacevista.cli_data:check", name="check", help="Look for leaks, duplicates and shortcuts in a data set.")
app.command("spacevista.cli_data:publish", name="publish", help="Make a data set ready for the Hugging Face hub.")
app.command("spacevista.cli_data:rationale", name="rationale", help="Give a data set new rationales.")
app.command("spacevista.cli_data:review", name="review", help="Let people accept or reject rows of a data set.")


if __name__ == "__main__":
    from spacevista import cli  # under the name by which `cli_eval` knows it: its errors are caught there

    sys.exit(cli.main())
