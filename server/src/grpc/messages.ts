/** The messages of the Open Inference Protocol over gRPC, as proto-loader gives and takes them, and those of HTTP. */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { tensorBytes } from '../bodies/tensor-input.ts';
import { type InferenceBody, outputType, parametersOf, tensorsOf } from '../requests/inference.ts';
import { VERSION } from '../service/service.ts';

/** `InferParameter`: one of these. */
interface Parameter {
  bool_param?: boolean;
  int64_param?: number;
  string_param?: string;
}
type Parameters = Record<string, Parameter>;

interface Contents {
  fp32_contents: number[];
  fp64_contents: number[];
  int_contents: number[];
  int64_contents: number[];
}

export interface InferRequest {
  model_name: string;
  model_version: string;
  id: string;
  parameters: Parameters;
  inputs: { name: string; datatype: string; shape: number[]; parameters: Parameters; contents: Contents | null }[];
  outputs: { name: string; parameters: Parameters }[];
  raw_input_contents: Buffer[];
}

const plain = (parameters: Parameters) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { bool_param, int64_param, string_param }]) => [
      name,
      string_param ?? int64_param ?? bool_param,
    ]),
  );

const FIELDS: Readonly<Record<string, keyof Contents>> = {
  FP32: 'fp32_contents',
  INT64: 'int64_contents',
  INT32: 'int_contents',
};

/** A request as over HTTP: its body, and the bytes of its tensors if it has them raw. */
export function toBody(request: InferRequest): { body: InferenceBody; binary: Buffer } {
  const { id, parameters, outputs, raw_input_contents: raw } = request;
  const inputs = request.inputs.map(({ name, datatype, shape, contents, parameters }, i) => ({
    name,
    datatype,
    shape,
    ...(raw.length > 0
      ? { parameters: { ...plain(parameters), binary_data_size: raw[i]?.length ?? 0 } }
      : { parameters: plain(parameters), data: contents?.[FIELDS[datatype] ?? 'fp32_contents'] ?? [] }),
  }));
  const wanted = outputs.map(({ name, parameters }) => ({ name, parameters: plain(parameters) }));
  const body = { id, parameters: plain(parameters), inputs, ...(wanted.length > 0 && { outputs: wanted }) };
  return { body, binary: Buffer.concat(raw) };
}

/** The answer: raw where the request was, and where there is no other form. */
export function toAnswer(
  model: EngineModel,
  { id, raw_input_contents: raw }: InferRequest,
  body: InferenceBody,
  rows: readonly Float32Array[],
) {
  const datatype = outputType(body);
  const output = { name: 'out_sample', datatype, shape: [rows.length, ...model.shape] };
  const head = { model_name: model.name, model_version: VERSION, id };
  if (raw.length === 0 && datatype === 'FP32') {
    return { ...head, outputs: [{ ...output, contents: { fp32_contents: rows.flatMap((row) => Array.from(row)) } }] };
  }
  return {
    ...head,
    outputs: [output],
    raw_output_contents: [Buffer.concat(rows.map((row) => tensorBytes(row, datatype)))],
  };
}

export function metadataOf(model: EngineModel) {
  const properties = Object.entries(parametersOf(model)).map(([name, value]) => [name, String(value)]);
  return {
    name: model.name,
    versions: [VERSION],
    platform: 'onnxruntime_onnx',
    ...tensorsOf(model),
    properties: Object.fromEntries(properties),
  };
}
