"""The one process of embedded mode: Daphne in the main thread, the Celery worker in a daemon thread, the event log between them.

``python -m playground.ops.embedded --fd N --url URL``, started and restarted by ``manage.py up``. The site's own code never imports
torch; here the worker thread does, when the first model is loaded.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from typing import Any

SWITCH_SECONDS = 0.001  # Python's default of 5 ms is what the event loop would wait for a decoding thread, each time
STOP_SECONDS = 5.0


def main() -> None:
    options = _options()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle torch threads must not spin on the cores that serve
    sys.setswitchinterval(SWITCH_SECONDS)

    from playground.celery import app  # sets Django up
    from playground.ops.preload import preload_default
    from playground.ops.server import serve
    from playground.ops.supervisor import end_with_parent

    end_with_parent()
    preload_default(app)
    worker = WorkerThread(app)
    serve(f"fd:fileno={options.fd}", lambda: _ready(options.url, worker))
    worker.stop()
    sys.stdout.flush()
    os._exit(0)  # torch's threads may be in the middle of a step; nothing is left to lose


class WorkerThread:
    """A Celery worker in a thread of this process."""

    def __init__(self, app: Any) -> None:
        from celery.worker import WorkController

        self._controller = WorkController(
            app=app,
            hostname="embedded@localhost",
            pool_cls="threads",
            concurrency=app.conf.worker_concurrency,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._thread = threading.Thread(target=self._controller.start, name="celery", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the running runs go; the journal has what they said, and the next process goes on with them.

        Celery would wait for its threads, however long one of them takes to load a model: that is not waited for.
        """
        stopping = threading.Thread(target=self._controller.stop, kwargs={"in_sighandler": False}, daemon=True)
        stopping.start()
        stopping.join(STOP_SECONDS)


def _ready(url: str, worker: WorkerThread) -> None:
    """The site answers. The worker comes after it, and loads the default model, so that the first click finds it warm."""
    print(f"Logitscope is ready: {url}", flush=True)
    worker.start()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="the inherited listening socket")
    parser.add_argument("--url", required=True, help="what the start line shows")
    return parser.parse_args()


if __name__ == "__main__":
    main()
