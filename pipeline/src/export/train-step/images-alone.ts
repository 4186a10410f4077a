/** Where a run can go on that knows images alone: a browser tab and a project for accelerate have nothing beside them. */
import { program } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Model } from '@onnoise/training/model';

/** @param action what fails, after "Cannot" @throws InputError for a network that is told, or draws, more */
export function requireImagesAlone(
  action: string,
  { conditionImage, maskOutput }: Pick<Model, 'conditionImage' | 'maskOutput'>,
  to: 'accelerate' | 'tab',
): void {
  if (!conditionImage && !maskOutput) return;
  const more = maskOutput
    ? 'draws a mask, too'
    : `is told a ${conditionImage!.mask ? 'mask' : 'picture'} of each image`;
  throw new InputError(
    `Cannot ${action}: its network must know images alone with --to ${to}, received one that ${more}. Train it on here, with ${program('train')} --resume.`,
  );
}
