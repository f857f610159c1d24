"""What holds for the package as a whole: fast start, rooms that import upwards only, small files, nothing unsafe."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import spacevista
from spacevista.cli import main

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "src" / "spacevista"
SOURCES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"numpy", "scipy", "numba", "trimesh", "coal", "embreex", "pyarrow", "PIL", "torch", "msgspec", "pycocotools"}

# A room imports itself and the rooms before it.
ROOMS = (
    *("errors", "files", "locks", "scales"),
    *("geometry", "captures", "media", "scenes", "sim", "annotate", "tasks", "scoring"),
    *("qa", "traces", "models", "train", "recipes", "evals", "checks", "ask", "commands"),
    *("cli", "cli_eval", "cli_ask", "cli_train", "cli_data", "__main__"),
)
# The truth must not reach the code that it judges.
KEPT_APART = {"annotate": {"sim"}, "tasks": {"sim"}, "sim": {"annotate", "tasks"}}
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50


def modules_after(*arguments: str) -> set[str]:
    """Return the top-level modules in memory after a command line ran in a fresh interpreter."""
    code = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted({name.split('.')[0] for name in sys.modules}))))\n"
        "import spacevista\n"
        "arguments = sys.argv[1:]\n"
        "if arguments:\n"
        "    from spacevista.cli import main\n"
        "    main(arguments)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_imports_nothing_heavy() -> None:
    # Import times vary with the machine; what is imported does not.
    assert not modules_after() & (HEAVY | {"cyclopts", "rich"})


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("build", "--help"), ("audit", "--help"), ("ask", "--help")]
)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & HEAVY


def test_the_package_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "spacevista", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == spacevista.__version__


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == spacevista.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", spacevista.__version__)
    assert f"version: {spacevista.__version__}\n" in (REPOSITORY / "CITATION.cff").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["doctor"],
        ["simulate", "--scale", "galaxy"],
        ["simulate", "--scale", "drone", "--scenes", "0"],
        ["simulate", "--scale", "drone", "--seed", "-1"],
        ["audit", "--scales", "galaxy"],
        ["audit", "--levels", "exact,loud"],
        ["build", "--out", "somewhere"],
    ],
)
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_work_that_fails_ends_with_1_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(tmp_path / "missing")]) == 1
    message = capsys.readouterr().err
    assert message.startswith("spacevista: CaptureError: ")
    assert message.count("\n") == 1


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported_rooms(path: Path) -> Iterator[str]:
    """Yield the rooms that a file imports from, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "spacevista" and len(parts) > 1 and parts[1] != "__version__":
                yield parts[1]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_rooms_import_upwards_only(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        assert not list(imported_rooms(path))
        return
    allowed = set(ROOMS[: ROOMS.index(room) + 1]) - KEPT_APART.get(room, set())
    assert set(imported_rooms(path)) <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[ast.get_docstring(node) is not None :][
                :1
            ]  # arguments and what is said of them are no code
            lines = (node.end_lineno or node.lineno) - first[0].lineno + 1 if first else 0
            assert lines <= MAX_FUNCTION_LINES, f"{name_of(path)}:{node.lineno}: {node.name} has {lines} lines"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_modules_and_classes_say_what_they_are(path: Path) -> None:
    module = ast.parse(path.read_text())
    assert ast.get_docstring(module), name_of(path)
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name_of(path)}:{node.lineno}: {node.name}"


def unsafe_calls(module: ast.Module) -> Iterator[str]:
    """Yield what can run code that a file brings: pickles, eval, shells, unpickling array loads."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            yield from (f"import {name}" for name in names & {"pickle", "dill", "cloudpickle", "joblib", "marshal"})
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if called in {"eval", "exec", "compile", "__import__", "os.system", "yaml.load", "torch.load"}:
            yield called
        if called == "np.load" and given.get("allow_pickle") != "False":
            yield "np.load without allow_pickle=False"
        if given.get("shell") == "True" or given.get("trust_remote_code") == "True":
            yield f"{called} with shell or trust_remote_code"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_unsafe(path: Path) -> None:
    assert not list(unsafe_calls(ast.parse(path.read_text())))


def test_the_check_of_unsafe_calls_sees_them() -> None:
    text = "import pickle\nnp.load(p)\neval(s)\nrun(c, shell=True)\nnp.load(p, allow_pickle=False)\n"
    assert len(list(unsafe_calls(ast.parse(text)))) == 4


def test_every_folder_is_a_room() -> None:
    found = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__init__", "__pycache__", "py.typed"} <= set(ROOMS)


def test_the_quickstart_imports_what_there_is() -> None:
    text = (REPOSITORY / "README.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    imports = [node for node in ast.parse(block).body if isinstance(node, ast.Import | ast.ImportFrom)]
    done = subprocess.run([sys.executable, "-c", "\n".join(ast.unparse(node) for node in imports)], check=False)
    assert done.returncode == 0


def test_links_in_the_documentation_lead_somewhere() -> None:
    for page in [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
