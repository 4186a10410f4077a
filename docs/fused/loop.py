"""Samples a model folder's fused/loop.onnx in one call: python loop.py out/digits 10 writes samples.pnm."""
import json, sys, numpy as np, onnxruntime
folder, count = sys.argv[1], int(sys.argv[2])
spec, unet = (json.load(open(f"{folder}/{path}")) for path in ["fused/table.json", "unet/config.json"])
classes, K = (unet.get("num_class_embeds") or 1) - unet.get("null_condition", False), len(unet.get("conditions", []))
providers = onnxruntime.get_available_providers()  # the best first
session = onnxruntime.InferenceSession(f"{folder}/fused/loop.onnx", providers=providers)
feeds = {
    "table": np.array(spec["rows"], np.float64),
    "seed": np.arange(count, dtype=np.int64),
    "guidance": np.array([spec["guidance"]], np.float64),
    "class_labels": np.arange(count, dtype=np.int64) % max(classes, 1),
    "conditions": np.float32([[0] * K + [1] * K] * count),  # the mean of the training images
}
x = session.run(None, {port.name: feeds[port.name] for port in session.get_inputs()})[0]
sheet = np.concatenate([*np.uint8((x.clip(-1, 1) + 1) * 127.5 + 0.5)], -1).transpose(1, 2, 0)  # [H, N W, C]
open("samples.pnm", "wb").write(b"P%d %d %d 255\n" % (5 + x.shape[1] // 3, sheet.shape[1], sheet.shape[0]) + sheet.tobytes())
