"""Golden noise levels, timesteps, trajectories and files of flow matching, from diffusers' and MONAI's own schedulers.

Command (from the repository's root, Node dependencies installed):
    python3 scripts/golden/flow.py
Versions: Python 3.11, torch 2.13.0, diffusers 0.42.1, numpy 2.4.6, scipy 1.17.0.

Writes test/golden/data/scheduler/flow.json:
    grids          sigmas and timesteps of FlowMatchEulerDiscreteScheduler for every shift x spread of levels x direction x
                   terminal level x number of steps x T
    trajectories   x after every network call, with a toy denoiser: FlowMatchEuler and FlowMatchHeun, and with
                   use_flow_sigmas DPM-Solver++ (2M, 3M, SDE) and UniPC
    starts         pictures with noise, by scale_noise
    classes        scheduler_config.json as this project writes it, loaded by the class, and how that class samples

And test/golden/data/train/flow-step.json: the loss and every gradient of a step of UNet2DModel.

The classes run unmodified.
"""

import itertools
import warnings

import diffusers
import numpy as np
import torch
import torch.nn.functional as F
from golden import nine, toy, write
from model import blocks, load_wave, packed, wave
from samplers import OWN, loaded, settings_of, written_configs

PIXELS = 2
NOISE = np.random.default_rng(21).standard_normal((60, PIXELS)).round(3).astype(np.float32)
PICTURE = [0.25, -0.75]
SPREADS = [{}, {"use_karras_sigmas": True}, {"use_exponential_sigmas": True}, {"use_beta_sigmas": True}]
SAMPLERS = dict(
    euler="FlowMatchEulerDiscreteScheduler",
    heun="FlowMatchHeunDiscreteScheduler",
    dpmpp_2m="DPMSolverMultistepScheduler",
    dpmpp_3m="DPMSolverMultistepScheduler",
    dpmpp_2m_sde="DPMSolverMultistepScheduler",
    unipc="UniPCMultistepScheduler",
)


def make(sampler, config):
    name = SAMPLERS[sampler]
    kind = getattr(diffusers, name)
    given = {k: v for k, v in config.items() if k != "shift"}
    if name.startswith("FlowMatch"):
        return kind(**given, shift=config.get("shift", 1.0))
    line = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": config.get("shift", 1.0)}
    return kind(**given, **line, **OWN[sampler])


def z(i):
    return torch.tensor(NOISE[i]).reshape(1, 1, 1, PIXELS)


def walk(sampler, scheduler, steps):
    """x after every network call, and the timesteps of the calls."""
    scheduler.set_timesteps(steps)
    scheduler.set_begin_index(0)
    T = scheduler.config.num_train_timesteps
    x, xs = z(0), []
    for i, t in enumerate(scheduler.timesteps):
        noise = {"variance_noise": z(i + 1)} if sampler == "dpmpp_2m_sde" else {}
        x = scheduler.step(toy(x, float(t), T), t, x, **noise).prev_sample
        xs.append(x)
    return {"timesteps": nine(scheduler.timesteps), "x": nine(torch.cat(xs))}


def grids():
    shifts, terminals, steps = [0.06, 1, 3, 12.5], [None, 0.1], [1, 2, 5, 20]
    for shift, spread, inverted, terminal, count in itertools.product(shifts, SPREADS, [False, True], terminals, steps):
        if terminal is not None and count == 1:
            continue  # NaN in diffusers
        yield grid({"shift": shift, **spread, "invert_sigmas": inverted, "shift_terminal": terminal}, count)
    for T, count in itertools.product([1, 10, 50], [1, 7, 50]):
        if count <= T:
            for spread in SPREADS:
                yield grid({"num_train_timesteps": T, "shift": 2.5, **spread}, count)


def grid(config, steps):
    scheduler = make("euler", config)
    scheduler.set_timesteps(steps)
    return {"config": config, "steps": steps, "sigmas": nine(scheduler.sigmas), "timesteps": nine(scheduler.timesteps)}


def trajectories():
    for shift, steps in itertools.product([1, 3], [1, 2, 3, 10, 20]):
        for sampler in SAMPLERS:
            yield sampler, {"shift": shift}, steps
    for spread in SPREADS[1:]:
        yield "euler", {"shift": 2, **spread}, 7
    yield "euler", {"shift": 2, "invert_sigmas": True}, 7
    yield "euler", {"shift": 2, "shift_terminal": 0.2, "invert_sigmas": True, "use_karras_sigmas": True}, 6
    yield "euler", {"num_train_timesteps": 100, "shift": 0.7}, 6
    yield "heun", {"num_train_timesteps": 100, "shift": 0.7}, 6
    yield "unipc", {"shift": 2, "shift_terminal": 0.2}, 6
    yield "dpmpp_2m", {"shift": 2, "lower_order_final": False}, 6


def trajectory(sampler, config, steps):
    return {"sampler": sampler, "config": config, "steps": steps, **walk(sampler, make(sampler, config), steps)}


def starts():
    """From a picture, at the first timestep of the steps that are made."""
    for sampler, shift in itertools.product(["euler", "heun"], [1, 3]):
        scheduler = make(sampler, {"shift": shift})
        scheduler.set_timesteps(10)
        index = 4 if sampler == "euler" else 2 * 4 - 1
        scheduler.set_begin_index(index)
        picture = torch.tensor(PICTURE).reshape(1, 1, 1, PIXELS)
        t = scheduler.timesteps[index]
        x = scheduler.scale_noise(picture, t[None] if sampler == "euler" else t, z(0))
        yield {"sampler": sampler, "shift": shift, "timestep": float(t), "x": nine(x)}


def classes():
    given = [
        ("euler", {}),
        ("euler", {"shift": 3}),
        ("euler", {"num_train_timesteps": 300, "shift": 1.5, "use_karras_sigmas": True, "shift_terminal": 0.05}),
        ("euler", {"shift": 2, "use_beta_sigmas": True, "invert_sigmas": True}),
        ("heun", {"num_train_timesteps": 500, "shift": 3}),
        ("dpmpp_2m", {"shift": 3}),
        ("dpmpp_3m", {"shift": 2}),
        ("dpmpp_2m_sde", {"shift": 2}),
        ("unipc", {"shift": 5, "shift_terminal": 0.1}),
    ]
    cases = [{"sampler": s, "given": {"prediction_type": "flow_prediction", **config}} for s, config in given]
    for case, config in zip(cases, written_configs([[case["given"], case["sampler"]] for case in cases])):
        scheduler = loaded(getattr(diffusers, config["_class_name"]), config)
        yield {**case, "written": config, "saved": settings_of(scheduler), **walk(case["sampler"], scheduler, 6)}


T, TIMESTEPS = 50, [0, 11, 30, 49]
NETWORK = dict(
    sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], **blocks("pa"), layers_per_block=1,
    norm_num_groups=2, attention_head_dim=4,
)


def step(shift):
    """As examples/dreambooth/train_dreambooth_lora_sd3.py has it: sigma and timestep of an index are the scheduler's tables, which
    fall. Weights and inputs are made from `wave`, as in model.py."""
    model = diffusers.UNet2DModel(**NETWORK)
    load_wave(model)
    model.train()
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(T, shift=shift)
    rising = T - 1 - torch.tensor(TIMESTEPS)
    sigmas, timesteps = scheduler.sigmas[rising], scheduler.timesteps[rising]
    shape = (len(TIMESTEPS), 1, 8, 8)
    images, noise = wave(900, shape, 0.9), wave(901, shape, 1.4)
    sigma = sigmas[:, None, None, None]
    output = model((1 - sigma) * images + sigma * noise, timesteps).sample
    loss = F.mse_loss(output, noise - images)
    loss.backward()
    gradients = {name: packed(p.grad) for name, p in model.named_parameters()}
    return dict(shift=shift, told=timesteps.tolist(), loss=loss.item(), gradients=gradients)


def main():
    warnings.simplefilter("ignore")
    diffusers.utils.logging.set_verbosity_error()
    golden = {
        "noise": [nine(row) for row in NOISE],
        "picture": PICTURE,
        "grids": list(grids()),
        "trajectories": [trajectory(*case) for case in trajectories()],
        "starts": list(starts()),
        "classes": list(classes()),
    }
    write("scheduler/flow.json", golden, allow_nan=False)
    network = dict(_class_name="UNet2DModel", num_train_timesteps=T, **NETWORK)
    step_golden = dict(config=network, timesteps=TIMESTEPS, cases=[step(1.0), step(3.0)])
    write("train/flow-step.json", step_golden, separators=None)


main()
