/** Model folders for the record of the runtime: networks of each kind and format that a visitor may open, a few thousand weights each. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { modelFolder } from '#runtime-web/trainer/model-folder.ts';
import { openStep } from '#runtime-web/trainer/step-folder.ts';
import { STEP_FILES } from '#scheduler/training/index.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { SMALL_SIMPLE, SMALL_UNET } from '#test/models/small-network.ts';
import { attentiveConfig, unetConfig } from '#test/models/unet.ts';

const AGE = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
const SIDE = { block_out_channels: [8, 16], norm_num_groups: 4, num_train_timesteps: 50 };

/** Beside those of the tests: what networks are told and draw, sides that are no squares, several channels. */
const NETWORKS: Readonly<Record<string, object>> = {
  simple: SMALL_SIMPLE,
  classes: SMALL_UNET,
  attention: attentiveConfig({ ...SIDE, sample_size: 16, num_class_embeds: 4, null_condition: true }),
  numbers: attentiveConfig({ ...SIDE, sample_size: 16, conditions: [AGE], null_condition: true }),
  told: unetConfig({ ...SIDE, sample_size: 16, in_channels: 3, condition_image: { channels: 2 } }),
  patches: unetConfig({ ...SIDE, sample_size: 16, patch_size: 2, num_class_embeds: 3 }),
  rectangles: unetConfig({ ...SIDE, sample_size: [24, 40], in_channels: 3, out_channels: 3 }),
  odd: unetConfig({
    ...SIDE,
    sample_size: [10, 14],
    block_out_channels: [6, 10],
    norm_num_groups: 2,
    attention_head_dim: null,
  }),
};
/** Also in the formats that make a network smaller: they call the same functions in all. */
const IN_ALL_FORMATS = new Set(['simple', 'classes']);
const FORMATS = ['float16', 'int8-weights', 'int8'] as const;

/** Writes them into a folder. @returns their folders, by names of their own */
export async function writeModels(root: string, training: string): Promise<Map<string, string>> {
  const folders = new Map<string, string>();
  for (const [name, network] of Object.entries(NETWORKS)) {
    const model = join(root, name);
    await exportWave(model, network, { num_train_timesteps: 50 });
    folders.set(name, model);
    for (const format of IN_ALL_FORMATS.has(name) ? FORMATS : []) {
      const out = join(root, `${name}-${format}`);
      await exportSmallerCopy({ model, out, format, drift: 1 });
      folders.set(`${name}-${format}`, out);
    }
  }
  const trained = join(root, 'trained');
  await writeTrained(training, trained);
  return folders.set('trained', trained);
}

/** What training in a tab gives as a folder. @param training the folder of its step */
async function writeTrained(training: string, out: string): Promise<void> {
  const paths = [STEP_FILES.step, STEP_FILES.graph, STEP_FILES.denoiser, STEP_FILES.state];
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(join(training, path))] as const));
  const step = await openStep(Object.fromEntries(files.map(([path, bytes]) => [path, new Uint8Array(bytes)])));
  const folder = await modelFolder(step, step.state, { name: 'none', count: 0 });
  for (const [path, content] of Object.entries(folder)) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), content);
  }
}
