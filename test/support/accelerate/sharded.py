"""Loads a checkpoint into a network whose tensors are spread over two processes (FSDP), steps once, and saves it again:

    torchrun --nproc_per_node 2 sharded.py <step>    in the folder of a project

Prints how far the loss of that step, and the state that it loaded and gathered again, are from those of a whole network.
accelerate spreads nothing without a GPU, so this calls PyTorch's FSDP itself.
"""

import copy
import json
import os
import sys
from types import SimpleNamespace

import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

sys.path.insert(0, os.getcwd())
import network
import state

torch.manual_seed(0)
torch.distributed.init_process_group("gloo")
mesh = init_device_mesh("cpu", (2,))
first = torch.distributed.get_rank() == 0
path, info = state.newest()


def adam_of(model):
    return torch.optim.AdamW(model.parameters(), 1e-3, (0.9, 0.999), 1e-8, 0.01)


def step(model, adam, average):
    config = network.read_json("model/unet/config.json")
    torch.manual_seed(1)
    noisy = torch.randn(4, config["in_channels"], config["sample_size"], config["sample_size"])
    extra = {"class_labels": torch.tensor([0, 1, 0, 1])} if config["num_class_embeds"] else {}
    loss = network.predict(model, noisy, torch.tensor([1, 20, 30, 40]), extra).square().mean()
    loss.backward()
    adam.step()
    if average:
        average.update(info["step"])
    return loss.item()


def run(shard: bool):
    model = network.create()
    if shard:
        for module in [*model.down_blocks, *model.up_blocks]:
            fully_shard(module, mesh=mesh)
        fully_shard(model, mesh=mesh)
    adam = adam_of(model)
    average = state.Average(model, 0.99)
    state.load(path, model, adam, average, info["step"])
    loss = step(model, adam, average)
    held = sum(state.local(parameter).numel() for parameter in model.parameters())
    os.makedirs(f"{'sharded' if shard else 'whole'}/checkpoints", exist_ok=True)
    state.FOLDER = f"{'sharded' if shard else 'whole'}/checkpoints"
    # A whole network is the same in both processes, but only the first one writes.
    state.save(SimpleNamespace(is_main_process=first), model, adam, average, {**info, "step": info["step"] + 1}, 3)
    return loss, held


whole, sharded = run(False), run(True)
torch.distributed.barrier()
if first:
    read = lambda kind: state.load_file(f"{kind}/checkpoints/step-{info['step'] + 1:08d}/state.safetensors")
    ours, theirs = read("whole"), read("sharded")
    assert ours.keys() == theirs.keys(), set(ours) ^ set(theirs)
    difference = max((ours[name] - theirs[name]).abs().max().item() for name in ours)
    print(json.dumps({"losses": [whole[0], sharded[0]], "held": [whole[1], sharded[1]], "difference": difference}))
torch.distributed.destroy_process_group()
