import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { LONG, LongFirst } from '#test/long-first.ts';
import { ROOT } from '#test/repository.ts';

/** The order of files below ROOT, given the milliseconds that some took in the last run. */
async function orderOf(paths: readonly string[], last: Record<string, number> = {}): Promise<string[]> {
  const cache = {
    getFileStats: () => undefined,
    getFileTestResults: (key: string) => (key in last ? { failed: false, duration: last[key] } : undefined),
  };
  const vitest = { config: { root: ROOT }, cache } as unknown as Vitest;
  const config = { sequence: { groupOrder: 0 }, isolate: true };
  const files = paths.map((path) => {
    const [, name] = path.split('/');
    return { project: { name, config }, moduleId: join(ROOT, path) } as unknown as TestSpecification;
  });
  const sorted = await new LongFirst(vitest).sort(files);
  return sorted.map((file) => paths[files.indexOf(file)]!);
}

describe('LongFirst', () => {
  const [browser, unit] = [
    LONG.find((path) => path.includes('/browser/'))!,
    LONG.find((path) => path.includes('/unit/'))!,
  ];

  it('starts with the files that took longest in the last run, whatever their tier', async () => {
    const last = {
      'browser:test/browser/a.test.ts': 2,
      'unit:test/unit/b.test.ts': 3,
      'golden:test/golden/c.test.ts': 1,
    };
    const paths = ['test/browser/a.test.ts', 'test/golden/c.test.ts', 'test/unit/b.test.ts'];
    expect(await orderOf(paths, last)).toEqual([
      'test/unit/b.test.ts',
      'test/browser/a.test.ts',
      'test/golden/c.test.ts',
    ]);
  });

  it('starts with the files of its list where there was no run', async () => {
    expect(await orderOf(['test/browser/a.test.ts', unit, 'test/unit/b.test.ts', browser])).toEqual([
      ...LONG.filter((path) => path === browser || path === unit),
      'test/browser/a.test.ts',
      'test/unit/b.test.ts',
    ]);
  });

  it('lists files that are there', () => {
    expect(LONG.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
