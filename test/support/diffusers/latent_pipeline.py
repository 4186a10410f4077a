"""
Pipelines of diffusers that draw latents, with random weights.

    python latent_pipeline.py save <cases>    saves LDMPipelines, and prints what they draw
    python latent_pipeline.py sample <cases>  prints what the pipeline.py of model folders draws, with DDIM

A case has `folder` and `steps`; to be saved also `kind` and `vae`, class and arguments of the autoencoder; `unet` and `scheduler`,
arguments; and `name`, of the part. Both start from waves and print a list, of each case the pictures in [0, 1], flat.
"""

import json
import logging
import math
import sys
from pathlib import Path

import diffusers
import torch
from diffusers.pipelines.deprecated.latent_diffusion_uncond import pipeline_latent_diffusion_uncond as uncond

torch.set_num_threads(1)
logging.disable()
diffusers.utils.logging.disable_progress_bar()
mode, cases = sys.argv[1:]
COUNT = 2


def noise(shape):
    count = math.prod(shape)
    return 1.4 * torch.sin(1.3 * torch.arange(count, dtype=torch.float64)).float().reshape(shape)


def save(folder, steps, **spec):
    torch.manual_seed(0)
    vae = getattr(diffusers, spec["kind"])(**spec["vae"]).eval()
    if spec["kind"] == "VQModel":
        # As wide as what a network without training draws, or all places get one code.
        torch.nn.init.uniform_(vae.quantize.embedding.weight, -20, 20)
    unet = diffusers.UNet2DModel(**spec["unet"]).eval()
    pipe = diffusers.LDMPipeline(vae, unet, diffusers.DDIMScheduler(**spec["scheduler"]))
    pipe.save_pretrained(folder)
    if spec["name"] != "vqvae":
        Path(folder, "vqvae").rename(Path(folder, spec["name"]))
        index = Path(folder, "model_index.json")
        index.write_text(index.read_text().replace('"vqvae"', f'"{spec["name"]}"'))
    uncond.randn_tensor = lambda shape, **_: noise(shape)
    images = pipe(batch_size=COUNT, num_inference_steps=steps, output_type="np").images
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def sample(folder, steps, **_):
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder, custom_pipeline="pipeline", trust_remote_code=True)
    pipe.scheduler = diffusers.DDIMScheduler.from_config(pipe.scheduler.config)
    config = pipe.unet.config
    latents = noise((COUNT, config.out_channels, config.sample_size, config.sample_size))
    return pipe(batch_size=COUNT, latents=latents, num_inference_steps=steps, output_type="pt").images


drawn = [(save if mode == "save" else sample)(**case) for case in json.loads(cases)]
print(json.dumps([pictures.flatten().tolist() for pictures in drawn]))
