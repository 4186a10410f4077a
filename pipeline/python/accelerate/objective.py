"""The loss of a batch: noise the images, predict, measure.

Source: Ho et al. (arXiv 2006.11239), algorithm 1; Hang et al. (arXiv 2303.09556) for the min-SNR weights.
"""

import torch
from diffusers import DDPMScheduler
from torch.nn import functional as F

from randomness import integers, normal

NOISE, TIMESTEP, OFFSET = 0x7E000001, 0x7E000002, 0x7E000020  # streams


def draw(training: dict, scheduler: DDPMScheduler, step: int, batch: int, rows: range, shape, device):
    """Noise and timesteps of some rows of a step's batch. `shape` is [C, H, W]; `step` counts from 0."""
    seed, count, size = training["seed"], len(rows), shape[0] * shape[1] * shape[2]
    first = step * batch + rows.start
    noise = normal(seed, NOISE, first * size, count * size, device).view(count, *shape)
    if training["offsetNoise"] > 0:
        offsets = normal(seed, OFFSET, first * shape[0], count * shape[0], device).view(count, shape[0], 1, 1)
        noise = noise + training["offsetNoise"] * offsets
    timesteps = integers(seed, TIMESTEP, first, count, scheduler.config.num_train_timesteps)
    return noise, timesteps.to(device)


def target_of(scheduler: DDPMScheduler, images, noise, timesteps):
    kind = scheduler.config.prediction_type
    if kind == "epsilon":
        return noise
    return images if kind == "sample" else scheduler.get_velocity(images, noise, timesteps)


def loss_of(training: dict, scheduler: DDPMScheduler, prediction, target, timesteps):
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
