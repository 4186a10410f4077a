/**
 * Rewrites pinned.ts from a package index: `npx tsx scripts/pin-tfjs-node.ts`.
 *
 * It reads only the ends of the wheels, where a zip lists its entries. TensorFlow's metadata names CUDA's versions.
 */
import { writeFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as yauzl from 'yauzl';
import type { Wheel } from '#pipeline/setup/wheel.ts';
import { keep, TENSORFLOW } from '#pipeline/setup/wheels.ts';

const INDEX = 'https://pypi.org/simple';

interface Listed {
  filename: string;
  size: number;
  url: string;
  hashes: { sha256: string };
}

/** Enough for the list of entries of each of these wheels. */
const TAIL = 2 ** 22;

async function readRange(url: string, start: number, end: number): Promise<Buffer> {
  const headers = { range: `bytes=${start}-${end - 1}`, 'accept-encoding': 'identity' };
  const response = await fetch(url, { headers });
  if (response.status !== 206) throw new Error(`${url} answered ${response.status} to a range.`);
  return Buffer.from(await response.arrayBuffer());
}

/** Reads a remote file: its end from memory, the rest in pieces. */
class RemoteReader extends yauzl.RandomAccessReader {
  url: string;
  tail: Buffer;
  tailStart: number;
  constructor(url: string, size: number, tail: Buffer) {
    super();
    this.url = url;
    this.tail = tail;
    this.tailStart = size - tail.length;
  }
  override _readStreamForRange(start: number, end: number) {
    const from = start - this.tailStart;
    if (from >= 0) return Readable.from([this.tail.subarray(from, end - this.tailStart)]);
    const stream = new PassThrough();
    readRange(this.url, start, end).then(
      (bytes) => stream.end(bytes),
      (error) => stream.destroy(error),
    );
    return stream;
  }
}

async function find(project: string, version: string): Promise<Listed> {
  const accept = 'application/vnd.pypi.simple.v1+json';
  const page = (await (await fetch(`${INDEX}/${project}/`, { headers: { accept } })).json()) as { files: Listed[] };
  const start = `${project.replaceAll('-', '_')}-${version}-`;
  const end = project.startsWith('nvidia')
    ? /-py3-none-manylinux\w+_x86_64\.whl$/
    : /-cp312-cp312-manylinux\S+_x86_64\.whl$/;
  const found = page.files.filter(({ filename }) => filename.startsWith(start) && end.test(filename));
  if (found.length !== 1) throw new Error(`${found.length} files of ${project} ${version} fit.`);
  return found[0]!;
}

async function pin(
  listed: Listed,
  folderOf: (entries: string[]) => string,
): Promise<{ wheel: Wheel; metadata: string }> {
  const tail = await readRange(listed.url, Math.max(0, listed.size - TAIL), listed.size);
  const reader = new RemoteReader(listed.url, listed.size, tail);
  const zip = await yauzl.fromRandomAccessReaderPromise(reader, listed.size, { autoClose: false });
  const entries: yauzl.Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  const folder = folderOf(entries.map(({ fileName }) => fileName));
  const kept = entries.filter(({ fileName }) => keep(folder, fileName) !== undefined);
  const unpacked = kept.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const about = entries.find(({ fileName }) => fileName.endsWith('.dist-info/METADATA'))!;
  const metadata = await text(await zip.openReadStreamPromise(about));
  const { filename: file, size, hashes } = listed;
  console.log(`${file}: ${kept.length} of ${entries.length} entries, ${unpacked} bytes`);
  return { wheel: { file, size, sha256: hashes.sha256, unpacked, folder }, metadata };
}

const wheels: Wheel[] = [];
wheels.push((await pin(await find('tensorflow-cpu', TENSORFLOW), () => 'tensorflow')).wheel);
const gpu = await pin(await find('tensorflow', TENSORFLOW), () => 'tensorflow');
wheels.push(gpu.wheel);
for (const [, project, version] of gpu.metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) ?\(?== ?([\d.]+)/gm)) {
  const nvidia = (entries: string[]) =>
    entries.map((name) => /^nvidia\/\w+(?=\/(lib|bin)\/)/.exec(name)?.[0]).find(Boolean)!;
  wheels.push((await pin(await find(project!, version!), nvidia)).wheel);
}

const quoted = (value: string) => `'${value}'`;
const rows = wheels.map(
  (wheel) => `  {
    file: ${quoted(wheel.file)},
    size: ${wheel.size},
    sha256: ${quoted(wheel.sha256)},
    unpacked: ${wheel.unpacked},
    folder: ${quoted(wheel.folder)},
  },`,
);
await writeFile(
  fileURLToPath(new URL('../pipeline/src/setup/pinned.ts', import.meta.url)),
  `/** The wheels of TensorFlow ${TENSORFLOW} for Linux x64, and CUDA as it asks for. Written by scripts/pin-tfjs-node.ts. */
import type { Wheel } from './wheel.ts';

export const PINNED: readonly Wheel[] = [
${rows.join('\n')}
];
`,
);
