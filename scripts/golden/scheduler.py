"""Golden numbers for scheduler/, from diffusers' own schedulers in float32, unmodified.

Command (from the repository's root, Node dependencies installed):
    python3 scripts/golden/scheduler.py
Versions: Python 3.11, torch 2.13.0, diffusers 0.42.1, numpy 2.4.6.

Writes test/golden/data/scheduler/:
    trajectories.json  DDPM and DDIM x schedule x prediction type x spacing x clipping, step by step, with a toy
                       denoiser (`toy`) and given noise; and a few more settings one at a time. samplers.py has the others
    tables.json        schedules (diffusers' and the tutorial's formulas), forward process, timesteps, seeded noise
    configs.json       scheduler_config.json as this project writes it, loaded by diffusers
"""

import itertools
import math
import warnings

import diffusers.schedulers.scheduling_ddpm as ddpm_module
import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler

from golden import nine, toy, write
from samplers import cosine, dump, loaded, written_configs

PIXELS = 3
DRAWS = 60
NOISE = np.random.default_rng(20).standard_normal((DRAWS, PIXELS)).round(3).astype(np.float32)


# ---- schedules -------------------------------------------------------------------------------------------------------


def tutorial_linear(T, start=0.0001, end=0.02):
    return torch.linspace(start, end, T)


def tutorial_cosine(T, s=0.008):
    x = torch.linspace(0, T, T + 1)
    alphas_cumprod = torch.cos(((x / T) + s) / (1 + s) * torch.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    betas = 1 - (alphas_cumprod[1:] / alphas_cumprod[:-1])
    return torch.clip(betas, 0.0001, 0.9999)


def diffusers_betas(schedule, T):
    # cosine is the tutorial's without float32's cancellation, which costs its small betas four digits
    return torch.tensor(cosine(T)) if schedule == "cosine" else DDPMScheduler(T, beta_schedule=schedule).betas


# ---- trajectories ----------------------------------------------------------------------------------------------------


def make(sampler, config):
    T, schedule = config["num_train_timesteps"], config["beta_schedule"]
    # The tutorial's cosine has no name in diffusers, sigmoid none in its DDIM: both classes take the numbers.
    if schedule == "cosine" or (schedule == "sigmoid" and sampler == "ddim"):
        config = config | dict(beta_schedule="linear", trained_betas=diffusers_betas(schedule, T).tolist())
    return (DDPMScheduler if sampler == "ddpm" else DDIMScheduler)(**config)


def trajectory(sampler, eta, steps, config):
    scheduler = make(sampler, config)
    T = config["num_train_timesteps"]
    scheduler.set_timesteps(steps)
    assert len(scheduler.timesteps) == steps, "a step count where numpy's arange has one element too many"
    x = torch.tensor(NOISE[0]).reshape(1, 1, 1, PIXELS)
    xs, x0s = [], []
    for i, t in enumerate(scheduler.timesteps):
        z = torch.tensor(NOISE[i + 1]).reshape(1, 1, 1, PIXELS)
        output = toy(x, t.item(), T)
        if sampler == "ddpm":
            ddpm_module.randn_tensor = lambda *_, **__: z
            result = scheduler.step(output, t, x)
        else:
            result = scheduler.step(output, t, x, eta=eta, variance_noise=z if eta > 0 else None)
        x = result.prev_sample
        xs.append(x.flatten().numpy())
        x0s.append(result.pred_original_sample.flatten().numpy())
    kept = range(steps) if steps <= 10 else [0, 1, steps // 2, steps - 2, steps - 1]
    return dict(
        sampler=sampler, eta=eta, steps=steps, config=config, timesteps=scheduler.timesteps.tolist(), kept=list(kept),
        x=nine([xs[i] for i in kept]), x0=nine(x0s[-1]),
    )


def trajectories():
    kinds = [("ddpm", 0, "fixed_small"), ("ddpm", 0, "fixed_large"), ("ddim", 0, None), ("ddim", 0.6, None)]
    schedules = ["linear", "scaled_linear", "squaredcos_cap_v2", "cosine", "sigmoid"]
    predictions = ["epsilon", "sample", "v_prediction"]
    spacings = ["leading", "linspace", "trailing"]
    cases = []

    def add(kind, steps, **config):
        sampler, eta, variance = kind
        if variance:
            config["variance_type"] = variance
        cases.append(trajectory(sampler, eta, steps, config))

    for kind, schedule, prediction, spacing, clip in itertools.product(kinds, schedules, predictions, spacings, [True, False]):
        common = dict(num_train_timesteps=1000, beta_schedule=schedule, prediction_type=prediction)
        add(kind, 7, **common, timestep_spacing=spacing, clip_sample=clip)  # 7 is no divisor of T
    for kind, spacing, steps in itertools.product(kinds, spacings, [1, 2, 20, 50]):
        common = dict(num_train_timesteps=50, beta_schedule="linear", prediction_type="epsilon")
        add(kind, steps, **common, timestep_spacing=spacing, clip_sample_range=1.5)
    for kind in kinds:
        common = {"num_train_timesteps": 300, "beta_schedule": "cosine", "prediction_type": "v_prediction"}
        add(kind, 13, **common)
        add(kind, 6, **common, steps_offset=1)
        add(kind, 6, **common, beta_start=0.001, beta_end=0.05)
        for spacing, prediction in itertools.product(["leading", "trailing"], ["sample", "v_prediction"]):
            zero = {"beta_schedule": "scaled_linear", "timestep_spacing": spacing, "prediction_type": prediction}
            add(kind, 5, num_train_timesteps=300, rescale_betas_zero_snr=True, **zero)
    for offset in [0, 1]:
        common = {"num_train_timesteps": 300, "beta_schedule": "scaled_linear", "prediction_type": "epsilon"}
        add(("ddim", 0.6, None), 6, **common, steps_offset=offset, set_alpha_to_one=False)
        add(("ddim", 1, None), 6, **common, steps_offset=offset)
    return cases


# ---- tables ----------------------------------------------------------------------------------------------------------


def every(betas, alpha_bar, T):
    some = [*range(0, T, T // 20), T - 1]
    return dict(beta=nine(betas[some]), alphaBar=nine(alpha_bar[some]))


def schedule_tables():
    tables = []
    for T in [20, 300, 1000]:
        config = dict(num_train_timesteps=T)
        for schedule, zero in itertools.product(["linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid"], [False, True]):
            given = config | dict(beta_schedule=schedule, rescale_betas_zero_snr=zero)
            scheduler = DDPMScheduler(**given)
            tables.append(dict(config=given, **every(scheduler.betas, scheduler.alphas_cumprod, T)))
        for schedule, betas in [("linear", tutorial_linear(T)), ("cosine", tutorial_cosine(T))]:
            alpha_bar = torch.cumprod(1.0 - betas, axis=0)
            tables.append(dict(config=config | dict(beta_schedule=schedule), **every(betas, alpha_bar, T)))
    return tables


def forward_tables():
    """The tutorial's forward_diffusion_sample and diffusers' add_noise and get_velocity, T = 300."""
    T = 300
    timesteps = [0, 1, 150, 299]
    x0 = torch.tensor([[-1.0, 0.25, 1.0]] * len(timesteps))
    noise = torch.tensor(NOISE[: len(timesteps)])
    result = {"timesteps": timesteps, "x0": nine(x0), "noise": nine(noise), "cases": []}
    for schedule, betas in [("linear", tutorial_linear(T)), ("cosine", tutorial_cosine(T))]:
        alpha_bar = torch.cumprod(1.0 - betas, axis=0)[timesteps].reshape(-1, 1)
        scheduler = DDPMScheduler(T, trained_betas=betas.tolist())
        tutorial = torch.sqrt(alpha_bar) * x0 + torch.sqrt(1.0 - alpha_bar) * noise
        theirs = scheduler.add_noise(x0, noise, torch.tensor(timesteps))
        assert torch.allclose(tutorial, theirs, atol=1e-7)
        velocity = scheduler.get_velocity(x0, noise, torch.tensor(timesteps))
        result["cases"].append({"beta_schedule": schedule, "xt": nine(tutorial), "velocity": nine(velocity)})
    return result


def checksum(timesteps):
    return sum((i + 1) * int(t) for i, t in enumerate(timesteps)) % (2**31 - 1)


def timestep_tables():
    """One checksum for every number of steps. Where numpy's arange has one element too many (timestep -1), it is cut."""
    tables = []
    for T, spacing in itertools.product([10, 50, 300, 1000], ["leading", "linspace", "trailing"]):
        scheduler = DDPMScheduler(T, timestep_spacing=spacing)
        sums = []
        for steps in range(1, T + 1):
            scheduler.set_timesteps(steps)
            timesteps = [t for t in scheduler.timesteps.tolist() if t >= 0]
            assert len(timesteps) == steps
            sums.append(checksum(timesteps))
        tables.append({"T": T, "spacing": spacing, "checksums": sums})
    return tables


# ---- noise -----------------------------------------------------------------------------------------------------------


def philox(counter, key):
    """Philox 4x32-10 by its definition, in Python's integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def gaussian(seed, stream, count):
    values = []
    for block in range((count + 3) // 4):
        words = philox([block & 0xFFFFFFFF, block >> 32, stream, 0], [seed & 0xFFFFFFFF, seed >> 32])
        for a, b in [words[:2], words[2:]]:
            radius = math.sqrt(-2 * math.log((a + 0.5) / 2**32))
            values += [radius * math.cos(2 * math.pi * b / 2**32), radius * math.sin(2 * math.pi * b / 2**32)]
    return nine(np.array(values[:count], dtype=np.float32))


def noise_tables():
    streams = [(0, 0), (37, 0), (37, 1), (2**32 - 1, 0), (2**53 - 1, 2**32 - 1)]
    return [{"seed": seed, "stream": stream, "values": gaussian(seed, stream, 100)} for seed, stream in streams]


# ---- configs ---------------------------------------------------------------------------------------------------------

GIVEN = [
    {},
    {"beta_schedule": "cosine", "num_train_timesteps": 300},
    {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction", "clip_sample_range": 1.5},
    {"beta_schedule": "scaled_linear", "steps_offset": 1, "set_alpha_to_one": False, "clip_sample": False},
    {"beta_schedule": "sigmoid", "num_train_timesteps": 50, "beta_end": 0.05},
    {"beta_schedule": "cosine", "num_train_timesteps": 20, "rescale_betas_zero_snr": True, "prediction_type": "sample"},
]


def config_tables():
    tables = []
    for given, written in zip(GIVEN, written_configs([[given] for given in GIVEN])):
        ddpm, ddim = (loaded(kind, written) for kind in (DDPMScheduler, DDIMScheduler))
        assert torch.equal(ddpm.alphas_cumprod, ddim.alphas_cumprod)
        for scheduler in [ddpm, ddim]:
            for key, value in scheduler.config.items():
                assert key.startswith("_") or written.get(key, value) == value, (key, value)
        levels = every(ddpm.betas, ddpm.alphas_cumprod, ddpm.config.num_train_timesteps)
        tables.append(dict(given=given, written=written, **levels, finalAlphaBar=nine(ddim.final_alpha_cumprod)[0]))
    return tables


if __name__ == "__main__":
    warnings.simplefilter("error")
    torch.manual_seed(0)
    breaks = ["},{", '],"']
    dump("trajectories.json", trajectories(), NOISE, breaks)
    tables = dict(schedules=schedule_tables(), forward=forward_tables(), timesteps=timestep_tables(), gaussian=noise_tables())
    write("scheduler/tables.json", tables, breaks)
    write("scheduler/configs.json", config_tables(), breaks)
