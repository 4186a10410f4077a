"""
Samples a model folder with diffusers, from noise that is given.

    python sample.py <folder> <noise.safetensors> <cases.json>

Each case has `scheduler`, the content of a scheduler_config.json, or null for the folder's own; `steps`; `inputs` of the
call; `step`, options of the scheduler's step; and `pipeline`: DDPMPipeline or OnnoisePipeline. Prints a list of pictures
in [0, 1], flat. All code of diffusers runs unmodified; only its random numbers are the given ones.
"""

import json
import sys
import tempfile
from pathlib import Path

import diffusers
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)
folder, noise, cases = sys.argv[1:]
draws = load_file(noise)["draws"]
taken = 0


def given(shape, **_):
    global taken
    taken += 1
    assert tuple(shape) == tuple(draws[taken - 1].shape), (shape, draws.shape)
    return draws[taken - 1]


def load(pipeline):
    if pipeline == "DDPMPipeline":
        return diffusers.DDPMPipeline.from_pretrained(folder, trust_remote_code=True)
    return diffusers.DiffusionPipeline.from_pretrained(folder, custom_pipeline="pipeline", trust_remote_code=True)


def use_given_noise():
    for module in list(sys.modules.values()):
        if getattr(module, "randn_tensor", None) is not None:
            module.randn_tensor = given


pictures = []
for case in json.loads(Path(cases).read_text()):
    pipe = load(case["pipeline"])
    assert type(pipe).__name__ == case["pipeline"]
    if case["scheduler"] is not None:
        with tempfile.TemporaryDirectory() as temporary:
            Path(temporary, "scheduler_config.json").write_text(json.dumps(case["scheduler"]))
            pipe.scheduler = getattr(diffusers, case["scheduler"]["_class_name"]).from_pretrained(temporary)
    pipe.set_progress_bar_config(disable=True)
    use_given_noise()
    taken = 0
    options = {"num_inference_steps": case["steps"], "output_type": "pt", **case["inputs"], **case["step"]}
    pictures.append(pipe(**options).images.double().flatten().tolist())
print(json.dumps(pictures))
