"""
Saves the pipeline of a model folder, removes the folder, and loads the copy.

    python save.py <folder> <copy>

Prints the largest difference between the pictures of both, and the classes by name that the copy knows.
"""

import json
import logging
import shutil
import sys

import torch
from diffusers import DiffusionPipeline
from diffusers.utils.logging import disable_progress_bar

torch.set_num_threads(1)
logging.disable()
disable_progress_bar()
folder, copy = sys.argv[1:]


def load(path):
    pipe = DiffusionPipeline.from_pretrained(path, custom_pipeline="pipeline", trust_remote_code=True)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def draw(pipe):
    noise = torch.Generator().manual_seed(1)
    return pipe(batch_size=3, num_inference_steps=3, generator=noise, output_type="pt").images


first = load(folder)
pictures = draw(first)
first.save_pretrained(copy)
shutil.rmtree(folder)
second = load(copy)
print(json.dumps({"difference": (draw(second) - pictures).abs().max().item(), "names": second.names}))
