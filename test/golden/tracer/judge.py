"""Judges traced models: reads each with the checker of ONNX, with onnxruntime or with OpenVINO, and compares what it computes.

python judge.py <folder> checker|onnxruntime|openvino: reads <folder>/models.json, which lists models with inputs and outputs,
and prints one line of JSON: by model, the largest difference of an output, relative to 1 and to the output's largest value.
"""
import json, sys
from pathlib import Path
import numpy as np

folder, judge = Path(sys.argv[1]), sys.argv[2]


def array(tensor):
    return np.array(tensor["data"], dtype=tensor["dtype"]).reshape(tensor["shape"])


def check(path):
    import onnx

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    untyped = {name for node in inferred.graph.node for name in node.output} - {
        value.name for value in [*inferred.graph.value_info, *inferred.graph.output]
    }
    assert not untyped, f"no type is inferred for {sorted(untyped)[:3]}"


def runner(path):
    if judge == "openvino":
        import openvino

        compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        return lambda feeds: {name: value for port, value in compiled(feeds).to_dict().items() for name in port.names}
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda feeds: dict(zip(names, session.run(names, feeds)))


differences = {}
for name, calls in json.loads((folder / "models.json").read_text()).items():
    path = folder / f"{name}.onnx"
    if judge == "checker":
        check(path)
        continue
    run = runner(path)
    for call in calls:
        outputs = run({key: array(tensor) for key, tensor in call["inputs"].items()})
        for key, tensor in call["outputs"].items():
            expected = array(tensor)
            assert outputs[key].shape == expected.shape, (name, key, outputs[key].shape, expected.shape)
            apart = np.abs(outputs[key] - expected).max() / max(1, np.abs(expected).max())
            differences[name] = max(differences.get(name, 0), float(apart))
print(json.dumps(differences))
