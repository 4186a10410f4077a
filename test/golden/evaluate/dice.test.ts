import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { diceOfClass, diceOfClasses, meanDice } from '#evaluation/measures/index.ts';
import { draws } from '#test/programs/measure-draws.ts';

interface Case {
  name: string;
  seed: number;
  count: number;
  side: number;
  classes: number;
  wrong: number;
  first: number;
  mean: number;
  classwise: number[];
}

/** Made by scripts/golden/measures/dice.py. */
const golden: Case[] = JSON.parse(readFileSync(new URL('../data/evaluate/dice.json', import.meta.url), 'utf8'));

const BLOCK = 4;

/** The formulas of the script. */
function drawnMasks({ seed, count, side, classes, wrong }: Case): { read: Uint8Array; wanted: Uint8Array } {
  const across = side / BLOCK;
  const blocks = draws(seed, count * across ** 2);
  const size = count * side * side;
  const wanted = Uint8Array.from({ length: size }, (_, i) => {
    const [mask, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    return blocks[(mask * across + Math.floor(y / BLOCK)) * across + Math.floor(x / BLOCK)]! * classes;
  });
  const u = draws(seed + 1, 2 * size);
  const read = wanted.map((k, i) => (u[2 * i]! < wrong ? Math.floor(u[2 * i + 1]! * classes) : k));
  return { read, wanted };
}

it.each(golden)("the Dice of masks is that of MONAI's DiceMetric: $name", (one) => {
  const { classes, first, side, mean, classwise } = one;
  const { read, wanted } = drawnMasks(one);
  const dice = diceOfClasses(read, wanted, { count: classes, first, plane: side * side });
  // MONAI computes in float32.
  expect(meanDice(dice, classes)!.value).toBeCloseTo(mean, 6);
  classwise.forEach((expected, i) => {
    expect(diceOfClass(dice, classes, first + i)!.value).toBeCloseTo(expected, 6);
  });
});
