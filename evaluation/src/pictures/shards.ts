/**
 * The pictures of `pipeline generate`: a folder with `manifest.json` and tar files below it. They become a folder of
 * pictures, with their classes and numbers in a table. Masks that a model drew with them are passed over.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskFailure, withDiskErrors } from '@onnoise/base/files';
import { formatPath } from '@onnoise/base/text';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { tarFiles } from './tar.ts';

export const MANIFEST = 'manifest.json';

/** Beside the pictures in the folder that they are unpacked into. */
export const TABLE = 'pictures.csv';
/** The table's column of classes, which are the model's numbers. */
export const CLASS_COLUMN = 'class_number';

export interface Unpacked {
  /** Whether the table has classes. */
  labelled: boolean;
  /** Its columns of numbers. */
  conditions: string[];
}

interface Row {
  label?: string;
  conditions?: Record<string, number>;
}

interface Listed {
  file: string;
  sha256: string;
}

/**
 * @param root the folder of the manifest
 * @param folder gets the pictures and their table
 * @throws InputError for a manifest of another program, and for a shard that is missing, cut or changed
 */
export async function unpackShards(root: string, folder: string): Promise<Unpacked> {
  const shards = await readManifest(join(root, MANIFEST));
  const rows = new Map<string, Row>();
  const rowOf = (id: string): Row => {
    const row = rows.get(id) ?? {};
    rows.set(id, row);
    return row;
  };
  const pictures = new Set<string>();
  for (const { file, sha256 } of shards) {
    const path = join(root, file);
    const archive = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        return refuse('read pictures', formatPath(path), 'a shard of the manifest', 'nothing');
      throw diskFailure(error, `read ${path}`);
    });
    if (createHash('sha256').update(archive).digest('hex') !== sha256) {
      throw new InputError(
        `Cannot read ${formatPath(path)}: it must be the shard that ${MANIFEST} lists, received other bytes: it is cut or was changed.`,
      );
    }
    for (const { name, bytes } of tarFiles(archive, formatPath(path))) {
      const [id = '', ...endings] = basename(name).split('.');
      const ending = endings.join('.');
      if (ending === 'cls') rowOf(id).label = bytes.toString('utf8').trim();
      else if (ending === 'json') rowOf(id).conditions = JSON.parse(bytes.toString('utf8')) as Record<string, number>;
      else if (PICTURES.includes(ending)) {
        pictures.add(id);
        await withDiskErrors(`unpack ${path}`, () => writeFile(join(folder, basename(name)), bytes));
      }
    }
  }
  return writeTable(folder, [...pictures].sort(), rows);
}

/** What else a model draws beside a picture, such as how sure its mask is, has other endings. */
const PICTURES: readonly string[] = ['png', 'dcm', 'nii.gz'];

async function readManifest(path: string): Promise<Listed[]> {
  const text = await withDiskErrors(`read ${path}`, () => readFile(path, 'utf8'));
  const given = parsed(text) as { shards?: unknown } | undefined;
  const shards = Array.isArray(given?.shards) ? (given.shards as Partial<Listed>[]) : [];
  const known = ({ file, sha256 }: Partial<Listed>) =>
    typeof file === 'string' && typeof sha256 === 'string' && !/(^|[\\/])\.\.([\\/]|$)|^[\\/]/.test(file);
  if (shards.length > 0 && shards.every(known)) return shards as Listed[];
  throw new InputError(
    `Cannot read ${formatPath(path)}: it must be the manifest of pipeline generate, received one without its shards.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeTable(folder: string, ids: readonly string[], rows: ReadonlyMap<string, Row>): Promise<Unpacked> {
  const labelled = ids.length > 0 && ids.every((id) => rows.get(id)?.label !== undefined);
  const told = ids.map((id) => Object.keys(rows.get(id)?.conditions ?? {}));
  const conditions = (told[0] ?? []).filter((name) => told.every((names) => names.includes(name)));
  const header = ['id', ...(labelled ? [CLASS_COLUMN] : []), ...conditions];
  const lines = ids.map((id) => {
    const { label, conditions: values = {} } = rows.get(id) ?? {};
    return [id, ...(labelled ? [label] : []), ...conditions.map((name) => values[name])].join(',');
  });
  if (header.length > 1) await writeFile(join(folder, TABLE), `${[header.join(','), ...lines].join('\n')}\n`);
  return { labelled, conditions };
}
