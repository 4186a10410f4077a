"""Golden numbers of the training step: losses, gradient norms and final weights of a tiny denoiser in PyTorch, for
every loss, prediction type and optimizer, min-SNR weights as diffusers' examples compute them; a file written by the
safetensors library; and a student, whose teacher makes two steps of diffusers' DDIMScheduler, guided, in each of its calls, with a
discriminator on the teacher's feature map and a reader of what was asked.

    python3 scripts/golden/train.py        # writes test/golden/data/train/

Made with Python 3.11, torch 2.13.0, safetensors 0.8.0, numpy 2.4.6.
"""

from functools import partial

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, DDPMScheduler
from diffusers.training_utils import compute_snr
from golden import DATA, write
from safetensors.torch import save_file

B, C, S, HIDDEN, CLASSES, T, STEPS = 4, 1, 5, 3, 3, 20, 10
# Of the student: its steps of training, and the class that stands for none.
STUDENT_STEPS, NULL = 6, CLASSES - 1
ADVERSARIAL, CONDITIONAL, WIDTH, READER_WIDTH = 0.5, 0.3, 32, 48
# Timesteps at which the discriminator looks.
JUDGED = round(0.4 * T)

COLUMNS = ["loss", "predictionType", "optimizer", "weightDecay", "clipNorm", "lr"]
TABLE = [
    ("l1", "epsilon", "adam", 0.0, None, 0.01, {}),
    ("l2", "v_prediction", "adamw", 0.1, 0.5, 0.02, {}),
    ("huber", "sample", "adam", 0.1, 0.3, 0.02, {}),
    ("huber", "epsilon", "adamw", 0.0, 0.2, 0.01, {}),
    ("huber", "v_prediction", "adamw", 0.0, 1.0, 0.01, dict(huberDelta=0.3)),
    ("l2", "epsilon", "adamw", 0.0, 0.2, 0.01, dict(minSnr=5.0)),
    ("l2", "v_prediction", "adamw", 0.0, 0.2, 0.01, dict(minSnr=2.0)),
    ("l2", "sample", "adamw", 0.0, 0.2, 0.01, dict(minSnr=5.0)),
]
CASES = [dict(zip(COLUMNS, row)) | more for *row, more in TABLE]


def features(p, x, t, labels):
    h = F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=1)
    h = h + ((t * 0.01)[:, None] * p["time.weight"][None])[:, :, None, None]
    h = h + p["class.weight"][labels][:, :, None, None]
    return F.relu(h)


def forward(p, x, t, labels, training=True):
    h = features(p, x, t, labels)
    if training:
        p["running_mean"] = (0.9 * p["running_mean"] + 0.1 * h.mean(dim=(0, 2, 3))).detach()
    return F.conv2d(h, p["conv2.weight"], p["conv2.bias"], padding=1)


def first_weights():
    return {
        "conv1.weight": torch.randn(HIDDEN, C, 3, 3) * 0.3,
        "conv1.bias": torch.randn(HIDDEN) * 0.1,
        "time.weight": torch.randn(HIDDEN) * 0.5,
        "class.weight": torch.randn(CLASSES, HIDDEN) * 0.5,
        "conv2.weight": torch.randn(C, HIDDEN, 3, 3) * 0.3,
        "conv2.bias": torch.randn(C) * 0.1,
        "running_mean": torch.zeros(HIDDEN),
    }


def rounded(tensor):
    return tensor.detach().flatten().float().tolist()


def all_rounded(tensors):
    return {name: rounded(tensor) for name, tensor in tensors.items()}


def listed(images, noise, timesteps, labels):
    return dict(images=rounded(images), noise=rounded(noise), timesteps=timesteps.tolist(), labels=labels.tolist())


def run(case, start, draws, alpha_bar):
    case = dict(huberDelta=1.0, minSnr=None) | case
    p = {k: v.clone() for k, v in start.items()}
    trained = [k for k in p if k != "running_mean"]
    for k in trained:
        p[k].requires_grad_()
    ema = {k: p[k].detach().clone() for k in trained}
    Optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[case["optimizer"]]
    optimizer = Optimizer([p[k] for k in trained], lr=case["lr"], betas=(0.9, 0.99), eps=1e-8, weight_decay=case["weightDecay"])
    loss_of = {"l1": F.l1_loss, "l2": F.mse_loss, "huber": partial(F.huber_loss, delta=case["huberDelta"])}[case["loss"]]
    scheduler = DDPMScheduler(len(alpha_bar))
    scheduler.alphas_cumprod = alpha_bar
    losses, norms = [], []
    for n, (x0, noise, t, labels) in enumerate(draws):
        a = alpha_bar[t].sqrt().float()[:, None, None, None]
        s = (1 - alpha_bar[t]).sqrt().float()[:, None, None, None]
        target = {"epsilon": noise, "sample": x0, "v_prediction": a * noise - s * x0}[case["predictionType"]]
        prediction = forward(p, a * x0 + s * noise, t.float(), labels)
        loss = loss_of(prediction, target)
        if case["minSnr"] is not None:
            # As diffusers' examples/text_to_image/train_text_to_image.py at 0.38; `sample` is the paper's own weight.
            snr = compute_snr(scheduler, t)
            weights = torch.stack([snr, case["minSnr"] * torch.ones_like(t)], dim=1).min(dim=1)[0]
            weights = weights / {"epsilon": snr, "v_prediction": snr + 1, "sample": 1}[case["predictionType"]]
            loss = (loss_of(prediction, target, reduction="none").mean(dim=[1, 2, 3]) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        limit = case["clipNorm"] if case["clipNorm"] is not None else float("inf")
        norms.append(float(torch.nn.utils.clip_grad_norm_([p[k] for k in trained], limit)))
        optimizer.step()
        decay = min(0.999, (1 + n) / (10 + n))
        for k in trained:
            ema[k] = ema[k] + (1 - decay) * (p[k].detach() - ema[k])
        losses.append(loss.item())
    return dict(
        **case,
        losses=losses,
        gradNorms=norms,
        model=all_rounded(p),
        ema=all_rounded(ema),
        v=all_rounded({k: optimizer.state[p[k]]["exp_avg_sq"] for k in trained}),
    )


def in_a_lesson(calls):
    """How many of its calls a student makes in a lesson."""
    return 2 if calls > 2 else 1


def ddim_schedulers(prediction, calls):
    options = dict(num_train_timesteps=T, beta_schedule="squaredcos_cap_v2", prediction_type=prediction, clip_sample=True)
    student, teacher = (DDIMScheduler(**options, timestep_spacing="trailing") for _ in range(2))
    student.set_timesteps(calls)
    teacher.set_timesteps(2 * calls)
    return student, teacher


def lesson(teacher_weights, case, x0, noise, call, label):
    """One image: where a call of the student begins, the places where the teacher is at its end and at that of the next, and these calls:
    timestep, signal and noise there, and what the next sample keeps of the sample and takes of the picture, by one step of DDIM."""
    student, teacher = ddim_schedulers(case["predictionType"], case["calls"])
    guidance, many = case["guidance"], in_a_lesson(case["calls"])
    alpha_bar = student.alphas_cumprod
    calls = []
    for t in (int(t) for t in student.timesteps[call : call + many]):
        a, s = alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()
        previous = t - T // case["calls"]
        end = alpha_bar[previous] if previous >= 0 else torch.tensor(1.0)
        keep = (1 - end).sqrt() / s
        calls.append((torch.tensor(float(t)), a, s, keep, end.sqrt() - keep * a))
    z = calls[0][1] * x0 + calls[0][2] * noise
    places = [z]
    for n, at in enumerate(int(t) for t in teacher.timesteps[2 * call : 2 * (call + many)]):
        given, absent = (forward(teacher_weights, z, torch.tensor([float(at)]), torch.tensor([k]), False) for k in (label, NULL))
        z = teacher.step(absent + guidance * (given - absent), at, z, use_clipped_model_output=True).prev_sample
        if n % 2 == 1:
            places.append(z)
    return places, calls


def seen_by(heads, h):
    name = lambda part: (heads[f"heads.0.{part}.weight"], heads[f"heads.0.{part}.bias"])
    h = F.group_norm(h, 1, *name("norm"), eps=1e-5)
    h = F.leaky_relu(F.conv2d(h, *name("conv1")), 0.2)
    h = F.leaky_relu(F.conv2d(h, *name("conv2"), padding=1), 0.2)
    seen = h.mean((2, 3))
    return seen, F.linear(seen, *name("out"))


def judge(heads, h, labels):
    seen, verdict = seen_by(heads, h)
    return verdict[:, 0] + (seen * heads["heads.0.class_embedding.weight"][labels]).sum(1) / WIDTH**0.5


def misread(heads, h, labels):
    """How far the class that is read is from the one that was asked for; 0 for the class that stands for none."""
    return F.cross_entropy(seen_by(heads, h)[1], labels.where(labels != NULL, -100), reduction="none", ignore_index=-100)


def run_student(case, start, heads, readers, draws, lessons):
    teacher = {k: v.clone() for k, v in start.items()}
    p, d, r = ({k: v.clone() for k, v in values.items()} for values in (start, heads, readers))
    trained = [k for k in p if k != "running_mean"]
    for tensor in [p[k] for k in trained] + list(d.values()) + list(r.values()):
        tensor.requires_grad_()
    adam = dict(betas=(0.9, 0.99), eps=1e-8, weight_decay=0.0)
    optimizer = torch.optim.AdamW([p[k] for k in trained], lr=0.02, **adam)
    judging = torch.optim.AdamW([*d.values(), *r.values()], lr=0.04, **adam)
    alpha_bar = DDIMScheduler(num_train_timesteps=T, beta_schedule="squaredcos_cap_v2").alphas_cumprod
    many = in_a_lesson(case["calls"])
    losses, norms = [], []
    for (images, noise, timesteps, _, drawn_calls, labels), rows in zip(draws, lessons):
        start, *ends = (torch.cat([places[k] for places, _ in rows]) for k in range(many + 1))
        error = 0
        for k, end in enumerate(ends):
            t, a, s, keep, more = (torch.stack([calls[k][j] for _, calls in rows]) for j in range(5))
            a, s, keep, more = (x[:, None, None, None] for x in (a, s, keep, more))
            picture = (end - keep * start) / more
            target = picture if case["predictionType"] == "sample" else (a * start - picture) / s
            output = forward(p, start, t, labels, k == many - 1)
            weight = 1 / s**2 if case["predictionType"] == "sample" else 1  # SNR + 1, which is 1 of the velocity
            error = error + (weight * (output - target) ** 2).mean() / many
            drawn = output if case["predictionType"] == "sample" else a * start - s * output
            start = keep * start + more * drawn
        level = alpha_bar[timesteps][:, None, None, None]
        look = lambda x: features(teacher, level.sqrt() * x + (1 - level).sqrt() * noise, timesteps.float(), labels)
        last = (first_calls(case, drawn_calls) == case["calls"] - many).float()
        loss = error + ADVERSARIAL * (last * F.softplus(-judge(d, look(drawn), labels))).mean()
        half, none = slice(0, B // 2), torch.full((B // 2,), NULL)
        read = lambda x: misread(r, features(teacher, (level.sqrt() * x + (1 - level).sqrt() * noise)[half], timesteps[half].float(), none), labels[half])
        loss = loss + CONDITIONAL * (last[half] * read(drawn)).mean()
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_([p[k] for k in trained], 1.0)))
        verdict = (F.softplus(-judge(d, look(images), labels)) + last * F.softplus(judge(d, look(drawn.detach()), labels))).mean()
        judging.zero_grad()
        (verdict + read(images).mean()).backward()
        optimizer.step()
        judging.step()
        losses.append(error.item())
    kept = {"model": p, "discriminator": d, "reader": r}
    return dict(**case, losses=losses, gradNorms=norms, **{n: all_rounded(t) for n, t in kept.items()})


def first_calls(case, drawn):
    return drawn % (case["calls"] - in_a_lesson(case["calls"]) + 1)


def lessons_of(case, start, draws):
    with torch.no_grad():
        return [
            [
                lesson(start, case, images[i : i + 1], path[i : i + 1], int(call), int(labels[i]))
                for i, call in enumerate(first_calls(case, drawn))
            ]
            for images, _, _, path, drawn, labels in draws
        ]


def write_student():
    torch.manual_seed(11)
    start = first_weights()
    head = lambda width, outputs: {
        "heads.0.norm.weight": 1 + torch.randn(HIDDEN) * 0.1,
        "heads.0.norm.bias": torch.randn(HIDDEN) * 0.1,
        "heads.0.conv1.weight": torch.randn(width, HIDDEN, 1, 1) * 0.5,
        "heads.0.conv1.bias": torch.randn(width) * 0.1,
        "heads.0.conv2.weight": torch.randn(width, width, 3, 3) * 0.1,
        "heads.0.conv2.bias": torch.randn(width) * 0.1,
        "heads.0.out.weight": torch.randn(outputs, width) * 0.3,
        "heads.0.out.bias": torch.randn(outputs) * 0.1,
    }
    heads = {**head(WIDTH, 1), "heads.0.class_embedding.weight": torch.randn(CLASSES, WIDTH)}
    readers = head(READER_WIDTH, CLASSES - 1)
    picture = lambda: torch.rand(B, C, S, S) * 2 - 1
    noise = lambda: torch.randn(B, C, S, S)
    draws = [
        (picture(), noise(), torch.randint(0, JUDGED, (B,)), noise(), torch.randint(0, 4, (B,)), torch.randint(0, CLASSES, (B,)))
        for _ in range(STUDENT_STEPS)
    ]
    cases = [dict(predictionType="v_prediction", guidance=1.5, calls=5), dict(predictionType="sample", guidance=1.0, calls=2)]
    taught = [(case, lessons_of(case, start, draws)) for case in cases]
    golden = dict(
        batch=B, shape=[C, S, S], hidden=HIDDEN, classes=CLASSES, timesteps=T, adversarial=ADVERSARIAL, conditional=CONDITIONAL,
        start=all_rounded(start), heads=all_rounded(heads), readers=all_rounded(readers),
        draws=[listed(x, e, t, l) for x, e, t, _, _, l in draws],
        cases=[
            dict(
                lessons=[
                    dict(calls=first_calls(case, drawn).tolist(), places=[rounded(torch.cat(place)) for place in zip(*(places for places, _ in rows))])
                    for (*_, drawn, _), rows in zip(draws, lessons)
                ],
                **run_student(case, start, heads, readers, draws, lessons),
            )
            for case, lessons in taught
        ],
    )
    write("train/distill.json", golden, separators=None)


def main():
    torch.manual_seed(7)
    torch.set_num_threads(1)
    start = first_weights()
    alpha_bar = torch.cumprod(1 - torch.linspace(0.005, 0.2, T, dtype=torch.float64), 0)
    draws = [
        (torch.rand(B, C, S, S) * 2 - 1, torch.randn(B, C, S, S), torch.randint(0, T, (B,)), torch.randint(0, CLASSES, (B,)))
        for _ in range(STEPS)
    ]
    golden = dict(
        batch=B, shape=[C, S, S], hidden=HIDDEN, classes=CLASSES, betas=[0.9, 0.99], eps=1e-8, emaDecay=0.999,
        alphaBar=alpha_bar.tolist(),
        start=all_rounded(start),
        draws=[listed(*draw) for draw in draws],
        cases=[run(case, start, draws, alpha_bar) for case in CASES],
    )
    write("train/step.json", golden, separators=None)
    save_file(
        {
            "weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
            "empty": torch.zeros(0, 3),
            "scalar": torch.tensor(-1.5),
            "ids": torch.tensor([1, -2, 3], dtype=torch.int32),
            "count": torch.tensor([2**40], dtype=torch.int64),
            "bytes": torch.tensor([0, 255, 7], dtype=torch.uint8),
        },
        DATA / "train/python.safetensors",
        metadata={"format": "pt", "note": "grüße"},
    )

    write_student()


if __name__ == "__main__":
    main()
