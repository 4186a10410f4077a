"""Trains the network of this folder on any number of processes: see README.md.

    accelerate launch --config_file ddp.yaml --num_processes 8 train.py

It continues from the newest checkpoint of checkpoints/, and leaves the averaged weights in model/.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from accelerate import Accelerator
from accelerate.utils import reduce

import objective
import state
from images import Batches, Images, Position
from network import create, predict, read_json
from randomness import normal
from state import Average, averaged

WEIGHTS = "model/unet/diffusion_pytorch_model.safetensors"
VALIDATION_NOISE = 0x7E000003  # stream


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, help="updates of the weights, with those already done; default: config.json's")
    parser.add_argument("--micro-batch", type=int, help="images per forward of a process; default: as many as pipeline train")
    args = parser.parse_args()

    config, data = read_json("config.json"), read_json("data.json")
    training = config["training"]
    accelerator = Accelerator(cpu=not torch.accelerator.is_available())  # gloo, where there is no GPU
    device, ranks, rank = accelerator.device, accelerator.num_processes, accelerator.process_index
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = training["tf32"]

    batch = training["batch"] * training["accumulate"]
    images = Images("data.safetensors")
    steps = args.steps or steps_of(training, batch, len(images.train))
    if batch % ranks:
        raise SystemExit(f"Cannot train: the batch of {batch} images must be divisible by the {ranks} processes.")
    share = batch // ranks
    rows = range(rank * share, (rank + 1) * share)
    micro = math.gcd(share, args.micro_batch or training["batch"])

    unet = read_json("model/unet/config.json")
    scheduler = objective.scheduler_of("model/scheduler")
    null_class = unet["num_class_embeds"] - 1 if unet.get("null_condition") and unet["num_class_embeds"] else None
    batches = Batches(images, config["data"], training, null_class, batch)
    network = create()
    if ranks > 1 and device.type == "cuda":
        network = torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)
    kind = torch.optim.AdamW if training["optimizer"] == "adamw" else torch.optim.Adam
    betas = (training["beta1"], training["beta2"])
    adam = kind(network.parameters(), training["lr"], betas, training["eps"], training["weightDecay"])
    model, optimizer = accelerator.prepare(network, adam)

    path, info = state.newest()
    average = None if training["emaDecay"] is None else Average(model, training["emaDecay"])
    state.load(path, model, optimizer.optimizer, average, info["step"])
    accelerator.print(f"Continuing after step {info['step']} on {ranks} x {device.type}, {share} images each.")
    position = Position(**info["position"])
    began, before, last = time.perf_counter(), info["seconds"], info["step"]
    cut_lines("metrics.jsonl", last, accelerator)
    cut_lines("validation.jsonl", last, accelerator)

    def prepare(at: Position, step: int):
        at = batches.advance(at)
        return at, *batches.read(at, step, rows)

    reader = ThreadPoolExecutor(1)  # the next batch is read meanwhile
    ahead = reader.submit(prepare, position, last)
    if last >= steps:
        accelerator.print(f"{last} steps are done, and no more are asked for. To train on, give more: --steps {2 * last}")
    for step in range(last, steps):
        since = time.perf_counter()
        at, pixels, extra = ahead.result()
        position = Position(at.epoch, at.index + batch)
        ahead = reader.submit(prepare, position, step + 1)
        torch.manual_seed((training["seed"] + step * ranks + rank) % 2**63)  # of dropout alone
        pixels, extra = pixels.to(device), {name: value.to(device) for name, value in extra.items()}
        noise, timesteps = objective.draw(training, scheduler, step, batch, rows, pixels.shape[1:], device)
        noisy, told = objective.noised(scheduler, pixels, noise, timesteps)
        target = objective.target_of(scheduler, pixels, noise, timesteps)

        model.train()
        total = torch.zeros((), device=device)
        for first in range(0, share, micro):
            part = slice(first, first + micro)
            ends = first + micro == share
            with contextlib.nullcontext() if ends else accelerator.no_sync(model):
                given = {name: value[part] for name, value in extra.items()}
                prediction = predict(model, noisy[part], told[part], given)
                loss = objective.loss_of(training, scheduler, prediction, target[part], timesteps[part])
                accelerator.backward(loss * micro / share)
            total += loss.detach() * micro / share
        norm = accelerator.clip_grad_norm_(model.parameters(), training["clipNorm"] or math.inf)
        lr = lr_at(training, step, step / steps)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
        optimizer.zero_grad()
        if average:
            average.update(step)

        value, norm = reduce(total, "mean").item(), whole(norm)
        if not math.isfinite(value) or not math.isfinite(norm):
            raise SystemExit(f"Cannot continue: the loss of step {step + 1} is {value}, its gradient norm {norm}.")
        now = time.perf_counter()
        info = {
            **info,
            "step": step + 1,
            "epoch": at.epoch,
            "position": vars(position),
            "seconds": round(before + now - began, 3),
            "lr": lr,
            "loss": value,
            "config": config,
        }
        speed = {"imagesPerSecond": round(batch / (now - since), 2), "seconds": info["seconds"], "memory": memory()}
        line = {"step": step + 1, "epoch": at.epoch, "loss": value, "gradNorm": norm, "lr": lr, **speed}
        append("metrics.jsonl", line, accelerator)
        ends = step + 1 == steps
        if ends or divides(config["output"]["checkpointEvery"], step + 1):
            save(accelerator, model, optimizer.optimizer, average, info, config["output"]["keep"])
        if len(images.validation) > 0 and (ends or divides(config["output"]["sampleEvery"], step + 1)):
            with averaged(average):
                held = validate(accelerator, model, images, scheduler, training, null_class)
            append("validation.jsonl", {"step": step + 1, "loss": held}, accelerator)
    reader.shutdown()
    accelerator.end_training()
    accelerator.print(f"{max(last, steps)} steps are done. The averaged weights: {WEIGHTS}")


def steps_of(training: dict, batch: int, images: int) -> int:
    if training.get("steps"):
        return training["steps"]
    if training.get("epochs"):
        return training["epochs"] * (images // batch)
    raise SystemExit("Cannot train: --steps must be given, because config.json ends the run by the clock.")


def lr_at(training: dict, step: int, progress: float) -> float:
    warm = min(1, (step + 1) / training["warmupSteps"]) if training["warmupSteps"] > 0 else 1
    done = min(1, max(0, progress))
    decay = {"constant": 1, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[training["lrSchedule"]]
    return training["lr"] * warm * decay


def save(accelerator, model, optimizer, average, info: dict, keep: int) -> None:
    """A checkpoint, and the averaged weights for model/."""
    state.save(accelerator, model, optimizer, average, info, keep)
    with averaged(average):
        weights = state.weights_of(model)
    if accelerator.is_main_process:
        state.write_weights(f"{WEIGHTS}.tmp", weights)
        os.replace(f"{WEIGHTS}.tmp", WEIGHTS)
    accelerator.wait_for_everyone()


@torch.no_grad()
def validate(accelerator, model, images: Images, scheduler, training: dict, null_class) -> float:
    """The mean loss of the held-out images, always with the same noise and timesteps, evenly spread."""
    count, micro = len(images.validation), training["batch"]
    ranks, rank, device = accelerator.num_processes, accelerator.process_index, accelerator.device
    size = images.pixels[0].numel()
    model.eval()
    total = torch.zeros((), device=device, dtype=torch.float64 if device.type != "mps" else torch.float32)
    for first in range(0, count, micro * ranks):
        # A process whose turn is beyond the end repeats an image with weight 0: FSDP needs every process in every call.
        begin = min(first + rank * micro, count - 1)
        places = torch.arange(begin, min(begin + micro, count))
        counts = first + rank * micro < count
        pixels = (images.pixels[images.validation[places]].float() / 127.5 - 1).to(device)
        extra = images.extra(images.validation[places], None, null_class)
        noise = normal(training["seed"], VALIDATION_NOISE, begin * size, len(places) * size, device).view_as(pixels)
        timesteps = ((places.double() + 0.5) * scheduler.config.num_train_timesteps / count).long().to(device)
        target = objective.target_of(scheduler, pixels, noise, timesteps)
        given = {name: value.to(device) for name, value in extra.items()}
        prediction = predict(model, *objective.noised(scheduler, pixels, noise, timesteps), given)
        loss = objective.loss_of(training, scheduler, prediction, target, timesteps)
        total += loss * len(places) if counts else 0
    return reduce(total, "sum").item() / count


def whole(norm) -> float:
    """The norm is a number, a tensor, or with FSDP one that is spread over the processes."""
    return float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def divides(every: int | None, step: int) -> bool:
    return bool(every) and step % every == 0


def memory() -> int:
    """Most resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def append(path: str, line: dict, accelerator) -> None:
    if accelerator.is_main_process:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def cut_lines(path: str, step: int, accelerator) -> None:
    """Drops what an earlier start measured after the checkpoint."""
    if not accelerator.is_main_process or not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        kept = [line for line in file if line.endswith("\n") and json.loads(line)["step"] <= step]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(kept)


if __name__ == "__main__":
    main()
