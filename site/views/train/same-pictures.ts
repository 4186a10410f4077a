/** Whether pictures are those that a file's training learned from. The file has their name and a hash, and not the pictures. */

import type { TrainingImages } from '@onnoise/runtime-web';
import { sha256 } from '@onnoise/runtime-web/parts';
import type { StepFile } from '@onnoise/scheduler/training';
import { CAMERA, DIGITS, FILES } from './pictures.ts';

type Facts = Pick<StepFile, 'data' | 'config'>;

/** Whether a training learned from digits of MNIST, in this page or in Node, and not from a folder of that name. */
export const areDigits = ({ data, config }: Facts): boolean =>
  data?.name === DIGITS && (config.data as { source?: unknown } | undefined)?.source === DIGITS;

/**
 * False where a training would go on with other pictures than its own. Of a training of Node nothing is known: its hash is of more than
 * pixels. On an insecure origin, where no hash is computed, the name has to do.
 */
export async function maySuit(facts: Facts, images: TrainingImages): Promise<boolean> {
  if (areDigits(facts)) return images.name === DIGITS;
  const { data } = facts;
  if (data === null || ![FILES, CAMERA].includes(data.name)) return true;
  const hash = await sha256(images.pixels);
  return hash === '' || !/^[0-9a-f]{64}$/.test(data.hash) ? images.name === data.name : hash === data.hash;
}
