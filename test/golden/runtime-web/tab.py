"""Reads what a browser tab trained: python tab.py <model folder>.

Checks unet/model.onnx, runs it in onnxruntime, runs the weights in diffusers' class with our pipeline, and prints one line of JSON.
"""
import json, sys
from pathlib import Path
import numpy as np, onnx, onnxruntime, torch
from diffusers import DiffusionPipeline

folder = Path(sys.argv[1])
path = folder / "unet" / "model.onnx"
onnx.checker.check_model(onnx.load(path), full_check=True)
sample = np.sin(np.arange(2 * 256, dtype=np.float32)).reshape(2, 1, 16, 16)
timestep, labels = np.float32([3, 800]), np.int64([7, 10])
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
onnx_output = session.run(None, {"sample": sample, "timestep": timestep, "class_labels": labels})[0]
pipe = DiffusionPipeline.from_pretrained(folder, custom_pipeline=str(folder / "pipeline.py"), trust_remote_code=True)
with torch.no_grad():
    output = pipe.unet(torch.from_numpy(sample), torch.from_numpy(timestep), class_labels=torch.from_numpy(labels)).sample.numpy()
picture = np.asarray(pipe(class_labels=0, num_inference_steps=3).images[0])
print(json.dumps({"difference": float(np.abs(output - onnx_output).max()), "picture": picture.shape}))
