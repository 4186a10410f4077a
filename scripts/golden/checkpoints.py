"""Checkpoints that diffusers wrote, to be imported, and what diffusers makes of them. Weights are not the published ones:
they come from `wave`, as in model.py.

    python3 scripts/golden/checkpoints.py                 # writes test/golden/data/checkpoints/ and model/base-shapes.json
    python3 scripts/golden/checkpoints.py --real <folder> <name>... # published configurations at full width, to be imported

- `known.json`: configurations of well-known checkpoints, word by word, each with the names and shapes of its state dict,
  and with its output at a sixteenth of its widths;
- `folders/`: tiny pipelines as `save_pretrained` writes them: plain, sharded, in half precision, as in 2022, with averaged
  weights, as a pickle; and `pictures.json`, what DDIM makes of the plain one.

Made with Python 3.11, torch 2.13.0, diffusers 0.42.1, safetensors 0.8.0.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from diffusers import DDIMScheduler, DDPMPipeline, DDPMScheduler, UNet2DModel
from diffusers.training_utils import EMAModel
from golden import DATA, write
from model import blocks, down, load_wave, packed, shapes_of, up, wave
from safetensors.torch import save_file

# What versions of July 2022 wrote of the DDPM paper's networks.
PAPER = dict(
    _class_name="UNet2DModel", _diffusers_version="0.0.4", act_fn="silu", attention_head_dim=None, center_input_sample=False,
    downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, in_channels=3, layers_per_block=2, mid_block_scale_factor=1,
    norm_eps=1e-06, norm_num_groups=32, out_channels=3, time_embedding_type="positional",
)
AT_256 = PAPER | dict(
    block_out_channels=[128, 128, 256, 256, 512, 512], sample_size=256, **blocks("ppppap"),
)
CIFAR = PAPER | dict(
    block_out_channels=[128, 256, 256, 256], sample_size=32, **blocks("papp"),
)
BUTTERFLIES = dict(
    _class_name="UNet2DModel", _diffusers_version="0.11.1", act_fn="silu", add_attention=True, attention_head_dim=8,
    block_out_channels=[128, 128, 256, 256, 512, 512], center_input_sample=False,
    down_block_types=down("ppppap"), downsample_padding=1, flip_sin_to_cos=True, freq_shift=0,
    in_channels=3, layers_per_block=2, mid_block_scale_factor=1, norm_eps=1e-05, norm_num_groups=32, out_channels=3,
    resnet_time_scale_shift="default", sample_size=128, time_embedding_type="positional",
    up_block_types=up("ppppap"),
)
# Today's diffusers fills in the rest.
COURSE = dict(
    _class_name="UNet2DModel", sample_size=32, in_channels=3, out_channels=3, layers_per_block=2,
    block_out_channels=[64, 128, 128, 256], **blocks("ppaa"),
)
CONSISTENCY = dict(
    _class_name="UNet2DModel", sample_size=64, in_channels=3, out_channels=3, layers_per_block=3, num_class_embeds=1000,
    block_out_channels=[192, 384, 576, 768], attention_head_dim=64, **blocks("raaa"),
    resnet_time_scale_shift="scale_shift", attn_norm_num_groups=32, upsample_type="resnet", downsample_type="resnet",
)
CONSISTENCY_256 = dict(
    _class_name="UNet2DModel", sample_size=256, in_channels=3, out_channels=3, layers_per_block=2, num_class_embeds=None,
    block_out_channels=[256, 256, 512, 512, 1024, 1024], attention_head_dim=64, **blocks("rrraaa"),
    resnet_time_scale_shift="default", upsample_type="resnet", downsample_type="resnet",
)

LATENTS = dict(
    _class_name="UNet2DModel", _diffusers_version="0.0.4", act_fn="silu", attention_head_dim=32,
    block_out_channels=[224, 448, 672, 896], center_input_sample=False, down_block_types=down("paaa"),
    downsample_padding=1, flip_sin_to_cos=True, freq_shift=0, in_channels=3, layers_per_block=2, mid_block_scale_factor=1,
    norm_eps=1e-05, norm_num_groups=32, out_channels=3, sample_size=64, time_embedding_type="positional",
    up_block_types=up("paaa"),
)

# Name, where the configuration can be read, the configuration.
KNOWN = [
    ("google/ddpm-cifar10-32", "the state dict of base-shapes.json, and training scripts that quote the file", CIFAR),
    # Training settings of others quote the same for google/ddpm-celebahq-256, whose file has as many bytes.
    ("google/ddpm-cat-256", "whaler404/Hf-Learn, diffusers_learn/api/models/unets/unet2dmodel/unet2dmodel.md", AT_256),
    ("anton-l/ddpm-butterflies-128", "khuongsatou/ddpm-butterflies-128, unet/config.json: made by the same notebook", BUTTERFLIES),
    ("sd-class-butterflies-32", "huggingface/diffusion-models-class, unit1/01_introduction_to_diffusers.ipynb", COURSE),
    ("openai/diffusers-cd_imagenet64_l2", "huggingface/diffusers, scripts/convert_consistency_to_diffusers.py", CONSISTENCY),
    ("openai/diffusers-cd_bedroom256_l2", "huggingface/diffusers, scripts/convert_consistency_to_diffusers.py", CONSISTENCY_256),
    ("CompVis/ldm-celebahq-256", "training scripts of others, which quote its files", LATENTS),
]

DIVISOR = 16


def arguments(config):
    return {key: value for key, value in config.items() if not key.startswith("_")}


def narrowed(config):
    """A sixteenth of the widths and groups; heads as wide as before if that is possible; a small size."""
    small = dict(config, block_out_channels=[width // DIVISOR for width in config["block_out_channels"]], norm_num_groups=2)
    small["sample_size"] = min(2 ** len(small["block_out_channels"]), 32)
    if config.get("attention_head_dim", 8) is not None:
        small["attention_head_dim"] = 4 if all(width % 4 == 0 for width in small["block_out_channels"]) else 7
    if config.get("attn_norm_num_groups"):
        small["attn_norm_num_groups"] = 4
    if config.get("num_class_embeds"):
        small["num_class_embeds"] = 5
    return small


def known():
    cases = []
    for name, source, config in KNOWN:
        with torch.device("meta"):
            shapes = shapes_of(UNet2DModel(**arguments(config)))
        small = narrowed(config)
        model = UNet2DModel(**arguments(small)).eval()
        load_wave(model)
        size, timesteps, labels = small["sample_size"], [3, 61], [4, 1]
        classes = dict(class_labels=torch.tensor(labels)) if small.get("num_class_embeds") else {}
        with torch.no_grad():
            output = model(wave(900, (2, 3, size, size), 1.2), torch.tensor(timesteps), **classes).sample
        narrow = dict(config=small, batch=2, timesteps=timesteps, labels=labels if classes else None, output=packed(output))
        cases.append(dict(name=name, source=source, config=config, parameters=shapes, narrow=narrow))
    return cases


TINY = dict(
    sample_size=8, in_channels=3, out_channels=3, block_out_channels=[4, 8], layers_per_block=1, norm_num_groups=2,
    **blocks("pa"), attention_head_dim=4,
)
FORMER = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def folders(root):
    """Tiny pipelines, and the pictures of the plain one."""
    shutil.rmtree(root, ignore_errors=True)
    unet = UNet2DModel(**TINY).eval()
    load_wave(unet)
    scheduler = DDPMScheduler(num_train_timesteps=50, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    pipeline = DDPMPipeline(unet, scheduler)
    pipeline.save_pretrained(root / "plain")
    pipeline.save_pretrained(root / "sharded", max_shard_size="4KB")
    pipeline.save_pretrained(root / "pickled", safe_serialization=False)
    pipeline.to(torch.float16).save_pretrained(root / "half", variant="fp16")
    pipeline.to(torch.float32)
    load_wave(unet)

    # One folder, former names, attention as convolutions; what today's version adds is left out.
    former = root / "former"
    former.mkdir(parents=True)
    state = {}
    for name, tensor in unet.state_dict().items():
        for new, old in FORMER.items():
            if f".{new}." in name:
                name = name.replace(f".{new}.", f".{old}.")
                tensor = tensor[:, :, None, None] if tensor.ndim == 2 else tensor
        state[name] = tensor.contiguous()
    save_file(state, former / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    put = lambda name, value: (former / name).write_text(json.dumps(value, indent=2) + "\n")
    config = PAPER | TINY | dict(downsample_padding=1, flip_sin_to_cos=True, freq_shift=0, norm_eps=1e-05)
    config |= dict(down_block_types=["UNetResDownBlock2D", "UNetResAttnDownBlock2D"], up_block_types=["UNetResAttnUpBlock2D", "UNetResUpBlock2D"])
    config["image_size"], config["num_res_blocks"] = config.pop("sample_size"), config.pop("layers_per_block")
    put("config.json", config)
    kept = ["beta_end", "beta_schedule", "beta_start", "clip_sample", "num_train_timesteps", "trained_betas", "variance_type", "prediction_type"]
    names = dict(_class_name="DDPMScheduler", _diffusers_version="0.1.1")
    put("scheduler_config.json", names | {key: scheduler.config[key] for key in kept})
    parts = dict(scheduler=["diffusers", "DDPMScheduler"], unet=["diffusers", "UNet2DModel"])
    put("model_index.json", dict(_class_name="DDPMPipeline", _diffusers_version="0.1.1", **parts))

    # A checkpoint of training: the averaged weights have their own folder, whose config says more.
    EMAModel(unet.parameters(), model_cls=UNet2DModel, model_config=unet.config).save_pretrained(root / "training" / "unet_ema")
    scheduler.save_pretrained(root / "training" / "scheduler")

    ddim = DDIMScheduler.from_config(scheduler.config)
    ddim.set_timesteps(10)
    sample = wave(902, (2, 3, 8, 8), 1.2)
    with torch.no_grad():
        for t in ddim.timesteps:
            sample = ddim.step(unet(sample, t).sample, t, sample, eta=0.0).prev_sample
    return dict(folder="plain", sampler="ddim", steps=10, x=packed(sample))


def real(root, names):
    """The published configurations with random weights; the output at every 97th value."""
    for name, _, config in KNOWN:
        folder = root / name.replace("/", "--")
        if names and folder.name not in names:
            continue
        torch.manual_seed(1)
        model = UNet2DModel(**arguments(config)).eval()
        DDPMPipeline(model, DDPMScheduler()).save_pretrained(folder)
        size = config["sample_size"]
        classes = dict(class_labels=torch.tensor([7])) if config.get("num_class_embeds") else {}
        with torch.no_grad():
            output = model(wave(900, (1, 3, size, size), 1.2), torch.tensor([417]), **classes).sample
        values = output.flatten()[::97]
        (folder / "expected.json").write_text(json.dumps(dict(timestep=417, label=7, every=97, output=packed(values.contiguous()))) + "\n")
        print(name, sum(p.numel() for p in model.parameters()), float(output.abs().max()))


if __name__ == "__main__":
    if "--real" in sys.argv:
        root, *names = sys.argv[sys.argv.index("--real") + 1 :]
        real(Path(root), names)
        sys.exit()
    write("model/base-shapes.json", shapes_of(UNet2DModel(**arguments(CIFAR))))
    write("checkpoints/known.json", known())
    write("checkpoints/pictures.json", folders(DATA / "checkpoints/folders"))
