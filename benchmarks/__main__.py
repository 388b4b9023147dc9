"""``python -m benchmarks [NAME …] [--quick]``: the tables of these benchmarks, or of all."""

import importlib
import sys

# Name on the command line to module; each has ``run(quick)``.
BENCHMARKS = {
    "ingestion": "benchmarks.ingestion",
    "fanout": "benchmarks.fanout",
    "warning": "benchmarks.warning",
    "reads": "benchmarks.reads",
}


def main(words: list[str]) -> int:
    names = [word for word in words if not word.startswith("-")] or list(BENCHMARKS)
    unknown = [word for word in words if word.startswith("-") and word != "--quick"]
    unknown += [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark or option: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)} and --quick")
        return 2
    for name in names:
        importlib.import_module(BENCHMARKS[name]).run("--quick" in words)
    return 0


sys.exit(main(sys.argv[1:]))
