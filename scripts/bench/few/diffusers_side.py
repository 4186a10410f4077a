"""diffusers' side of the benchmark of few calls: draws when told to on standard input, answers with milliseconds.

One JSON line in, one out. {"do": "open", "folder": a model folder with weights, "steps": 50, "conditions": {"age": 30}} loads its
pipeline with DDIM and answers {"scheduler": its class}. {"do": "draw", "count": 16, "guidance": 1, "times": 3} answers {"ms": for the three}. Between
rounds it waits, so that all sides take turns on the processor. CPU, a thread for each core that the process may use.
"""

import json
import os
import sys
import time

import diffusers
import safetensors  # noqa: F401, which reads the weights
import torch

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(THREADS)
diffusers.utils.logging.disable_progress_bar()
opened = {}


def load(folder, steps, conditions):
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder, custom_pipeline="pipeline", trust_remote_code=True)
    if not type(pipe.scheduler).__name__.startswith("FlowMatch"):  # of which there is no DDIM: Euler's steps are the same
        pipe.scheduler = diffusers.DDIMScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    opened.update(pipe=pipe, inputs={"num_inference_steps": steps, "conditions": conditions})


def timed(count, guidance, times):
    began = time.perf_counter()
    for _ in range(times):
        opened["pipe"](batch_size=count, guidance_scale=guidance, **opened["inputs"])
    return (time.perf_counter() - began) * 1000


def answer(asked):
    if asked["do"] == "open":
        load(asked["folder"], asked["steps"], asked["conditions"])
        return {"scheduler": type(opened["pipe"].scheduler).__name__}
    return {"ms": timed(asked["count"], asked["guidance"], asked["times"])}


print(json.dumps({"diffusers": diffusers.__version__, "torch": torch.__version__, "threads": THREADS}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
