import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { diagnose } from '#pipeline/setup/diagnose.ts';
import { ENGINE_KINDS } from '#training/engines/index.ts';
import { setupCommand } from '#training/engines/native/install.ts';

// A machine where nothing is set up.
vi.mock('#training/engines/native/probe.ts', () => ({
  probeNative: async (kind: 'tfjs-node') => ({
    available: false,
    reason: 'it is not set up',
    enable: setupCommand(kind),
  }),
}));

vi.mock('#training/engines/gpu-status.ts', () => ({
  gpuStatus: async (kind: string) => ({ available: false, reason: 'there is none', enable: `a GPU for ${kind}` }),
}));

/** The rows of the first table after a heading, by the names of its columns. */
function readTable(file: string, column: string): Record<string, string>[] {
  const text = readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), 'utf8');
  const lines = text.split('\n').map((line) => line.split('|').slice(1, -1));
  const start = lines.findIndex((cells) => cells.some((cell) => cell.trim() === column));
  const [head, , ...rest] = lines.slice(start);
  const end = rest.findIndex((cells) => cells.length === 0);
  return rest.slice(0, end).map((cells) => Object.fromEntries(cells.map((cell, i) => [head![i]!.trim(), cell.trim()])));
}

const engines = readTable('training/engines.md', 'enabled by');
const nameOf = (row: Record<string, string>) => row.engine!.replaceAll('`', '');

test('docs/training/engines.md has a row for every engine, enabled as pipeline doctor tells', async () => {
  expect(engines.map(nameOf).sort()).toEqual(ENGINE_KINDS.filter((kind) => kind !== 'auto').sort());
  const told = (await diagnose()).engines.filter(({ engine }) => engine !== 'auto');
  expect(told.map(({ engine }) => engine)).toEqual(engines.map(nameOf));
  for (const [i, { available, enable = 'npm ci' }] of told.entries()) {
    // What a GPU needs depends on the machine.
    if (!enable.startsWith('a GPU')) expect(engines[i]!['enabled by']).toBe(`\`${enable}\``);
    expect(available).toBe(enable === 'npm ci');
  }
});
