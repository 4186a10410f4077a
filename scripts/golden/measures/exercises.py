"""What the lecture's exercises come to, by numpy and scipy: test/golden/data/learn/exercises.json. The share of the picture
in the tutorial's schedule, half widths of intervals, a coin's luck, and how far times lie apart that are half alike.

    npm run golden -- exercises
"""
import numpy as np
from golden import write_rows
from scipy.stats import binom, t

alpha_bar = np.cumprod(1 - np.linspace(0.0001, 0.02, 300))

rng = np.random.default_rng(1)
intervals = []
for count in (3, 4, 5):
    for _ in range(3):
        values = np.round(rng.normal(-0.008, 0.003, count), 3)
        low, high = t.interval(0.95, count - 1, loc=values.mean(), scale=values.std(ddof=1) / np.sqrt(count))
        intervals.append({"values": values.tolist(), "half": float(high - low) / 2})
quantiles = {str(count): float(t.ppf(0.975, count - 1)) for count in (3, 4, 5)}

coins = [{"n": n, "k": k, "share": float(binom.sf(k - 1, n, 0.5))} for n in range(5, 9) for k in range(1, n + 1)]

# diffusers' get_timestep_embedding
apart = []
for dim in (16, 24, 48, 96):
    for shift in (0, 1):
        half = dim // 2
        frequencies = np.exp(-np.log(10000) * np.arange(half) / (half - shift))
        alike = np.cos(np.arange(300)[:, None] * frequencies).mean(1)
        apart.append({"dim": dim, "shift": shift, "gap": int(np.argmax(alike <= 0.5))})

write_rows(
    "learn/exercises.json",
    dict(alphaBar=alpha_bar.tolist(), quantiles=quantiles, intervals=intervals, coins=coins, apart=apart),
    whole=["alphaBar", "quantiles"],
)
