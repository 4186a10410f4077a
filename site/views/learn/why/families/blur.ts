/**
 * A variational autoencoder of the eight clusters, Kingma & Welling 2014: a code of each point, blurred, and the point again.
 * The encoder shrinks, so that all blurred codes together are about one standard bell; the decoder is the best that there is
 * for it.
 */
import { meanBehind, VARIANCE } from './eight.ts';

/** The code of a point before it is blurred. @param blur above 0, below 1 */
export const codeOf = (value: number, blur: number): number => value * shrinkOf(blur);

const shrinkOf = (blur: number): number => Math.sqrt((1 - blur ** 2) / VARIANCE);

/** @param epsilon from N(0, 1) */
export const blurred = (code: number, blur: number, epsilon: number): number => code + blur * epsilon;

/** The mean of all data whose blurred code this could be. */
export const decoded = (x: number, y: number, blur: number): [x: number, y: number] =>
  meanBehind(x, y, shrinkOf(blur), blur);
