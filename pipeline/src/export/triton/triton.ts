/**
 * Writes a model folder into a Triton / KServe model repository atomically:
 *
 *     <repository>/<name>/config.pbtxt            name, inputs, outputs, batching, and what sampling needs
 *                         scheduler_config.json   the model folder's own
 *                         1/model.onnx            the network, version 1
 */
import { constants, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { diskFailure, makeFolder, removeEmpty, temporaryName } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { formatTritonConfig, maxBatchSize } from './triton-config.ts';

export interface TritonOptions {
  /** Model folder; its name becomes the model's. */
  model: string;
  /** The repository, made if there is none; other models in it stay. */
  repository: string;
}

export interface TritonResult {
  /** `<repository>/<name>`. */
  folder: string;
  name: string;
  maxBatchSize: number;
}

const ACTION = 'Cannot write a Triton model repository:';

/**
 * @throws InputError if `model` is not a model folder, its network does not fit its config, or `repository` has a model
 *   of that name. Existing files stay unchanged.
 */
export async function writeTritonModel(options: TritonOptions): Promise<TritonResult> {
  const { name, folder } = await checkTritonTarget(options);
  const { loadModel } = await import('@onnoise/runtime-node');
  // Opening the network makes sure that it has the inputs and outputs which config.pbtxt promises.
  const loaded = await loadModel(options.model, { device: 'cpu' });
  const { shape, classes, nullCondition, conditions, scheduler } = loaded;
  await loaded.dispose();
  const temporary = temporaryName(folder);
  let made: string | undefined;
  try {
    made = await makeFolder(resolve(options.repository));
    // First, because it has the model's name: a Triton that polls the repository refuses it in a folder of another
    // name.
    await mkdir(temporary);
    await writeFile(
      join(temporary, 'config.pbtxt'),
      formatTritonConfig({ name, shape, classes, nullCondition, conditions, scheduler }),
    );
    await mkdir(join(temporary, '1'));
    const copies = [
      [join('scheduler', 'scheduler_config.json'), 'scheduler_config.json'],
      [join('unet', 'model.onnx'), join('1', 'model.onnx')],
    ] as const;
    for (const [from, to] of copies) {
      await copyFile(join(options.model, from), join(temporary, to), constants.COPYFILE_FICLONE);
    }
    // Succeeds onto an empty folder, and fails if something was put there since the check.
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(resolve(options.repository), resolve(made));
    throw diskFailure(
      error,
      `write a Triton model repository in ${options.repository}`,
      'free some space and start again',
    );
  }
  return { folder, name, maxBatchSize: maxBatchSize(shape) };
}

/**
 * Makes sure, before long work, that `writeTritonModel` may write there.
 * @throws InputError when the folder's name cannot be a model's, or the repository has one of that name already.
 */
export async function checkTritonTarget({
  model,
  repository,
}: TritonOptions): Promise<{ name: string; folder: string }> {
  const name = basename(resolve(model));
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) {
    throw new InputError(
      `${ACTION} the model folder's name must be of letters, digits, ".", "_" and "-", as it becomes a part of addresses, received ${JSON.stringify(name)}.`,
    );
  }
  const folder = join(repository, name);
  for (const [path, is] of [
    [repository, 'a folder or new'],
    [folder, 'new or an empty folder'],
  ] as const) {
    const found = await stat(path).catch(() => undefined);
    if (found && !found.isDirectory()) throw new InputError(`${ACTION} ${path} must be ${is}, received a file.`);
  }
  const names = await readdir(folder).catch((): string[] => []);
  if (names.length === 0) return { name, folder };
  const received = names.includes('config.pbtxt') ? 'a model' : `a folder with ${names.slice(0, 3).join(', ')}`;
  throw new InputError(
    `${ACTION} ${folder} must be new or an empty folder, since nothing there is replaced, received ${received}.`,
  );
}
