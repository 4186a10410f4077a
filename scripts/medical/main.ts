/**
 * Many pictures in DICOM before other programs: written by `worker` and `generate` with a queue in Redis, and held against their PNG files,
 * dciodvfy and Orthanc. Needs `apt-get install dicom3tools orthanc orthanc-dicomweb redis-server`, and pydicom and Pillow for
 * $PYTHON. $DCIODVFY names further dciodvfy, separated by commas.
 *
 *     npx tsx scripts/medical/main.ts <out> [pictures]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { startOrthanc } from '../../test/support/pictures/orthanc.ts';

const [out, count = '1000'] = process.argv.slice(2);
if (out === undefined) throw new Error('Give a folder to write to.');
const PROGRAMS = ['dciodvfy', ...(process.env.DCIODVFY?.split(',') ?? [])];
const JUDGE = join(import.meta.dirname, 'judge.py');
const PIPELINE = join(import.meta.dirname, '..', '..', 'pipeline', 'bin', 'pipeline.mjs');
const MODEL = ['--model', join(import.meta.dirname, '..', '..', 'models', 'hands')];

function run(program: string, ...args: string[]): string {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} ended with ${status}.`);
  return stdout;
}

/** The pictures of all shards, unpacked. */
function generate(kind: string, queue: string, ...args: string[]): string {
  const folder = join(out!, kind);
  const bulk = ['--queue', queue, '--name', kind, '--out', folder];
  const worker = spawn(process.execPath, [PIPELINE, 'worker', ...bulk, ...MODEL, '--device', 'cpu'], {
    stdio: 'inherit',
  });
  try {
    const order = ['--count', count, '--steps', '4', '--condition', 'boneage=24,60,120,200', ...args];
    run(process.execPath, PIPELINE, 'generate', ...bulk, ...MODEL, ...order);
  } finally {
    worker.kill('SIGTERM');
  }
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures, { recursive: true });
  const shards = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tar'));
  for (const shard of shards) run('tar', 'xf', join(folder, shard), '-C', pictures);
  return pictures;
}

mkdirSync(out, { recursive: true });
const port = await freePort();
const redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', out], { stdio: 'ignore' });
const orthanc = await startOrthanc(join(out, 'orthanc'));
try {
  const queue = `redis://127.0.0.1:${port}`;
  const png = generate('png', queue);
  const dicom = generate('dicom', queue, '--format', 'dicom', '--modality', 'CR', '--body-part', 'HAND');
  const server = ['--server', orthanc.url, '--user', `${orthanc.user}:${orthanc.password}`];
  const programs = PROGRAMS.flatMap((program) => ['--dciodvfy', program]);
  const told = run(process.env.PYTHON ?? 'python3', JUDGE, dicom, png, ...server, ...programs);
  console.log(JSON.stringify(JSON.parse(told), undefined, 2));
} finally {
  redis.kill();
  await orthanc.stop();
}
