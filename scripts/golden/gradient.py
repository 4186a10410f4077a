"""Golden gradients in float64: the tutorial's network with SiLU, and how far PyTorch's float32 is from them.

    python3 scripts/golden/gradient.py        # writes test/golden/data/model/gradient.json

SiLU, because a ReLU has a step in its derivative: a value that rounding moves across 0 changes the whole gradient of its
pixel, and then one such value, not the arithmetic, is what is compared. The time embedding, too, is computed in the
precision of the run; in the tutorial's code its frequencies are float32 even in a float64 network.
Weights and inputs are made from `wave`, as in model.py. Made with Python 3.11, torch 2.13.0.
"""

import math

import torch
import torch.nn.functional as F
from golden import encoded, write
from model import load_wave, wave
from modeling_simple_unet import SimpleUnet

CHANNELS, TIME, SIZE, TIMESTEPS = [4, 8, 12], 8, 32, [0, 17, 121, 299]


class Sinusoidal(torch.nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, time):
        half = TIME // 2
        frequencies = torch.exp(torch.arange(half, dtype=self.dtype) * -(math.log(10000) / (half - 1)))
        angles = time.to(self.dtype)[:, None] * frequencies[None]
        return torch.cat((angles.sin(), angles.cos()), -1)


def gradients(dtype):
    model = SimpleUnet(channels=CHANNELS, time_emb_dim=TIME, act_fn="silu")
    load_wave(model)
    model.time_mlp[0] = Sinusoidal(dtype)
    model.train().to(dtype)
    shape = (len(TIMESTEPS), 1, SIZE, SIZE)
    output = model(wave(900, shape, 1.2).to(dtype), torch.tensor(TIMESTEPS)).sample
    F.mse_loss(output, wave(901, shape, 1.0).to(dtype)).backward()
    return {name: parameter.grad.double() for name, parameter in model.named_parameters()}


def main():
    exact, single = gradients(torch.float64), gradients(torch.float32)
    error = {name: ((single[name] - exact[name]).norm() / exact[name].norm()).item() for name in exact}
    whole = math.sqrt(sum((single[n] - exact[n]).square().sum().item() for n in exact))
    config = dict(_class_name="SimpleUnet", sample_size=SIZE, channels=CHANNELS, time_emb_dim=TIME, act_fn="silu")
    golden = dict(
        config=config,
        timesteps=TIMESTEPS,
        gradients={n: encoded(g.numpy().astype("<f8").tobytes()) for n, g in exact.items()},
        pytorch=dict(error=error, whole=whole / math.sqrt(sum(g.square().sum().item() for g in exact.values()))),
    )
    write("model/gradient.json", golden, separators=None)


if __name__ == "__main__":
    main()
