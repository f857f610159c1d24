"""The page in a real browser: every picture is decoded, nothing is logged as an error, nothing runs off a phone."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from page_reports import report
from spacevista.qa.page import report_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--enable-logging=stderr"),
)
WIDTHS_PX = (360, 1280)  # a phone, a screen
# Each frame tells the page around it what it sees; the page itself has no script.
PROBE = """<script>addEventListener("load", () => parent.postMessage({
  width: innerWidth, needed: document.documentElement.scrollWidth,
  sizes: [...document.images].map(image => image.naturalWidth * image.naturalHeight),
  plots: [...document.querySelectorAll("svg")].map(plot => plot.getBoundingClientRect().width),
}, "*"));</script></body>"""
AROUND = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>
const seen = [];
addEventListener("message", event => { seen.push(event.data); document.body.dataset.seen = JSON.stringify(seen); });
</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser found: {', '.join(BROWSERS)}")


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict], str]:
    """Open the page at all widths; return what each saw, narrowest first, and the browser's log."""
    root = tmp_path_factory.mktemp("page")
    page = report_page(report(root), root)
    (root / "report.html").write_text(page.replace("</body>", PROBE), encoding="utf-8")
    frames = "".join(f'<iframe src="report.html" width="{w}" height="800"></iframe>' for w in WIDTHS_PX)
    (root / "around.html").write_text(AROUND + frames, encoding="utf-8")
    call = [BROWSER, *QUIET, f"--user-data-dir={root / 'profile'}", "--virtual-time-budget=10000", "--dump-dom"]
    done = subprocess.run(
        [*call, (root / "around.html").as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert found, done.stderr[-2000:]
    return sorted(json.loads(unescape(found[1])), key=lambda seen: seen["width"]), done.stderr


def test_every_picture_is_decoded(browsed: tuple[list[dict], str]) -> None:
    for seen in browsed[0]:
        assert len(seen["sizes"]) > 50
        assert min(seen["sizes"]) > 0


def test_nothing_is_logged_as_an_error(browsed: tuple[list[dict], str]) -> None:
    assert not [line for line in browsed[1].splitlines() if "CONSOLE" in line]


def test_nothing_runs_off_the_page(browsed: tuple[list[dict], str]) -> None:
    assert [seen["width"] for seen in browsed[0]] == list(WIDTHS_PX)
    for seen in browsed[0]:
        assert seen["needed"] <= seen["width"]
        assert len(seen["plots"]) == 2
        assert all(0.3 * seen["width"] < width <= seen["width"] for width in seen["plots"])
