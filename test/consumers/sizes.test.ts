/** How large the packages are: within their limits, and as docs/packages.md says. */
import { expect, inject, it } from 'vitest';
import { readText } from '#test/repository.ts';
import { LIMITS, measured, sizeTable, tableIn } from '../../scripts/packages/sizes.ts';

const packages = inject('consumers').packages.map(measured);

it.each(packages)('$name is no larger than is allowed', ({ name, packed }) => {
  expect(LIMITS).toHaveProperty([name]);
  expect(packed / 1000).toBeLessThanOrEqual(LIMITS[name]!);
});

/** Name and numbers of each row. */
const rowsOf = (table: string) =>
  table
    .split('\n')
    .slice(2)
    .map((row) => ({
      name: /`(.+?)`/.exec(row)![1]!,
      kilobytes: [...row.matchAll(/(\d+) kB/g)].map(([, n]) => Number(n)),
    }));

it('the table of docs/packages.md is of these packages, to a tenth', async () => {
  const written = rowsOf(tableIn(readText('docs/packages.md')) ?? '');
  const found = rowsOf(await sizeTable(packages));
  expect(written.map(({ name }) => name)).toEqual(found.map(({ name }) => name));
  for (const [i, { name, kilobytes }] of written.entries()) {
    const now = found[i]!.kilobytes;
    expect(kilobytes, name).toHaveLength(now.length);
    for (const [j, size] of kilobytes.entries())
      expect(
        Math.abs(size - now[j]!),
        `${name}: ${size} kB written, ${now[j]} kB found; npm run sizes`,
      ).toBeLessThanOrEqual(2 + now[j]! / 10);
  }
});
