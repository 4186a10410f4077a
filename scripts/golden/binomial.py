"""What a coin does in rounds of 1 to 40 pictures, by scipy: test/golden/data/game/binomial.json.

    python scripts/golden/binomial.py
"""
import json
from pathlib import Path

from scipy.stats import binom

rows = []
for n in range(1, 41):
    at_least = [float(binom.sf(k - 1, n, 0.5)) for k in range(n + 1)]
    rows.append({"of": n, "atLeast": at_least, "least": next((k for k, p in enumerate(at_least) if p < 0.05), None)})
out = Path(__file__).parents[2] / "test" / "golden" / "data" / "game" / "binomial.json"
out.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
