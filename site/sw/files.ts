/**
 * The built files, as the build lists them for the service worker, and which of them an address means.
 */
export interface BuiltFile {
  /** Path in the site's folder: `assets/index-4f2a.js`. */
  path: string;
  /** Start of the SHA-256 of its bytes, in hexadecimal: see `hashOf`. */
  hash: string;
  bytes: number;
  /** The part of the page that alone needs it; none for what any visitor needs. */
  part?: Part;
}

/** Parts of the page whose files are stored together, when a visitor first opens one of it: the chapters, and training. */
export const PARTS = ['learn', 'train'] as const;
export type Part = (typeof PARTS)[number];

export interface BuiltList {
  /** Changes when any file changes. */
  version: string;
  /** Script of the start page; a start page that does not name it belongs to another version. */
  entry: string;
  files: BuiltFile[];
}

export const START = 'index.html';
const LARGE = 1.5e6;
const HASH_DIGITS = 16;

/** What only one figure of the lecture needs, and its exercises. */
const OF_A_FIGURE = /^(learn\/uses\/|assets\/exercise-)/;
/** Of the three builds of onnxruntime-web a browser needs one. */
const OF_A_RUNTIME = /\.wasm$|^assets\/ort\./;

/** These are stored when the page first requests them: large files, those of one figure, and those of one kind of browser. */
export const storedOnUse = ({ path, bytes }: BuiltFile) =>
  path.startsWith('models/') || OF_A_FIGURE.test(path) || OF_A_RUNTIME.test(path) || bytes > LARGE;

const OF_PARTS: Record<Part, RegExp> = {
  learn: /^learn\/(?!recorded-\w+\.webp$)/, // these recordings are of models, which the first view plays
  train: /^(training\/|assets\/onnoise-trainer-)/,
};

/** @param chapters files of code that only chapters need */
export const partOf = (path: string, chapters: ReadonlySet<string>): Part | undefined =>
  chapters.has(path) ? 'learn' : PARTS.find((part) => OF_PARTS[part].test(path));

/** vite put a content hash into the name, so the browser's own cache is always right about this file. */
export const namedByContent = (path: string) => /^assets\/.*-[\w-]{8}\.\w+$/.test(path);

/** @param scope the site's folder, with its slash: `https://host/a/b/`. */
export function locate(files: readonly BuiltFile[], scope: string, url: string): BuiltFile | undefined {
  const [address = ''] = url.split(/[?#]/);
  if (!address.startsWith(scope)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(address.slice(scope.length)) || START;
  } catch {
    return undefined; // a stray %
  }
  return files.find((file) => file.path === path);
}

export async function hashOf(body: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, HASH_DIGITS);
}
