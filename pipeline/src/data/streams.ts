/** Numbers of the data's random streams: one for the split, and per epoch one for the order, flips and augmentations. */

export const SPLIT_STREAM = 0x0da0_0000;

const ORDER_STREAM = 0x0e00_0000;
const FLIP_STREAM = 0x0f00_0000;
const AUGMENT_STREAM = 0x0c00_0000;

/** Epochs that have streams of their own. */
export const MAX_EPOCHS = 0x0100_0000;

export const orderStream = (epoch: number): number => ORDER_STREAM + epoch;
export const flipStream = (epoch: number): number => FLIP_STREAM + epoch;
export const augmentStream = (epoch: number): number => AUGMENT_STREAM + epoch;
