"""The page of a report in a real browser: no console errors, nothing of a hostile file runs, it fits every screen."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import msgspec
import pytest

from eval_lines import HEADER, sim_line, vsi_line, write_run
from spacevista.evals.report import build
from spacevista.evals.report_page import report_page
from spacevista.evals.report_rows import load_run
from spacevista.scales import SCALE_FACTS, Scale

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--enable-logging=stderr"),
)
WIDTHS_PX = (360, 1280)  # a phone, a screen
HOSTILE = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
# The page has no script, and its policy forbids any; to look inside, a copy without the policy gets one.
PROBE = """<script>addEventListener("load", () => parent.postMessage({
  width: innerWidth, needed: document.documentElement.scrollWidth, title: document.title,
  plots: [...document.querySelectorAll("svg")].map(plot => plot.getBoundingClientRect().width),
  back: getComputedStyle(document.querySelector(".wide")).borderRadius,
}, "*"));</script></body>"""
AROUND = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>
const seen = [];
addEventListener("message", event => { seen.push(event.data); document.body.dataset.seen = JSON.stringify(seen); });
</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser found: {', '.join(BROWSERS)}")


def page_of(root: Path) -> str:
    """Two runs over all scales and one of another benchmark, answers and names hostile."""
    lines = [
        sim_line(
            f"{scale}{number}",
            str(facts.object_size_m[number % 2] * (1, 20)[number % 5 == 0]) if number else HOSTILE,
            truth=str(facts.object_size_m[number % 2]),
            unit="m",
            scale=str(scale),
            scene_id=f"{scale}{number // 4}",
            interval=[0.0, 1.0],
        )
        for scale, facts in SCALE_FACTS.items()
        for number in range(24)
    ]
    header = msgspec.structs.replace(HEADER, answerer=HOSTILE)
    runs = [load_run(write_run(root / f"{n}.jsonl", lines, header)) for n in range(2)]
    other = write_run(
        root / "vsi.jsonl", [vsi_line("route_planning", HOSTILE, id=1), vsi_line("route_planning", "A")], None
    )
    return report_page(build([runs[0], load_run(other, "vsi_bench")], runs[1:], "strict"))


def browse(page: Path) -> subprocess.CompletedProcess[str]:
    profile = page.parent / f"profile-{page.stem}"
    call = [BROWSER, *QUIET, f"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    (root / "report.html").write_text(page_of(root), encoding="utf-8")
    return root


def test_the_page_as_it_is_logs_nothing(folder: Path) -> None:
    done = browse(folder / "report.html")
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert "<title>Evaluation: VSI-Bench, spacevista_sim</title>" in done.stdout


def test_it_fits_every_screen_and_is_styled(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert POLICY.search(page)
    (folder / "probed.html").write_text(POLICY.sub("", page).replace("</body>", PROBE), encoding="utf-8")
    frames = "".join(f'<iframe src="probed.html" width="{w}" height="800"></iframe>' for w in WIDTHS_PX)
    (folder / "around.html").write_text(AROUND + frames, encoding="utf-8")
    done = browse(folder / "around.html")
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    found = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert found, done.stderr[-2000:]
    views = sorted(json.loads(unescape(found[1])), key=lambda seen: seen["width"])
    assert [seen["width"] for seen in views] == list(WIDTHS_PX)
    for seen in views:
        assert seen["needed"] <= seen["width"]
        assert seen["title"].startswith("Evaluation")
        assert len(seen["plots"]) >= len(Scale)
        assert all(0.3 * seen["width"] < width <= seen["width"] for width in seen["plots"])


def test_the_policy_lets_the_style_in_and_keeps_scripts_out(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    script = "<script>document.title = 'run'</script></body>"
    (folder / "attacked.html").write_text(page.replace("</body>", script), encoding="utf-8")
    done = browse(folder / "attacked.html")
    refused = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert len(refused) == 1  # the script; had the style not been let in, there were two
    assert "Content Security Policy" in refused[0]
    assert "<title>Evaluation" in done.stdout
