/** What moves in the overview at a moment: one lesson after another above, one way from noise to a digit below, for ever. */

/** Where something goes along; each is a line of the layout. */
export type Line =
  | 'data-noise'
  | 'noise-noisy'
  | 'noisy-network'
  | 'network-guess'
  | 'guess-loss'
  | 'epsilon-loss'
  | 'loss-network'
  | 'start-x'
  | 'x-network'
  | 'network-picture'
  | 'picture-step'
  | 'step-x'
  | 'step-end';

/** A picture on its way: which one, and how far, from 0 to 1. */
export interface Packet {
  picture: 'real' | 'frame' | 'epsilon' | 'guess' | 'x' | 'x0' | 'end' | 'correction';
  /** Of frames and of steps. */
  index: number;
  line: Line;
  share: number;
}

export interface Moment {
  /** Which real digit; which step. */
  index: number;
  packets: Packet[];
  /** How far it is through the network; null: it is not in there. */
  inside: number | null;
  /** What has arrived, of what the rows show. */
  there: { x: boolean; guess: boolean; result: boolean };
}

/** Seconds. */
const LESSON = 8;
const STEP = 1.6;
const [BEGIN, HOLD] = [1.2, 2.6];

/** From 0 to 1 between two shares, and undefined outside. */
const within = (share: number, from: number, to: number): number | undefined =>
  share >= from && share < to ? (share - from) / (to - from) : undefined;

/** Slow at both ends. */
const eased = (share: number) => share * share * (3 - 2 * share);

/** One round of algorithm 1. @param lessons how many there are, in turn @param frames pictures of a digit getting noisy */
export function trainingAt(seconds: number, lessons: number, frames: number): Moment {
  const round = Math.floor(seconds / LESSON);
  const share = seconds / LESSON - round;
  const packets: Packet[] = [];
  const move = (picture: Packet['picture'], line: Line, from: number, to: number) => {
    const part = within(share, from, to);
    if (part === undefined) return;
    const index =
      picture === 'frame' && line === 'noise-noisy' ? Math.min(frames - 1, Math.floor(part * frames)) : frames - 1;
    packets.push({ picture, index, line, share: eased(part) });
  };
  move('real', 'data-noise', 0, 0.12);
  move('frame', 'noise-noisy', 0.12, 0.32);
  move('frame', 'noisy-network', 0.34, 0.4);
  move('guess', 'network-guess', 0.54, 0.62);
  move('guess', 'guess-loss', 0.66, 0.74);
  move('epsilon', 'epsilon-loss', 0.6, 0.74);
  move('correction', 'loss-network', 0.8, 0.92);
  return {
    index: round % lessons,
    packets,
    inside: within(share, 0.4, 0.54) ?? null,
    there: { x: share >= 0.32, guess: share >= 0.62, result: share >= 0.74 },
  };
}

/** Algorithm 2, again and again from the same noise. @param steps how many a picture takes */
export function samplingAt(seconds: number, steps: number): Moment {
  const time = seconds % (BEGIN + steps * STEP + HOLD);
  const packets: Packet[] = [];
  if (time < BEGIN) {
    packets.push({ picture: 'x', index: 0, line: 'start-x', share: eased(time / BEGIN) });
    return { index: 0, packets, inside: null, there: { x: false, guess: false, result: seconds > time } };
  }
  const step = Math.floor((time - BEGIN) / STEP);
  if (step >= steps) {
    return { index: steps - 1, packets, inside: null, there: { x: true, guess: true, result: true } };
  }
  const share = (time - BEGIN) / STEP - step;
  const last = step === steps - 1;
  const move = (picture: Packet['picture'], index: number, line: Line, from: number, to: number) => {
    const part = within(share, from, to);
    if (part !== undefined) packets.push({ picture, index, line, share: eased(part) });
  };
  move('x', step, 'x-network', 0, 0.15);
  move('x0', step, 'network-picture', 0.4, 0.55);
  move('x0', step, 'picture-step', 0.58, 0.7);
  if (last) move('end', 0, 'step-end', 0.75, 1);
  else move('x', step + 1, 'step-x', 0.75, 1);
  return {
    index: step,
    packets,
    inside: within(share, 0.15, 0.4) ?? null,
    there: { x: true, guess: share >= 0.55, result: seconds > time },
  };
}

/** A moment at which every place has its picture, for those who want less motion. */
export function stillAt(lessons: number, steps: number): { training: Moment; sampling: Moment } {
  const index = Math.floor(steps / 2);
  const there = { x: true, guess: true, result: true };
  return {
    training: { index: 0 % lessons, packets: [], inside: null, there },
    sampling: { index, packets: [], inside: null, there },
  };
}
