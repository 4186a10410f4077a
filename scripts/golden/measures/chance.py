"""What answers in the game are worth, by scipy: test/golden/data/game/chance.json. Wilson's intervals of shares.

    npm run golden -- chance
"""
from golden import write_rows
from scipy.stats import binomtest

shares = []
for n in [1, 2, 5, 10, 37, 400]:
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        interval = binomtest(k, n).proportion_ci(method="wilson")
        shares.append({"count": k, "of": n, "low": float(interval.low), "high": float(interval.high)})
write_rows("game/chance.json", dict(shares=shares))
