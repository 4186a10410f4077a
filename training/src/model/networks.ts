/** The networks: those that take noise away, and autoencoders, of which one is only imported. */

import type { NetworkRecord } from '../layers/types.ts';
import { autoencoderRecord } from './autoencoder-kl.ts';
import { simpleUnetRecord } from './simple-unet.ts';
import { unet2dRecord } from './unet2d.ts';
import { vqModelRecord } from './vq-model.ts';

export const DENOISERS: readonly NetworkRecord[] = [simpleUnetRecord, unet2dRecord];

export const AUTOENCODERS: readonly NetworkRecord[] = [autoencoderRecord, vqModelRecord];

export const NETWORKS: readonly NetworkRecord[] = [...DENOISERS, ...AUTOENCODERS];

/** The record of a configuration's `_class_name`, undefined if there is none. */
export function findNetwork(className: unknown): NetworkRecord | undefined {
  return NETWORKS.find((network) => network.className === className);
}
