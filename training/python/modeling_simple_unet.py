"""
SimpleUnet, the tutorial's network, with the options of Onnoise: plain PyTorch, without diffusers.

    from modeling_simple_unet import SimpleUnet
    unet = SimpleUnet.from_pretrained("<model folder>/unet")
    unet(x, torch.tensor([7.0])).sample

The names of its state dict are those of the tutorial's notebook, so its `torch.save`d weights load with
`unet.load_state_dict`. diffusers loads it too:

    DDPMPipeline.from_pretrained("<model folder>", trust_remote_code=True)
"""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

WEIGHTS = "diffusion_pytorch_model.safetensors"
ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "gelu": nn.GELU, "mish": nn.Mish}
DEFAULTS = {
    "sample_size": 64,
    "image_channels": 1,
    "channels": [64, 128, 256, 512, 1024],
    "time_emb_dim": 32,
    "num_class_embeds": None,
    "null_condition": False,
    "conditions": [],
    "condition_image": None,
    "mask_output": None,
    "num_train_timesteps": 300,
    "act_fn": "relu",
    "norm_type": "batch",
    "norm_num_groups": 32,
    "residual_connections": False,
    "attention_levels": [],
    "dropout": 0.0,
}


class SinusoidalPositionEmbeddings(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):  # [N] -> [N, dim]
        half = self.dim // 2
        frequencies = torch.exp(torch.arange(half, device=time.device) * -(math.log(10000) / (half - 1)))
        angles = time[:, None] * frequencies[None]
        return torch.cat((angles.sin(), angles.cos()), -1)


class ConditionEmbedding(nn.Module):
    """A number such as an age: Fourier features of the normalised value and a flag, then two linear layers."""

    def __init__(self, dim):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(17, dim), nn.Linear(dim, dim)

    def forward(self, value, flag):  # [N], [N] -> [N, dim]
        angles = value.clip(-8, 8)[:, None] * 2.0 ** torch.arange(-4, 4, device=value.device)
        waves = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)
        features = torch.cat((waves * flag[:, None], flag[:, None]), 1).to(self.linear_1.weight.dtype)
        return self.linear_2(F.silu(self.linear_1(features)))


class Attention(nn.Module):
    """One head over the pixels; the residual connection is part of it."""

    def __init__(self, channels, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels)
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):  # [N, C, H, W]
        pixels = self.group_norm(x).flatten(2).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(self.to_q(pixels), self.to_k(pixels), self.to_v(pixels))
        return x + self.to_out(mixed).transpose(1, 2).reshape(x.shape)


class Block(nn.Module):
    """Two times convolution, activation and norm, the time added after the first; then half or double the size."""

    def __init__(self, inputs, outputs, up, attend, config):
        super().__init__()
        groups = config.norm_num_groups
        self.act = ACTIVATIONS[config.act_fn]()
        self.time_mlp = nn.Linear(config.time_emb_dim, outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.transform = (nn.ConvTranspose2d if up else nn.Conv2d)(outputs, outputs, 4, 2, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.dropout = nn.Dropout(config.dropout)
        if config.norm_type == "batch":
            self.bnorm1, self.bnorm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        else:
            self.gnorm1, self.gnorm2 = nn.GroupNorm(groups, outputs), nn.GroupNorm(groups, outputs)
        self.norms = ("bnorm1", "bnorm2") if config.norm_type == "batch" else ("gnorm1", "gnorm2")
        self.residual = config.residual_connections
        if self.residual and inputs != outputs:
            self.conv_shortcut = nn.Conv2d(inputs, outputs, 1)
        self.attention = Attention(outputs, groups) if attend else nn.Identity()

    def forward(self, x, time):
        norm1, norm2 = (getattr(self, name) for name in self.norms)
        h = norm1(self.act(self.conv1(x)))
        h = h + self.act(self.time_mlp(time))[..., None, None]
        h = norm2(self.act(self.conv2(self.dropout(h))))
        if self.residual:
            h = h + (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x)
        return self.attention(self.transform(h))


class SimpleUnet(nn.Module):
    def __init__(self, **keys):
        """The keys of `unet/config.json`: DEFAULTS has them all."""
        super().__init__()
        unknown = set(keys) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"SimpleUnet has no {', '.join(sorted(unknown))}")
        self.keys = DEFAULTS | keys
        # diffusers asks for the channels under these names.
        channels, told = self.keys["image_channels"], self.keys["condition_image"] or {}
        inputs = channels + told.get("channels", len(told.get("classes", [])))
        self.config = config = SimpleNamespace(**self.keys, in_channels=inputs, out_channels=channels)
        widths, time, levels = config.channels, config.time_emb_dim, range(1, len(config.channels))
        embedding = SinusoidalPositionEmbeddings(time)
        self.time_mlp = nn.Sequential(embedding, nn.Linear(time, time), ACTIVATIONS[config.act_fn]())
        if config.num_class_embeds is not None:
            self.class_embedding = nn.Embedding(config.num_class_embeds, time)
        if config.conditions:
            self.condition_embeddings = nn.ModuleList(ConditionEmbedding(time) for _ in config.conditions)
        self.conv0 = nn.Conv2d(inputs, widths[0], 3, padding=1)
        attends = lambda level: level in config.attention_levels
        down = lambda k: Block(widths[k - 1], widths[k], False, attends(k), config)
        up = lambda k: Block(2 * widths[k], widths[k - 1], True, attends(k - 1), config)
        self.downs = nn.ModuleList(down(k) for k in levels)
        self.ups = nn.ModuleList(up(k) for k in reversed(levels))
        self.output = nn.Conv2d(widths[0], channels, 1)

    def forward(self, sample, timestep, class_labels=None, conditions=None, return_dict=True):
        """
        sample [N, C, H, W], with the channels of a condition image after its own; timestep one number or [N]; class_labels [N] for a model with classes; conditions [N, 2K]
        for one with K conditions: the values less their mean over their deviation, then a flag for each, both 0 for none.
        """
        config = self.config
        timestep = torch.as_tensor(timestep, dtype=torch.float32, device=sample.device).expand(len(sample))
        time = self.time_mlp[0](timestep).to(sample.dtype)
        time = self.time_mlp[2](self.time_mlp[1](time))
        if (class_labels is None) != (config.num_class_embeds is None):
            raise ValueError("class_labels must be given for a model with classes, and for no other")
        if (conditions is None) != (not config.conditions):
            raise ValueError("conditions must be given for a model with conditions, and for no other")
        if class_labels is not None:
            time = time + self.class_embedding(class_labels)
        if conditions is not None:
            values, flags = conditions.chunk(2, 1)
            pairs = zip(self.condition_embeddings, values.unbind(1), flags.unbind(1))
            time = time + sum(embed(value, flag) for embed, value, flag in pairs)
        x = self.conv0(sample)
        skips = []
        for down in self.downs:
            x = down(x, time)
            skips.append(x)
        for up in self.ups:
            x = up(torch.cat((x, skips.pop()), 1), time)
        x = self.output(x)
        return SimpleNamespace(sample=x) if return_dict else (x,)

    @classmethod
    def from_pretrained(cls, folder, torch_dtype=None, **_):
        keys = json.loads(Path(folder, "config.json").read_text())
        unet = cls(**{name: value for name, value in keys.items() if not name.startswith("_")})
        unet.load_state_dict(load_file(Path(folder, WEIGHTS)))
        return unet.to(dtype=torch_dtype).eval()

    def save_pretrained(self, folder, **_):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "config.json").write_text(json.dumps({"_class_name": "SimpleUnet", **self.keys}, indent=2) + "\n")
        save_file(self.state_dict(), Path(folder, WEIGHTS), {"format": "pt"})

    @property
    def dtype(self):
        return self.output.weight.dtype

    @property
    def device(self):
        return self.output.weight.device
