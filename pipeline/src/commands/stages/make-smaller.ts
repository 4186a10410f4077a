/** The stage of `pipeline convert` that makes a network smaller. */

import { lockBeside, withLock } from '@onnoise/base/files';
import { readTrainedOn, type TrainedOn } from '@onnoise/base/folders';
import { sayNote, sayResult, withProgress } from '@onnoise/base/terminal';
import { formatPath, program, shellPath } from '@onnoise/base/text';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';

/** @param source the images, as --judge names them; prepared and split as in training */
async function judgeBy(
  action: string,
  source: string,
  shape: ImageShape,
  trainedOn: TrainedOn | undefined,
): Promise<NonNullable<FormatRequest['judge']>> {
  const { chooseImages } = await import('@onnoise/evaluation/options');
  const { data } = chooseImages(action, { typed: { source } }, shape, trainedOn);
  return { data, cacheDir: data.cacheDir ?? '.cache/onnoise', prepare: prepareWithProgress, onNote: sayNote };
}

export interface SmallerCopy {
  model: string;
  out: string;
  request: Omit<FormatRequest, 'judge'>;
  judge: string | undefined;
  words: { action: string; doing: string };
}

export async function copySmaller({ model, out, request, judge: source, words }: SmallerCopy): Promise<void> {
  const [{ exportSmallerCopy }, { readModelFolder }, { reportFormat }] = await Promise.all([
    import('../../export/formats/existing.ts'),
    import('@onnoise/runtime-node'),
    import('../../export/formats/words.ts'),
  ]);
  const { shape } = await readModelFolder(model);
  const judge =
    source === undefined ? undefined : await judgeBy(`convert ${model}`, source, shape, await readTrainedOn(model));
  const { comparison, judgement } = await withLock(lockBeside(out), words, () =>
    withProgress('Converting', { unit: 'calls' }, (report) =>
      exportSmallerCopy({
        model,
        out,
        ...request,
        judge,
        onProgress: (note, done, total) => report({ done, total, note }),
      }),
    ),
  );
  sayResult(
    [
      ...reportFormat(request.format, { comparison, judgement }),
      `Model: ${formatPath(out)}`,
      `Try: ${program('sample')} --model ${shellPath(out)}`,
    ],
    { model, folder: out, format: request.format, comparison, ...(judgement && { judgement }) },
  );
}
