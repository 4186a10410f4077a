import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { diagnose } from '#pipeline/setup/diagnose.ts';
import { chooseEngine, ENGINE_KINDS } from '#training/engines/index.ts';
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
/** Beside eager PyTorch, small and tutorial. */
const EAGER = 'PyTorch, eager';
const rows = readTable('benchmarks.md', EAGER);
const NOW = ['channels 32..256, 32 px, batch 32', 'tutorial U-Net, 64 px, batch 8'].map(
  (size) => rows.find(({ task }) => task === `training step, ${size}`)![EAGER]!,
);
const earlier = readTable('benchmarks.md', '`tfjs-node`');
const earlierOf = (engine: string) => earlier.map((row) => row[`\`${engine}\``]!);

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

test('docs/training/engines.md has the figures of docs/benchmarks.md, and none that was not measured', () => {
  const [here, there] = [NOW, earlierOf('tfjs-node')].map(
    ([small, tutorial]) => `${small} small, ${tutorial} tutorial`,
  );
  const measured: Record<string, string> = { onnxruntime: here!, 'tfjs-node': `${there}, earlier` };
  for (const row of engines) {
    const speed = row['as fast as PyTorch on the same CPU, times'];
    const known = measured[nameOf(row)];
    if (known) expect(speed).toBe(known);
    else expect(speed).toMatch(/^not measured/);
  }
});

test('chooseEngine takes the engine for the CPU that docs/benchmarks.md has as the fastest', async () => {
  const { kind } = await chooseEngine('auto');
  const others = ['onnxruntime', 'tfjs-node'].filter((engine) => engine !== kind);
  for (const other of others) {
    const theirs = earlierOf(other).map(Number);
    expect(theirs).toHaveLength(2);
    for (const [i, ratio] of earlierOf(kind).map(Number).entries()) expect(ratio).toBeGreaterThan(theirs[i]!);
  }
});
