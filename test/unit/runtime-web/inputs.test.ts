/** What WebGPU's network is told: tensors that stay, and whose values change. */

import { parseSchedulerConfig } from '@onnoise/scheduler';
import { completeRequest, extraInputs } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import type { Ort } from '#runtime-web/session/ort.ts';
import { createInputs } from '#runtime-web/webgpu/inputs.ts';

const CLASSES = ['none', 'bone', 'flesh'];
const FACTS = {
  classes: 2,
  nullCondition: true,
  conditions: [{ name: 'age', mean: 10, std: 5, min: 0, max: 20 }],
  conditionImage: { shape: [3, 2, 2] as const, mask: { classes: CLASSES } },
};
const MODEL = { ...FACTS, shape: [1, 2, 2] as const, scheduler: parseSchedulerConfig({ num_train_timesteps: 10 }) };
const rows = completeRequest(MODEL, {
  labels: [1],
  conditions: { age: 15 },
  conditionImages: Uint8Array.of(0, 1, 2, 1, 2, 2, 2, 2),
  steps: 2,
});
/** The planes of both masks, then none for the half of a guided call without a condition. */
const PLANES = [
  ...[1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
  ...new Array<number>(24).fill(0),
];

class Tensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  constructor(type: string, data: unknown, dims: readonly number[]) {
    [this.type, this.data, this.dims] = [type, data, dims];
  }
  static fromGpuBuffer(buffer: unknown, { dataType, dims }: { dataType: string; dims: readonly number[] }) {
    return new Tensor(dataType, buffer, dims);
  }
}
const ort = { Tensor } as unknown as Ort;
const EXPECTED = {
  class_labels: [1n, 1n, 2n, 2n],
  conditions: [1, 1, 1, 1, 0, 0, 0, 0],
  condition_image: PLANES,
};

describe('the inputs of a guided call of two pictures', () => {
  it('have a mask for each picture, and none for their other half', () => {
    const { tensors, condition } = createInputs(ort, {} as GPUDevice, 4, extraInputs(FACTS), undefined);
    expect(tensors.condition_image!.dims).toEqual([4, 3, 2, 2]);
    expect(tensors.condition_image!.data).toEqual(new Float32Array(48));
    condition(rows, 2);
    for (const [name, values] of Object.entries(EXPECTED)) {
      expect([...(tensors[name]!.data as Float32Array)], name).toEqual(values);
    }
  });

  it('are written to the buffers that captured commands are bound to', () => {
    const written = new Map<unknown, unknown>();
    const queue = { writeBuffer: (buffer: unknown, _: number, values: unknown) => void written.set(buffer, values) };
    let made = 0;
    const storage = (bytes: number) => ({ number: made++, bytes }) as unknown as GPUBuffer;
    const device = { queue } as unknown as GPUDevice;
    const { tensors, condition } = createInputs(ort, device, 4, extraInputs(FACTS), storage);
    const before = tensors.condition_image!.data as unknown as { bytes: number };
    expect(before.bytes).toBe(4 * 48);
    condition(rows, 2);
    expect([...(written.get(before) as Float32Array)]).toEqual(PLANES);
    expect(tensors.condition_image!.data).toBe(before);
  });
});
