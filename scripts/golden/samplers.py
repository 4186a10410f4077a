"""Golden trajectories of the samplers, from diffusers' own schedulers.

Command (from the repository's root, Node dependencies installed):
    python3 scripts/golden/samplers.py [name of a sampler, or classes ...]
Versions: Python 3.11, torch 2.13.0, diffusers 0.42.1, numpy 2.4.6.

Writes test/golden/data/scheduler/trajectories/<sampler>.json: x at a few rows for every schedule x prediction type x
spacing x number of steps, with a toy denoiser (`toy`) and given noise; and a few more settings one at a time. And
classes.json: scheduler_config.json as this project writes it for each class, loaded by the class.

The code of the classes runs unmodified, but for this:
    float64         is what their float32 means after they have made their betas (`Wide`): in float32 their product of
                    alphas is off by 3e-4 of the least sigma, and an ancestral step from a large sigma is NaN
    begin_index     is set to 0, as pipelines do that start in the middle: a first timestep that comes twice, which
                    rounding makes of Karras' sigmas, would start them at the second
    clipping        is done to the output where a class has none (`clipped`)
    EulerAncestral  has no Karras' or exponential sigmas, and no prediction type `sample`: it gets EulerDiscrete's sigmas,
                    and the epsilon of the x0
    DPM++ 2S        ancestral is no class of diffusers: k-diffusion's function in float64, on EulerDiscrete's sigmas
"""

import itertools
import json
import math
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import diffusers
import diffusers.schedulers.scheduling_euler_ancestral_discrete as ancestral_module
import numpy as np
import torch
from diffusers.schedulers.scheduling_ddim import rescale_zero_terminal_snr
from golden import ROOT, nine, toy, write

PIXELS = 2
NOISE = np.random.default_rng(20).standard_normal((110, PIXELS)).round(3).astype(np.float32)

CLASSES = {
    "euler": "EulerDiscreteScheduler",
    "euler_ancestral": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "dpmpp_3m": "DPMSolverMultistepScheduler",
    "dpmpp_2s_ancestral": "EulerDiscreteScheduler",
    "dpmpp_2m_sde": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "ddim_inverse": "DDIMInverseScheduler",
}
OWN = {
    "dpmpp_2m": {"solver_order": 2},
    "dpmpp_3m": {"solver_order": 3},
    "dpmpp_2m_sde": {"solver_order": 2, "algorithm_type": "sde-dpmsolver++"},
    "unipc": {"solver_order": 2},
}
IN_SIGMA_SPACE = ["euler", "euler_ancestral", "heun"]
SPACINGS = ["leading", "linspace", "trailing", "karras", "exponential"]


def cosine(T, s=0.008):
    """The tutorial's cosine, which has no name in diffusers."""
    bar = [math.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2 for t in range(T + 1)]
    return [min(max(1 - bar[t + 1] / bar[t], 0.0001), 0.9999) for t in range(T)]


class Wide:
    """A module whose float32 is float64."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, "float64" if name == "float32" else name)


def make(sampler, config, options, wide=True):
    """The class with a configuration of this project: names that it does not know are left out or translated."""
    kind = getattr(diffusers, CLASSES[sampler])
    known = set(kind._get_init_keys(kind))
    given = {"beta_start": 0.0001, "beta_end": 0.02} | config
    T = given["num_train_timesteps"]
    if given["beta_schedule"] == "cosine":
        given |= {"beta_schedule": "linear", "trained_betas": cosine(T)}
    if given["beta_schedule"] == "sigmoid":
        betas = diffusers.DDPMScheduler(T, beta_schedule="sigmoid").betas.tolist()
        given |= {"beta_schedule": "linear", "trained_betas": betas}
    if sampler in ["euler_ancestral", "dpmpp_2s_ancestral"] and given["prediction_type"] == "sample":
        given["prediction_type"] = "epsilon"
    given |= OWN.get(sampler, {}) | ({"solver_type": options["solver"]} if "solver" in options else {})
    create = lambda: kind(**{key: value for key, value in given.items() if key in known})
    return in_float64(kind, create) if wide else in_float32(kind, create)


def in_float32(kind, create):
    """A scheduler of the class as it is."""
    module = sys.modules[kind.__module__]
    module.torch, module.np = torch, np
    return create()


def in_float64(kind, create):
    """A scheduler of the class; what it computes from its betas, and in its steps, is float64."""
    module = sys.modules[kind.__module__]
    module.torch, module.np = torch, np
    if hasattr(module, "rescale_zero_terminal_snr"):
        module.rescale_zero_terminal_snr = lambda betas: rescale_zero_terminal_snr(betas.double()).float()
    scheduler = create()
    module.torch, module.np = Wide(torch), Wide(np)
    scheduler.alphas_cumprod = torch.cumprod(1 - scheduler.betas.double(), 0)
    inverse = kind is diffusers.DDIMInverseScheduler
    if scheduler.config.get("rescale_betas_zero_snr") and not inverse:
        scheduler.alphas_cumprod[-1] = 2**-24
    if inverse and not scheduler.config.set_alpha_to_one:
        scheduler.initial_alpha_cumprod = scheduler.alphas_cumprod[0]
    return scheduler


def set_timesteps(sampler, scheduler, steps, config):
    scheduler.set_timesteps(steps)
    if sampler == "euler_ancestral":
        other = make("euler", config, {})
        other.set_timesteps(steps)
        uses = [config.get(f"use_{name}_sigmas") for name in ["karras", "exponential"]]
        assert any(uses) or torch.equal(other.sigmas, scheduler.sigmas)
        scheduler.sigmas, scheduler.timesteps = other.sigmas, other.timesteps
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)


def linear(prediction, alpha_bar):
    """x0 = p x + q o of a model that keeps the variance."""
    signal, noise = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
    return {"epsilon": (1 / signal, -noise / signal), "sample": (0, 1), "v_prediction": (signal, -noise)}[prediction]


def converted(config, prediction, x, output, alpha_bar):
    """The output that says the same x0, clipped where `config` says so, in another prediction type."""
    p, q = linear(config["prediction_type"], alpha_bar)
    x0 = p * x + q * output
    if config["clip_sample"]:
        x0 = x0.clamp(-config.get("clip_sample_range", 1), config.get("clip_sample_range", 1))
    p, q = linear(prediction, alpha_bar)
    return (x0 - p * x) / q


def rows(sampler, steps, config, options, scheduler=None):
    """x after each network call, in the scale of the model but after the last, and the timesteps of the calls."""
    scheduler = scheduler or make(sampler, config, options)
    set_timesteps(sampler, scheduler, steps, config)
    T = config["num_train_timesteps"]
    asked = scheduler.config.prediction_type
    x = z(0)
    scaled = sampler in IN_SIGMA_SPACE
    if scaled:
        x = x * scheduler.init_noise_sigma
    clips = config["clip_sample"] and "clip_sample" not in scheduler.config
    xs = []
    for i, t in enumerate(scheduler.timesteps):
        seen = scheduler.scale_model_input(x, t)
        output = toy(seen, t.item(), T)
        if clips or asked != config["prediction_type"]:
            alpha_bar = (1 / (1 + scheduler.sigmas[i] ** 2)).item()
            output = converted(config, asked, seen, output, alpha_bar)
        ancestral_module.randn_tensor = lambda *_, **__: z(i + 1)
        noise = {"variance_noise": z(i + 1)} if sampler == "dpmpp_2m_sde" else {}
        x = scheduler.step(output, t, x, **noise).prev_sample
        # What comes last is the picture, noise of the last sigma included, as the class gives it.
        sigma = scheduler.sigmas[scheduler.step_index] if scaled and i + 1 < len(scheduler.timesteps) else 0
        xs.append((x / (sigma**2 + 1) ** 0.5).flatten().numpy())
    return scheduler.timesteps.tolist(), xs


def rows_2s_ancestral(sampler, steps, config, options):
    """k-diffusion's sample_dpmpp_2s_ancestral; a call's picture is in the scale of the model."""
    scheduler = make(sampler, config, options)
    scheduler.set_timesteps(steps)
    T = config["num_train_timesteps"]
    sigmas = scheduler.sigmas
    log_sigmas = np.log(np.array(((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5))
    timesteps, xs = [], []

    def model(x, sigma, t):
        timesteps.append(float(t))
        seen = x / (sigma**2 + 1) ** 0.5
        p, q = linear(config["prediction_type"], 1 / (sigma**2 + 1))
        x0 = p * seen + q * toy(seen, float(t), T)
        limit = config.get("clip_sample_range", 1)
        return x0.clamp(-limit, limit) if config["clip_sample"] else x0

    keep = lambda x, sigma: xs.append((x / (sigma**2 + 1) ** 0.5).flatten().numpy())
    x = torch.tensor(NOISE[0]).double() * scheduler.init_noise_sigma
    for i in range(steps):
        denoised = model(x, sigmas[i], scheduler.timesteps[i])
        sigma_up = (sigmas[i + 1] ** 2 * (sigmas[i] ** 2 - sigmas[i + 1] ** 2) / sigmas[i] ** 2) ** 0.5
        sigma_down = sigmas[i + 1] ** 2 / sigmas[i]  # (next^2 - up^2)^0.5 without its cancellation
        if sigma_down == 0:
            x = x + (x - denoised) / sigmas[i] * (sigma_down - sigmas[i])
        else:
            t, t_next = -sigmas[i].log(), -sigma_down.log()
            h = t_next - t
            s = t + h / 2
            x_2 = ((-s).exp() / (-t).exp()) * x - (-h / 2).expm1() * denoised
            keep(x_2, (-s).exp())
            denoised_2 = model(x_2, (-s).exp(), scheduler._sigma_to_t((-s).exp().numpy(), log_sigmas).item())
            x = ((-t_next).exp() / (-t).exp()) * x - (-h).expm1() * denoised_2
        if sigmas[i + 1] > 0:
            x = x + torch.tensor(NOISE[len(timesteps)]).double() * sigma_up
        keep(x, sigmas[i + 1])
    return timesteps, xs


def rows_2m_sde(sampler, steps, config, options):
    """k-diffusion's sample_dpmpp_2m_sde with its eta, without lower orders at the end; x in the scale of the model."""
    assert not config["lower_order_final"] and not config["clip_sample"]  # k-diffusion has neither
    scheduler = make(sampler, config, {})
    scheduler.set_timesteps(steps)
    sigmas, eta = scheduler.sigmas.double(), options["noise"]
    x = torch.tensor(NOISE[0]).double() * (sigmas[0] ** 2 + 1) ** 0.5
    xs, old, h_last = [], None, None
    for i, t in enumerate(scheduler.timesteps.tolist()):
        seen = x / (sigmas[i] ** 2 + 1) ** 0.5
        p, q = linear(config["prediction_type"], 1 / (sigmas[i] ** 2 + 1))
        denoised = p * seen + q * toy(seen, t, config["num_train_timesteps"])
        if sigmas[i + 1] == 0:
            x = denoised
        else:
            h = sigmas[i].log() - sigmas[i + 1].log()
            eta_h = eta * h
            x = sigmas[i + 1] / sigmas[i] * (-eta_h).exp() * x + (-h - eta_h).expm1().neg() * denoised
            if old is not None:
                r = h_last / h
                x = x + 0.5 * (-h - eta_h).expm1().neg() * (1 / r) * (denoised - old)
            z = torch.tensor(NOISE[i + 1]).double()
            x = x + z * sigmas[i + 1] * (-2 * eta_h).expm1().neg().sqrt()
            h_last = h
        old = denoised
        xs.append((x / (sigmas[i + 1] ** 2 + 1) ** 0.5).flatten().numpy())
    return scheduler.timesteps.tolist(), xs


def trajectory(sampler, steps, options, config):
    run = rows_2s_ancestral if sampler == "dpmpp_2s_ancestral" else rows_2m_sde if "noise" in options else rows
    timesteps, xs = run(sampler, steps, {"clip_sample": False} | config, options)
    count = len(xs)
    kept = sorted({0, 1, 2, count // 2, count - 2, count - 1} & set(range(count)))
    values = [xs[i] for i in kept]
    if not np.isfinite(values[-1]).all():  # 0 times infinity in a last step without noise, or without a way to go
        assert options.get("solver") == "bh1" or (sampler == "dpmpp_3m" and "final_sigmas_type" in config)
        kept, values = kept[:-1], values[:-1]
    assert np.isfinite(values).all(), (sampler, steps, options, config)
    case = {"steps": steps, "options": options, "config": config, "kept": kept}
    return case | {"timesteps": nine([timesteps[i] for i in kept]), "x": nine(values)}


def spaced(spacing, base="linspace"):
    if spacing in ["karras", "exponential"]:
        return {f"use_{spacing}_sigmas": True, "timestep_spacing": base}
    return {"timestep_spacing": spacing}


def cases(sampler):
    inverse = sampler == "ddim_inverse"
    spacings = ["leading", "trailing"] if inverse else SPACINGS
    predictions = ["epsilon", "sample", "v_prediction"]
    schedules = ["linear", "scaled_linear", "squaredcos_cap_v2", "cosine", "sigmoid"]
    for schedule, prediction, spacing, steps in itertools.product(schedules, predictions, spacings, [1, 2, 3, 10, 50]):
        config = {"num_train_timesteps": 1000, "beta_schedule": schedule, "prediction_type": prediction}
        extra = {"set_alpha_to_one": False} if inverse and prediction == "sample" else {}
        yield steps, {}, config | spaced(spacing) | extra

    common = {"num_train_timesteps": 300, "beta_schedule": "scaled_linear", "prediction_type": "v_prediction"}
    for spacing in spacings:
        yield 6, {}, common | spaced(spacing) | {"clip_sample": True, "clip_sample_range": 0.8}
    yield 6, {}, common | {"timestep_spacing": "leading", "steps_offset": 1}
    yield 50, {}, common | {"num_train_timesteps": 50, "timestep_spacing": "trailing"}
    if inverse:
        yield 6, {}, common | {"timestep_spacing": "leading", "set_alpha_to_one": False}
        return
    for spacing, base in itertools.product(["karras", "exponential"], ["leading", "trailing"]):
        yield 6, {}, common | spaced(spacing, base)
    if sampler in ["euler", "euler_ancestral", "dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc", "dpmpp_2s_ancestral"]:
        for spacing in spacings:
            yield 5, {}, common | spaced(spacing) | {"rescale_betas_zero_snr": True}
    finals = [{"final_sigmas_type": "sigma_min"}]
    if sampler.startswith("dpmpp") and sampler != "dpmpp_2s_ancestral":
        finals += [{"lower_order_final": False, "final_sigmas_type": "sigma_min"}]
        finals += [{"euler_at_final": True, "final_sigmas_type": "sigma_min"}, {"lower_order_final": False}]
    if sampler == "unipc":
        finals += [{"lower_order_final": False, "final_sigmas_type": "sigma_min"}]
    if sampler in ["euler", "dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc"]:
        for final, spacing, steps in itertools.product(finals, spacings, [4, 16]):
            yield steps, {}, common | final | spaced(spacing)
    if sampler == "dpmpp_2m_sde":
        for spacing, noise in itertools.product(spacings, [0, 0.5, 1, 1.5]):
            yield 6, {"noise": noise}, common | {"lower_order_final": False} | spaced(spacing)
    if sampler == "unipc":
        for spacing, steps, final in itertools.product(spacings, [1, 3, 20], [{}, *finals]):
            if final.get("lower_order_final", True):
                yield steps, {"solver": "bh1"}, common | final | spaced(spacing)
    if sampler in ["euler", "dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc"]:
        yield from random_cases(sampler)


def random_cases(sampler):
    """
    Settings drawn at random, six of each kind. Euler's end with noise. The solvers cut timesteps off: in float32 the first one,
    T - 1, comes out as T - 2 whenever a logarithm is rounded down, which is left to chance; six cases where it is and six where
    it is not.
    """
    drawn = random.Random(sampler)
    wanted = {-1: 6, -2: 6} if sampler != "euler" else {None: 6}
    while any(wanted.values()):
        T = drawn.choice([100, 250, 400, 2000])
        config = {"num_train_timesteps": T, "beta_start": round(drawn.uniform(1e-4, 4e-3), 5)}
        config |= {"beta_schedule": drawn.choice(["linear", "scaled_linear", "squaredcos_cap_v2"])}
        config |= {"beta_end": round(drawn.uniform(0.008, 0.02), 4)}
        config |= {"prediction_type": drawn.choice(["epsilon", "sample", "v_prediction"])}
        steps = drawn.randint(2, 30)
        if sampler == "euler":
            kind, config = None, config | spaced(drawn.choice(SPACINGS)) | {"final_sigmas_type": "sigma_min"}
        else:
            config |= spaced("exponential")
            scheduler = make(sampler, config, {}, wide=False)
            scheduler.set_timesteps(steps)
            kind = scheduler.timesteps[0].item() - T
        if wanted.get(kind):
            wanted[kind] -= 1
            yield steps, {}, config


# ---- classes ---------------------------------------------------------------------------------------------------------


def class_cases():
    for sampler in ["euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc"]:
        common = {"num_train_timesteps": 300, "clip_sample": False, "prediction_type": "v_prediction"}
        levels = {} if sampler == "euler_ancestral" else {"use_karras_sigmas": True}
        yield sampler, {}, common | {"beta_schedule": "scaled_linear", "timestep_spacing": "trailing"}
        yield sampler, {}, common | {"beta_schedule": "cosine", "timestep_spacing": "linspace"} | levels
        final = {"final_sigmas_type": "sigma_min", "lower_order_final": False, "euler_at_final": True}
        leading = {"timestep_spacing": "leading", "steps_offset": 1, "prediction_type": "epsilon"}
        own = {} if sampler in ["euler_ancestral", "heun"] else final
        yield sampler, {}, common | leading | own
        if sampler == "heun":
            yield sampler, {}, common | {"clip_sample": True, "clip_sample_range": 0.5}
        else:
            zero = {"beta_schedule": "squaredcos_cap_v2", "rescale_betas_zero_snr": True}
            yield sampler, {}, common | zero | {"timestep_spacing": "trailing"}
    yield "unipc", {"solver": "bh1"}, common | {"final_sigmas_type": "sigma_min"}


def written_configs(given):
    """What this project writes for each [config], or [config, sampler, settings]."""
    code = (
        "import { formatSchedulerConfig, parseSchedulerConfig } from './scheduler/src/index.ts';"
        f"const given = JSON.parse({json.dumps(json.dumps(given))});"
        "const write = ([config, ...rest]) => formatSchedulerConfig(parseSchedulerConfig(config), ...rest);"
        "console.log(JSON.stringify(given.map(write)));"
    )
    command = ["npx", "tsx", "--input-type=module", "-e", code]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def loaded(kind, config):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "scheduler_config.json").write_text(json.dumps(config))
        return kind.from_pretrained(folder)


def settings_of(scheduler):
    """-Infinity is no JSON; null means the same to this project."""
    return json.loads(scheduler.to_json_string(), parse_constant=lambda _: None)


def write_classes():
    entries = []
    given = list(class_cases())
    for (sampler, settings, config), written in zip(given, written_configs([[c, s, o] for s, o, c in given])):
        kind = getattr(diffusers, written["_class_name"])
        scheduler = in_float64(kind, lambda: loaded(kind, written))
        for key, value in written.items():
            assert key.startswith("_") or key not in scheduler.config or scheduler.config[key] == value, (sampler, key)
        complete = {"beta_schedule": "linear", "timestep_spacing": "leading"} | config
        _, xs = rows(sampler, 6, complete, settings, scheduler)
        assert np.isfinite(xs).all(), (sampler, config)
        entry = {"sampler": sampler, "settings": settings, "given": config, "written": written, "saved": settings_of(scheduler)}
        entries.append(entry | {"x": nine(xs)})
    dump("classes.json", entries)


def dump(name, cases, noise=NOISE, breaks=["},{"], **more):
    drawn = [[round(float(z), 3) for z in row] for row in noise]
    write(f"scheduler/{name}", {"noise": drawn, **more, "cases": cases}, breaks)


def z(i):
    return torch.tensor(NOISE[i]).double().reshape(1, 1, 1, PIXELS)


def main(names):
    for name in names or [*CLASSES, "classes"]:
        if name == "classes":
            write_classes()
        else:
            made = [trajectory(name, steps, options, config) for steps, options, config in cases(name)]
            dump(f"trajectories/{name}.json", made)


if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", message="__array__ implementation")  # torch's, of numpy 2
    main(sys.argv[1:])
