import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImages } from '#runtime-web/trainer/images.ts';
import { openStep } from '#runtime-web/trainer/step-folder.ts';
import { createStepFeed, STEP_FILES, unpackState } from '#scheduler/training/index.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { openFlat } from '#test/train/flat.ts';
import { createOnnxruntimeEngine } from '#training/engines/onnx/onnxruntime.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';
import { readPreset } from '#training/settings/presets.ts';

const SHIPPED = join(import.meta.dirname, '../../../../site/public/training');

async function filesOf(name: string): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const read = async (path: string) => [path, Uint8Array.from(await readFile(join(SHIPPED, name, path)))] as const;
  return Object.fromEntries(await Promise.all(Object.values(STEP_FILES).map(read)));
}

const STEP = JSON.parse(await readFile(join(SHIPPED, 'digits', STEP_FILES.step), 'utf8'));
const text = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const PIXELS = Uint8Array.from({ length: 40 * 256 }, (_, i) => 128 + 120 * Math.sin(i * 0.7));

describe('openStep', () => {
  const SHIPPED_STEPS = [{ name: 'pictures' }, { name: 'digits' }];
  eachLong(SHIPPED_STEPS, 'opens the shipped step of $name, which computes what Node does', async ({ name }) => {
    const { file, graph, state } = await openStep(await filesOf(name));
    const labels = file.classCount === null ? undefined : Int32Array.from({ length: 40 }, (_, i) => i % 10);
    const batches = await openImages(file, { name: 'waves', pixels: PIXELS, labels });
    const preset = await readPreset('tab');
    const config = { model: { num_class_embeds: null }, training: { labelDropout: 0 } };
    const plan = planFromConfig(resolveConfig([preset, ...(labels ? [] : [{ name: 'pictures', config }])]));
    const engine = await createOnnxruntimeEngine(plan.step, plan.step.initialState(plan.initialParameters()));
    const runner = await openFlat(graph, file, file.inputs, unpackState(file, state));
    const feed = createStepFeed(file);
    for (let step = 0; step < 3; step++) {
      const { inputs } = feed(step, batches.next());
      const [found, expected] = [await runner.step(inputs), await engine.step(inputs)];
      expectClose([found.loss, found.gradNorm], [expected.loss, expected.gradNorm], {
        relative: 1e-4,
        what: `step ${step}`,
      });
    }
    await engine.dispose();
  });

  it.each<[string, object | string]>([
    [
      'Cannot read the training step: format of train/step.json must be 2, received 1: it is of another version. Make it again: pipeline transfer --to tab.',
      { format: 1 },
    ],
    ['train/step.json must be JSON', '{'],
    ['batch must be an integer of at least 1, received 0', { batch: 0 }],
    ['unknown key "extra"', { extra: 1 }],
    ['the size of the vector model must be', { vectors: [{ name: 'model', size: 3 }] }],
    ['classNames must be a list of 10, received 2', { classNames: ['a', 'b'] }],
    ['lr must be {lr, lrSchedule, warmupSteps, steps}', { lr: { lr: -1 } }],
    [
      'offset of',
      { parameters: STEP.parameters.map((one: { offset: number }) => ({ ...one, offset: one.offset + 1 })) },
    ],
  ])('refuses a step.json: %s', async (rule, change) => {
    const changed = typeof change === 'string' ? change : { ...STEP, ...change };
    await expect(openStep({ ...(await filesOf('digits')), [STEP_FILES.step]: text(changed) })).rejects.toThrow(rule);
  });

  it('refuses missing, foreign and unfitting files', async () => {
    const files = await filesOf('digits');
    const { [STEP_FILES.state]: _, ...without } = files;
    await expect(openStep(without)).rejects.toThrow(
      'train/state.safetensors must be in the model folder, and is missing',
    );
    await expect(openStep({ ...files, [STEP_FILES.graph]: text('<html>') })).rejects.toThrow(
      'train/step.onnx must be an ONNX graph',
    );
    const other = (await filesOf('pictures'))[STEP_FILES.state]!;
    await expect(openStep({ ...files, [STEP_FILES.state]: other })).rejects.toThrow(
      'train/state.safetensors must hold the state of train/step.json, but model.class_embedding.weight must have',
    );
  });
});

describe('openImages', () => {
  const open = async (pixels: Uint8Array<ArrayBuffer>, labels?: Int32Array<ArrayBuffer> | undefined) =>
    openImages((await openStep(await filesOf('digits'))).file, { name: 'waves', pixels, labels });

  it.each([
    [
      'Cannot train on the pictures: they must be at least 16, as many as a step takes, received 15.',
      15 * 256,
      undefined,
    ],
    ['their size must be a multiple of 1 x 16 x 16 bytes, received 1000', 1000, undefined],
    ['the number of classes must be that of the pictures, 40', 40 * 256, new Int32Array(3)],
    ['each class must be from 0 to 9, received 10', 40 * 256, new Int32Array(40).fill(10)],
  ])('refuses: %s', async (says, length, labels) => {
    await expect(open(PIXELS.slice(0, length), labels)).rejects.toThrow(says);
  });

  it('begins a new epoch where a training goes on with fewer pictures than before', async () => {
    const batches = await open(PIXELS);
    batches.position = { epoch: 2, index: 1600 };
    expect(batches.next().epoch).toBe(3);
    expect(batches.position).toEqual({ epoch: 3, index: 16 });
  });

  it('trains a network with classes without them where the pictures have none', async () => {
    const { labels } = (await open(PIXELS)).next();
    expect(labels).toEqual(new Int32Array(16).fill(10));
  });
});
