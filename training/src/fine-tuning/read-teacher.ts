/** What a student must know of its teacher before it learns: what it is, and which images it learnt from. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withDiskErrors } from '@onnoise/base/files';
import { isStraight, parseSchedulerConfig } from '@onnoise/scheduler';
import { type Distilled, readArtefact } from '@onnoise/scheduler/model';
import { readTrainedOn } from '../folder/training-file.ts';
import { createModel } from '../model/index.ts';
import { readRunConfig, runPaths } from '../saved/run-folder.ts';

export interface Teacher {
  /** Its folder, as it was named. */
  name: string;
  /** Where it is a student itself. */
  distilled: Distilled | undefined;
  nullCondition: boolean;
  /** Whether it learnt flow matching. */
  straight: boolean;
  /** The settings of its images; none for a model from elsewhere. */
  data: Readonly<Record<string, unknown>>;
}

/** @param name of a model folder or a run @throws InputError for a folder that is neither */
export async function readTeacher(name: string): Promise<Teacher> {
  if (await isFile(runPaths(name).config)) {
    const { model, training, data, scheduler } = await readRunConfig(name);
    const { calls, teacherGuidance: guidance } = training;
    const distilled = calls === undefined ? undefined : { calls, guidance };
    return {
      name,
      distilled,
      nullCondition: createModel(model).nullCondition,
      straight: isStraight(parseSchedulerConfig(scheduler)),
      data,
    };
  }
  const read = async (path: string) => ((await isFile(join(name, path))) ? readFile(join(name, path)) : undefined);
  const { distilled, nullCondition, scheduler } = await withDiskErrors(`read ${name}`, () => readArtefact(read, name));
  const { data = {} } = (await readTrainedOn(name)) ?? {};
  return { name, distilled, nullCondition, straight: isStraight(scheduler), data };
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;
