/**
 * Puts weights into an ONNX graph that has them as inputs: each such input becomes an initializer of the same name. All other
 * bytes stay. Numbers of fields: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { bytesOf, openWire, type Wire } from '@onnoise/scheduler/model';
import type { Tensor } from './safetensors.ts';

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const GRAPH_INPUT = 11;
const VALUE_NAME = 1;
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9 } as const;
const FLOAT = 1;

type Bytes = Uint8Array<ArrayBuffer>;

/** @param weights by the names of the inputs */
export async function withWeights(model: Bytes, weights: ReadonlyMap<string, Tensor>): Promise<Bytes> {
  const wire = openWire(bytesOf(model));
  const parts: Bytes[] = [];
  let copied = 0;
  for await (const field of wire.fields(0, model.length)) {
    if (field.number === MODEL_GRAPH) {
      parts.push(message(MODEL_GRAPH, await graphWith(wire, model, field, weights)));
    } else parts.push(model.subarray(copied, field.end));
    copied = field.end;
  }
  return joined(parts);
}

async function graphWith(
  wire: Wire,
  model: Bytes,
  { start, end }: { start: number; end: number },
  weights: ReadonlyMap<string, Tensor>,
): Promise<Bytes> {
  const parts: Bytes[] = [];
  let copied = start;
  for await (const field of wire.fields(start, end)) {
    const isWeight = field.number === GRAPH_INPUT && weights.has(await nameOf(wire, field));
    if (!isWeight) parts.push(model.subarray(copied, field.end));
    copied = field.end;
  }
  for (const [name, tensor] of weights) parts.push(message(GRAPH_INITIALIZER, tensorOf(name, tensor)));
  return joined(parts);
}

async function nameOf(wire: Wire, { start, end }: { start: number; end: number }): Promise<string> {
  for await (const field of wire.fields(start, end)) if (field.number === VALUE_NAME) return wire.text(field);
  return '';
}

function tensorOf(name: string, { shape, values }: Tensor): Bytes {
  return joined([
    ...shape.map((side) => joined([varint(TENSOR.dims * 8), varint(side)])),
    varint(TENSOR.type * 8),
    varint(FLOAT),
    message(TENSOR.name, new TextEncoder().encode(name)),
    message(TENSOR.raw, new Uint8Array(values.slice().buffer)),
  ]);
}

const message = (field: number, bytes: Bytes): Bytes => joined([varint(field * 8 + 2), varint(bytes.length), bytes]);

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

export function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
