import { DEFAULT_GUIDANCE, parseSchedulerConfig } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { AGE } from '#test/models/tiny-onnx.ts';
import type { Predictor } from '#training/pictures/denoiser.ts';
import { drawPreview, type PreviewOptions } from '#training/pictures/preview.ts';

const scheduler = parseSchedulerConfig({ num_train_timesteps: 10, clip_sample: false });
const options = { scheduler, shape: [1, 1, 1], sampler: 'ddim', steps: 1, count: 3, seed: 1, classes: 2 } as const;

/** The rows of a call: of each image its label, its encoded age, and the age's flag. */
type Call = number[][];

/** A network whose output is the label and a tenth of the encoded age; it notes its calls. */
function predictorOf(calls: Call[]): Predictor {
  return {
    predict: async (x, _, rows) => {
      calls.push(rows.map((row) => [...row]));
      return x.map((_, i) => rows[i]![0]! + (rows[i]![1] ?? 0) / 10);
    },
    dispose: async () => {},
  };
}

async function draw(more: Partial<PreviewOptions>) {
  const calls: Call[] = [];
  const { images } = await drawPreview({ ...options, ...more, predictor: predictorOf(calls) });
  return { calls, images };
}

describe('drawPreview', () => {
  it('calls the network of a model without a null condition on the images alone', async () => {
    const { calls } = await draw({});
    expect(calls).toEqual([[[0], [1], [0]]]);
  });

  it('guides a model with one as by default: classes and numbers, then the null class and no numbers', async () => {
    const guided = await draw({ nullCondition: true, conditions: [AGE] });
    // 10, 105 and 200 years
    const given = [
      [0, -2.25, 1],
      [1, 0.125, 1],
      [0, 2.5, 1],
    ];
    expect(guided.calls[0]).toEqual([...given, [2, 0, 0], [2, 0, 0], [2, 0, 0]]);
    const plain = await draw({ conditions: [AGE] });
    const { images: ofNought } = await draw({ classes: 1 });
    // One step of DDIM is affine in the output, so guidance acts on the images as on the outputs.
    const unit = (await draw({})).images[1]! - ofNought[1]!;
    const expected = [...plain.images].map((value, i) => {
      const without = ofNought[i]! + 2 * unit;
      return without + DEFAULT_GUIDANCE * (value - without);
    });
    expectClose(guided.images, expected, { absolute: 1e-5 });
  });
});
