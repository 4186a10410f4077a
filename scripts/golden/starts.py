"""Golden trajectories that start from a picture, from diffusers' own schedulers.

Command (from the repository's root):
    python3 scripts/golden/starts.py
Versions: Python 3.11, torch 2.13.0, diffusers 0.42.1, numpy 2.4.6.

Writes test/golden/data/scheduler/starts.json: x after every network call, as the image-to-image and inpainting pipelines
make it: `get_timesteps` cuts the timesteps at a strength, `set_begin_index` says where the scheduler starts, `add_noise`
makes the picture noisy, and after each call the pixels that a mask keeps get the noise of the next timestep. The classes
run as in samplers.py.

RePaintScheduler at eta 0 is DDIM with kept pixels, here with the noise that sampling starts from. Its `undo_step` has the
betas of one timestep before, so resampling has no case.
"""

import itertools

import diffusers
import diffusers.schedulers.scheduling_ddpm as ddpm_module
import diffusers.schedulers.scheduling_euler_ancestral_discrete as ancestral_module
import diffusers.schedulers.scheduling_repaint as repaint_module
import torch

import samplers
from golden import nine, toy
from samplers import CLASSES, IN_SIGMA_SPACE, NOISE, PIXELS, dump, make, set_timesteps, spaced, z

PICTURE = [-0.8, 0.35]
picture = torch.tensor(PICTURE).double().reshape(1, 1, 1, PIXELS)
MASKS = [None, [0.25, 1], [1, 0]]
STARTED = ["ddpm", "ddim", *(name for name in CLASSES if name not in ["dpmpp_2s_ancestral", "ddim_inverse"])]
CLASSES |= {"ddpm": "DDPMScheduler", "ddim": "DDIMScheduler", "repaint": "RePaintScheduler"}


def started(sampler, steps, strength, mask, config):
    scheduler = make(sampler, config, {})
    set_timesteps(sampler, scheduler, steps, config)
    T = config["num_train_timesteps"]

    # get_timesteps of StableDiffusionImg2ImgPipeline
    first = max(steps - min(int(steps * strength), steps), 0) * scheduler.order
    timesteps = scheduler.timesteps[first:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)

    noisy = lambda t: scheduler.add_noise(picture, z(0), torch.tensor([t]))
    scaled = sampler in IN_SIGMA_SPACE
    x = noisy(timesteps[0])
    xs = []
    for i, t in enumerate(timesteps):
        output = toy(scheduler.scale_model_input(x, t), t.item(), T)
        for module in [ddpm_module, ancestral_module]:
            module.randn_tensor = lambda *_, **__: z(i + 1)
        noise = {"variance_noise": z(i + 1)} if sampler == "dpmpp_2m_sde" else {}
        x = scheduler.step(output, t, x, **noise).prev_sample
        if mask:
            keep = picture if i == len(timesteps) - 1 else noisy(timesteps[i + 1])
            x = (1 - torch.tensor(mask)) * keep + torch.tensor(mask) * x
        sigma = scheduler.sigmas[scheduler.step_index] if scaled else 0
        xs.append((x / (sigma**2 + 1) ** 0.5).flatten().numpy())
    return {"timesteps": nine(timesteps), "x": nine(xs)}


def repainted(steps, config):
    """DDIM that keeps the second pixel; this class's mask is 1 where it keeps."""
    scheduler = make("repaint", config | {"beta_schedule": "linear"}, {})
    scheduler.eta = 0
    scheduler.set_timesteps(steps, jump_length=1, jump_n_sample=1)
    repaint_module.randn_tensor = lambda *_, **__: z(0)
    keeps = torch.tensor([0.0, 1.0]).double().reshape(1, 1, 1, PIXELS)
    x, xs = z(0), []
    for t in scheduler.timesteps:
        output = toy(x, t.item(), config["num_train_timesteps"])
        x = scheduler.step(output, t, x, picture, keeps).prev_sample
        xs.append(x.flatten().numpy())
    return {"timesteps": nine(scheduler.timesteps), "x": nine(xs)}


def cases():
    for sampler, (steps, strength), mask in itertools.product(STARTED, [(10, 0.62), (4, 0.5), (20, 0.3)], MASKS):
        for prediction, spacing in [("epsilon", "leading"), ("v_prediction", "trailing"), ("epsilon", "karras")]:
            if spacing == "karras" and sampler in ["ddpm", "ddim", "euler_ancestral"]:
                continue
            config = {"num_train_timesteps": 1000, "beta_schedule": "scaled_linear", "prediction_type": prediction}
            config |= spaced(spacing) | {"clip_sample": False}
            case = {"sampler": sampler, "steps": steps, "strength": strength, "mask": mask, "config": config}
            yield case | started(sampler, steps, strength, mask, config)
    for steps, clips in itertools.product([4, 10], [True, False]):
        config = {"num_train_timesteps": 1000, "beta_schedule": "linear", "prediction_type": "epsilon"}
        config |= {"timestep_spacing": "leading", "clip_sample": clips}
        case = {"sampler": "ddim", "steps": steps, "strength": 1, "mask": MASKS[2], "config": config}
        yield case | repainted(steps, config)


if __name__ == "__main__":
    samplers.warnings.simplefilter("error")
    samplers.warnings.filterwarnings("ignore", message="__array__ implementation")
    dump("starts.json", list(cases()), NOISE[:25], picture=PICTURE)
