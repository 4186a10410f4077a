"""PyTorch's side of the benchmark: does the rounds of a task when told to on standard input, answers with milliseconds.

One JSON line in, one out. {"do": "open", "as": "fused", "work": {"do": "training", ...}} prepares a task in one of the ways
below and runs it once; it answers {"opened": its number}, or {"refused": why}. {"do": "round", "number": 0, "times": 3} answers
{"ms": for the three}. {"do": "close"} forgets all tasks. Between rounds it waits, so that the two sides take turns on the
processor. Two threads, CPU.
"""

import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "training/python"))
from modeling_simple_unet import SimpleUnet  # noqa: E402

THREADS = 2
T = 300
torch.set_num_threads(THREADS)
torch.manual_seed(0)

betas = torch.linspace(0.0001, 0.02, T)
alpha_bars = torch.cumprod(1 - betas, 0)


def network(work, way):
    model = SimpleUnet(channels=work["channels"])
    if way == "channels-last":
        model = model.to(memory_format=torch.channels_last)
    return torch.compile(model) if way == "compile" else model


def precision(way):
    return torch.autocast("cpu", torch.bfloat16) if way == "bf16" else nullcontext()


def training(work, way):
    model = network(work, way)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=way != "eager")
    batch, size = work["batch"], work["size"]
    images = torch.rand(batch, 1, size, size) * 2 - 1
    if way == "channels-last":
        images = images.to(memory_format=torch.channels_last)

    def step():
        t = torch.randint(0, T, (batch,))
        noise = torch.randn_like(images)
        signal = alpha_bars[t].sqrt()[:, None, None, None]
        spread = (1 - alpha_bars[t]).sqrt()[:, None, None, None]
        optimizer.zero_grad()
        with precision(way):
            loss = (model(signal * images + spread * noise, t).sample - noise).abs().mean()
        loss.backward()
        optimizer.step()

    return step


def call(work, way):
    model = network(work, way).eval()
    x = torch.randn(work["batch"], 1, work["size"], work["size"])
    t = torch.full((work["batch"],), 150.0)

    def run():
        with torch.inference_mode():
            model(x, t)

    return run


def sampling(work, way):
    """The first steps of the tutorial's loop over one image, as the notebook writes it."""
    model = network(work, way).eval()
    previous = torch.cat((torch.ones(1), alpha_bars[:-1]))
    variance = betas * (1 - previous) / (1 - alpha_bars)

    @torch.no_grad()
    def run():
        x = torch.randn(1, 1, work["size"], work["size"])
        for i in range(T - 1, T - 1 - work["steps"], -1):
            t = torch.full((1,), float(i))
            mean = (1 - betas[i]).rsqrt() * (x - betas[i] * model(x, t).sample / (1 - alpha_bars[i]).sqrt())
            x = mean + variance[i].sqrt() * torch.randn_like(x) if i > 0 else mean

    return run


WORK = {"training": training, "call": call, "sampling": sampling}
opened = []


def open_task(work, way):
    run = WORK[work["do"]](work, way)
    run()  # torch.compile compiles now
    opened.append(run)
    return len(opened) - 1


def timed(number, times):
    began = time.perf_counter()
    for _ in range(times):
        opened[number]()
    return (time.perf_counter() - began) * 1000


def answer(asked):
    if asked["do"] == "open":
        try:
            return {"opened": open_task(asked["work"], asked["as"])}
        except Exception as error:  # what one way lacks, such as a compiler, must not end the others
            return {"refused": f"{type(error).__name__}: {error}".strip().split("\n")[0]}
    if asked["do"] == "round":
        return {"ms": timed(asked["number"], asked["times"])}
    opened.clear()
    torch._dynamo.reset()
    return {}


print(json.dumps({"torch": torch.__version__, "threads": THREADS}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
