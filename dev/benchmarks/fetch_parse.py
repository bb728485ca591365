"""Read a large feed, compared with reading it at once with the standard library; one JSON object per line.

    python -m dev.benchmarks.fetch_parse

Ours is the order feed: limits, exact numbers, entries one by one. The baseline holds everything in memory, like
`json.loads`. `grown_mb` is the growth of this process's peak memory while ours reads 50,000 orders. Ours runs first,
because a peak never goes down.
"""

import argparse
import json
import sys
import urllib.request
from decimal import Decimal

from lib.order.feed import FeedSettings, OrderFeed
from lib.order.feed_chunks import chunks

from . import measuring, plain_feed

ORDERS, PER_PAGE, CHUNK = 50_000, 1_000, 5_000
GROWTH = 100  # MB


def main():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.fetch_parse", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="check the memory only")
    options, _others = parser.parse_known_args()
    ours, baseline = Way(), Way()
    with plain_feed.serving(ORDERS, PER_PAGE) as url:
        before = measuring.peak_mb()
        ours.run(ORDERS, lambda: read(url))
        grown = measuring.peak_mb() - before
        if grown > GROWTH:
            sys.exit(f"fetch_parse: the memory grew by {grown:.0f} MB, at most {GROWTH} MB are expected")
        if options.quick:
            print(json.dumps({"bench": "fetch_parse", "grown_mb": round(grown, 1), "limit": GROWTH}))
            return
        for number in range(options.rounds * 2):
            if number % 2:
                ours.run(ORDERS, lambda: read(url))
            else:
                baseline.run(ORDERS, lambda: read_at_one_go(url))
    measuring.report("fetch_parse", ours, baseline, grown_mb=round(grown, 1))


class Way(measuring.Way):
    """See `measuring`; no database is used."""

    def run(self, orders, work):
        self.time(orders, work)


def read(url):
    settings = FeedSettings(url=url, api_key="none", total_timeout=600)
    count = sum(len(entries) for entries in chunks(OrderFeed(settings).pages(), CHUNK))
    if count != ORDERS:
        sys.exit(f"{count} orders were read")


def read_at_one_go(url):
    entries = []
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while url:
        with opener.open(url) as response:
            entries += json.loads(response.read(), parse_float=Decimal)
            link = response.headers.get("Link", "")
        url = link.split(";")[0].strip("<> ") if 'rel="next"' in link else ""
    if len(entries) != ORDERS:
        sys.exit(f"{len(entries)} orders were read")


if __name__ == "__main__":
    main()
