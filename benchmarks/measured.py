"""The `attain` command in this process, then one line with its seconds and peak memory."""

from __future__ import annotations

import json
import resource
import sys
import time

from pipelines.cli.main import main

if __name__ == "__main__":
    started = time.perf_counter()
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    else:
        code = 0
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))
    sys.exit(code)
