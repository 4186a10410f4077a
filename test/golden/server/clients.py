"""Calls of the network by the real clients of the Open Inference Protocol, against onnxruntime in Python on the same file.

    python3 clients.py http|grpc|kserve <url, or host:port for grpc> <name of the model> <model.onnx>

Prints what was compared, as JSON; differences are the largest absolute ones.
"""

import asyncio
import json
import sys

import numpy as np
import onnxruntime as ort

kind, address, MODEL, path = sys.argv[1:5]
rng = np.random.default_rng(7)
N = 3
options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
sides = {one.name: one.shape[1:] for one in session.get_inputs()}
feeds = {
    "sample": rng.standard_normal((N, *sides["sample"])).astype(np.float32),
    "timestep": np.array([1, 250, 999], np.float32),
}
if "class_labels" in sides:
    feeds["class_labels"] = np.array([0, 3, 9], np.int64)
if "condition_image" in sides:  # a mask, one plane for each class
    planes, height, width = sides["condition_image"]
    mask = rng.integers(0, planes, (N, height, width))
    feeds["condition_image"] = np.moveaxis(np.eye(planes, dtype=np.float32)[mask], -1, 1).copy()
expected = session.run(None, feeds)[0]
half = {**feeds, "sample": feeds["sample"].astype(np.float16), "timestep": feeds["timestep"].astype(np.int64)}
if "condition_image" in sides:
    half["condition_image"] = feeds["condition_image"].astype(np.float16)
expected_half = session.run(None, {**feeds, "sample": half["sample"].astype(np.float32)})[0]


def differ(output, wanted):
    return float(np.abs(np.asarray(output, np.float64).reshape(wanted.shape) - wanted).max())


def report(**found):
    print(json.dumps(found))


def triton(client, module, forms):
    found = {}
    for binary in forms:
        inputs = []
        for name, value in feeds.items():
            one = module.InferInput(name, value.shape, "INT64" if value.dtype == np.int64 else "FP32")
            one.set_data_from_numpy(value, **({"binary_data": binary} if binary is not None else {}))
            inputs.append(one)
        asked = module.InferRequestedOutput("out_sample", **({"binary_data": binary} if binary is not None else {}))
        result = client.infer(MODEL, inputs, outputs=[asked], request_id="seven").as_numpy("out_sample")
        found[f"float32 {binary}"] = differ(result, expected)
    inputs = []
    for name, value in half.items():
        kind = {"float16": "FP16", "int64": "INT64"}[str(value.dtype)]
        one = module.InferInput(name, value.shape, kind)
        one.set_data_from_numpy(value)
        inputs.append(one)
    result = client.infer(MODEL, inputs).as_numpy("out_sample")
    found["float16"] = differ(result, expected_half.astype(np.float16).astype(np.float64))
    return found, str(result.dtype)


if kind == "http":
    import tritonclient.http as module

    client = module.InferenceServerClient(address)
    found, dtype = triton(client, module, [True, False])
    config = client.get_model_config(MODEL)
    stats = client.get_inference_statistics(MODEL)["model_stats"][0]
    index = client.get_model_repository_index()
    client.unload_model(MODEL)
    gone = client.is_model_ready(MODEL)
    client.load_model(MODEL)
    report(
        differences=found,
        dtype=dtype,
        live=[client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)],
        metadata=client.get_model_metadata(MODEL)["name"],
        extensions=client.get_server_metadata()["extensions"],
        config=[config["backend"], [one["data_type"] for one in config["input"]]],
        inferences=stats["inference_count"],
        index=[[one["name"], one["state"]] for one in index],
        gone=gone,
    )
elif kind == "grpc":
    import tritonclient.grpc as module
    from tritonclient.utils import InferenceServerException

    client = module.InferenceServerClient(address)
    found, dtype = triton(client, module, [None])
    try:
        client.infer("none", [])
        error = None
    except InferenceServerException as caught:
        error = [caught.status(), caught.message()]
    report(
        differences=found,
        dtype=dtype,
        live=[client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)],
        metadata=client.get_model_metadata(MODEL).name,
        config=[one["data_type"] for one in client.get_model_config(MODEL, as_json=True)["config"]["input"]],
        inferences=int(client.get_inference_statistics(MODEL, as_json=True)["model_stats"][0]["inference_count"]),
        error=error,
    )
else:
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    async def main():
        client = InferenceRESTClient(RESTConfig(protocol="v2", timeout=30))
        found = {}
        for binary in (True, False):
            inputs = []
            for name, value in feeds.items():
                one = InferInput(name, list(value.shape), "INT64" if value.dtype == np.int64 else "FP32")
                one.set_data_from_numpy(value, binary_data=binary)
                inputs.append(one)
            answer = await client.infer(address, InferRequest(MODEL, inputs), model_name=MODEL)
            found[f"float32 {binary}"] = differ(answer.outputs[0].as_numpy(), expected)
        live = [
            await client.is_server_live(address),
            await client.is_server_ready(address),
            await client.is_model_ready(address, MODEL),
        ]
        await client.close()
        report(differences=found, live=live)

    asyncio.run(main())
