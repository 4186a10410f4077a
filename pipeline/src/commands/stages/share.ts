/** `pipeline worker --shards`: makes a share of an order and ends. */

import { sayNote, sayResult, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatPath, plural } from '@onnoise/base/text';
import type { DeviceChoice } from '@onnoise/runtime-node';
import { InputError } from '@onnoise/scheduler/rules';
import type { Share } from '../../bulk/share.ts';
import { noteOnClass } from '../../pictures/facts.ts';
import { type OrderArguments, orderSettings } from '../options/order.ts';
import type { ConditionImageArguments } from './condition-images.ts';
import { readOrderTold } from './order-told.ts';

export interface ShareArguments extends OrderArguments, ConditionImageArguments {
  out: string;
  device: DeviceChoice;
  batch?: number | undefined;
}

/**
 * Unlike a service, a task that is stopped is not done: SIGTERM ends it with 130, too.
 * @throws InputError for more than one model, and for an order that does not fit it.
 */
export async function makeShare(
  options: ShareArguments & { count: number },
  share: Share,
  models: Readonly<Record<string, string>>,
): Promise<void> {
  const { out, device, batch } = options;
  const [[modelName, model] = ['', ''], another] = Object.entries(models);
  if (another) throw new InputError('Cannot take a share: --model must be one model with --shards, received several.');
  const [{ makeOrder }, { runShare }] = await Promise.all([
    import('../../bulk/order.ts'),
    import('../../bulk/run-share.ts'),
  ]);
  const told = await readOrderTold(options, model);
  const asked = { ...orderSettings(options), conditionImages: told?.conditionImages };
  const order = await makeOrder(model, asked, sayNote);
  const note = noteOnClass(options, order.facts);
  if (note !== undefined) sayNote(note);
  const { shards, found, images } = await withInterrupt((signal) =>
    withProgress('Generating', { unit: 'images' }, (onProgress) =>
      runShare({
        order,
        share,
        model,
        modelName,
        out,
        device,
        batch,
        toldOf: told?.toldOf,
        signal,
        onProgress,
        onLine: sayNote,
      }),
    ),
  );
  const { task, tasks } = share;
  sayResult(
    `Task ${task} of ${tasks}: ${plural(images, 'picture')} in ${plural(shards, 'shard')} (${found} were already there) in ${formatPath(out)}`,
    { task, tasks, pictures: images, shards, found, out },
  );
}
