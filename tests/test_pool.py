"""Worker processes: one thread each, and nothing changed in the process that starts them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spacevista.commands.pool import worker_pool


def test_numba_gets_one_thread_in_workers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # numba reads the variable at every compilation: set here, it would fail where its threads already run.
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    with worker_pool(1) as pool:
        found = [pool.submit(os.getenv, name).result() for name in ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS")]
    assert found == ["1", "1"]
    assert "NUMBA_NUM_THREADS" not in os.environ


MAIN = """
import numba, os
from spacevista.commands.pool import worker_pool

def threads() -> int:
    return numba.config.NUMBA_NUM_THREADS

if __name__ == "__main__":
    with worker_pool(1) as pool:
        print(pool.submit(threads).result())
"""


def test_a_worker_whose_main_module_brings_numba_has_one_thread_too(tmp_path: Path) -> None:
    # Numba reads its variable once when it is imported, here before the pool's own code runs; on a machine of one core
    # this test cannot fail.
    script = tmp_path / "main.py"
    script.write_text(MAIN)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
