import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { lossesOf, planOf, startState } from '#test/train/engines.ts';
import { createEngine } from '#training/engines/index.ts';
import { createOnnxruntimeEngine, traceStep } from '#training/engines/onnx/onnxruntime.ts';
import { fromStored, storedOrder, toStored, wantedOrders } from '#training/engines/onnx/stored-order.ts';
import { traceParts } from '#training/engines/onnx/trace-parts.ts';
import { formOf } from '#training/engines/onnx/trace-stored.ts';
import type { StepTensor, TrainStep } from '#training/step/contracts.ts';

const filter: StepTensor = { name: 'adam.m.conv.weight', shape: [4, 3, 2, 2], dtype: 'float32' };
const orders = new Map([['conv.weight', [2, 3, 0, 1]]]);

describe('storedOrder', () => {
  it('turns a parameter with its moments and its average, and nothing else', () => {
    expect(storedOrder(filter.name, orders)).toEqual([2, 3, 0, 1]);
    expect(storedOrder('model.conv.weight', orders)).toEqual([2, 3, 0, 1]);
    expect(storedOrder('model.conv.bias', orders)).toBeUndefined();
    expect(storedOrder('conv.weight', orders)).toBeUndefined();
  });
});

describe('toStored', () => {
  it('moves leading axes behind the others, and fromStored moves them back', () => {
    const values = Float32Array.from({ length: 48 }, (_, i) => i);
    const stored = toStored(filter, values, orders);
    // [kH, kW, O, C]: the first tap of all filters comes first.
    expect(Array.from(stored.subarray(0, 12))).toEqual(Array.from({ length: 12 }, (_, i) => 4 * i));
    expect(fromStored(filter, stored, orders)).toEqual(values);
    expect(toStored(filter, values, new Map())).toBe(values);
  });
});

/** Wide enough at the bottom for Winograd's convolutions and for updates in pieces. */
const planWith = (training: Record<string, number>) =>
  planOf({
    model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [8, 16, 176], time_emb_dim: 8 },
    training: { batch: 2, emaDecay: 0.999, clipNorm: 0.5, ...training },
  });

function graphsOf(step: TrainStep) {
  const { accumulated } = step;
  return accumulated
    ? Object.values(traceParts({ ...step, accumulated }, formOf(true)))
    : [traceStep(step, formOf(true))];
}

describe.each([
  ['whole batches', planWith({})],
  ['gradients accumulated', planWith({ accumulate: 2 })],
])('the onnxruntime engine with filters stored tap by tap, %s', (_, plan) => {
  it('has such filters in this test', () => {
    expect([...wantedOrders(graphsOf(plan.step)).keys()]).toContain('downs.1.conv2.weight');
  });

  it("gives the losses and the state of the reference, in PyTorch's order, and goes on to the last bit", {
    tags: 'long',
    timeout: 60_000,
  }, async () => {
    const reference = await createEngine('tfjs-cpu', plan.step, startState(plan));
    const engine = await createOnnxruntimeEngine(plan.step, startState(plan), true);
    try {
      expectClose(await lossesOf(engine, plan, 0, 3), await lossesOf(reference, plan, 0, 3), {
        relative: 1e-4,
        what: 'losses',
      });
      const [found, expected] = [await engine.readState(), await reference.readState()];
      for (const name of ['model', 'adam.m', 'adam.v', 'ema'].map((prefix) => `${prefix}.downs.1.conv2.weight`)) {
        const scale = expected.get(name)!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expectClose(found.get(name)!, expected.get(name)!, { absolute: 2e-2 * scale, relative: 0, what: name });
      }
      const straight = await lossesOf(engine, plan, 3, 5);
      await engine.writeState(found);
      expect(await lossesOf(engine, plan, 3, 5)).toEqual(straight);
    } finally {
      await reference.dispose();
      await engine.dispose();
    }
  });
});
