/** A student for the tests: the shipped hands, which say that they draw in so many calls. What it draws is no hand, and does not matter. */
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILES } from '#scheduler/model/index.ts';
import { ROOT } from '../repository.ts';

/** @returns its folder, `hands-1` in the given one */
export async function writeStudent(folder: string, calls = 1): Promise<string> {
  const student = join(folder, `hands-${calls}`);
  const kept = [MODEL_FILES.index, MODEL_FILES.scheduler, MODEL_FILES.unet, MODEL_FILES.network];
  for (const path of kept) await cp(join(ROOT, 'models', 'hands', path), join(student, path));
  await appendFile(join(student, MODEL_FILES.network), Uint8Array.of(0x32, 1, 0x73)); // doc_string "s": another network than the recorded one
  const index = join(student, MODEL_FILES.index);
  const read = JSON.parse(await readFile(index, 'utf8')) as object;
  await writeFile(index, JSON.stringify({ ...read, distilled: { calls, guidance: 1.1 } }));
  return student;
}
