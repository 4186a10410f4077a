/** Each option of SimpleUnet through the whole way: training on the traced step, then the exported network. */
import { describe, expect, it, test } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { lossesOf, planOf, startState } from '#test/train/engines.ts';
import { encodeModel } from '#tracer/index.ts';
import { createEngine } from '#training/engines/index.ts';
import { inferenceGraph } from '#training/folder/inference.ts';
import { measureParity, PARITY_LIMIT } from '#training/folder/parity.ts';
import { countParameters, createModel } from '#training/model/index.ts';

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

test.each([
  [{ act_fn: 'gelu' }, 0],
  [{ norm_type: 'group' }, 0],
  // 1 x 1 convolutions and their biases, down and then up
  [
    { residual_connections: true },
    65 * 128 + 129 * 256 + 257 * 512 + 513 * 1024 + 2049 * 512 + 1025 * 256 + 513 * 128 + 257 * 64,
  ],
  // four matrices, their biases, and a norm's scale and shift, on the way down and up
  [{ attention_levels: [2, 3] }, 2 * (4 * 256 * 257 + 2 * 256 + 4 * 512 * 513 + 2 * 512)],
  // the bottom is passed once, and so is the outermost
  [{ attention_levels: [0, 4] }, 4 * 64 * 65 + 2 * 64 + 4 * 1024 * 1025 + 2 * 1024],
] as const)('%j adds to the tutorial %d parameters', (keys, more) => {
  expect(countParameters(createModel({ _class_name: 'SimpleUnet', ...keys }))).toBe(62_437_601 + more);
});

const ALL = 'all of them';
const single = Object.keys(options).filter((name) => name !== ALL);
describe.each([ALL])('SimpleUnet with %s', withOption);
describe.each(single)('SimpleUnet with %s', { tags: 'long' }, withOption);

function withOption(name: string): void {
  const keys = options[name];
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
        return { losses: await lossesOf(engine, plan, 0, 2), state: await engine.readState() };
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
}
