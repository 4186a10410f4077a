"""Golden numbers of the networks: the tutorial's network in PyTorch and diffusers' UNet2DModel, at tiny sizes: output,
loss and every gradient; the output between whole timesteps; BatchNorm's running statistics and ten Adam losses; names and shapes of the state dict. Then both with embeddings of
conditions, made of diffusers' TimestepEmbedding.

    python3 scripts/golden/model.py        # writes test/golden/data/model/

Weights and inputs are not stored: both sides make them from `wave`. Made with Python 3.11, torch 2.13.0, diffusers 0.42.1.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import UNet2DModel
from diffusers.models.embeddings import TimestepEmbedding
from golden import encoded, write
from modeling_simple_unet import SimpleUnet

torch.set_num_threads(1)


def wave(index, shape, scale, offset=0.0):
    """Value i is offset + scale sin(1.7 i + 0.9 index + 0.3 sin(0.11 i)), in float64, rounded to float32."""
    i = np.arange(math.prod(shape), dtype=np.float64)
    values = offset + scale * np.sin(1.7 * i + 0.9 * index + 0.3 * np.sin(0.11 * i))
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def load_wave(model):
    """Matrices and filters get sqrt(3 / fan-in), scales of norms are around 1, running variances around 1, the rest is small."""
    state = {}
    for index, (name, shape) in enumerate(shapes_of(model, "").items()):
        if len(shape) > 1:
            state[name] = wave(index, shape, math.sqrt(3 / math.prod(shape[1:])))
        elif name.endswith("running_var") or ("norm" in name and name.endswith("weight")):
            state[name] = wave(index, shape, 0.3, 1.0)
        else:
            state[name] = wave(index, shape, 0.2)
    model.load_state_dict(state, strict=False)


def shapes_of(model, around="network."):
    """Of the state dict, without the name of what is put around a network."""
    shapes = {name.removeprefix(around): list(tensor.shape) for name, tensor in model.state_dict().items()}
    return {name: shape for name, shape in shapes.items() if not name.endswith("num_batches_tracked")}


def packed(tensor):
    return encoded(tensor.detach().numpy().astype("<f4").tobytes())


# Of the samples of a batch: a half, and two that round down and up.
BETWEEN = [0.5, 61.25, 237.83]


def between(predict, sample):
    """The output at timesteps that are not whole, as samplers ask for them."""
    timesteps = BETWEEN[: len(sample)]
    with torch.no_grad():
        return dict(timesteps=timesteps, output=packed(predict(sample, torch.tensor(timesteps, dtype=torch.float32))))


def result(model, output, config, timesteps, more={}, **seen):
    """What a test compares: shapes, output, and loss and gradients for a target."""
    loss = F.mse_loss(output, wave(901, output.shape, 1.0))
    model.zero_grad()
    loss.backward()
    gradients = {name.removeprefix("network."): packed(p.grad) for name, p in model.named_parameters()}
    found = dict(config=config, batch=len(output), timesteps=timesteps) | more | dict(parameters=shapes_of(model)) | seen
    return found | dict(output=packed(output), loss=loss.item(), gradients=gradients)


def simple_unet(channels, size, timesteps, evaluates=False, **options):
    given = dict(sample_size=size, image_channels=1, channels=channels, time_emb_dim=8, **options)
    sample, steps = wave(900, (len(timesteps), 1, size, size), 1.2), torch.tensor(timesteps)
    model = SimpleUnet(**given)
    choose_dropped(model)
    load_wave(model)
    model.eval()
    seen = dict(evaluated=packed(model(sample, steps).sample)) if evaluates else {}
    seen |= dict(between=between(lambda x, t: model(x, t).sample, sample))
    model.train()
    return model, result(model, model(sample, steps).sample, dict(_class_name="SimpleUnet", **given), timesteps, **seen)


def tutorial():
    model, found = simple_unet([4, 8, 12], 16, [0, 17, 299], evaluates=True)
    found["buffers"] = {n: packed(value) for n, value in model.state_dict().items() if "running" in n}
    load_wave(model)
    # At 0.01 this tiny network is chaotic: by the tenth loss PyTorch differs from itself by 3e-3 with another number of
    # threads. At 0.002 float32 and float64 agree to 8e-6.
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses, shape = [], (3, 1, 16, 16)
    for step in range(10):
        noisy, noise = wave(1000 + step, shape, 1.2), wave(2000 + step, shape, 1.0)
        t = torch.tensor([(37 * step + 101 * n) % 300 for n in range(3)])
        loss = F.l1_loss(model(noisy, t).sample, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return found | dict(adamLosses=losses)


OPTIONS = {
    "SiLU": dict(act_fn="silu"),
    "GELU": dict(act_fn="gelu"),
    "Mish": dict(act_fn="mish"),
    "GroupNorm": dict(norm_type="group", norm_num_groups=2),
    "residual connections": dict(residual_connections=True),
    "attention at the bottom and outermost": dict(attention_levels=[2, 0], norm_num_groups=4),
    "dropout": dict(dropout=0.3),
    "all of them": dict(act_fn="silu", norm_type="group", norm_num_groups=4, residual_connections=True, attention_levels=[1]),
}

KINDS = dict(p="DownBlock2D", a="AttnDownBlock2D", r="ResnetDownsampleBlock2D")


def down(kinds):
    """Blocks by letters: plain, with attention, with a residual block that halves."""
    return [KINDS[kind] for kind in kinds]


def up(kinds):
    """Those of the way back."""
    return [KINDS[kind].replace("Down", "Up") for kind in reversed(kinds)]


def blocks(kinds, back=None):
    return dict(down_block_types=down(kinds), up_block_types=up(back or kinds))


def small(kinds, widths=[4, 8], channels=1, size=8, layers=1, back=None, **more):
    return dict(
        sample_size=size, in_channels=channels, out_channels=channels, block_out_channels=widths, layers_per_block=layers,
        **blocks(kinds, back), **more,
    )


PLAIN = small("pp", norm_num_groups=4, add_attention=False)
WITH_CLASSES = small("ppa", [4, 4, 8], size=12, norm_num_groups=4, attention_head_dim=None, num_class_embeds=5)
CASES = {
    "without attention, one layer": PLAIN,
    "with attention at two levels, heads of 4, two layers, RGB": small("aa", channels=3, layers=2, norm_num_groups=2, attention_head_dim=4),
    "with classes, odd sizes within, one head, three levels": WITH_CLASSES,
    "with the DDPM paper's time table, padding and epsilon": small(
        "pa", [4, 6], norm_num_groups=1, attention_head_dim=2, downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6,
    ),
    "without a middle block, one level, its own time width": small(
        "a", [6], size=5, back="p", norm_num_groups=3, attention_head_dim=3, mid_block_type=None, time_embedding_dim=10,
    ),
    "with dropout": small("pa", norm_num_groups=2, attention_head_dim=4, dropout=0.3),
    "with residual blocks that halve and double, dropout": small(
        "rap", [4, 8, 8], downsample_type="resnet", upsample_type="resnet", norm_num_groups=2, attention_head_dim=4, dropout=0.3,
    ),
    "with attention that halves and doubles by residual blocks, scale and shift, classes": small(
        "ar", channels=3, downsample_type="resnet", upsample_type="resnet", resnet_time_scale_shift="scale_shift",
        attn_norm_num_groups=4, norm_num_groups=2, attention_head_dim=2, num_class_embeds=5,
    ),
    "with scale and shift, no norm before the middle attention, a scaled middle": small(
        "pp", norm_num_groups=2, attention_head_dim=4, resnet_time_scale_shift="scale_shift", mid_block_scale_factor=1.5,
    ),
    "with GELU, a centred sample, a scaled middle": small(
        "pp", norm_num_groups=2, attention_head_dim=8, act_fn="gelu", center_input_sample=True, mid_block_scale_factor=0.5,
    ),
    "on rectangles, with attention, dropout and classes": small(
        "pa", channels=3, size=[8, 12], norm_num_groups=2, attention_head_dim=4, dropout=0.3, num_class_embeds=5,
    ),
    "with Mish": small("p", [4], size=4, norm_num_groups=2, attention_head_dim=4, act_fn="mish"),
    "with ReLU": small("p", [4], size=4, norm_num_groups=2, attention_head_dim=4, act_fn="relu"),
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
    model = UNet2DModel(**config)
    choose_dropped(model)
    load_wave(model)
    size = config["sample_size"]
    timesteps, labels = [3, 61], [4, 1]
    classes = dict(class_labels=torch.tensor(labels)) if "num_class_embeds" in config else {}
    sample = wave(900, (2, config["in_channels"], *([size, size] if isinstance(size, int) else size)), 1.2)
    model.eval()
    fractions = between(lambda x, t: model(x, t, **classes).sample, sample)
    model.train()
    output = model(sample, torch.tensor(timesteps), **classes).sample
    more = dict(labels=labels if classes else None)
    return result(model, output, dict(_class_name="UNet2DModel", **config), timesteps, more, between=fractions)


def condition_features(value, flag):
    """[N, 17] from values and flags [N]: sines and cosines of 8 frequencies, then the flag."""
    angles = value.clip(-8, 8)[:, None] * 2.0 ** torch.arange(-4, 4)  # [N, 8]
    waves = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)  # sine, cosine, sine, ...
    return torch.cat((waves * flag[:, None], flag[:, None]), 1)


def with_conditions(model, conditions, width):
    """Adds the embeddings of conditions [N, 2K] to the output of the time embedding."""
    count = conditions.shape[1] // 2
    model.condition_embeddings = torch.nn.ModuleList(TimestepEmbedding(17, width) for _ in range(count))
    names = list(model._modules)
    for name in names[names.index("class_embedding") + 1 : -1]:  # the order of our state dict
        model._modules[name] = model._modules.pop(name)

    def add(_, __, time):
        features = [condition_features(conditions[:, k], conditions[:, count + k]) for k in range(count)]
        return time + sum(embed(x) for embed, x in zip(model.condition_embeddings, features))

    model.time_embedding.register_forward_hook(add)


def specs(count):
    return [dict(name=f"c{k}", mean=0, std=1, min=-3, max=3) for k in range(count)]


def conditional():
    """Both networks: a value near the mean, one that is clipped, one that is absent, and all absent."""
    given, timesteps = [[0.3, -1.7, 1, 1], [9.5, 0, 1, 0], [0, 0, 0, 0]], [0, 17, 299]
    config = dict(sample_size=8, channels=[4, 8], time_emb_dim=8, conditions=specs(2))
    model = SimpleUnet(**config).train()
    load_wave(model)
    output = model(wave(900, (3, 1, 8, 8), 1.2), torch.tensor(timesteps), conditions=torch.tensor(given)).sample
    config = dict(_class_name="SimpleUnet", **config)
    simple = result(model, output, config, timesteps, dict(conditions=given))

    given, timesteps, labels = [[-2.1, 1], [0, 0]], [3, 61], [1, 3]
    config = PLAIN | dict(norm_num_groups=2, num_class_embeds=4)
    model = UNet2DModel(**config)
    with_conditions(model, torch.tensor(given, dtype=torch.float32), 16)
    load_wave(model)
    output = model(wave(900, (2, 1, 8, 8), 1.2), torch.tensor(timesteps), class_labels=torch.tensor(labels)).sample
    config |= dict(_class_name="UNet2DModel", null_condition=True, conditions=specs(1))
    return {"SimpleUnet": simple, "UNet2DModel": result(model, output, config, timesteps, dict(labels=labels, conditions=given))}


class InPatches(torch.nn.Module):
    """UNet2DModel between PixelUnshuffle and PixelShuffle. Its state dict is the network's own."""

    def __init__(self, network, side):
        super().__init__()
        self.network, self.side = network, side

    def forward(self, x, t):
        return F.pixel_shuffle(self.network(F.pixel_unshuffle(x, self.side), t).sample, self.side)


IN_PATCHES = dict(_class_name="UNet2DModel", sample_size=8, in_channels=3, out_channels=3, patch_size=2)


def patched():
    """RGB in patches of 2 x 2: channels and pixels of a patch must not be mixed up."""
    inner, timesteps = PLAIN | dict(sample_size=4, in_channels=12, out_channels=12), [3, 61]
    model = InPatches(UNet2DModel(**inner), 2).train()
    load_wave(model)
    output = model(wave(900, (2, 3, 8, 8), 1.2), torch.tensor(timesteps))
    return result(model, output, inner | IN_PATCHES, timesteps, dict(labels=None))


class BesideClassPictures(torch.nn.Module):
    """UNet2DModel that sees a learned picture of the class beside the sample, both in patches."""

    def __init__(self, network, side, classes, shape):
        super().__init__()
        self.network, self.side = network, side
        self.class_picture_embedding = torch.nn.Embedding(classes, math.prod(shape))

    def forward(self, x, t, labels, *image):
        beside = torch.cat((x, *image, self.class_picture_embedding(labels).view(x.shape)), 1)
        output = self.network(F.pixel_unshuffle(beside, self.side), t, class_labels=labels).sample
        return F.pixel_shuffle(output, self.side)


def class_pictures():
    """RGB, with one class twice in the batch: its row has the sum of both gradients."""
    classes, shape, timesteps, labels = 4, (3, 3, 8, 8), [3, 61, 20], [2, 0, 2]
    inner = PLAIN | dict(sample_size=4, in_channels=24, out_channels=12, num_class_embeds=classes)
    model = BesideClassPictures(UNet2DModel(**inner), 2, classes, shape[1:]).train()
    load_wave(model)
    output = model(wave(900, shape, 1.2), torch.tensor(timesteps), torch.tensor(labels))
    return result(model, output, inner | IN_PATCHES | dict(class_pictures=True), timesteps, dict(labels=labels))


def told():
    """More channels in than out: those of a picture or mask beside the sample, on its own and beside pictures of the classes."""
    sides, channels, planes, timesteps, labels = (8, 12), 2, 3, [3, 61], [4, 1]
    sample, image = wave(900, (2, channels, *sides), 1.2), wave(902, (2, planes, *sides), 0.7)
    inner = PLAIN | dict(num_class_embeds=5)
    plain = inner | dict(sample_size=list(sides), in_channels=channels + planes, out_channels=channels)
    deep = inner | dict(sample_size=[side // 2 for side in sides], in_channels=4 * (2 * channels + planes), out_channels=4 * channels)
    network = UNet2DModel(**plain).train()
    beside = BesideClassPictures(UNet2DModel(**deep), 2, 5, sample.shape[1:]).train()
    t, asked = torch.tensor(timesteps), torch.tensor(labels)
    for model in (network, beside):
        load_wave(model)
    outputs = network(torch.cat((sample, image), 1), t, class_labels=asked).sample, beside(sample, t, asked, image)
    own = dict(patch_size=2, class_pictures=True, condition_image=dict(classes=["a", "b", "c"]))
    found = [
        result(model, output, config, timesteps, dict(labels=labels, output=None))
        for model, output, config in (
            (network, outputs[0], dict(_class_name="UNet2DModel", **plain)),
            (beside, outputs[1], plain | dict(_class_name="UNet2DModel") | own),
        )
    ]
    return {"a picture": found[0], "a mask, patches and pictures of the classes": found[1]}


if __name__ == "__main__":
    write("model/simple-unet.json", tutorial())
    options = {name: simple_unet([8, 4, 8], 8, [5, 212], **given)[1] for name, given in OPTIONS.items()}
    write("model/simple-unet-options.json", options)
    write("model/unet2d.json", {name: unet2d(config) for name, config in CASES.items()})
    write("model/conditional.json", conditional())
    write("model/patches.json", patched())
    write("model/class-pictures.json", class_pictures())
    write("model/told.json", told())
