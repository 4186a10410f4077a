/** The training step of a preset in a folder of its own, with fresh weights. */
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkWritable, diskFailure, writeWhole } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { STEP_FILES } from '@onnoise/scheduler/training';
import { stepFilesOfPreset } from './files.ts';

/** @returns the bytes written. @throws InputError for a folder with anything else in it, and as `stepFilesOfPreset` does */
export async function writePresetStep(preset: string, out: string): Promise<number> {
  const action = `write the training step of ${preset}`;
  await checkWritable('--out', dirname(resolve(out)), 'folder');
  const names = await readdir(out).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw diskFailure(error, `${action} to ${out}`);
  });
  const other = names.find((name) => name !== dirname(STEP_FILES.step));
  if (other !== undefined) {
    throw new InputError(`Cannot ${action}: ${out} must be a new or empty folder, received one with ${other}.`);
  }
  const files = await stepFilesOfPreset(action, preset);
  let bytes = 0;
  for (const [path, content] of Object.entries(files)) {
    await writeWhole(join(out, ...path.split('/')), content);
    bytes += content.length;
  }
  return bytes;
}
