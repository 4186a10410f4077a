/** From the times of the rounds to the table: medians, and ratios of the same round, one picture and many apart. */
import { median, quantile } from '../result.ts';
import type { Piece } from './piece.ts';

/** A piece with the milliseconds of a picture, by round. */
export interface Measured extends Pick<Piece, 'place' | 'model' | 'pictures'> {
  ms: readonly number[];
}

export interface Ratio {
  median: number;
  /** Quarter and three quarters of the rounds are below. */
  quartiles: [number, number];
}

export interface Figures {
  secondsAPicture: number;
  picturesASecond: number;
  /** How many times as fast as the teacher in the same place; absent in diffusers. */
  asTeacher?: Ratio;
  /** How many times as fast as diffusers without guidance; absent where that was not measured. */
  asDiffusers?: Ratio;
  /** Milliseconds of a picture, by round. */
  ms: readonly number[];
}

export interface Row {
  place: Piece['place'];
  model: string;
  /** One picture at a time. */
  one: Figures;
  /** Many at a time. */
  many: Figures;
}

/** A row for each model in each place, in the order of the pieces. @param teacher its name */
export function rowsOf(measured: readonly Measured[], teacher: string): Row[] {
  const find = (alone: boolean, place: string, model: string) =>
    measured.find((one) => (one.pictures === 1) === alone && one.place === place && one.model === model);
  const figures = ({ place, ms }: Measured, alone: boolean): Figures => {
    const usual = place === 'diffusers' ? undefined : find(alone, place, teacher);
    const theirs = find(alone, 'diffusers', teacher);
    return {
      secondsAPicture: median(ms) / 1000,
      picturesASecond: 1000 / median(ms),
      ...(usual && { asTeacher: ratioOf(usual.ms, ms) }),
      ...(theirs && { asDiffusers: ratioOf(theirs.ms, ms) }),
      ms,
    };
  };
  return measured
    .filter(({ pictures }) => pictures === 1)
    .map((one) => ({
      place: one.place,
      model: one.model,
      one: figures(one, true),
      many: figures(find(false, one.place, one.model)!, false),
    }));
}

/** How many times as fast as `slow` the other is. */
function ratioOf(slow: readonly number[], ms: readonly number[]): Ratio {
  const ratios = ms.map((value, round) => slow[round]! / value);
  return { median: median(ratios), quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

const HEAD = [
  '| where | model | seconds a picture | as fast as the teacher, times | as diffusers, times | pictures a second, many at once | as the teacher, times | as diffusers, times |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const ratio = (value: Ratio | undefined) => (value ? digits(value.median) : '');
  const lines = rows.map(({ place, model, one, many }) => {
    const first = [digits(one.secondsAPicture), ratio(one.asTeacher), ratio(one.asDiffusers)];
    const second = [digits(many.picturesASecond), ratio(many.asTeacher), ratio(many.asDiffusers)];
    return `| ${[place, model, ...first, ...second].join(' | ')} |`;
  });
  return [...HEAD, ...lines].join('\n');
}

/** Three that count: 0.00431, 0.172, 23.2, 1230. */
const digits = (value: number): string => String(Number(value.toPrecision(3)));
