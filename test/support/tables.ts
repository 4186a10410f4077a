/** Tables that no sampler makes, for tests of what executes tables. */
import { gaussian, type SamplerRow, type SamplerTable } from '#scheduler/index.ts';

const NUMBERS = ['p', 'q', 'A', 'E', 'B', 'C', 'F', 'D', 'a', 'e', 'b', 'c', 'f', 'start', 'timestep'] as const;

/**
 * Coefficients from a seed, below 1/2, so that pictures stay small, at timesteps between whole ones, 0 to 99. Some rows
 * leave y as it is, some do not read it, and some draw no noise.
 * @param needsY false: a table without an auxiliary picture, which starts from unit noise.
 */
export function auxiliaryTable(seed: number, { rows: count, needsY = true }: { rows: number; needsY?: boolean }) {
  const row = (_: unknown, index: number) => {
    const drawn = new Float32Array(NUMBERS.length);
    gaussian(seed, index, drawn);
    return Object.fromEntries(NUMBERS.map((name, i) => [name, Math.tanh(drawn[i]!) / 2])) as Record<
      (typeof NUMBERS)[number],
      number
    >;
  };
  const drawn = Array.from({ length: count }, row);
  const rows = drawn.map(({ start: _, timestep, a, e, b, c, f, F, D, ...x }, i): SamplerRow => {
    const y = needsY && i % 3 !== 1 ? { a, e, b, c, f } : undefined;
    return {
      ...x,
      signal: 1,
      noise: 0,
      F: needsY && i % 4 !== 2 ? F : 0,
      D: i % 2 === 0 ? D : 0,
      y,
      timestep: 99 * (timestep + 0.5),
    };
  });
  const start = needsY ? 1 + drawn[0]!.start : 1;
  return { sampler: 'ddim', steps: Math.ceil((count + 1) / 2), clip: 1, start, signal: 0, rows } satisfies SamplerTable;
}
