import { describe, expect, it } from 'vitest';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { unusedSettings } from '#training/plan/unused-settings.ts';

describe('unusedSettings', () => {
  const dataset = memoryDataset();
  const idle = (training: Record<string, unknown>, kind: 'onnxruntime' | 'tfjs-node-gpu', images = dataset) =>
    unusedSettings(tinyPlan({ training }).config, kind, images, 20);

  it('has nothing to tell of settings that do what they say', () => {
    expect(idle({ warmupSteps: 20 }, 'onnxruntime')).toEqual([]);
    expect(idle({ allowCpu: true, tf32: false }, 'tfjs-node-gpu')).toEqual([]);
  });

  it('tells those that make no difference on the engine or with another', () => {
    expect(idle({ loss: 'l1', huberDelta: 0.5 }, 'onnxruntime')).toEqual([
      '--huber-delta has no effect with --loss l1.',
    ]);
    expect(idle({ allowCpu: true, tf32: false }, 'onnxruntime')).toEqual([
      '--allow-cpu has no effect on onnxruntime.',
      '--tf32 has no effect on onnxruntime, which never uses TensorFloat-32.',
    ]);
  });

  it('tells a warm-up that does not end within the run', () => {
    expect(idle({ warmupSteps: 21, lr: 0.5 }, 'onnxruntime')).toEqual([
      '--warmup-steps 21 is more than the 20 steps of the run: the learning rate never reaches 0.5.',
    ]);
  });

  it('tells that given weights do not start at zero', () => {
    expect(idle({ zeroInit: true }, 'onnxruntime')).toEqual([]);
    expect(idle({ zeroInit: true, init: 'models/digits' }, 'onnxruntime')).toEqual([
      '--zero-init has no effect with --init, whose weights are already trained.',
    ]);
  });

  it('tells that no image is held out where there are too few', () => {
    expect(idle({}, 'onnxruntime', memoryDataset({ count: 1, heldOut: 0 }))).toEqual([
      'No image is held out, since there is only 1, so no held-out loss is measured.',
    ]);
  });
});
