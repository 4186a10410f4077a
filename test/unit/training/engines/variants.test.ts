/** Ways to compute a step on onnxruntime, for speed and memory: one contract of all beside tfjs' plain engine. */
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { unetConfig } from '#test/models/unet.ts';
import { lossesOf, planOf, startState, stepOn } from '#test/train/engines.ts';
import { createEngine } from '#training/engines/index.ts';
import { createOnnxruntimeEngine, traceStep } from '#training/engines/onnx/onnxruntime.ts';
import { partsForCores } from '#training/engines/onnx/parallel-parts.ts';
import { fromStored, storedOrder, toStored, wantedOrders } from '#training/engines/onnx/stored-order.ts';
import { traceParts } from '#training/engines/onnx/trace-parts.ts';
import { formOf } from '#training/engines/onnx/trace-stored.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import type { StepTensor, TrainEngine, TrainStep } from '#training/step/contracts.ts';

type Make = (step: TrainStep, state: Map<string, Float32Array>) => Promise<TrainEngine>;
const inParts: Make = (step, state) => createOnnxruntimeEngine({ ...step, cut: () => step.cut!(2) }, state);
const tapByTap: Make = (step, state) => createOnnxruntimeEngine(step, state, true);

const unet = (training: object = {}): PartialConfig => ({
  model: unetConfig({
    sample_size: 8,
    block_out_channels: [16, 32],
    norm_num_groups: 8,
    add_attention: false,
    num_class_embeds: 10,
  }),
  training: { batch: 8, lr: 1e-3, emaDecay: 0.99, weightDecay: 0.01, ...training },
});
/** Wide enough at the bottom for Winograd's convolutions and for updates in pieces. */
const wide = (training: object = {}): PartialConfig => ({
  model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [8, 16, 176], time_emb_dim: 8 },
  training: { batch: 2, emaDecay: 0.999, clipNorm: 0.5, ...training },
});
const statesOf = (name: string) => ['model', 'adam.m', 'ema'].map((prefix) => `${prefix}.${name}`);

it.each<[string, PartialConfig, Make, watched: string[]]>([
  ['a batch in parts, by AdamW', unet(), inParts, statesOf('conv_in.weight')],
  ['a batch in parts, by Muon', unet({ optimizer: 'muon' }), inParts, statesOf('conv_out.weight')],
  ['filters stored tap by tap', wide(), tapByTap, statesOf('downs.1.conv2.weight')],
  ['filters stored tap by tap, accumulated', wide({ accumulate: 2 }), tapByTap, statesOf('downs.1.conv2.weight')],
])(
  '%s has the losses and the state of the reference, and goes on to the last bit',
  {
    tags: 'long',
  },
  async (_, config, make, watched) => {
    const plan = planOf(config);
    const reference = await createEngine('tfjs-cpu', plan.step, startState(plan));
    const engine = await make(plan.step, startState(plan));
    expectClose(await lossesOf(engine, plan, 0, 3), await lossesOf(reference, plan, 0, 3), { relative: 1e-4 });
    const [found, expected] = [await engine.readState(), await reference.readState()];
    for (const name of watched) {
      const scale = expected.get(name)!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(scale).toBeGreaterThan(0);
      expectClose(found.get(name)!, expected.get(name)!, { absolute: 2e-2 * scale, relative: 0, what: name });
    }
    const straight = await lossesOf(engine, plan, 3, 5);
    const again = await make(plan.step, found);
    expect(await lossesOf(again, plan, 3, 5)).toEqual(straight);
    expect(await again.readState()).toEqual(await engine.readState());
    for (const each of [reference, engine, again]) await each.dispose();
  },
);

describe('partsForCores', () => {
  const count = (config: PartialConfig, cores: number) => partsForCores(planOf(config).step, cores)?.count;

  it('gives each core a part of the batch, of four images at least', () => {
    expect([1, 2, 3, 16].map((cores) => count(unet({ batch: 24 }), cores))).toEqual([undefined, 2, 3, 6]);
    expect(count(unet({ batch: 7 }), 2)).toBeUndefined();
  });

  it('leaves whole what a batch depends on, as BatchNorm does, and what is accumulated', () => {
    for (const config of [wide({ batch: 8 }), unet({ accumulate: 2 })]) expect(count(config, 2)).toBeUndefined();
  });

  it('makes of a part that fails an error of the step, and the next step works', { tags: 'long' }, async () => {
    const plan = planOf(unet());
    const engine = await inParts(plan.step, startState(plan));
    /** The last image is in the last part. */
    const labelled = (last: number) => ({
      step: (inputs: Parameters<TrainEngine['step']>[0]) =>
        engine.step({ ...inputs, labels: Int32Array.of(0, 0, 0, 0, 0, 0, 0, last) }),
    });
    const step = (last: number) => stepOn(labelled(last) as TrainEngine, plan as TrainPlan, 0);
    await expect(step(1000)).rejects.toThrow(/out of data bounds|must be within/);
    expect((await step(0)).loss).toBeGreaterThan(0);
    await engine.dispose();
  });
});

it('a filter is stored with its leading axes behind the others, as are its moments and its average, and nothing else', () => {
  const filter: StepTensor = { name: 'adam.m.conv.weight', shape: [4, 3, 2, 2], dtype: 'float32' };
  const orders = new Map([['conv.weight', [2, 3, 0, 1]]]);
  for (const name of [filter.name, 'model.conv.weight']) expect(storedOrder(name, orders)).toEqual([2, 3, 0, 1]);
  for (const name of ['model.conv.bias', 'conv.weight']) expect(storedOrder(name, orders)).toBeUndefined();
  const values = Float32Array.from({ length: 48 }, (_, i) => i);
  const stored = toStored(filter, values, orders);
  // [kH, kW, O, C]: the first tap of all filters comes first.
  expect(Array.from(stored.subarray(0, 12))).toEqual(Array.from({ length: 12 }, (_, i) => 4 * i));
  expect(fromStored(filter, stored, orders)).toEqual(values);
  expect(toStored(filter, values, new Map())).toBe(values);

  const { step } = planOf(wide());
  const { accumulated, ...parts } = planOf(wide({ accumulate: 2 })).step;
  const graphs = Object.values(traceParts({ ...parts, accumulated: accumulated! }, formOf(true)));
  for (const traced of [[traceStep(step, formOf(true))], graphs]) {
    expect([...wantedOrders(traced).keys()]).toContain('downs.1.conv2.weight');
  }
});
