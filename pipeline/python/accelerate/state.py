"""Checkpoints in the form of `pipeline train`: `checkpoints/step-<n>/state.safetensors` holds model.*, ema.*, adam.m.* and
adam.v.* whole, and `checkpoint.json` where the run stands. So this folder is a run of Onnoise, too.

The processes may each hold a part of every tensor (FSDP) or all of it (DDP): torch.distributed.checkpoint gathers and
spreads them.
"""

import contextlib
import hashlib
import json
import os
import shutil

import torch
from safetensors.torch import load_file, save_file
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)

FOLDER = "checkpoints"
MOMENTS = {"adam.m.": "exp_avg", "adam.v.": "exp_avg_sq"}
WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)
SPREAD = StateDictOptions(full_state_dict=True, strict=False)
COUNTER = "num_batches_tracked"  # of BatchNorm, which has no meaning here


def local(parameter: torch.Tensor) -> torch.Tensor:
    """The part of a parameter that this process holds."""
    data = parameter.detach()
    return data.to_local() if hasattr(data, "to_local") else data


class Average:
    """Moving average of the weights, with TensorFlow's warm-up: decay(n) = min(decay, (1 + n) / (10 + n))."""

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.parameters = list(model.parameters())
        self.take()

    def take(self) -> None:
        self.values = [local(parameter).clone() for parameter in self.parameters]

    def update(self, updates: int) -> None:
        """`updates` counts those before this one."""
        decay = min(self.decay, (1 + updates) / (10 + updates))
        torch._foreach_lerp_(self.values, [local(parameter) for parameter in self.parameters], 1 - decay)

    @contextlib.contextmanager
    def in_place(self):
        """The model has the averaged weights meanwhile."""
        trained = [local(parameter).clone() for parameter in self.parameters]
        self._put(self.values)
        try:
            yield
        finally:
            self._put(trained)

    def _put(self, values: list[torch.Tensor]) -> None:
        for parameter, value in zip(self.parameters, values):
            local(parameter).copy_(value)


def averaged(average: Average | None):
    return average.in_place() if average else contextlib.nullcontext()


def weights_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Whole, for the first process; all must ask. Copies, because on the CPU they would be the model's own."""
    return {name: value.clone() for name, value in get_model_state_dict(model, options=WHOLE).items()}


def newest() -> tuple[str, dict]:
    """The folder of the newest checkpoint, and its checkpoint.json."""
    names = sorted(name for name in os.listdir(FOLDER) if name.startswith("step-"))
    path = os.path.join(FOLDER, names[-1])
    with open(os.path.join(path, "checkpoint.json"), encoding="utf-8") as file:
        return path, json.load(file)


def load(path: str, model: torch.nn.Module, optimizer, average: Average | None, step: int) -> None:
    """Every process reads the file."""
    state = load_file(os.path.join(path, "state.safetensors"))
    part = lambda prefix: {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    if average:
        put(model, {**part("model."), **part("ema.")})
        average.take()
    put(model, part("model."))
    if step == 0:
        return
    moments = {prefix: part(prefix) for prefix in MOMENTS}
    names = list(moments["adam.m."])
    values = {
        name: {"step": torch.tensor(float(step)), **{key: moments[prefix][name] for prefix, key in MOMENTS.items()}}
        for name in names
    }
    groups = [{**{k: v for k, v in group.items() if k != "params"}, "params": names} for group in optimizer.param_groups]
    set_optimizer_state_dict(model, optimizer, {"state": values, "param_groups": groups}, options=SPREAD)


def put(model: torch.nn.Module, values: dict[str, torch.Tensor]) -> None:
    missing, surplus = set_model_state_dict(model, values, options=SPREAD)
    wrong = [name for name in missing if not name.endswith(COUNTER)] + surplus
    if wrong:
        raise SystemExit(f"Cannot train: the checkpoint must have the weights of the network, {wrong[0]} differs.")


def save(accelerator, model, optimizer, average: Average | None, info: dict, keep: int) -> None:
    """All processes take part; the first one writes, under a temporary name, and removes all but the newest `keep`."""
    state = {f"model.{name}": value for name, value in weights_of(model).items()}
    optimized = get_optimizer_state_dict(model, optimizer, options=WHOLE)
    with averaged(average):
        means = weights_of(model) if average else {}
    if not accelerator.is_main_process:
        return
    for name, values in optimized["state"].items():
        state.update({prefix + name: values[key] for prefix, key in MOMENTS.items()})
        if average:
            state[f"ema.{name}"] = means[name]
    target = os.path.join(FOLDER, f"step-{info['step']:08d}")
    temporary = os.path.join(FOLDER, f"tmp-{info['step']}")
    shutil.rmtree(temporary, ignore_errors=True)
    os.makedirs(temporary)
    file = os.path.join(temporary, "state.safetensors")
    write_weights(file, state)
    with open(file, "rb") as stored:
        digest = hashlib.sha256()
        while part := stored.read(1 << 20):
            digest.update(part)
    about = {"file": "state.safetensors", "bytes": os.path.getsize(file), "sha256": digest.hexdigest()}
    write_json(os.path.join(temporary, "checkpoint.json"), {**info, "state": about})
    shutil.rmtree(target, ignore_errors=True)
    os.rename(temporary, target)
    names = sorted(name for name in os.listdir(FOLDER) if name.startswith("step-"))
    for name in names[:-keep]:
        shutil.rmtree(os.path.join(FOLDER, name))


def write_weights(path: str, tensors: dict[str, torch.Tensor]) -> None:
    kept = {name: value.contiguous() for name, value in tensors.items() if not name.endswith(COUNTER)}
    save_file(kept, path, metadata={"format": "pt"})


def write_json(path: str, value) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
