"""Runs a smaller network beside its float32 original, and beside what onnxruntime's own tool makes of it.

python reference.py <folder>: reads float32.onnx, float16.onnx, int8-weights.onnx, int8.onnx and calls.json there, and prints one line of JSON.
"""
import json, sys
from pathlib import Path
import numpy as np, onnx, onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

folder = Path(sys.argv[1])
calls = json.loads((folder / "calls.json").read_text())
feeds = [
    {
        "sample": np.float32(call["sample"]).reshape(call["dims"]),
        "timestep": np.float32(call["timestep"]),
        "class_labels": np.int64(call["labels"]),
    }
    for call in calls
]


class Reader(CalibrationDataReader):
    def __init__(self):
        self.left = iter(feeds)

    def get_next(self):
        return next(self.left, None)


graph = onnx.load(folder / "float32.onnx").graph
convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
quantize_static(
    folder / "float32.onnx",
    folder / "tool.onnx",
    Reader(),
    quant_format=QuantFormat.QDQ,
    op_types_to_quantize=["Conv"],
    per_channel=True,
    reduce_range=True,
    activation_type=QuantType.QUInt8,
    weight_type=QuantType.QInt8,
    nodes_to_exclude=[convolutions[0], convolutions[-1]],
)


def outputs(name):
    if name != "tool":
        onnx.checker.check_model(onnx.load(folder / f"{name}.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(["out_sample"], feed)[0] for feed in feeds])


formats = ["float16", "int8-weights", "int8"]
float32 = outputs("float32")
made = {name: outputs(name) for name in [*formats, "tool"]}
error = {name: float(((values - float32) ** 2).mean() ** 0.5 / (float32**2).mean() ** 0.5) for name, values in made.items()}
print(json.dumps({"error": error, "first": {name: [float(value) for value in made[name].ravel()[:16]] for name in formats}}))
