"""Golden numbers of the networks: the tutorial's network in PyTorch and diffusers' UNet2DModel, at tiny sizes: output,
loss and every gradient; the output between whole timesteps; BatchNorm's running statistics and ten Adam losses; names and shapes of the state dict. Then both with embeddings of
conditions, made of diffusers' TimestepEmbedding.

    python3 scripts/golden/model.py        # writes test/golden/data/model/

Weights and inputs are not stored: both sides make them from `wave`. Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import base64
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import UNet2DModel
from diffusers.models.embeddings import TimestepEmbedding
from simple_unet import SimpleUnet

OUT = Path(__file__).parents[2] / "test/golden/data/model"
torch.set_num_threads(1)


def wave(index, shape, scale, offset=0.0):
    """Value i is offset + scale sin(1.7 i + 0.9 index + 0.3 sin(0.11 i)), in float64, rounded to float32."""
    i = np.arange(math.prod(shape), dtype=np.float64)
    values = offset + scale * np.sin(1.7 * i + 0.9 * index + 0.3 * np.sin(0.11 * i))
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def load_wave(model):
    """Matrices and filters get sqrt(3 / fan-in), scales of norms are around 1, running variances around 1, the rest is small."""
    names = [n for n in model.state_dict() if not n.endswith("num_batches_tracked")]
    state = {}
    for index, name in enumerate(names):
        shape = tuple(model.state_dict()[name].shape)
        if len(shape) > 1:
            state[name] = wave(index, shape, math.sqrt(3 / math.prod(shape[1:])))
        elif name.endswith("running_var") or ("norm" in name and name.endswith("weight")):
            state[name] = wave(index, shape, 0.3, 1.0)
        else:
            state[name] = wave(index, shape, 0.2)
    model.load_state_dict(state, strict=False)
    return names


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


# Of the samples of a batch: a half, and two that round down and up.
BETWEEN = [0.5, 61.25, 237.83]


def between(predict, sample):
    """The output at timesteps that are not whole, as samplers ask for them."""
    timesteps = BETWEEN[: len(sample)]
    with torch.no_grad():
        return dict(timesteps=timesteps, output=packed(predict(sample, torch.tensor(timesteps, dtype=torch.float32))))


def gradients(model, output, target):
    loss = F.mse_loss(output, target)
    model.zero_grad()
    loss.backward()
    return {"loss": loss.item(), "gradients": {n: packed(p.grad) for n, p in model.named_parameters()}}


def simple_unet():
    channels, time, size, batch, image = [4, 8, 12], 8, 16, 3, 1
    config = dict(_class_name="SimpleUnet", sample_size=size, image_channels=image, channels=channels, time_emb_dim=time)
    shape = (batch, image, size, size)
    timesteps = [0, 17, 299]
    sample, target = wave(900, shape, 1.2), wave(901, shape, 1.0)
    steps = torch.tensor(timesteps, dtype=torch.float32)

    model = SimpleUnet(channels, time, image)
    names = load_wave(model)
    model.eval()
    evaluated = model(sample, steps)
    fractions = between(model, sample)
    model.train()
    output = model(sample, steps)
    result = dict(config=config, batch=batch, timesteps=timesteps, parameters={n: list(model.state_dict()[n].shape) for n in names})
    result |= dict(evaluated=packed(evaluated), between=fractions, output=packed(output), **gradients(model, output, target))
    result["buffers"] = {n: packed(model.state_dict()[n]) for n in names if "running" in n}

    load_wave(model)
    # At 0.01 this tiny network is chaotic: by the tenth loss PyTorch differs from itself by 3e-3 with another number of
    # threads. At 0.002 float32 and float64 agree to 8e-6.
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for step in range(10):
        noisy, noise = wave(1000 + step, shape, 1.2), wave(2000 + step, shape, 1.0)
        t = torch.tensor([(37 * step + 101 * n) % 300 for n in range(batch)], dtype=torch.float32)
        loss = F.l1_loss(model(noisy, t), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    result["adamLosses"] = losses
    return result


# The options of SimpleUnet: our keys, and the arguments of the module.
OPTIONS = {
    "SiLU": (dict(act_fn="silu"), dict(act="silu")),
    "GELU": (dict(act_fn="gelu"), dict(act="gelu")),
    "Mish": (dict(act_fn="mish"), dict(act="mish")),
    "GroupNorm": (dict(norm_type="group", norm_num_groups=2), dict(norm="group", groups=2)),
    "residual connections": (dict(residual_connections=True), dict(residual=True)),
    "attention at the bottom and outermost": (dict(attention_levels=[2, 0], norm_num_groups=4), dict(attention=[2, 0], groups=4)),
    "dropout": (dict(dropout=0.3), dict(dropout=0.3)),
    "all of them": (
        dict(act_fn="silu", norm_type="group", norm_num_groups=4, residual_connections=True, attention_levels=[1]),
        dict(act="silu", norm="group", groups=4, residual=True, attention=[1]),
    ),
}


def simple_unet_with(keys, arguments):
    # The way up from 4 to 8 channels has a residual connection between equal widths.
    channels, time, size, batch, image = [8, 4, 8], 8, 8, 2, 1
    config = dict(_class_name="SimpleUnet", sample_size=size, image_channels=image, channels=channels, time_emb_dim=time, **keys)
    shape = (batch, image, size, size)
    timesteps = [5, 212]
    sample, target = wave(900, shape, 1.2), wave(901, shape, 1.0)
    model = SimpleUnet(channels, time, image, **arguments)
    choose_dropped(model)
    names = load_wave(model)
    model.eval()
    fractions = between(model, sample)
    model.train()
    output = model(sample, torch.tensor(timesteps, dtype=torch.float32))
    return dict(
        config=config, batch=batch, timesteps=timesteps, parameters={n: list(model.state_dict()[n].shape) for n in names},
        between=fractions, output=packed(output), **gradients(model, output, target),
    )


PLAIN = ["DownBlock2D", "DownBlock2D"], ["UpBlock2D", "UpBlock2D"]
CASES = {
    "without attention, one layer": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=PLAIN[0], up_block_types=PLAIN[1], norm_num_groups=4, add_attention=False,
    ),
    "with attention at two levels, heads of 4, two layers, RGB": dict(
        sample_size=8, in_channels=3, out_channels=3, block_out_channels=[4, 8], layers_per_block=2,
        down_block_types=["AttnDownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "AttnUpBlock2D"],
        norm_num_groups=2, attention_head_dim=4,
    ),
    "with classes, odd sizes within, one head, three levels": dict(
        sample_size=12, in_channels=1, out_channels=1, block_out_channels=[4, 4, 8], layers_per_block=1,
        down_block_types=["DownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
        up_block_types=["AttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
        norm_num_groups=4, attention_head_dim=None, num_class_embeds=5,
    ),
    "with the DDPM paper's time table, padding and epsilon": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 6], layers_per_block=1,
        down_block_types=["DownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "UpBlock2D"],
        norm_num_groups=1, attention_head_dim=2, downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6,
    ),
    "without a middle block, one level, its own time width": dict(
        sample_size=5, in_channels=1, out_channels=1, block_out_channels=[6], layers_per_block=1,
        down_block_types=["AttnDownBlock2D"], up_block_types=["UpBlock2D"], norm_num_groups=3, attention_head_dim=3,
        mid_block_type=None, time_embedding_dim=10,
    ),
    "with dropout": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=["DownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "UpBlock2D"],
        norm_num_groups=2, attention_head_dim=4, dropout=0.3,
    ),
    "with residual blocks that halve and double, dropout": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8, 8], layers_per_block=1,
        down_block_types=["ResnetDownsampleBlock2D", "AttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"],
        downsample_type="resnet", upsample_type="resnet", norm_num_groups=2, attention_head_dim=4, dropout=0.3,
    ),
    "with attention that halves and doubles by residual blocks, scale and shift, classes": dict(
        sample_size=8, in_channels=3, out_channels=3, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=["AttnDownBlock2D", "ResnetDownsampleBlock2D"],
        up_block_types=["ResnetUpsampleBlock2D", "AttnUpBlock2D"], downsample_type="resnet", upsample_type="resnet",
        resnet_time_scale_shift="scale_shift", attn_norm_num_groups=4, norm_num_groups=2, attention_head_dim=2, num_class_embeds=5,
    ),
    "with scale and shift, no norm before the middle attention, a scaled middle": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=PLAIN[0], up_block_types=PLAIN[1], norm_num_groups=2, attention_head_dim=4,
        resnet_time_scale_shift="scale_shift", mid_block_scale_factor=1.5,
    ),
    "with GELU, a centred sample, a scaled middle": dict(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=PLAIN[0], up_block_types=PLAIN[1], norm_num_groups=2, attention_head_dim=8,
        act_fn="gelu", center_input_sample=True, mid_block_scale_factor=0.5,
    ),
    "on rectangles, with attention, dropout and classes": dict(
        sample_size=[8, 12], in_channels=3, out_channels=3, block_out_channels=[4, 8], layers_per_block=1,
        down_block_types=["DownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "UpBlock2D"],
        norm_num_groups=2, attention_head_dim=4, dropout=0.3, num_class_embeds=5,
    ),
    "with Mish": dict(
        sample_size=4, in_channels=1, out_channels=1, block_out_channels=[4], layers_per_block=1,
        down_block_types=["DownBlock2D"], up_block_types=["UpBlock2D"], norm_num_groups=2, attention_head_dim=4, act_fn="mish",
    ),
    "with ReLU": dict(
        sample_size=4, in_channels=1, out_channels=1, block_out_channels=[4], layers_per_block=1,
        down_block_types=["DownBlock2D"], up_block_types=["UpBlock2D"], norm_num_groups=2, attention_head_dim=4, act_fn="relu",
    ),
}


class Mask(torch.nn.Module):
    """Dropout of 3 values in 10, which both sides choose by the layer's name and the value's place."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def forward(self, x):
        if not self.training:
            return x
        keep = (torch.arange(x.numel()) * 7 + len(self.name)) % 10 >= 3
        return x * keep.reshape(x.shape) / 0.7


def choose_dropped(model):
    for name, module in model.named_modules():
        for key, dropout in module.named_children():
            if isinstance(dropout, torch.nn.Dropout) and dropout.p > 0:
                setattr(module, key, Mask(f"{name}.{key}"))


def unet2d(config):
    batch = 2
    model = UNet2DModel(**config)
    choose_dropped(model)
    names = load_wave(model)
    size = config["sample_size"]
    shape = (batch, config["in_channels"], *([size, size] if isinstance(size, int) else size))
    timesteps, labels = [3, 61], [4, 1]
    classes = dict(class_labels=torch.tensor(labels)) if "num_class_embeds" in config else {}
    sample = wave(900, shape, 1.2)
    model.eval()
    fractions = between(lambda x, t: model(x, t, **classes).sample, sample)
    model.train()
    output = model(sample, torch.tensor(timesteps), **classes).sample
    return dict(
        config=dict(_class_name="UNet2DModel", **config), batch=batch, timesteps=timesteps, labels=labels if classes else None,
        parameters={n: list(model.state_dict()[n].shape) for n in names},
        between=fractions, output=packed(output), **gradients(model, output, wave(901, shape, 1.0)),
    )


def condition_features(value, flag):
    """[N, 17] from values and flags [N]: sines and cosines of 8 frequencies, then the flag."""
    angles = value.clip(-8, 8)[:, None] * 2.0 ** torch.arange(-4, 4)  # [N, 8]
    waves = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)  # sine, cosine, sine, ...
    return torch.cat((waves * flag[:, None], flag[:, None]), 1)


def with_conditions(model, conditions, time_module, width, after):
    """Adds the embeddings of conditions [N, 2K] to the output of the time embedding."""
    count = conditions.shape[1] // 2
    model.condition_embeddings = torch.nn.ModuleList(TimestepEmbedding(17, width) for _ in range(count))
    names = list(model._modules)
    for name in names[names.index(after) + 1 : -1]:  # the order of our state dict
        model._modules[name] = model._modules.pop(name)

    def add(_, __, time):
        features = [condition_features(conditions[:, k], conditions[:, count + k]) for k in range(count)]
        return time + sum(embed(x) for embed, x in zip(model.condition_embeddings, features))

    time_module.register_forward_hook(add)


def specs(count):
    return [dict(name=f"c{k}", mean=0, std=1, min=-3, max=3) for k in range(count)]


def conditional():
    """Both networks: a value near the mean, one that is clipped, one that is absent, and all absent."""
    simple = [[0.3, -1.7, 1, 1], [9.5, 0, 1, 0], [0, 0, 0, 0]]
    channels, time, size, batch = [4, 8], 8, 8, 3
    model = SimpleUnet(channels, time, 1)
    conditions = torch.tensor(simple, dtype=torch.float32)
    with_conditions(model, conditions, model.time_mlp, time, "time_mlp")
    names = load_wave(model)
    shape, timesteps = (batch, 1, size, size), [0, 17, 299]
    config = dict(_class_name="SimpleUnet", sample_size=size, channels=channels, time_emb_dim=time, conditions=specs(2))
    output = model.train()(wave(900, shape, 1.2), torch.tensor(timesteps, dtype=torch.float32))
    parameters = {n: list(model.state_dict()[n].shape) for n in names}
    simple_case = dict(config=config, batch=batch, timesteps=timesteps, conditions=simple, parameters=parameters)
    simple_case |= dict(output=packed(output), **gradients(model, output, wave(901, shape, 1.0)))

    unet = [[-2.1, 1], [0, 0]]
    conditions = torch.tensor(unet, dtype=torch.float32)
    config = dict(CASES["without attention, one layer"], norm_num_groups=2, num_class_embeds=4)
    model = UNet2DModel(**config)
    with_conditions(model, conditions, model.time_embedding, 16, "class_embedding")
    names = load_wave(model)
    shape, timesteps, labels = (2, 1, 8, 8), [3, 61], [1, 3]
    output = model(wave(900, shape, 1.2), torch.tensor(timesteps), class_labels=torch.tensor(labels)).sample
    parameters = {n: list(model.state_dict()[n].shape) for n in names}
    config |= dict(_class_name="UNet2DModel", null_condition=True, conditions=specs(1))
    unet_case = dict(config=config, batch=2, timesteps=timesteps, labels=labels, conditions=unet, parameters=parameters)
    unet_case |= dict(output=packed(output), **gradients(model, output, wave(901, shape, 1.0)))
    return {"SimpleUnet": simple_case, "UNet2DModel": unet_case}


class InPatches(torch.nn.Module):
    """UNet2DModel between PixelUnshuffle and PixelShuffle. Its state dict is the network's own."""

    def __init__(self, network, side):
        super().__init__()
        self.network, self.side = network, side

    def forward(self, x, t):
        return F.pixel_shuffle(self.network(F.pixel_unshuffle(x, self.side), t).sample, self.side)


def patched():
    """RGB in patches of 2 x 2: channels and pixels of a patch must not be mixed up."""
    inner = CASES["without attention, one layer"] | dict(sample_size=4, in_channels=12, out_channels=12)
    network = UNet2DModel(**inner)
    names = load_wave(network)
    model, shape, timesteps = InPatches(network, 2), (2, 3, 8, 8), [3, 61]
    output = model.train()(wave(900, shape, 1.2), torch.tensor(timesteps))
    found = gradients(model, output, wave(901, shape, 1.0))
    found["gradients"] = {name.removeprefix("network."): value for name, value in found["gradients"].items()}
    config = inner | dict(_class_name="UNet2DModel", sample_size=8, in_channels=3, out_channels=3, patch_size=2)
    parameters = {n: list(network.state_dict()[n].shape) for n in names}
    return dict(config=config, batch=2, timesteps=timesteps, labels=None, parameters=parameters, output=packed(output), **found)


class BesideClassPictures(torch.nn.Module):
    """UNet2DModel that sees a learned picture of the class beside the sample, both in patches."""

    def __init__(self, network, side, classes, shape):
        super().__init__()
        self.network, self.side = network, side
        self.class_picture_embedding = torch.nn.Embedding(classes, math.prod(shape))

    def forward(self, x, t, labels):
        beside = torch.cat((x, self.class_picture_embedding(labels).view(x.shape)), 1)
        output = self.network(F.pixel_unshuffle(beside, self.side), t, class_labels=labels).sample
        return F.pixel_shuffle(output, self.side)


def class_pictures():
    """RGB, with one class twice in the batch: its row has the sum of both gradients."""
    classes, shape, timesteps, labels = 4, (3, 3, 8, 8), [3, 61, 20], [2, 0, 2]
    inner = CASES["without attention, one layer"] | dict(sample_size=4, in_channels=24, out_channels=12, num_class_embeds=classes)
    model = BesideClassPictures(UNet2DModel(**inner), 2, classes, shape[1:]).train()
    own = lambda name: name.removeprefix("network.")
    names = load_wave(model)
    output = model(wave(900, shape, 1.2), torch.tensor(timesteps), torch.tensor(labels))
    found = gradients(model, output, wave(901, shape, 1.0))
    found["gradients"] = {own(name): value for name, value in found["gradients"].items()}
    config = inner | dict(
        _class_name="UNet2DModel", sample_size=8, in_channels=3, out_channels=3, patch_size=2, class_pictures=True
    )
    parameters = {own(n): list(model.state_dict()[n].shape) for n in names}
    return dict(config=config, batch=3, timesteps=timesteps, labels=labels, parameters=parameters, output=packed(output), **found)


def told():
    """More channels in than out: those of a picture or mask beside the sample, on its own and beside pictures of the classes."""
    sides, channels, planes, timesteps, labels = (8, 12), 2, 3, [3, 61], [4, 1]
    sample, image = wave(900, (2, channels, *sides), 1.2), wave(902, (2, planes, *sides), 0.7)
    target = wave(901, sample.shape, 1.0)
    both = torch.cat((sample, image), 1)
    inner = CASES["without attention, one layer"] | dict(num_class_embeds=5)
    plain = inner | dict(sample_size=list(sides), in_channels=channels + planes, out_channels=channels)
    model = UNet2DModel(**plain).train()
    names = load_wave(model)
    output = model(both, torch.tensor(timesteps), class_labels=torch.tensor(labels)).sample
    common = dict(batch=2, timesteps=timesteps, labels=labels)
    alone = dict(
        config=dict(_class_name="UNet2DModel", **plain), **common, output=packed(output),
        parameters={n: list(model.state_dict()[n].shape) for n in names}, **gradients(model, output, target),
    )
    deep = inner | dict(sample_size=[side // 2 for side in sides], in_channels=4 * (2 * channels + planes), out_channels=4 * channels)
    model = ToldBesideClassPictures(UNet2DModel(**deep), 2, 5, sample.shape[1:]).train()
    own = lambda name: name.removeprefix("network.")
    names = load_wave(model)
    output = model(sample, image, torch.tensor(timesteps), torch.tensor(labels))
    found = gradients(model, output, target)
    found["gradients"] = {own(name): value for name, value in found["gradients"].items()}
    config = plain | dict(
        _class_name="UNet2DModel", patch_size=2, class_pictures=True, condition_image=dict(classes=["a", "b", "c"])
    )
    parameters = {own(n): list(model.state_dict()[n].shape) for n in names}
    beside = dict(config=config, **common, output=packed(output), parameters=parameters, **found)
    return {"a picture": alone, "a mask, patches and pictures of the classes": beside}


class ToldBesideClassPictures(BesideClassPictures):
    def forward(self, x, image, t, labels):
        pictures = self.class_picture_embedding(labels).view(x.shape)
        patches = F.pixel_unshuffle(torch.cat((x, image, pictures), 1), self.side)
        return F.pixel_shuffle(self.network(patches, t, class_labels=labels).sample, self.side)


def base_shapes():
    """The state dict of google/ddpm-cifar10-32, whose configuration this is."""
    down = ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"]
    up = ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]
    model = UNet2DModel(
        sample_size=32, block_out_channels=[128, 256, 256, 256], down_block_types=down, up_block_types=up,
        attention_head_dim=None, downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6,
    )
    return {n: list(p.shape) for n, p in model.state_dict().items()}


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write = lambda name, value: (OUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")
    write("simple-unet.json", simple_unet())
    write("simple-unet-options.json", {name: simple_unet_with(*options) for name, options in OPTIONS.items()})
    write("unet2d.json", {name: unet2d(config) for name, config in CASES.items()})
    write("conditional.json", conditional())
    write("patches.json", patched())
    write("class-pictures.json", class_pictures())
    write("told.json", told())
    write("base-shapes.json", base_shapes())
