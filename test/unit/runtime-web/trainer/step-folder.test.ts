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

  it('refuses a step of another version, and says what to do', async () => {
    const files = { ...(await filesOf('digits')), [STEP_FILES.step]: text({ format: 1 }) };
    await expect(openStep(files)).rejects.toThrow(
      'Cannot read the training step: format of train/step.json must be 2, received 1: it is of another version. Make it again: pipeline transfer --to tab.',
    );
  });

  it.each<[string, (step: Record<string, unknown>) => unknown]>([
    ['train/step.json must be JSON', () => '{'],
    ['batch must be an integer of at least 1, received 0', (step) => ({ ...step, batch: 0 })],
    ['unknown key "extra"', (step) => ({ ...step, extra: 1 })],
    [
      'offset of',
      (step) => ({
        ...step,
        parameters: (step.parameters as { offset: number }[]).map((p) => ({ ...p, offset: p.offset + 1 })),
      }),
    ],
    ['the size of the vector model must be', (step) => ({ ...step, vectors: [{ name: 'model', size: 3 }] })],
    ['classNames must be a list of 10, received 2', (step) => ({ ...step, classNames: ['a', 'b'] })],
    ['lr must be {lr, lrSchedule, warmupSteps, steps}', (step) => ({ ...step, lr: { lr: -1 } })],
  ])('refuses a step.json whose %s', async (rule, change) => {
    const files = await filesOf('digits');
    const step = JSON.parse(new TextDecoder().decode(files[STEP_FILES.step])) as Record<string, unknown>;
    await expect(openStep({ ...files, [STEP_FILES.step]: text(change(step)) })).rejects.toThrow(rule);
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
  const open = async (pixels: Uint8Array<ArrayBuffer>, labels?: Int32Array<ArrayBuffer>) =>
    openImages((await openStep(await filesOf('digits'))).file, { name: 'waves', pixels, labels });

  it('refuses pictures that are too few or of another size, and classes out of range', async () => {
    await expect(open(PIXELS.slice(0, 15 * 256))).rejects.toThrow(
      'Cannot train on the pictures: they must be at least 16, as many as a step takes, received 15.',
    );
    await expect(open(PIXELS.slice(0, 1000))).rejects.toThrow(
      'their size must be a multiple of 1 x 16 x 16 bytes, received 1000',
    );
    await expect(open(PIXELS, new Int32Array(3))).rejects.toThrow(
      'the number of classes must be that of the pictures, 40',
    );
    await expect(open(PIXELS, new Int32Array(40).fill(10))).rejects.toThrow(
      'each class must be from 0 to 9, received 10',
    );
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
