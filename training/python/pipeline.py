"""
Samples a model folder of Onnoise with diffusers: with classes, conditions, masks, guidance, and any of its schedulers.

    from diffusers import DiffusionPipeline
    pipe = DiffusionPipeline.from_pretrained("<model folder>", custom_pipeline="pipeline", trust_remote_code=True)
    pipe(class_labels=[3, 5], num_inference_steps=20).images[0].save("three.png")

diffusers' own DDPMPipeline takes no classes, and only schedulers that do not scale the picture: DDPM and DDIM.
"""

import inspect
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DiffusionPipeline, ImagePipelineOutput, __version__
from diffusers.utils.torch_utils import randn_tensor


@dataclass
class OnnoiseOutput(ImagePipelineOutput):
    """masks: class numbers [N, H, W] of a model that draws a mask with each picture, else None."""

    masks: torch.Tensor | None = None


class OnnoisePipeline(DiffusionPipeline):
    _optional_components = ["vae"]

    def __init__(self, unet, scheduler, vae=None, id2label=None, trained_on=None, distilled=None):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler, vae=vae)
        self.names = {name: int(label) for label, name in (id2label or {}).items()}
        self.distilled = distilled
        self.facts = {"id2label": id2label, "trained_on": trained_on, "distilled": distilled}

    def save_pretrained(self, save_directory, **options):
        """
        Writes the folder again, to be loaded as this one was: weights, configs, and the code, which diffusers would leave out, with
        networks that are not its own. `options` are those of the network's own save_pretrained.
        """
        if options.pop("push_to_hub", False):
            raise ValueError("push_to_hub must be left out: pipe.push_to_hub(name) does it")
        folder = Path(save_directory)
        self.scheduler.save_pretrained(folder / "scheduler")
        vae = self.vae
        parts = {"unet": self.unet, **({} if vae is None else {"vae": vae})}
        libraries = {}
        for name, part in parts.items():
            part.save_pretrained(folder / name, **options)
            kind = type(part)
            libraries[name] = ["diffusers", kind.__name__]
            if not kind.__module__.startswith("diffusers."):
                code = Path(inspect.getfile(kind))
                libraries[name][0] = code.stem
                copy(code, folder / name / code.name)
        copy(Path(inspect.getfile(type(self))), folder / "pipeline.py")
        index = {
            "_class_name": "DDPMPipeline" if vae is None else "OnnoisePipeline",
            "_diffusers_version": __version__,
            "scheduler": ["diffusers", type(self.scheduler).__name__],
            **libraries,
            **{name: fact for name, fact in self.facts.items() if fact is not None},
        }
        (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")

    @torch.no_grad()
    def __call__(
        self,
        batch_size=None,
        class_labels=None,
        conditions=None,
        masks=None,
        condition_images=None,
        guidance_scale=1.0,
        guidance_interval=None,
        num_inference_steps=None,
        generator=None,
        latents=None,
        output_type="pil",
        return_dict=True,
        **step_options,
    ):
        """
        batch_size       pictures; by default as many as class_labels, values of a condition, masks or condition images, or 1
        class_labels     numbers or names, taken in turn; by default all classes in turn
        conditions       {"age": 30} or {"age": [30, 60]}, taken in turn; left out: absent, where the model allows it
        masks            class numbers, [H, W] or [N, H, W], taken in turn, of a model that is told a mask
        condition_images pictures in [-1, 1], [K, H, W] or [N, K, H, W], taken in turn, of a model that is told one
        guidance_scale   of a model that was trained without a condition too; 1 is off
        guidance_interval
                         (low, high), guides only these timesteps and those between; by default all
        num_inference_steps
                         50 by default; a student that was distilled to few calls takes these alone, without guidance
        latents          the noise to start from, [N, C, H, W]; of a model that draws latents, of their shape
        output_type      pil, np or pt
        step_options     of the scheduler's step: eta of DDIM
        """
        config = self.unet.config
        names = [spec["name"] for spec in getattr(config, "conditions", None) or []]
        given = {name: listed(value) for name, value in (conditions or {}).items()}
        unknown = set(given) - set(names)
        if unknown:
            raise ValueError(f"conditions must be of {', '.join(names) or 'none'}, received {', '.join(sorted(unknown))}")
        labels = listed(class_labels)
        size = config.sample_size
        sides = (size, size) if isinstance(size, int) else tuple(size)  # height, width
        vae, stride = self.vae, 1
        if vae is not None:
            stride = getattr(vae.config, "patch_size", 1) * 2 ** (len(vae.config.block_out_channels) - 1)
        planes = self.planes(masks, condition_images, tuple(stride * side for side in sides))
        if planes is not None and stride > 1:  # what lies beside latents is as large as they are
            planes = torch.nn.functional.avg_pool2d(planes.float(), stride)
        told = [] if planes is None else planes
        longest = max([1, len(labels), len(told), *(len(values) for values in given.values())])
        count = longest if batch_size is None else batch_size
        if count < longest:
            raise ValueError(f"batch_size must be at least {longest}, as many as are given, received {batch_size}")
        inputs, absent = self.inputs(count, labels, given)
        calls = self.distilled and self.distilled["calls"]
        if calls and num_inference_steps not in (None, calls):
            raise ValueError(f"num_inference_steps must be {calls} or left out: the model was distilled to {calls} calls")
        if calls and guidance_scale != 1:
            raise ValueError("guidance_scale must be 1: the model has its teacher's guidance built in")
        num_inference_steps = num_inference_steps or calls or 50
        if not getattr(config, "null_condition", False):
            if guidance_scale != 1:
                raise ValueError("guidance_scale must be 1: the model was not trained without a condition")
            if guidance_interval is not None:
                raise ValueError("guidance_interval must be left out: the model was not trained without a condition")
        low, high = (0, float("inf")) if guidance_interval is None else guidance_interval
        if not 0 <= low <= high:
            raise ValueError(f"guidance_interval must be two timesteps, the lower first, received {guidance_interval}")
        doubled = {name: torch.cat((rows, absent[name])) for name, rows in inputs.items()}
        more = config.in_channels - config.out_channels
        beside = torch.zeros(count, more, *sides, device=self._execution_device, dtype=self.unet.dtype)
        if planes is not None:
            beside = planes.to(beside)[[i % len(planes) for i in range(count)]]
        elif more and not getattr(config, "null_condition", False):
            raise ValueError("masks or condition_images must be given: the model is told one of each picture")
        nothing = torch.zeros_like(beside)

        def predict(x, t):
            if guidance_scale == 1 or not low <= t <= high:
                return self.unet(torch.cat((x, beside), 1), t, **inputs).sample
            both = torch.cat((torch.cat((x, beside), 1), torch.cat((x, nothing), 1)))
            told, untold = self.unet(both, t, **doubled).sample.chunk(2)
            return untold + guidance_scale * (told - untold)

        shape = (count, config.out_channels, *sides)
        if latents is None:
            latents = randn_tensor(shape, generator=generator, device=self._execution_device, dtype=self.unet.dtype)
        self.scheduler.set_timesteps(num_inference_steps, device=self._execution_device)
        x = latents.to(self._execution_device, self.unet.dtype) * getattr(self.scheduler, "init_noise_sigma", 1)
        # Schedulers of flow matching scale nothing.
        scaled = getattr(self.scheduler, "scale_model_input", lambda x, t: x)
        known = inspect.signature(self.scheduler.step).parameters
        options = {"generator": generator} if "generator" in known else {}
        for t in self.progress_bar(self.scheduler.timesteps):
            output = predict(scaled(x, t), t)
            x = self.scheduler.step(output, t, x, **options, **step_options).prev_sample

        if vae is not None:
            shift = getattr(vae.config, "shift_factor", None) or 0
            x = vae.decode(x / vae.config.scaling_factor + shift).sample
        drawn = None
        mask = getattr(config, "mask_output", None)
        if mask:
            x, planes = x[:, : -len(mask["classes"])], x[:, -len(mask["classes"]) :]
            drawn = planes.argmax(1)
        images = (x / 2 + 0.5).clamp(0, 1)
        if output_type != "pt":
            images = images.cpu().permute(0, 2, 3, 1).float().numpy()
        if output_type == "pil":
            images = self.numpy_to_pil(images)
        self.maybe_free_model_hooks()
        return OnnoiseOutput(images=images, masks=drawn) if return_dict else (images, drawn)

    def planes(self, masks, pictures, sides):
        """What the network is told of each picture as channels, [N, K, H, W]; None where nothing is given."""
        config = self.unet.config
        spec = getattr(config, "condition_image", None) or {}
        count = config.in_channels - config.out_channels
        name, given = ("masks", masks) if spec.get("classes") else ("condition_images", pictures)
        other, wrong = ("condition_images", pictures) if name == "masks" else ("masks", masks)
        if wrong is not None:
            raise ValueError(f"{other} must be left out: the model is told {name if count else 'none'}")
        if given is None:
            return None
        if count == 0:
            raise ValueError(f"{name} must be left out: the model is told none")
        given = torch.as_tensor(given)
        wanted = sides if name == "masks" else (count, *sides)
        if given.ndim == len(wanted):
            given = given[None]
        if tuple(given.shape[1:]) != wanted:
            raise ValueError(f"{name} must be [N, {', '.join(map(str, wanted))}], received {tuple(given.shape)}")
        if name == "condition_images":
            return given
        if given.is_floating_point() or not 0 <= int(given.min()) <= int(given.max()) < count:
            raise ValueError(f"masks must be class numbers from 0 to {count - 1}")
        return torch.nn.functional.one_hot(given.long(), count).permute(0, 3, 1, 2)

    def inputs(self, count, labels, given):
        """What the network takes beside the picture and the timestep, and the same where nothing is given."""
        config, device = self.unet.config, self._execution_device
        null = getattr(config, "null_condition", False)
        rows, absent = {}, {}
        if config.num_class_embeds is not None:
            classes = config.num_class_embeds - bool(null)
            unknown = [label for label in labels if isinstance(label, str) and label not in self.names]
            if unknown:
                raise ValueError(f"class_labels must be of {', '.join(self.names) or 'numbers'}, received {unknown[0]}")
            numbers = [self.names[label] if isinstance(label, str) else label for label in labels or range(classes)]
            if not all(0 <= number < classes for number in numbers):
                raise ValueError(f"class_labels must be from 0 to {classes - 1}, received {numbers}")
            rows["class_labels"] = torch.tensor([numbers[i % len(numbers)] for i in range(count)], device=device)
            absent["class_labels"] = torch.full_like(rows["class_labels"], classes)
        elif labels:
            raise ValueError("class_labels must be left out: the model has no classes")
        specs = getattr(config, "conditions", None) or []
        if specs:
            encoded = torch.zeros(count, 2 * len(specs), device=device)
            for k, spec in enumerate(specs):
                values = given.get(spec["name"], [])
                if not values and not null:
                    raise ValueError(f"condition {spec['name']} must be given, from {spec['min']} to {spec['max']}")
                beyond = [value for value in values if not spec["min"] <= value <= spec["max"]]
                if beyond:
                    raise ValueError(
                        f"condition {spec['name']} must be from {spec['min']} to {spec['max']}, received {beyond[0]}"
                    )
                for i in range(count if values else 0):
                    encoded[i, k] = (values[i % len(values)] - spec["mean"]) / spec["std"]
                    encoded[i, len(specs) + k] = 1
            rows["conditions"], absent["conditions"] = encoded, torch.zeros_like(encoded)
        return rows, absent


def copy(source, target):
    if not (target.exists() and target.samefile(source)):
        shutil.copyfile(source, target)


def listed(value):
    value = value.tolist() if hasattr(value, "tolist") else value  # of torch or numpy
    return [] if value is None else list(value) if isinstance(value, (list, tuple, range)) else [value]
