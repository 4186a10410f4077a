"""What answers in the game are worth, by scipy: test/golden/data/game/chance.json. Wilson's intervals of shares, and
Fisher's exact test of all tables of ten pictures.

    python scripts/golden/chance.py
"""
import json
from pathlib import Path

from scipy.stats import binomtest, fisher_exact

shares = []
for n in [1, 2, 5, 10, 37, 400]:
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        interval = binomtest(k, n).proportion_ci(method="wilson")
        shares.append({"count": k, "of": n, "low": float(interval.low), "high": float(interval.high)})
tables = []
for real in range(11):
    for right_real in range(real + 1):
        for right_synthetic in range(10 - real + 1):
            table = [[right_real, real - right_real], [10 - real - right_synthetic, right_synthetic]]
            well, badly = (float(fisher_exact(table, alternative=side).pvalue) for side in ("greater", "less"))
            tables.append({"table": table, "asWell": well, "asBadly": badly})
out = Path(__file__).parents[2] / "test" / "golden" / "data" / "game" / "chance.json"
rows = lambda values: ",\n".join("    " + json.dumps(value) for value in values)
out.write_text('{\n  "shares": [\n' + rows(shares) + '\n  ],\n  "tables": [\n' + rows(tables) + "\n  ]\n}\n")
