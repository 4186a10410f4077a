/** The training step of a preset in a folder of its own, with fresh weights. */
import { checkWholeFolder, type WholeFolder, writeFiles, writeWholeFolder } from '@onnoise/base/files';
import { stepFilesOfPreset } from './files.ts';

/** @returns the bytes written. @throws InputError as `writeWholeFolder` and `stepFilesOfPreset` do */
export async function writePresetStep(preset: string, out: string): Promise<number> {
  const folder: WholeFolder = { action: `write the training step of ${preset}`, out };
  await checkWholeFolder(folder);
  const files = await stepFilesOfPreset(folder.action, preset);
  await writeWholeFolder(folder, (temporary) => writeFiles(temporary, files));
  return Object.values(files).reduce((bytes, content) => bytes + content.length, 0);
}
