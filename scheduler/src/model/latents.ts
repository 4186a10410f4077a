/** The noise that pictures start from, given or asked for: `latents`, as diffusers' pipelines call it. */

import { InputError, refuse } from '../rules/errors.ts';
import { check, flag } from '../rules/rule.ts';
import { type SampleImagesOptions, startNoise } from '../sampling/sample.ts';
import type { PictureOptions } from './options.ts';
import type { ImageShape } from './pixels.ts';
import { sizeOf } from './size.ts';

const ACTION = 'sample images';

/** @returns how many pictures the given noise is for; undefined without any. @throws InputError for what is no noise of whole pictures */
export function countOfLatents({ latents }: Pick<PictureOptions, 'latents'>, shape: ImageShape): number | undefined {
  if (latents === undefined) return undefined;
  const size = sizeOf(shape);
  const rule = `a Float32Array of finite numbers, [N, ${shape.join(', ')}]`;
  if (!(latents instanceof Float32Array)) refuse(ACTION, 'latents', rule, latents);
  if (latents.length === 0 || latents.length % size !== 0) {
    throw new InputError(`Cannot ${ACTION}: latents must be ${rule}, received ${latents.length} values.`);
  }
  const bad = latents.find((value) => !Number.isFinite(value));
  if (bad !== undefined) refuse(ACTION, 'latents', rule, bad);
  return latents.length / size;
}

/** @throws InputError for noise of another number of pictures, and beside seeds whose noise pictures share */
export function checkLatents(options: PictureOptions, shape: ImageShape, count: number): void {
  if (options.returnLatents !== undefined) check(ACTION, 'returnLatents', flag, options.returnLatents);
  const given = countOfLatents(options, shape);
  if (given === undefined) return;
  const way = (['interpolate', 'variations'] as const).find((name) => options[name] !== undefined);
  if (way !== undefined) refuse(ACTION, way, 'left out where latents are given', options[way]);
  if (given !== count) {
    const rule = `the noise of as many pictures as are asked for, ${count}`;
    throw new InputError(`Cannot ${ACTION}: latents must be ${rule}, received that of ${given}.`);
  }
}

/** What a result says of the noise that its pictures started from: nothing, unless it is asked for. */
export const latentsOf = (
  request: Pick<SampleImagesOptions, 'seeds' | 'latents'> & Pick<PictureOptions, 'returnLatents'>,
  shape: ImageShape,
): { latents?: Float32Array<ArrayBuffer> } =>
  request.returnLatents ? { latents: startNoise(request, sizeOf(shape)) } : {};
