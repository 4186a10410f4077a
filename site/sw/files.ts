/**
 * The built files, as the build lists them for the service worker, and which of them an address means.
 */
export interface BuiltFile {
  /** Path in the site's folder: `assets/index-4f2a.js`. */
  path: string;
  /** Start of the SHA-256 of its bytes, in hexadecimal: see `hashOf`. */
  hash: string;
  bytes: number;
}

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

/** What only one figure of the lecture needs. */
const OF_A_FIGURE = /^(learn\/uses\/|assets\/families-)/;

/** Large files and those of one figure are stored when the page first requests them; all others before the page says that it works offline. */
export const storedOnUse = ({ path, bytes }: BuiltFile) =>
  path.startsWith('models/') || OF_A_FIGURE.test(path) || path.endsWith('.wasm') || bytes > LARGE;

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
