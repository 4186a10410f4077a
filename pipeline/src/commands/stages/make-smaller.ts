/** The stage of `pipeline convert` that makes a network smaller. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import { lockBeside, withLock } from '../../files/lock.ts';
import type { TrainedOn } from '../../folder/training-file.ts';
import { withProgress } from '../../terminal/progress.ts';
import { sayNote, sayResult } from '../../terminal/voice.ts';
import { formatPath, shellPath } from '../../text/format.ts';
import { program } from '../../text/program.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';

/** @param source the images, as --judge names them; prepared and split as in training */
async function judgeBy(
  action: string,
  source: string,
  shape: ImageShape,
  trainedOn: TrainedOn | undefined,
): Promise<NonNullable<FormatRequest['judge']>> {
  const { chooseImages } = await import('../../evaluate/choose-images.ts');
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
  const [{ exportSmallerCopy }, { readModelFolder }, { readTrainedOn }, { reportFormat }] = await Promise.all([
    import('../../export/formats/existing.ts'),
    import('@onnoise/runtime-node'),
    import('../../folder/training-file.ts'),
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
