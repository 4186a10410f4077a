/** Numbers of the data's random streams beside the orders and flips of epochs: the split, and each epoch's augmentations. */

export const SPLIT_STREAM = 0x0da0_0000;

const AUGMENT_STREAM = 0x0c00_0000;

export const augmentStream = (epoch: number): number => AUGMENT_STREAM + epoch;
