import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { unetConfig } from '#test/models/unet.ts';
import { lossesOf, networks, planOf, startState, stepOn } from '#test/train/engines.ts';
import { openFlat } from '#test/train/flat.ts';
import { encodeModel } from '#tracer/index.ts';
import { flatStepGraph } from '#training/engines/onnx/graphs.ts';
import { createOnnxruntimeEngine } from '#training/engines/onnx/onnxruntime.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import { createFlatStep } from '#training/step/flat-step.ts';

const STEPS = 50;
/** Before BatchNorm a bias has no gradient but rounding, of which Adam makes whole steps: those losses drift apart. */
const DRIFTING = { SimpleUnet: 25 } as Record<string, number>;

const muon: PartialConfig = {
  model: unetConfig({
    sample_size: 8,
    num_class_embeds: 3,
    block_out_channels: [16, 16],
    norm_num_groups: 4,
    add_attention: false,
    dropout: 0.1,
  }),
  scheduler: { num_train_timesteps: 30, prediction_type: 'v_prediction' },
  training: { batch: 2, optimizer: 'muon', weightDecay: 0.05, lr: 0.004, emaDecay: 0.99 },
};

const steps: Record<string, PartialConfig> = {
  ...networks,
  'SimpleUnet with decay in the gradient': {
    ...networks.SimpleUnet,
    training: { ...networks.SimpleUnet.training, weightDecay: 0.05, emaDecay: null },
  },
  'Muon and dropout': muon,
};

describe('createFlatStep', () => {
  const hasLosses = async (name: string) => {
    const plan = planOf(steps[name]!);
    const state = startState(plan);
    const count = DRIFTING[name] ?? STEPS;
    const engine = await createOnnxruntimeEngine(plan.step, state);
    const expected = await lossesOf(engine, plan, 0, count);
    const flat = createFlatStep(plan.model, plan.step.recipe!.options);
    const runner = await openFlat(encodeModel(flatStepGraph(flat)), flat.layout, flat.inputs, state);
    const found: number[] = [];
    for (let n = 0; n < count; n++) {
      const { loss, gradNorm } = await stepOn({ step: runner.step } as typeof engine, plan, n);
      expect(gradNorm).toBeGreaterThan(0);
      found.push(loss);
    }
    expectClose(found, expected, { absolute: 1e-4, what: 'losses' });
    expect(new Set(found).size).toBeGreaterThan(count / 2);
    const after = runner.state();
    const last = await engine.readState();
    expect([...after.keys()].sort()).toEqual([...last.keys()].sort());
    await engine.dispose();
    await runner.release();
  };
  const TITLE = "has the losses of Node's engine: %s";
  const large = ['UNet2DModel', 'residualResampling', 'Muon and dropout'];
  it.each(Object.keys(steps).filter((name) => !large.includes(name)))(TITLE, hasLosses);
  it.each(large)(TITLE, { tags: 'long' }, hasLosses);

  it.each(Object.keys(steps))('is written in plain operators, with four vectors: %s', (name) => {
    const plan = planOf(steps[name]!);
    const flat = createFlatStep(plan.model, plan.step.recipe!.options);
    const { nodes, inputs } = flatStepGraph(flat);
    expect(nodes.filter(({ domain }) => domain !== '')).toEqual([]);
    const ops = new Set(nodes.map(({ op }) => op));
    for (const op of ['Sum', 'Col2Im', 'FusedMatMul']) expect(ops).not.toContain(op);
    expect(Math.max(...nodes.map(({ outputs }) => outputs.length))).toBeLessThan(8);
    const state = inputs.slice(0, flat.state.length).map((port) => port.name);
    expect(state).toEqual(['model', 'adam.m', 'adam.v', 'ema'].slice(0, flat.state.length));
  });

  it.each([[{ accumulate: 2 }, '--accumulate must be 1, received 2']])('refuses %j', (training, rule) => {
    const plan = planOf({ ...networks.residualResampling, training: { batch: 2, ...training } });
    expect(() => createFlatStep(plan.model, plan.step.recipe!.options)).toThrow(
      `Cannot flatten the training step: ${rule}.`,
    );
  });
});
