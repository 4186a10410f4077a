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
  it('writes what loadCheckpoint reads back', async () => {
    const folder = temporaryFolder();
    const path = await saveCheckpoint(folder, infoOf(7), specs, stateOf(7), 3);
    const loaded = await loadCheckpoint(path, specs);
    expect(loaded.info).toEqual(infoOf(7));
    expect(loaded.state).toEqual(stateOf(7));
    expect(readdirSync(folder)).toEqual(['step-00000007']);
  });

  it('keeps the newest ones only, by number and not by name', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [5, 99_999_999, 100_000_001], 2);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([99_999_999, 100_000_001]);
  });

  it('replaces a checkpoint of the same step', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [3]);
    const path = await saveCheckpoint(folder, infoOf(3), specs, stateOf(9), 3);
    expect((await loadCheckpoint(path)).state).toEqual(stateOf(9));
  });

  it('leaves the older checkpoints when it fails, and nothing half-written', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [1]);
    const failing = saveCheckpoint(folder, infoOf(2), specs, new Map(), 1);
    await expect(failing).rejects.toThrow('the training state lacks model.a');
    expect(readdirSync(folder)).toEqual(['step-00000001']);
  });

  it('tells when the folder is a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
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
  });

  it('leaves other errors alone', () => {
    const error = new Error('a bug');
    expect(diskError(error, 'save it')).toBe(error);
  });
});

describe('loadCheckpoint', () => {
  it('refuses a state of other shapes and names the first that differs', async () => {
    const folder = temporaryFolder();
    const path = await saveCheckpoint(folder, infoOf(1), specs, stateOf(1), 3);
    const other = [{ ...specs[0]!, shape: [4] }, specs[1]!];
    await expect(loadCheckpoint(path, other)).rejects.toThrow(
      'model.a must have the shape [4], the checkpoint has [2, 2].',
    );
    const more = [...specs, { ...specs[0]!, name: 'ema.a' }];
    await expect(loadCheckpoint(path, more)).rejects.toThrow(
      'ema.a must have the shape [2, 2], the checkpoint has none.',
    );
  });

  it('notices one altered byte', async () => {
    const folder = temporaryFolder();
    const path = await saveCheckpoint(folder, infoOf(1), specs, stateOf(1), 3);
    const file = join(path, 'state.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    await expect(loadCheckpoint(path)).rejects.toThrow(/state\.safetensors is damaged: its SHA-256/);
  });

  it.each(['state.safetensors', 'checkpoint.json'])('notices a truncated %s', async (name) => {
    const folder = temporaryFolder();
    const path = await saveCheckpoint(folder, infoOf(1), specs, stateOf(1), 3);
    truncateSync(join(path, name), 40);
    await expect(loadCheckpoint(path)).rejects.toThrow(/truncated/);
  });
});

describe('resumeCheckpoint', () => {
  it('returns undefined where there is no checkpoint', async () => {
    expect(await resumeCheckpoint(join(temporaryFolder(), 'none'), specs)).toBeUndefined();
  });

  it('returns the newest and removes what a kill left half-written', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [2, 4]);
    mkdirSync(join(folder, 'tmp-step-00000006-1'));
    const resumed = await resumeCheckpoint(folder, specs);
    expect(resumed!.checkpoint.info.step).toBe(4);
    expect(readdirSync(folder)).toEqual(['step-00000002', 'step-00000004']);
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

  it('ends the search where the check refuses', async () => {
    const folder = temporaryFolder();
    await saveSteps(folder, [1, 2]);
    const check = () => {
      throw new InputError('another architecture');
    };
    await expect(resumeCheckpoint(folder, specs, check)).rejects.toThrow('another architecture');
  });
});
