/**
 * Presets: named settings in `training/presets`, one JSON file each, in the sections and fields of a run's configuration.
 * What they hold is checked where settings are laid over each other, like any other layer.
 */
import { readdir, readFile } from 'node:fs/promises';
import { check, oneOf } from '@onnoise/scheduler/rules';
import type { ConfigLayer } from './config.ts';

const FOLDER = new URL('../../presets/', import.meta.url);
const SUFFIX = '.json';

/** In alphabetical order. */
export async function presetNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/**
 * The settings of a preset, as the layer `the preset <name>`.
 * @throws InputError when there is no preset of that name; the message lists those there are.
 */
export async function readPreset(name: string): Promise<ConfigLayer & { preset: true }> {
  const names = await presetNames();
  check('read the preset', '--preset', oneOf(names), name);
  const config = JSON.parse(await readFile(new URL(name + SUFFIX, FOLDER), 'utf8'));
  return { name: `the preset ${name}`, config, preset: true };
}
