"""An endpoint that goes wrong in every way, and a client that is killed: every question gets one line, once.

SPACEVISTA_FAULT_QUESTIONS=2000 asks that many questions instead of the few that a quick run has.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from api_server import FAULTS, ApiServer, running
from spacevista.evals.predictions import read_predictions

CLIENT = Path(__file__).parent / "eval_samples.py"
QUESTIONS = int(os.environ.get("SPACEVISTA_FAULT_QUESTIONS", "160"))
CONCURRENCY = 16
KILLS = (0.25, 0.6)  # at these shares of the questions


def client(server: ApiServer, out: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, str(CLIENT), server.url, str(out), str(QUESTIONS), str(CONCURRENCY)])


def lines_of(out: Path) -> int:
    return out.read_bytes().count(b"\n") if out.exists() else 0


def test_faults_and_two_kills(tmp_path):
    out = tmp_path / "predictions.jsonl"
    with running(ApiServer(fault_share=0.5, seed=7)) as server:
        on_disk: list[tuple[set[str], Counter]] = []
        for share in KILLS:
            process = client(server, out)
            while lines_of(out) < 1 + share * QUESTIONS:
                assert process.poll() is None, "the client ended before it was killed"
                time.sleep(0.005)
            process.kill()
            process.wait()
            ids = {line["id"] for line in read_predictions(out).lines}
            assert len(ids) < QUESTIONS
            time.sleep(0.1)  # what the server still has in hand counts as asked before
            on_disk.append((ids, Counter(server.served)))
        assert client(server, out).wait() == 0

    predictions = read_predictions(out)
    assert not predictions.torn
    assert Counter(line["id"] for line in predictions.lines) == Counter(f"q{n}" for n in range(QUESTIONS))
    # Half of the attempts go wrong: 30 in a row do so once in 10^9 questions.
    assert {(line["predicted_answer"], line["unscored"]) for line in predictions.lines} == {("A", None)}
    assert set(server.faulty) == set(FAULTS)
    assert max(line["attempts"] for line in predictions.lines) > 1
    for ids, served in on_disk:
        for number in (int(key[1:]) for key in ids):
            prompt = f"Question {number}: which is closest?"
            assert server.served[prompt] == served[prompt]  # its line was on disk: never asked again
    # Asked twice were at most those under way at a kill.
    assert sum(count - 1 for count in server.served.values()) <= len(KILLS) * CONCURRENCY
