/** What a student must know of its teacher before it learns: what it is, and which images it learnt from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDiskErrors } from '@onnoise/base/files';
import { readTrainedOn } from '@onnoise/base/folders';
import { isStraight, parseSchedulerConfig } from '@onnoise/scheduler';
import { type Distilled, readArtefact } from '@onnoise/scheduler/model';
import { studentOf } from '../folder/artefact.ts';
import { createModel } from '../model/index.ts';
import { readRunConfig, runPaths } from '../saved/run-folder.ts';
import { isFile } from './read-start.ts';

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
    const config = await readRunConfig(name);
    return {
      name,
      distilled: studentOf({ ...config }),
      nullCondition: createModel(config.model).nullCondition,
      straight: isStraight(parseSchedulerConfig(config.scheduler)),
      data: config.data,
    };
  }
  const read = async (path: string) => ((await isFile(join(name, path))) ? readFile(join(name, path)) : undefined);
  const { distilled, nullCondition, scheduler } = await withDiskErrors(`read ${name}`, () => readArtefact(read, name));
  const { data = {} } = (await readTrainedOn(name)) ?? {};
  return { name, distilled, nullCondition, straight: isStraight(scheduler), data };
}
