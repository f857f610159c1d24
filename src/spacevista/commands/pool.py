"""The processes that commands spread their work over."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of spawned processes with one thread each: cores are not fought over, and sums have one order."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the children, whose libraries are not loaded yet
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), start_worker)


def start_worker() -> None:
    """Prepare a process of the pool."""
    # Not in the process that starts it: numba reads this at every compilation, and threads that run cannot be fewer.
    os.environ["NUMBA_NUM_THREADS"] = "1"
    if "numba" in sys.modules:  # the command's own module brought it: read now, before a kernel starts threads
        sys.modules["numba"].core.config.reload_config()
    end_with_parent()


def end_with_parent() -> None:
    """Make this process end as soon as the one that started it has, even by a kill: nobody waits for its work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
