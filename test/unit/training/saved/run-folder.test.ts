import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { train } from '#training/run/train.ts';
import { appendLine, cutLines, readLines } from '#training/saved/metrics.ts';
import { openRun, readRunConfig, requireNoRun } from '#training/saved/run-folder.ts';

const specsOf = () => tinyPlan().step.state;

describe('requireNoRun', () => {
  const holding = (...names: string[]) => {
    const folder = temporaryFolder();
    for (const name of names) writeFileSync(join(folder, name), '{}');
    return folder;
  };

  it.each([
    ['config.json', 'one. Add --resume to continue it, or choose another folder.'],
    ['model_index.json', 'a model. Choose another folder.'],
    ['metrics.jsonl', 'metrics.jsonl, which the run would replace. Choose another folder.'],
  ])('refuses a folder with %s, and takes one with files that a run leaves alone', async (name, held) => {
    await requireNoRun(holding('log.txt', '.lock', 'events.out.tfevents.1'));
    const folder = holding(name);
    await expect(requireNoRun(folder)).rejects.toThrow(
      `Cannot start training in ${folder}: --out must be a folder without a run, this one holds ${held}`,
    );
  });
});

describe('openRun', () => {
  const run = join(temporaryFolder(), 'run');
  const plan = tinyPlan({ training: { steps: 4 }, output: { checkpointEvery: 2 } });

  beforeAll(async () => {
    await train({ plan, dataset: memoryDataset({ classes: 2 }), run, resume: false });
  });

  it('gives the configuration, the data and the newest checkpoint', async () => {
    const { config, data, checkpoint, notes } = await openRun(run, undefined, specsOf);
    expect(config).toEqual(JSON.parse(JSON.stringify(plan.config)));
    expect(data).toMatchObject({ name: 'blobs', count: 22, classNames: ['class 0', 'class 1'] });
    expect(checkpoint.info.step).toBe(4);
    expect([...checkpoint.state.keys()].sort()).toEqual(plan.step.state.map(({ name }) => name).sort());
    expect(notes).toEqual([]);
    expect((await openRun(run, 2, specsOf)).checkpoint.info.step).toBe(2);
    await expect(openRun(run, 3, specsOf)).rejects.toThrow(/there is no checkpoint of step 3, only of 2, 4\./);
  });

  it('passes over a checkpoint that cannot be read, and tells why', async () => {
    truncateSync(join(run, 'checkpoints/step-00000004/state.safetensors'), 50);
    const { checkpoint, notes } = await openRun(run, undefined, specsOf);
    expect(checkpoint.info.step).toBe(2);
    expect(notes).toEqual([expect.stringMatching(/state\.safetensors is truncated .* It was skipped\.$/)]);
  });

  it('takes the settings of the checkpoint where config.json was edited since, and tells it', async () => {
    const edited = structuredClone(plan.config);
    edited.model.channels = [4, 8];
    writeFileSync(join(run, 'config.json'), JSON.stringify(edited));
    const { config, notes } = await openRun(run, 2, specsOf);
    expect(config.model).toEqual(plan.config.model);
    expect(notes).toEqual([
      "In config.json the model settings differ from the checkpoint's; the checkpoint's are used.",
    ]);
  });

  it('goes on without the reader of what was asked for, where the run is older than that setting', async () => {
    const files = ['config.json', 'checkpoints/step-00000002/checkpoint.json'].map((name) => join(run, name));
    const newer = files.map((file) => readFileSync(file, 'utf8'));
    for (const [i, file] of files.entries()) {
      expect(newer[i]).toMatch(/"conditional": ?0\.01/);
      writeFileSync(file, newer[i]!.replace(/"conditional": ?0\.01,/, ''));
    }
    const [{ training }, opened] = [await readRunConfig(run), await openRun(run, 2, specsOf)];
    for (const [i, file] of files.entries()) writeFileSync(file, newer[i]!);
    expect([training.conditional, opened.config.training.conditional]).toEqual([0, 0]);
    expect((await openRun(run, 2, specsOf)).config.training.conditional).toBe(0.01);
  });

  it('refuses a checkpoint that holds other shapes than its settings say', async () => {
    const wider = () => specsOf().map(({ name, shape }) => ({ name, shape: [...shape, 2], dtype: 'float32' as const }));
    await expect(openRun(run, 2, wider)).rejects.toThrow(/model\.conv1\.weight must have the shape \[3, 1, 3, 3, 2\]/);
    await expect(openRun(run, 2, () => specsOf().slice(1))).rejects.toThrow(/which have no model\.conv1\.weight/);
  });

  it('refuses a folder without a run, and a configuration that is no JSON', async () => {
    const folder = temporaryFolder();
    await expect(openRun(folder, undefined, specsOf)).rejects.toThrow(/it must hold a config\.json, but there is none/);
    writeFileSync(join(folder, 'config.json'), '{}');
    await expect(openRun(folder, undefined, specsOf)).rejects.toThrow(
      /it must hold a checkpoint, but there is none yet/,
    );
    writeFileSync(join(folder, 'config.json'), '{');
    await expect(readRunConfig(folder)).rejects.toThrow(/config\.json: it must be JSON/);
  });
});

describe('metrics', () => {
  it('leaves out a line that a kill cut short, and cuts off what came after a step', async () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    for (const step of [1, 2, 3]) await appendLine(path, { step });
    appendFileSync(path, '{"step":4,"lo');
    expect(await readLines(path)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
    expect(await cutLines(path, 2)).toEqual([{ step: 1 }, { step: 2 }]);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });
});
