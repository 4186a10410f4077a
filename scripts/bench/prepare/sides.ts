/** The two sides of the task `prepare`: each round is a process of its own, whose memory is watched. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python } from '../python.ts';
import type { Side } from '../side.ts';
import type { Work } from '../tasks.ts';
import { makePictures } from './pictures.ts';
import { watchMemory } from './watch-memory.ts';

type Prepare = Extract<Work, { do: 'prepare' }>;

const WORKERS = 2;
const scriptAt = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** `pipeline prepare` without its command line. */
export async function prepareOurs(work: Prepare): Promise<Side> {
  const folder = await picturesOf(work);
  return sideOf('onnoise', true, (out) => [
    process.execPath,
    ['--import', 'tsx', scriptAt('our-side.ts'), folder, `${work.side}`, out],
  ]);
}

/** Pillow and torchvision with two workers. @returns the side, or why it cannot run here. */
export async function prepareTheirs(work: Prepare): Promise<Side | { refused: string }> {
  const folder = await picturesOf(work);
  const side = sideOf(`Pillow and torchvision, ${WORKERS} workers`, false, (out) => [
    python(),
    [scriptAt('torch_side.py'), folder, `${work.side}`, `${WORKERS}`, join(out, 'images.npy')],
  ]);
  try {
    await side.round(1);
    return side;
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

async function picturesOf({ pictures }: Prepare): Promise<string> {
  const folder = join('.cache', 'bench', `pictures-${pictures}`);
  await makePictures(folder, pictures);
  return folder;
}

/** @param command what runs, given a folder to write to. */
function sideOf(name: string, ours: boolean, command: (out: string) => [string, string[]]): Side {
  let peak: number | undefined;
  const once = async () => {
    const out = mkdtempSync(join(tmpdir(), 'bench-prepare-'));
    try {
      const { ms, mib } = await runOnce(...command(out));
      if (mib !== undefined) peak = Math.max(peak ?? 0, mib);
      return ms;
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  };
  return {
    name,
    ours,
    async round(times) {
      let ms = 0;
      for (let time = 0; time < times; time++) ms += await once();
      return ms;
    },
    memory: () => peak,
    dispose: async () => {},
  };
}

/** @returns the milliseconds that the process itself measured, and the peak memory of it and those that it started. */
async function runOnce(program: string, args: string[]): Promise<{ ms: number; mib: number | undefined }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, said] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-2000);
  });
  const watch = watchMemory(child.pid);
  const [code] = await once(child, 'close').finally(() => watch.stop());
  if (code !== 0) throw new Error(said.trim().split('\n').at(-1) ?? `exit code ${code}`);
  return { ms: JSON.parse(out).ms, mib: watch.peak() };
}
