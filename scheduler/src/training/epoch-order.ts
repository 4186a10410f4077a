/**
 * Which images a batch takes: a seeded order per epoch, and a place in it that can be saved. Epoch e has the order
 * shuffle(seed, e), so a batch is a function of (numbers, seed, position).
 */
import { randomInts, shuffle } from '../noise/random.ts';
import { refuse } from '../rules/errors.ts';
import { checkInteger } from '../rules/rule.ts';

const ORDER_STREAM = 0x0e00_0000;
const FLIP_STREAM = 0x0f00_0000;

/** Epochs that have streams of their own. */
const MAX_EPOCHS = 0x0100_0000;

export const orderStream = (epoch: number): number => ORDER_STREAM + epoch;

/** Where the next batch begins: after `index` images of `epoch`. Plain JSON. */
export interface BatchPosition {
  epoch: number;
  index: number;
}

/** The images of a batch. */
export interface BatchPlace {
  /** [B], the numbers of the images. */
  numbers: Uint32Array;
  /** [B], 1 mirrors the image left to right; undefined where none is mirrored. */
  flips: Int32Array | undefined;
  epoch: number;
  /** Images of the epoch before the batch. */
  index: number;
}

export interface EpochOrder {
  /** Where the next batch begins. Set it to continue from a saved position. */
  position: BatchPosition;
  /** The next batch. Full batches only: the rest of an epoch is dropped. */
  next(): BatchPlace;
}

export interface EpochOrderOptions {
  /** Numbers of the images to train on, at least `batch`. */
  numbers: Uint32Array;
  /** Images per batch. */
  batch: number;
  seed: number;
  /** Whether to mirror images left to right, each with chance 1/2. */
  flip: boolean;
}

export function createEpochOrder({ numbers, batch, seed, flip }: EpochOrderOptions): EpochOrder {
  let position: BatchPosition = { epoch: 0, index: 0 };
  let order: { epoch: number; numbers: Uint32Array; flips: Int32Array | undefined } | undefined;

  const orderOf = (epoch: number) => {
    if (order?.epoch === epoch) return order;
    const flips = flip ? new Int32Array(numbers.length) : undefined;
    if (flips) randomInts(seed, FLIP_STREAM + epoch, 0, 2, flips);
    order = { epoch, numbers: shuffle(numbers.slice(), seed, orderStream(epoch)), flips };
    return order;
  };

  return {
    get position() {
      return { ...position };
    },
    set position(value) {
      position = checkPosition(value, numbers.length);
    },
    next() {
      if (position.index + batch > numbers.length) position = { epoch: position.epoch + 1, index: 0 };
      const { epoch, index } = position;
      position = { epoch, index: index + batch };
      const { numbers: all, flips } = orderOf(epoch);
      return { numbers: all.slice(index, index + batch), flips: flips?.subarray(index, index + batch), epoch, index };
    },
  };
}

function checkPosition(value: BatchPosition, images: number): BatchPosition {
  if (typeof value !== 'object' || value === null) return refuse('go on', 'position', '{ epoch, index }', value);
  return {
    epoch: checkInteger('go on', 'position.epoch', value.epoch, 0, MAX_EPOCHS - 1),
    index: checkInteger('go on', 'position.index', value.index, 0, images),
  };
}
