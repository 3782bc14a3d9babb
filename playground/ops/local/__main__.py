"""``python -m playground.ops.local``: production on one machine, without Docker (``make production-local``)."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from playground.config import ROOT
from playground.ops.local.house import House
from playground.ops.local.programs import Missing
from playground.ops.local.service import DidNotStart
from playground.ops.local.site import LocalSite
from playground.ops.supervisor import CannotListen, listen


def main() -> None:
    options = _options()
    house = House(options.data / "logs", lambda text: print(text, flush=True))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: house.stop())
    try:
        listen(options.host, options.port).close()  # said now, rather than by the proxy when all else runs
        LocalSite(options.data, options.host, options.port, options.webs, options.workers).start(house)
        print(f"Logitscope is ready: http://{options.host}:{options.port}/", flush=True)
        house.keep()
    except (CannotListen, Missing, DidNotStart) as error:
        raise SystemExit(str(error)) from None
    finally:
        house.end()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.ops.local", description="Production on one machine, without Docker.")
    parser.add_argument("--host", default="127.0.0.1", help="address that the proxy listens on")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--webs", type=int, default=2, choices=range(1, 33), help="web processes", metavar="N")
    parser.add_argument("--workers", type=int, default=1, choices=range(1, 33), help="workers: one a GPU", metavar="N")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "production", help="folder of everything that is kept")
    options = parser.parse_args()
    options.data = options.data.resolve()
    return options


if __name__ == "__main__":
    main()
