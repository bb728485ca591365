"""Match the product names of a batch among 100,000 products in five languages, compared with Odoo's own search for each
name; one JSON object per line.

    python -m dev.benchmarks.matching --database NAME [--config FILE] [--quick]

`ms` is the median of a batch of `count` different names, as an import matches them: written as in Odoo, in other case,
or of no product; then the advice of the error is included. `cpu_ms` is the time of this process's processor alone,
which other work on the machine does not change; `index_ms` is the time of the query itself, as PostgreSQL measures it.
The baseline searches each name with `=ilike` in one language; it is measured with few names.
"""

import json
import random
import statistics
import sys
import time
from types import SimpleNamespace

from lib.order.spellings import ItemKey

from . import measuring, store

PRODUCTS = 100_000
SIZES = (60, 100, 300)
BASELINE_NAMES = 3
LIMIT = 30  # ms for a batch of 100 names, unless they are missing
LANGUAGES = ("en_US", "de_DE", "fr_FR", "el_GR", "ar_001")
WORDS = {
    "en_US": ("Fresh", "Mountain", "Coffee", "Mineral Water", "Olive Oil", "Chair", "Sandwich", "Lamp"),
    "de_DE": ("Frischer", "Gebirgs", "Kaffee", "Mineralwasser süß", "Olivenöl", "Stuhl", "Brötchen", "Leuchte"),
    "fr_FR": ("Frais", "Montagne", "Café", "Eau minérale", "Huile d'olive", "Chaise", "Pâté", "Lampe"),
    "el_GR": ("Φρέσκο", "Βουνό", "Καφές", "Νερό", "Ελαιόλαδο", "Καρέκλα", "Σάντουιτς", "Λάμπα"),
    "ar_001": ("طازج", "جبل", "قهوة", "ماء معدني", "زيت زيتون", "كرسي", "شطيرة", "مصباح"),
}


def main():
    options = measuring.arguments("matching", __doc__.splitlines()[0], rounds=9)
    with measuring.environment(options) as env:
        sync = store.make(env)
        fill(env)
        for kind in ("same", "other_case", "missing"):
            for size in SIZES:
                measure(options, sync, kind, size)


def fill(env):
    """Create the products with SQL, as copies of one that can be sold; with a name in each language."""
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    product = env["product.product"].create(
        {"name": "Any", "type": "consu", "available_in_pos": True, "sale_ok": True, "taxes_id": False}
    )
    env.flush_all()
    names = [json.dumps(names_of(number)) for number in range(PRODUCTS)]
    env.cr.execute(
        f"""
        WITH templates AS (
            INSERT INTO product_template ({columns(env, "product_template", "name")}, name)
            SELECT {columns(env, "product_template", "name", "template.")}, names.name::jsonb
              FROM product_template AS template, unnest(%s) AS names(name)
             WHERE template.id = %s
         RETURNING id
        )
        INSERT INTO product_product ({columns(env, "product_product", "product_tmpl_id")}, product_tmpl_id)
        SELECT {columns(env, "product_product", "product_tmpl_id", "variant.")}, templates.id
          FROM product_product AS variant, templates
         WHERE variant.id = %s
        """,
        [names, product.product_tmpl_id.id, product.id],
    )
    env.cr.execute("ANALYZE product_template, product_product")
    env.invalidate_all()


def columns(env, table, without, prefix=""):
    """Return the columns of a table for SQL, without `id` and another one."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s",
        [table],
    )
    return ", ".join(f'{prefix}"{name}"' for (name,) in env.cr.fetchall() if name not in ("id", without))


def names_of(number):
    """Return the name of a product in each language; no other product has one of them."""
    chosen = random.Random(number)
    return {code: f"{' '.join(chosen.sample(words, 3))} {number}" for code, words in WORDS.items()}


def names_to_find(kind, size, seed):
    chosen = random.Random(f"{kind}/{size}/{seed}")
    names = [names_of(number)[chosen.choice(LANGUAGES)] for number in chosen.sample(range(PRODUCTS), size)]
    if kind == "missing":
        return [f"{name} Extra" for name in names]
    return [name.swapcase() for name in names] if kind == "other_case" else names


def measure(options, sync, kind, size):
    """Print the figures of batches of `size` names."""
    env = sync.env
    matching = env["external.product.matching"]
    domain = matching._product_domain(sync)
    matched, searched, processor, in_index = [], [], [], []
    for number in range(options.rounds + 1):
        names = names_to_find(kind, size, number)
        items = [SimpleNamespace(key=ItemKey(None, name)) for name in names]
        before = time.process_time()
        found = timed(matched, sync, lambda items=items: matching._match_products(sync, items))
        processor.append((time.process_time() - before) * 1000)
        if sum(isinstance(match, tuple) for match in found.values()) != (0 if kind == "missing" else size):
            sys.exit(f"matching: not all of the names were matched as they should be ({kind}, {size})")
        in_index.append(explain(env, names))
        if not options.quick:
            timed(searched, sync, lambda names=names: search_each(env, domain, names[:BASELINE_NAMES]))
    # The first round fills the caches that every process fills once.
    ms = statistics.median(matched[1:])
    baseline = statistics.median(searched[1:]) / BASELINE_NAMES * size if searched else 0
    figures = {
        "bench": "matching",
        "names": kind,
        "count": size,
        "ms": round(ms, 1),
        "least_ms": round(min(matched[1:]), 1),
        "cpu_ms": round(statistics.median(processor[1:]), 1),
        "index_ms": round(statistics.median(in_index[1:]), 1),
        "baseline_ms": round(baseline, 1),
        "ratio": round(baseline / ms, 1),
        "products": PRODUCTS,
    }
    print(json.dumps(figures), flush=True)
    if options.quick and kind != "missing" and size <= 100 and ms > LIMIT:
        sys.exit(f"matching: {ms:.0f} ms for {size} names, at most {LIMIT} ms are expected")


def explain(env, names):
    """Return the milliseconds that PostgreSQL takes to find the templates of the names."""
    query = env["external.product.names"]._get_candidates_query(names)
    env.cr.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.code}", query.params)
    return env.cr.fetchone()[0][0]["Execution Time"]


def timed(times, sync, work):
    """Do the work without products in the cache, note its milliseconds, and return its result."""
    sync.env.invalidate_all()
    sync.env["external.product.matching"]._product_domain(sync)  # reads the synchronization and its company
    start = time.perf_counter()
    result = work()
    times.append((time.perf_counter() - start) * 1000)
    return result


def search_each(env, domain, names):
    for name in names:
        env["product.product"].search([*domain, ("name", "=ilike", name)], limit=2)


if __name__ == "__main__":
    main()
