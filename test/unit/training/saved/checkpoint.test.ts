import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import {
  type CheckpointInfo,
  diskError,
  listCheckpoints,
  loadCheckpoint,
  resumeCheckpoint,
  saveCheckpoint,
} from '#training/saved/checkpoint.ts';
import type { StepTensor } from '#training/step/contracts.ts';

const specs: StepTensor[] = [
  { name: 'model.a', shape: [2, 2], dtype: 'float32' },
  { name: 'adam.m.a', shape: [2, 2], dtype: 'float32' },
];
const stateOf = (value: number) => new Map(specs.map(({ name }) => [name, new Float32Array(4).fill(value)]));
const infoOf = (step: number): CheckpointInfo => ({
  format: 1,
  step,
  epoch: 1,
  position: { epoch: 1, index: 8 },
  seed: 5,
  seconds: 1.5,
  reserve: null,
  lr: 0.1,
  loss: 0.5,
  config: tinyPlan().config,
  data: { name: 'blobs', hash: 'abc' },
});

async function saveSteps(folder: string, steps: number[], keep = 10): Promise<void> {
  for (const step of steps) await saveCheckpoint(folder, infoOf(step), specs, stateOf(step), keep);
}

describe('saveCheckpoint', () => {
  it('writes what loadCheckpoint reads back, in the place of one of the same step', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [7]);
    const path = await saveCheckpoint(folder, infoOf(7), specs, stateOf(9), 3);
    const { info, state } = await loadCheckpoint(path, specs);
    expect([info, state]).toEqual([infoOf(7), stateOf(9)]);
    expect(readdirSync(folder)).toEqual(['step-00000007']);
  });

  it('keeps the newest ones only, by number and not by name, and all where it fails', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [5, 99_999_999, 100_000_001], 2);
    const steps = async () => (await listCheckpoints(folder)).map(({ step }) => step);
    expect(await steps()).toEqual([99_999_999, 100_000_001]);
    const failing = saveCheckpoint(folder, infoOf(2), specs, new Map(), 1);
    await expect(failing).rejects.toThrow('the training state lacks model.a');
    expect(await steps()).toEqual([99_999_999, 100_000_001]);
    expect(readdirSync(folder)).toHaveLength(2);
    const file = join(folder, 'step-99999999/checkpoint.json');
    await expect(saveCheckpoint(file, infoOf(2), specs, stateOf(2), 1)).rejects.toThrow(
      /^Cannot save the checkpoint of step 2 in .*: a part of the path is a file/,
    );
  });
});

describe('diskError', () => {
  it.each([
    ['ENOSPC', Failure, /^Cannot save it: the disk is full; free some space and start again with --resume\.$/],
    ['EACCES', InputError, /permission is denied/],
    ['EROFS', InputError, /read-only/],
  ] as const)('tells %s in words', (code, kind, message) => {
    const error = diskError(Object.assign(new Error(code), { code }), 'save it');
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    const bug = new Error('a bug');
    expect(diskError(bug, 'save it')).toBe(bug);
  });
});

describe('loadCheckpoint', () => {
  const saved = () => saveCheckpoint(temporaryFolder(), infoOf(1), specs, stateOf(1), 3);

  it.each([
    [[{ ...specs[0]!, shape: [4] }, specs[1]!], 'model.a must have the shape [4], the checkpoint has [2, 2].'],
    [[...specs, { ...specs[0]!, name: 'ema.a' }], 'ema.a must have the shape [2, 2], the checkpoint has none.'],
  ])('refuses a state of other shapes and names the first that differs: %j', async (other, message) => {
    await expect(loadCheckpoint(await saved(), other)).rejects.toThrow(message);
  });

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    [
      'state.safetensors',
      (bytes) => Buffer.of(...bytes.subarray(0, -1), 1),
      /state\.safetensors is damaged: its SHA-256/,
    ],
    ['state.safetensors', (bytes) => bytes.subarray(0, 40), /truncated/],
    ['checkpoint.json', (bytes) => bytes.subarray(0, 40), /truncated/],
  ])('notices a damaged %s: %s', async (name, damage, message) => {
    const path = await saved();
    writeFileSync(join(path, name), damage(readFileSync(join(path, name))));
    await expect(loadCheckpoint(path)).rejects.toThrow(message);
  });
});

describe('resumeCheckpoint', () => {
  it('returns the newest and removes what a kill left half-written, and nothing where there is none', async () => {
    const folder = temporaryFolder();
    expect(await resumeCheckpoint(join(folder, 'none'), specs)).toBeUndefined();
    await saveSteps(folder, [2, 4]);
    mkdirSync(join(folder, 'tmp-step-00000006-1'));
    expect((await resumeCheckpoint(folder, specs))!.checkpoint.info.step).toBe(4);
    expect(readdirSync(folder)).toEqual(['step-00000002', 'step-00000004']);
    const check = () => {
      throw new InputError('another architecture');
    };
    await expect(resumeCheckpoint(folder, specs, check)).rejects.toThrow('another architecture');
  });

  it('sets damaged ones aside and takes the newest whole one', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [1, 2, 3]);
    truncateSync(join(folder, 'step-00000003/state.safetensors'), 10);
    writeFileSync(join(folder, 'step-00000002/checkpoint.json'), '{}');
    const resumed = await resumeCheckpoint(folder, specs);
    expect(resumed!.checkpoint.info.step).toBe(1);
    expect(resumed!.broken.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('state.safetensors is truncated (10 of'),
      expect.stringContaining('format must be 1'),
    ]);
    expect(readdirSync(folder)).toEqual(['broken-00000002', 'broken-00000003', 'step-00000001']);
  });

  it('stops with every reason when none can be read, and leaves them as they are', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [1, 2]);
    for (const step of [1, 2]) truncateSync(join(folder, `step-0000000${step}/state.safetensors`), 10);
    await expect(resumeCheckpoint(folder, specs)).rejects.toThrow(
      /none of its 2 checkpoints can be read\. .*truncated.*truncated/,
    );
    expect(readdirSync(folder)).toEqual(['step-00000001', 'step-00000002']);
  });
});
