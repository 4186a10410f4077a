"""Golden gradients of DP-SGD: Opacus clips the gradient of each image of a tiny UNet2DModel and adds them up, without noise, and one
update of Adam with them. Weights and inputs are made from `wave`, as in model.py. The clip lies between the norms of the images.

    python3 scripts/golden/clipped.py        # writes test/golden/data/privacy/clipped.json

Made with Python 3.11, torch 2.13.0, diffusers 0.42.1, opacus 1.6.0.
"""

import math

import torch
from diffusers import DDPMScheduler, UNet2DModel
from golden import digits, write
from model import blocks, load_wave, wave
from opacus import GradSampleModule
from opacus.optimizers import DPOptimizer

IMAGES, SIZE, T, TIMESTEPS = 5, 8, 20, [0, 3, 8, 14, 19]
# Images that the update was to have, on average: others came.
EXPECTED, LR = 7, 0.01


def main():
    config = dict(
        sample_size=SIZE, in_channels=1, out_channels=1, block_out_channels=[4, 8], layers_per_block=1, norm_num_groups=2,
        add_attention=True, attention_head_dim=4, num_train_timesteps=T, **blocks("pa"),
    )
    network = UNet2DModel(**config)
    load_wave(network)
    shape = (IMAGES, 1, SIZE, SIZE)
    # Images of other contrasts have gradients of other sizes.
    images = wave(900, shape, 1.0) * torch.linspace(0.2, 1, IMAGES)[:, None, None, None]
    noise = wave(901, shape, 1.4)
    timesteps = torch.tensor(TIMESTEPS)
    alpha_bar = DDPMScheduler(T, beta_schedule="linear").alphas_cumprod[timesteps][:, None, None, None]
    noisy = alpha_bar.sqrt() * images + (1 - alpha_bar).sqrt() * noise

    single = []
    for i in range(IMAGES):
        network.zero_grad()
        (network(noisy[i : i + 1], timesteps[i : i + 1]).sample - noise[i : i + 1]).square().mean().backward()
        single.append(sum(p.grad.square().sum() for p in network.parameters()).sqrt().item())
    network.zero_grad()

    model = GradSampleModule(network, loss_reduction="mean", force_functorch=True)
    model.train()
    loss = (model(noisy, timesteps).sample - noise).square().mean()
    loss.backward()
    parameters = dict(network.named_parameters())
    norms = torch.stack([p.grad_sample.reshape(IMAGES, -1).norm(dim=1) for p in parameters.values()]).norm(dim=0)
    clip = math.sqrt(norms.sort().values[1].item() * norms.sort().values[2].item())

    adam = torch.optim.Adam(parameters.values(), lr=LR, betas=(0.9, 0.99), eps=1e-8)
    optimizer = DPOptimizer(adam, noise_multiplier=0.0, max_grad_norm=clip, expected_batch_size=EXPECTED)
    optimizer.step()
    listed = lambda tensors: {name: digits(t, 8) for name, t in tensors}
    golden = dict(
        config=dict(_class_name="UNet2DModel", **config), timesteps=TIMESTEPS, expected=EXPECTED, lr=LR, clip=clip,
        norms=norms.tolist(), loss=loss.item(),
        sums=listed((name, p.summed_grad.detach()) for name, p in parameters.items()),
        after=listed((name, p.detach()) for name, p in parameters.items()),
    )
    # What autograd makes of one image at a time: rules of layers that miss a use of a weight would show here.
    for i in range(IMAGES):
        assert abs(single[i] / norms[i].item() - 1) < 1e-4, (single[i], norms[i])
    write("privacy/clipped.json", golden, separators=None)
    print(clip, norms.tolist(), loss.item())


main()
