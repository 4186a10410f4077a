/** The image files below a folder, in an order that does not depend on the machine. */
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { diskReason } from '../files/disk-errors.ts';
import { ownFolder } from '../files/own-folders.ts';
import { extensionOf, isDicom, isDicomdir, MEDICAL_EXTENSIONS } from '../pictures/kinds.ts';
import { isLabelFolder } from './label-folder.ts';

/** A picture, CSV row or file that was left out, with the reason in words. */
export interface Skipped {
  file: string;
  reason: string;
}

export interface ImageFile {
  /** Path below the folder, with forward slashes. */
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface Walk {
  /** Ascending by path (UTF-16 code units). */
  images: ImageFile[];
  /** Paths with an image's name, or that may hold images, that cannot be read; ascending. */
  skipped: Skipped[];
  /** How many other files there are, by extension (`.bmp`; `''` for none). */
  others: Map<string, number>;
  /** Folders of runs and models, whose pictures are no data: `runs/a (a run)`; ascending by path. */
  own: string[];
  /** Folders of label maps below the folder; ascending. */
  labelMaps?: string[];
  /** Skipped links by their path, and the images that they lead to: names by which a CSV may call them. */
  aliases?: ReadonlyMap<string, ImageFile>;
}

/** Of medical pictures, and of the formats that sharp's prebuilt binaries read. Decoding shows whether a file is readable. */
const EXTENSIONS = new Set([
  ...MEDICAL_EXTENSIONS,
  ...'.jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif .heic .heif .svg'.split(' '),
]);

/**
 * File systems of Linux that show the kernel and hold no real files (statfs(2)): proc, sysfs, devpts, cgroup 1 and 2,
 * debugfs, tracefs, securityfs, configfs, bpf. Reading from them may block forever, and links in /proc lead anywhere.
 */
const SYSTEM_TYPES = new Set([
  0x9fa0, 0x62656572, 0x1cd1, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0xcafe4a11,
]);

const IS_SYSTEM = 'a folder of the system without real files';

/** A folder that is being read. */
interface Folder {
  real: string;
  /** The real paths from the first folder to this one. */
  chain: string[];
}

/** Whether a file has the extension of an image that can be read. */
export const hasImageName = (path: string): boolean => EXTENSIONS.has(extensionOf(path));

/**
 * Lists the images below `folder`, nested to any depth. It ignores names that begin with a dot, `__MACOSX` and `DICOMDIR`.
 * It leaves out the folders of runs and models, whose pictures a network drew, and those of label maps, unless the folder
 * itself is one. It follows links, also to places outside,
 * but reads every folder and file once: links wait until all real folders are read, and those to what is read by then
 * are skipped. Hard links are files of their own, as copies are. A file without an extension counts if its first bytes
 * are an image's. Nothing below the folder stops the walk: unreadable entries are skipped with a reason. Only the folder
 * itself must be readable.
 * @param wanted for sentences about the folder
 */
export function walkImages(root: string, wanted = 'prepare images: data must be a folder with images'): Walk {
  const images: ImageFile[] = [];
  const skipped: Skipped[] = [];
  const others = new Map<string, number>();
  const own: string[] = [];
  const labelMaps: string[] = [];
  const aliases = new Map<string, ImageFile>();
  /** By their real paths. */
  const folders = new Set<string>();
  const files = new Map<string, ImageFile>();
  const links: { path: string; above: Folder }[] = [];

  const visit = (below: string, folder: Folder) => {
    const entries = readdirSync(folder.real, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    const kind = ownFolder(entries.map(({ name }) => name));
    if (kind !== undefined && below === '') refuseOwn(kind, root, wanted);
    if (kind !== undefined) return void own.push(`${below} (${kind})`);
    if (below !== '' && isLabelFolder(folder.real)) return void labelMaps.push(below);
    folders.add(folder.real);
    for (const entry of entries) {
      const { name } = entry;
      if (name.startsWith('.') || name === '__MACOSX' || isDicomdir(name)) continue;
      const path = below === '' ? name : `${below}/${name}`;
      if (entry.isSymbolicLink()) links.push({ path, above: folder });
      else add(path, folder);
    }
  };
  /** Reads a file, or enters a folder. */
  const add = (path: string, above: Folder, link = '') => {
    const full = join(root, path);
    try {
      const stat = statSync(full);
      const real = link === '' ? join(above.real, basename(path)) : realpathSync(full);
      if (stat.isDirectory()) enter(path, real, above, link);
      else addFile(path, real, stat, link);
    } catch (error) {
      const reason = brokenLink(full, error) ?? diskReason(error) ?? unknownReason(error);
      if (reason === undefined) throw error;
      if (hasImageName(path) || extensionOf(path) === '') skip(path, reason);
    }
  };
  const skip = (file: string, reason: string) => void skipped.push({ file, reason });
  const enter = (path: string, real: string, { chain }: Folder, link: string) => {
    if (chain.includes(real)) return skip(path, 'a link to a folder that contains it');
    if (folders.has(real)) return skip(path, `${link}a folder that has already been read`);
    if (isSystem(real)) return skip(path, IS_SYSTEM);
    visit(path, { real, chain: [...chain, real] });
  };
  const addFile = (path: string, real: string, stat: Stats, link: string) => {
    const extension = extensionOf(path);
    const image = EXTENSIONS.has(extension);
    if (!stat.isFile()) {
      if (image) skip(path, `not a file but ${kindOf(stat)}`);
    } else if (image || (extension === '' && startsLikeImage(real))) {
      closeSync(openSync(real, 'r')); // otherwise the cache would remember an unreadable file as a broken one
      const before = files.get(real);
      if (before !== undefined) {
        aliases.set(path, before);
        return skip(path, `${link}a file that has already been read`);
      }
      const file = { path, bytes: stat.size, modified: stat.mtimeMs };
      images.push(file);
      files.set(real, file);
    } else {
      others.set(extension, (others.get(extension) ?? 0) + 1);
    }
  };

  const real = realpathSync(root);
  if (isSystem(real)) {
    throw new InputError(`Cannot ${wanted}, received ${root}, ${IS_SYSTEM}.`);
  }
  visit('', { real, chain: [real] });
  for (const { path, above } of links) add(path, above, 'a link to '); // a folder that one leads to may hold further ones
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { images, skipped, others, own: own.sort(), labelMaps: labelMaps.sort(), aliases };
}

function refuseOwn(kind: string, folder: string, wanted: string): never {
  throw new InputError(`Cannot ${wanted}, received the folder of ${kind}, whose pictures a network drew: ${folder}.`);
}

/** Names a path that is neither a file nor a folder: `a named pipe`. Reading one may block forever. */
export function kindOf(stat: Stats): string {
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

/** What is wrong with a link that leads nowhere; undefined for everything else. */
function brokenLink(path: string, error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return 'a link that leads back to itself';
  const link = code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return link ? 'a broken link' : undefined;
}

const isSystem = (folder: string) => process.platform === 'linux' && SYSTEM_TYPES.has(statfsSync(folder).type);

/** The reason for errors of the system that have no sentence of their own. */
function unknownReason(error: unknown): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : `the system does not read it (${code})`;
}

/** Recognises JPEG, PNG, GIF, WebP, TIFF, AVIF and DICOM by their first bytes. */
function startsLikeImage(path: string): boolean {
  const head = Buffer.alloc(132);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, 132, 0);
  } finally {
    closeSync(file);
  }
  const text = head.toString('latin1', 0, 12);
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n\x1a\n') ||
    text.startsWith('GIF8') ||
    text.startsWith('II*\0') ||
    text.startsWith('MM\0*') ||
    (text.startsWith('RIFF') && text.endsWith('WEBP')) ||
    text.slice(4, 12) === 'ftypavif' ||
    isDicom(head)
  );
}

/** One file as a folder with nothing else. */
export function walkFile(path: string, { size, mtimeMs }: Stats): Walk {
  return {
    images: [{ path: basename(path), bytes: size, modified: mtimeMs }],
    skipped: [],
    others: new Map(),
    own: [],
  };
}
