"""Samples a model folder with onnxruntime and numpy alone, by DDIM: python sample.py models/digits 10 50 writes samples.pnm."""
import json, sys, numpy as np, onnxruntime
folder, count, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
config, unet = (json.load(open(f"{folder}/{path}")) for path in ["scheduler/scheduler_config.json", "unet/config.json"])
T, kind = config["num_train_timesteps"], config.get("prediction_type", "flow")
start, end, shift = (config.get(key, 1) for key in ["beta_start", "beta_end", "shift"])
bar = np.cos((np.arange(T + 1) / T + 0.008) / 1.008 * np.pi / 2) ** 2
named = {"linear": np.linspace(start, end, T), "scaled_linear": np.linspace(start**0.5, end**0.5, T) ** 2}
betas = named.get(config.get("beta_schedule"), np.minimum(1 - bar[1:] / bar[:-1], 0.999))
s = np.cumprod(1 - np.array(config.get("trained_betas") or betas)) ** 0.5  # what is left of the picture at each timestep
s = (s - s[-1]) * s[0] / (s[0] - s[-1]) if config.get("rescale_betas_zero_snr") else s
s = np.append(s, 1 if config.get("set_alpha_to_one") else s[0])  # and, as the last one, at the end
n, limit = (1 - s**2) ** 0.5, config.get("clip_sample_range", 1) if config.get("clip_sample") else np.inf
classes, K = (unet.get("num_class_embeds") or 1) - unet.get("null_condition", False), len(unet.get("conditions", []))
session = onnxruntime.InferenceSession(f"{folder}/unet/model.onnx")
extra = {"class_labels": np.arange(count) % max(classes, 1), "conditions": np.float32([[0] * K + [1] * K] * count)}
x = np.random.default_rng(0).standard_normal((count, *session.get_inputs()[0].shape[1:]))
timesteps = np.arange(T, 0, -T / steps)[:steps].round().astype(int) - 1
afters = np.maximum(timesteps - T // steps, -1)  # -1 is the end
if kind == "flow":  # x = (1 - n) x0 + n noise, as FlowMatchEulerDiscreteScheduler goes down it
    shifted = lambda sigma: shift * sigma / (1 + (shift - 1) * sigma)
    n = np.append(shifted(np.linspace(1, shifted(1 / T), steps)), 0)
    s, told, timesteps, afters = 1 - n, n * T, np.arange(steps), np.arange(steps) + 1
for t, after in zip(timesteps, afters):
    at = told[t] if kind == "flow" else t
    feeds = {"sample": np.float32(x), "timestep": np.full(count, at, np.float32), **extra}
    o = session.run(None, {port.name: feeds[port.name] for port in session.get_inputs()})[0]
    x0 = o if kind == "sample" else s[t] * x - n[t] * o if kind == "v_prediction" else x - n[t] * o
    x0 = x0 / s[t] if kind == "epsilon" else x0
    x = s[after] * x0.clip(-limit, limit) + n[after] * (x - s[t] * x0) / n[t]
sheet = np.concatenate([*np.uint8((x.clip(-1, 1) + 1) * 127.5 + 0.5)], -1).transpose(1, 2, 0)  # [H, N W, C]
open("samples.pnm", "wb").write(b"P%d %d %d 255\n" % (5 + x.shape[1] // 3, sheet.shape[1], sheet.shape[0]) + sheet.tobytes())
