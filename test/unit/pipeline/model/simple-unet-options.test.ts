/** Each option of SimpleUnet through the whole way: training on the traced step, then the exported network. */
import { describe, expect, it, test } from 'vitest';
import { inferenceGraph } from '#pipeline/export/inference.ts';
import { measureParity, PARITY_LIMIT } from '#pipeline/export/parity.ts';
import { countParameters, createModel } from '#pipeline/model/index.ts';
import { createEngine } from '#pipeline/train/engines/index.ts';
import { expectClose } from '#test/compare.ts';
import { lossesOf, planOf, startState } from '#test/train/engines.ts';
import { encodeModel } from '#tracer/index.ts';

const NONE = { act_fn: 'relu', norm_type: 'batch', residual_connections: false, attention_levels: [] };
const options: Record<string, Record<string, unknown>> = {
  SiLU: { act_fn: 'silu' },
  GELU: { act_fn: 'gelu' },
  GroupNorm: { norm_type: 'group' },
  'residual connections': { residual_connections: true },
  'attention at every level': { attention_levels: [0, 1] },
  'all of them': { act_fn: 'silu', norm_type: 'group', residual_connections: true, attention_levels: [1] },
};

test('the default is the network of the tutorial', () => {
  const tutorial = createModel({ _class_name: 'SimpleUnet' });
  expect(countParameters(tutorial)).toBe(62_437_601);
  expect(createModel({ _class_name: 'SimpleUnet', ...NONE }).parameters).toEqual(tutorial.parameters);
});

describe.each(Object.entries(options))('SimpleUnet with %s', (_, keys) => {
  const plan = planOf({
    model: {
      _class_name: 'SimpleUnet',
      sample_size: 4,
      channels: [4, 8],
      time_emb_dim: 8,
      norm_num_groups: 2,
      ...keys,
    },
    scheduler: { num_train_timesteps: 30 },
    training: { batch: 2, lr: 0.002 },
  });

  it('trains on the traced step as on tfjs, and is exported as it was trained', async () => {
    const train = async (kind: 'tfjs-cpu' | 'onnxruntime') => {
      const engine = await createEngine(kind, plan.step, startState(plan));
      try {
        return { losses: await lossesOf(engine, plan, 0, 4), state: await engine.readState() };
      } finally {
        await engine.dispose();
      }
    };
    const [expected, actual] = [await train('tfjs-cpu'), await train('onnxruntime')];
    expectClose(actual.losses, expected.losses, { relative: 1e-4, what: 'losses' });
    const model = createModel(plan.config.model);
    const weights = new Map(model.parameters.map(({ name }) => [name, actual.state.get(`model.${name}`)!]));
    const { difference, largest } = await measureParity(model, weights, encodeModel(inferenceGraph(model, weights)));
    expect(difference).toBeLessThan((PARITY_LIMIT / 10) * Math.max(1, largest));
    expect(largest).toBeGreaterThan(0.01);
  });
});
