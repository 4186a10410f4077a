/**
 * Reads the tensors of a checkpoint: a safetensors file, or the several of a sharded one, whose list says which tensor
 * is in which file.
 *
 * Source: `save_pretrained(max_shard_size=...)` of diffusers, its `diffusion_pytorch_model.safetensors.index.json`.
 */
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError, object } from '@onnoise/scheduler/rules';
import { readSafetensors, type SafetensorsEntry } from '@onnoise/training/folder';
import { isShardList } from './find-checkpoint.ts';

export interface CheckpointTensors {
  tensors: Map<string, SafetensorsEntry>;
  /** SHA-256 of the file, of shards that of their own in turn; hexadecimal. */
  sha256: string;
}

/**
 * @throws InputError for a file that is cut, is none of safetensors or lacks tensors that the list names.
 */
export async function readTensors(path: string): Promise<CheckpointTensors> {
  return isShardList(path) ? readShards(path) : readFileOf(path);
}

async function readFileOf(path: string): Promise<CheckpointTensors> {
  const start = Buffer.from(await firstBytes(path, 24)).toString('latin1');
  const refuse = (received: string): never => {
    throw new InputError(`Cannot read ${path}: it must be a safetensors file, received ${received}.`);
  };
  if (start.startsWith('version https://git-lfs')) refuse('a pointer of Git LFS. Fetch the file itself: git lfs pull');
  if (/^\s*<(!doctype|html)/i.test(start)) refuse('a web page. Download the file again');
  return readSafetensors(path);
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(count);
    const { bytesRead } = await file.read(bytes, 0, count, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readShards(path: string): Promise<CheckpointTensors> {
  const refuse = (text: string): never => {
    throw new InputError(`Cannot read ${path}: ${text}.`);
  };
  const files = await readList(path, refuse);
  const tensors = new Map<string, SafetensorsEntry>();
  const hash = createHash('sha256');
  for (const [name, wanted] of files) {
    const shard = join(dirname(path), name);
    const there = await stat(shard).catch(() => undefined);
    if (!there?.isFile()) {
      refuse(
        `its shard ${name} must be beside it, received none. It holds ${wanted.length} tensors, ${wanted[0]} first`,
      );
    }
    const part = await readFileOf(shard);
    for (const tensor of wanted) {
      if (!part.tensors.has(tensor)) refuse(`its shard ${name} must hold ${tensor}, received a file without it`);
    }
    for (const [tensor, entry] of part.tensors) {
      if (tensors.has(tensor)) refuse(`its shards must hold each tensor once, received ${tensor} twice`);
      tensors.set(tensor, entry);
    }
    hash.update(part.sha256);
  }
  return { tensors, sha256: hash.digest('hex') };
}

/** The shards, in the order of their names, and what the list says that each holds. */
async function readList(path: string, refuse: (text: string) => never): Promise<[string, string[]][]> {
  const map = parse(await readFile(path, 'utf8'))?.weight_map;
  if (!object.holds(map) || Object.keys(map).length === 0)
    return refuse('weight_map must name the file of each tensor');
  const files = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || basename(file) !== file || !file.endsWith('.safetensors')) {
      return refuse(
        `weight_map must give each tensor a .safetensors file beside it, received ${JSON.stringify(file)} for ${tensor}`,
      );
    }
    files.set(file, [...(files.get(file) ?? []), tensor]);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return object.holds(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
