/** What can be said of an answered picture: what is unusual in it, and the real pictures most like it. */
import { useMemo } from 'preact/hooks';
import { fromBytes } from '../../../state/pixels.ts';
import { type Difference, differenceOf, farthestApart, nearestReals } from '../measures/neighbours.ts';
import type { Giveaway } from '../measures/unusual.ts';
import type { Told } from '../rules/game.ts';
import type { Pool } from '../rules/pool.ts';
import { present } from '../rules/presentation.ts';
import { game, giveawaysOf, reference } from './state.ts';

const SHOWN = 3;
/** Share of the pixels that are marked as the farthest apart. */
const FARTHEST = 0.04;
/** The id of the marks where the nearest picture differs most. */
export const NEAREST = 'nearest';

export interface LookAlike {
  index: number;
  name: string;
  pixels: Uint8ClampedArray;
}

export interface Findings {
  /** undefined if there are too few real pictures, or they are still measured. */
  found: Giveaway[] | undefined;
  measuring: boolean;
  /** The nearest first. */
  alike: LookAlike[];
  /** From the nearest. */
  difference: Difference | undefined;
  /** The pixels to mark for an id. */
  where: (id: string | null) => readonly number[] | undefined;
}

/** Undefined before the answer. */
export function useFindings(told: Told): Findings;
export function useFindings(told: Told | undefined): Findings | undefined;
export function useFindings(told: Told | undefined): Findings | undefined {
  const measures = reference.value;
  const { pool } = game.round.peek()!.table;
  const pixels = told?.pixels;
  const found = useMemo(() => (told && measures ? giveawaysOf(told, measures) : undefined), [pixels, measures]);
  const near = useMemo(() => (told ? nearTo(told, pool) : undefined), [pixels, pool]);
  if (!near) return undefined;
  return {
    found,
    measuring: measures === null,
    alike: near.alike,
    difference: near.difference,
    where: (id) => (id === NEAREST ? near.farthest : found?.find((one) => one.id === id)?.where),
  };
}

function nearTo({ pixels, kind, real }: Told, pool: Pool) {
  const alike = nearestReals(pixels, pool, SHOWN, kind === 'real' ? real : undefined).map((index) => ({
    index,
    name: pool.origin(index),
    pixels: present(fromBytes(pool.read(index)), pool.shape, pool.presentation, index),
  }));
  const [nearest] = alike;
  const difference = nearest && differenceOf(pixels, nearest.pixels, pool.shape);
  return { alike, difference, farthest: difference ? farthestApart(difference, FARTHEST) : [] };
}
