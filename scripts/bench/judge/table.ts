/** The results as a table in Markdown: a line for each way of sampling, a column for each number of calls. */
import { wayOf } from './cases.ts';

/** One line of the judge's results. */
export interface Result {
  /** What it was measured on: hashes of judge and model, number of pictures, and the case. */
  key: string;
  /** The model's folder. */
  model: string;
  /** The way of sampling, as `cases.ts` reads it. */
  case: string;
  /** Calls of the network for a picture. */
  calls: number;
  /** Share of the pictures that are taken for the class asked for. */
  right: number;
  /** Frechet's distance of their features from those of real digits, squared. */
  distance: number;
}

const COLUMNS = [5, 8, 10, 20, 50, 250];

/** Cells say `95.1 % / 12.3`: the share that is right, and the distance. A result stands below the next larger number. */
export function table(results: readonly Result[]): string {
  const columns = COLUMNS.filter((column) => results.some(({ calls }) => columnOf(calls) === column));
  const ways = [...new Set(results.map((result) => wayOf(result.case)))];
  const lines = ways.map((way) => {
    const cells = columns.map((column) => {
      const found = results.find((result) => wayOf(result.case) === way && columnOf(result.calls) === column);
      return found ? `${percent(found.right)} / ${found.distance.toFixed(1)}` : '';
    });
    return [way, ...cells];
  });
  const head = ['way', ...columns.map((column) => `${column} calls`)];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const columnOf = (calls: number): number => COLUMNS.find((column) => calls <= column) ?? calls;
