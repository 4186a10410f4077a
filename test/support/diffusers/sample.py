"""
Samples model folders with diffusers, from noise that is given.

    python sample.py <cases.json>

A case has `folder`; `pipeline`, DDPMPipeline or OnnoisePipeline; `noise`, a file with `draws`; `scheduler`, the content of
a scheduler_config.json, or null for the folder's own; `trust` in the code of the folder; and `inputs` of the call. Prints a
list: of each case the pictures in [0, 1], flat, or the sentence of its error. The code of diffusers runs unmodified; only
its random numbers are the given ones.
"""

import json
import logging
import sys
import tempfile
from functools import cache
from pathlib import Path

import diffusers
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)
logging.disable()
diffusers.utils.logging.disable_progress_bar()


@cache
def load(folder, pipeline, trust):
    if pipeline == "DDPMPipeline":
        return diffusers.DDPMPipeline.from_pretrained(folder, trust_remote_code=trust)
    return diffusers.DiffusionPipeline.from_pretrained(folder, custom_pipeline="pipeline", trust_remote_code=trust)


def give(draws):
    """Makes diffusers draw these one by one."""
    left = list(draws)

    def given(shape, **_):
        assert tuple(shape) == tuple(left[0].shape), (shape, left[0].shape)
        return left.pop(0)

    for module in list(sys.modules.values()):
        if getattr(module, "randn_tensor", None) is not None:
            module.randn_tensor = given


def scheduler_of(config):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "scheduler_config.json").write_text(json.dumps(config))
        return getattr(diffusers, config["_class_name"]).from_pretrained(folder)


def sample(case):
    pipe = load(case["folder"], case["pipeline"], case["trust"])
    assert type(pipe).__name__ == case["pipeline"]
    own = pipe.scheduler
    if case["scheduler"] is not None:
        pipe.scheduler = scheduler_of(case["scheduler"])
    pipe.set_progress_bar_config(disable=True)
    give(load_file(case["noise"])["draws"])
    try:
        images = pipe(output_type="pt", **case["inputs"]).images.double().flatten()
        if not images.isfinite().all():
            raise ValueError("pictures that are no numbers")
        return images.tolist()
    finally:
        pipe.scheduler = own


def attempt(case):
    try:
        return sample(case)
    except (ValueError, OSError) as error:
        return str(error)


print(json.dumps([attempt(case) for case in json.loads(Path(sys.argv[1]).read_text())]))
