"""The review page in a real browser: its script runs under its policy, and what it saves is what was decided."""

import json
import re
import subprocess
from html import unescape
from pathlib import Path

import msgspec
import pytest

from review_data import rows_of, write_frames
from spacevista.qa.review import Reviewed, read_review
from spacevista.qa.review_sheet import sheet_html
from test_page_browser import BROWSER, QUIET

HOSTILE = "<img src=x onerror=\"document.title='taken'\"></script><script>document.title='taken'</script>"
# Decides about the first three rows as a reader would, and hands over what the page would save.
PROBE = r"""<script>addEventListener("load", async () => {
  const saved = [];
  URL.createObjectURL = (blob) => { saved.push(blob.text()); return "data:,"; };
  HTMLAnchorElement.prototype.click = () => {};
  const card = (n) => document.querySelectorAll("article")[n];
  const decide = (n, decision, comment) => {
    card(n).querySelector(`input[value="${decision}"]`).click();
    const field = card(n).querySelector("textarea");
    field.value = comment;
    field.dispatchEvent(new Event("input"));
  };
  decide(0, "accept", "");
  decide(1, "reject", '=1+1 "quoted", <b>bold</b>\nsecond line');
  decide(2, "reject", "\u00e9");
  decide(2, "accept", "after all");
  document.getElementById("save-json").click();
  document.getElementById("save-csv").click();
  const [json, csv] = await Promise.all(saved);
  const counts = document.getElementById("counts").textContent;
  document.getElementById("filter").value = "reject";
  document.getElementById("filter").dispatchEvent(new Event("change"));
  const shown = [...document.querySelectorAll("article")].filter((a) => !a.hidden).length;
  document.body.dataset.seen = JSON.stringify({ json, csv, counts, shown });
});</script></body>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser found")
ROWS = rows_of("bench")[:4]


def opened(page: str, folder: Path) -> str:
    """Return the page's DOM after its script ran."""
    (folder / "sheet.html").write_text(page, encoding="utf-8")
    call = [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000", "--dump-dom"]
    done = subprocess.run(
        [*call, (folder / "sheet.html").as_uri()], capture_output=True, text=True, timeout=240, check=True
    )
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout


def test_the_page_shows_hostile_rows_as_text(tmp_path: Path) -> None:
    write_frames(tmp_path, "bench")
    hostile = [msgspec.structs.replace(ROWS[0], question=HOSTILE, id=HOSTILE, answer=HOSTILE, form="free", options=[])]
    shown = opened(sheet_html(hostile, tmp_path, HOSTILE, lambda: None), tmp_path)
    assert shown.count("<article") == 1  # the script ran, as its policy allows
    assert unescape(shown).count(HOSTILE) >= 3  # as text: the question, the answer, the id
    assert "<title>Review of &lt;img" in shown
    assert len(re.findall(r"<img [^>]*src=\"(?!data:image/jpeg)", shown)) == 0


def test_what_the_page_saves_is_what_was_decided(tmp_path: Path) -> None:
    write_frames(tmp_path, "bench")
    page = sheet_html(ROWS, tmp_path, "bench", lambda: None)
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)  # it would not run the probe
    shown = opened(page.replace("</body>", PROBE), tmp_path)
    seen = json.loads(unescape(re.search(r'data-seen="([^"]*)"', shown)[1]))
    assert seen["counts"] == "2 accepted, 1 rejected, 1 not decided"
    assert seen["shown"] == 1
    expected = [
        Reviewed(ROWS[0].id, "accept", ""),
        Reviewed(ROWS[1].id, "reject", '=1+1 "quoted", <b>bold</b>\nsecond line'),
        Reviewed(ROWS[2].id, "accept", "after all"),
        Reviewed(ROWS[3].id, "", ""),
    ]
    (tmp_path / "review.json").write_text(seen["json"], encoding="utf-8")
    assert read_review(tmp_path / "review.json") == expected
    (tmp_path / "review.csv").write_text(seen["csv"], encoding="utf-8", newline="")
    assert read_review(tmp_path / "review.csv") == expected
    assert "'=1+1" in seen["csv"]  # no formula for whoever opens it in a spreadsheet
