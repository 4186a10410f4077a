"""PyTorch's side of the benchmark: does one round of a task when told to on standard input, answers with milliseconds.

One JSON line in, {"task": "train-small"}, one out, {"ms": 123.4}. Between rounds it waits, so that the two sides take turns on
the processor. Eager mode, two threads, CPU.
"""

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "golden"))
from simple_unet import SimpleUnet  # noqa: E402

THREADS = 2
T = 300
torch.set_num_threads(THREADS)
torch.manual_seed(0)

TUTORIAL = (64, 128, 256, 512, 1024)
SMALL = (32, 64, 128, 256)
betas = torch.linspace(0.0001, 0.02, T)
alpha_bars = torch.cumprod(1 - betas, 0)


def training(channels, size, batch):
    model = SimpleUnet(channels, 32)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    images = torch.rand(batch, 1, size, size) * 2 - 1

    def step():
        t = torch.randint(0, T, (batch,))
        noise = torch.randn_like(images)
        signal = alpha_bars[t].sqrt()[:, None, None, None]
        spread = (1 - alpha_bars[t]).sqrt()[:, None, None, None]
        optimizer.zero_grad()
        loss = (model(signal * images + spread * noise, t.float()) - noise).abs().mean()
        loss.backward()
        optimizer.step()

    return step


def call(channels, size, batch):
    model = SimpleUnet(channels, 32).eval()
    x = torch.randn(batch, 1, size, size)
    t = torch.full((batch,), 150.0)

    def run():
        with torch.inference_mode():
            model(x, t)

    return run


def sampling(channels, size, steps):
    """The first steps of the tutorial's loop over one image, as the notebook writes it."""
    model = SimpleUnet(channels, 32).eval()
    previous = torch.cat((torch.ones(1), alpha_bars[:-1]))
    variance = betas * (1 - previous) / (1 - alpha_bars)

    @torch.no_grad()
    def run():
        x = torch.randn(1, 1, size, size)
        for i in range(T - 1, T - 1 - steps, -1):
            t = torch.full((1,), float(i))
            mean = (1 - betas[i]).rsqrt() * (x - betas[i] * model(x, t) / (1 - alpha_bars[i]).sqrt())
            x = mean + variance[i].sqrt() * torch.randn_like(x) if i > 0 else mean

    return run


TASKS = {
    "train-small": lambda: training(SMALL, 32, 32),
    "train-tutorial": lambda: training(TUTORIAL, 64, 8),
    "call-1": lambda: call(TUTORIAL, 64, 1),
    "call-8": lambda: call(TUTORIAL, 64, 8),
    "sample-tutorial": lambda: sampling(TUTORIAL, 64, 30),
}

prepared = {}
print(json.dumps({"torch": torch.__version__, "threads": THREADS}), flush=True)
for line in sys.stdin:
    task = json.loads(line)["task"]
    if task not in prepared:
        prepared.clear()
        prepared[task] = TASKS[task]()
    began = time.perf_counter()
    prepared[task]()
    print(json.dumps({"ms": (time.perf_counter() - began) * 1000}), flush=True)
