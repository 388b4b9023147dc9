"""``python -m benchmarks [NAME …] [--quick]``: the tables of these benchmarks, or of all."""

import importlib
import sys

# Name on the command line to module; each has ``run(quick)``.
BENCHMARKS = {
    "ingestion": "benchmarks.ingestion",
    "replay": "benchmarks.replay",
    "fanout": "benchmarks.fanout",
    "deliveries": "benchmarks.deliveries",
    "replicas": "benchmarks.replicas",
    "warning": "benchmarks.warning",
    "reads": "benchmarks.reads",
    "digest": "benchmarks.digest",
    "scale": "benchmarks.scale",
    "pages": "benchmarks.pages",
}
HELP = """\
ingestion  durable posts and batches, beside the disk, its peers and a server that stores nothing
replay     two years of hourly figures, and the memory meanwhile
fanout     listeners of a stream beside a C limit and other brokers; slow readers; a storm of returning ones
deliveries due webhooks claimed and sent by one hub and by two, beside posting without any claim
replicas   one, two and three hubs on one PostgreSQL: listeners and webhooks spread over them
warning    early warning over hourly figures
reads      boards, feed and search over 500,000 and 5,000,000 figures
pages      every page over two years of figures; 500 open pages that learn of a report at once
digest     the agenda, its annexes and its papers, after weeks and after two years of hourly figures
scale      a route of 200 parties and 500 legs: posting, pages, bulletin, early warning

All of them take about an hour; --quick takes smaller sizes, some minutes each. What is not installed is named."""


def main(words: list[str]) -> int:
    if {"-h", "--help"} & set(words):
        print(f"python -m benchmarks [{'] ['.join(BENCHMARKS)}] [--quick]\n\n{HELP}")
        return 0
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
