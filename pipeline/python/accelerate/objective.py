"""The loss of a batch: noise the images, predict, measure.

Source: Ho et al. (arXiv 2006.11239), algorithm 1; Lipman et al. (arXiv 2210.02747) for flow matching; Esser et al.
(arXiv 2403.03206) for its shift and the logit-normal timesteps; Hang et al. (arXiv 2303.09556) for the min-SNR weights.
"""

import torch
from diffusers import DDPMScheduler, FlowMatchEulerDiscreteScheduler
from torch.nn import functional as F

from randomness import integers, normal

NOISE, TIMESTEP, OFFSET, LOGIT = 0x7E000001, 0x7E000002, 0x7E000020, 0x7E000021  # streams

Scheduler = DDPMScheduler | FlowMatchEulerDiscreteScheduler


def scheduler_of(path: str) -> Scheduler:
    """Of the class that scheduler_config.json names: a chain of betas, or the straight line of flow matching."""
    straight = DDPMScheduler.load_config(path)["_class_name"] == "FlowMatchEulerDiscreteScheduler"
    return (FlowMatchEulerDiscreteScheduler if straight else DDPMScheduler).from_pretrained(path)


def draw(training: dict, scheduler: Scheduler, step: int, batch: int, rows: range, shape, device):
    """Noise and timesteps of some rows of a step's batch. `shape` is [C, H, W]; `step` counts from 0."""
    seed, count, size = training["seed"], len(rows), shape[0] * shape[1] * shape[2]
    first = step * batch + rows.start
    noise = normal(seed, NOISE, first * size, count * size, device).view(count, *shape)
    if training["offsetNoise"] > 0:
        offsets = normal(seed, OFFSET, first * shape[0], count * shape[0], device).view(count, shape[0], 1, 1)
        noise = noise + training["offsetNoise"] * offsets
    timesteps = TIMESTEPS[training["timestepSampling"]](training, scheduler.config.num_train_timesteps, first, count)
    return noise, timesteps.to(device)


def uniform(training: dict, T: int, first: int, count: int) -> torch.Tensor:
    """In 0 .. T - 1, int64 [count]."""
    return integers(training["seed"], TIMESTEP, first, count, T)


def logit_normal(training: dict, T: int, first: int, count: int) -> torch.Tensor:
    """The same, mostly in the middle."""
    z = normal(training["seed"], LOGIT, first, count).double()
    return (T * torch.sigmoid(training["logitMean"] + training["logitStd"] * z)).long().clamp(max=T - 1)


TIMESTEPS = {"uniform": uniform, "logit_normal": logit_normal}


def noised(scheduler: Scheduler, images, noise, timesteps):
    """The noisy images, and what the network is told of the time: on a straight line sigma T instead of the timestep."""
    if isinstance(scheduler, DDPMScheduler):
        return scheduler.add_noise(images, noise, timesteps), timesteps
    # Its levels fall from pure noise, and ours rise to it. set_timesteps is never called: these are all T.
    at = -1 - timesteps.cpu()
    sigma = scheduler.sigmas[at].to(images)[:, None, None, None]
    return (1 - sigma) * images + sigma * noise, scheduler.timesteps[at].to(images)


def target_of(scheduler: Scheduler, images, noise, timesteps):
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        return noise - images
    kind = scheduler.config.prediction_type
    if kind == "epsilon":
        return noise
    return images if kind == "sample" else scheduler.get_velocity(images, noise, timesteps)


def loss_of(training: dict, scheduler: Scheduler, prediction, target, timesteps):
    """The mean over all values."""
    names = {"l1": F.l1_loss, "l2": F.mse_loss, "huber": F.huber_loss}
    options = {"delta": training["huberDelta"]} if training["loss"] == "huber" else {}
    losses = names[training["loss"]](prediction.float(), target, reduction="none", **options)
    if training["minSnr"] is None:
        return losses.mean()
    return (losses * min_snr(scheduler, training["minSnr"])[timesteps.cpu()].to(losses)[:, None, None, None]).mean()


def min_snr(scheduler: DDPMScheduler, gamma: float) -> torch.Tensor:
    """The weight of each timestep [T]: min(SNR, gamma) as a weight of x0, for what the network predicts."""
    signal = scheduler.alphas_cumprod.double().cpu()
    noise = 1 - signal
    clipped = torch.minimum(signal, gamma * noise)
    kind = scheduler.config.prediction_type
    if kind == "v_prediction":
        return clipped
    if kind == "epsilon":
        return torch.where(signal == 0, 1.0, clipped / signal)
    return torch.where(noise == 0, gamma, clipped / noise)
