"""``make bench``: each figure beside what it is compared with, measured in one run.

Machines differ and are noisy, so what counts are ratios. The table goes to the terminal, the
figures to ``bench.json``. What misses its bound is marked OFF: a report for people, not a test.
``make bench ARGS=ack`` measures one subject.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks import ack, burst, decoding, notices, process, store
from tests.benchmarks.figures import Figure, table

SUBJECTS: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "ack": ack.measure,
    "decoding": decoding.measure,
    "burst": burst.measure,
    "process": process.measure,
    "store": store.measure,
    "notices": notices.measure,
}


async def main(names: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names or SUBJECTS:
        figures += await SUBJECTS[name]()
    return figures


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    measured = asyncio.run(main(sys.argv[1:]))
    sys.stdout.write(table(measured) + "\n")
    Path("bench.json").write_text(json.dumps([figure.as_json() for figure in measured], indent=2))
