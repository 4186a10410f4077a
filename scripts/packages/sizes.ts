/**
 * The sizes of the packages, as docs/packages.md has them. `npm run sizes` builds, packs, measures and writes the table; a test
 * holds the table to what the packages weigh, and the packages to their limits.
 */
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import type { Packed } from './packed.ts';

/** The largest tarballs that are allowed, in kB of 1000 bytes: who passes one asks whether the new files belong in a package. */
export const LIMITS: Readonly<Record<string, number>> = {
  '@onnoise/scheduler': 300,
  '@onnoise/tracer': 340,
  '@onnoise/runtime-node': 170,
  '@onnoise/server': 230,
  '@onnoise/runtime-web': 580,
  '@onnoise/base': 185,
  '@onnoise/medical': 100,
  '@onnoise/training': 880,
  '@onnoise/evaluation': 560,
  '@onnoise/phantom': 120,
  '@onnoise/pipeline': 590,
  '@onnoise/model-digits': 3000,
  '@onnoise/model-hands': 6500,
  onnoise: 20,
};

/** What is measured of a package. */
export interface Measured {
  name: string;
  folder: string;
  /** The paths in the built folder of what can be imported, by `.` or `./part`. */
  entries: ReadonlyMap<string, string>;
  /** Bytes of the tarball, and of the files in it. */
  packed: number;
  unpacked: number;
}

export const measured = ({ manifest, folder, size, unpackedSize }: Packed): Measured => ({
  name: manifest.name,
  folder,
  entries: entriesOf(manifest.exports),
  packed: size,
  unpacked: unpackedSize,
});

function entriesOf(exports: unknown): Map<string, string> {
  const isTable =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
  const targets = Object.entries(isTable ? exports : { '.': exports });
  return new Map(targets.flatMap(([part, target]) => (fileOf(target) ? [[part, fileOf(target)!] as const] : [])));
}

/** The file of a target for who imports it in a page. */
function fileOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  const { browser, import: module, default: other } = target as Record<string, unknown>;
  return fileOf(browser ?? module ?? other);
}

/**
 * Bytes of a package's own code, minified and compressed by gzip: what it adds to a page. Packages of ours that it imports are
 * counted, those of others are not.
 */
async function bundledSize({ folder, entries }: Measured, all: readonly Measured[]): Promise<number | undefined> {
  const entry = entries.get('.');
  if (entry === undefined) return undefined;
  const ours = new Map(
    all.flatMap((other) =>
      [...other.entries].map(([part, file]) => [join(other.name, part), join(other.folder, file)]),
    ),
  );
  const withOurs: Plugin = {
    name: 'with-ours',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        const found = ours.get(path);
        return found === undefined ? { path, external: true } : { path: found };
      }),
  };
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    plugins: [withOurs],
  });
  return (await promisify(gzip)(outputFiles[0]!.contents, { level: 9 })).length;
}

/** The table, its columns aligned: a header, a rule, and a row for each package. */
export async function sizeTable(packages: readonly Measured[]): Promise<string> {
  const rows = [['package', 'download', 'unpacked', 'minified, gzip', 'largest download allowed']];
  for (const measured of packages) {
    const { name, packed, unpacked } = measured;
    const bundled = await bundledSize(measured, packages);
    rows.push([
      `\`${name}\``,
      kilobytes(packed),
      kilobytes(unpacked),
      bundled === undefined ? '–' : kilobytes(bundled),
      `${LIMITS[name]} kB`,
    ]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))),
  );
  lines.splice(
    1,
    0,
    widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
  );
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;

const TABLE = /(?<=<!-- sizes -->\n)[\s\S]*?(?=<!-- \/sizes -->)/;

/** The table in a document between the comments `sizes` and `/sizes`. */
export const tableIn = (text: string): string | undefined => TABLE.exec(text)?.[0].trim();

export const withTable = (text: string, table: string): string => text.replace(TABLE, `\n${table}\n\n`);
