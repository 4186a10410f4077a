/** The checked-in manifests at a release: one version for all, also where packages name each other. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../packages/paths.ts';

type Dependencies = Record<string, string>;
const LISTS = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'] as const;

export interface CheckedIn {
  name: string;
  version: string;
  workspaces?: string[];
  dependencies?: Dependencies;
  peerDependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  devDependencies?: Dependencies;
}

/** By their paths below the root: that of the root first, then those of its workspaces. */
export async function readManifests(): Promise<Map<string, CheckedIn>> {
  const root = await read('package.json');
  const manifests = new Map([['package.json', root]]);
  for (const folder of root.workspaces ?? [])
    manifests.set(`${folder}/package.json`, await read(`${folder}/package.json`));
  return manifests;
}

/** @throws Error where they do not all have one version */
export function commonVersion(manifests: ReadonlyMap<string, CheckedIn>): string {
  const [[, { version }] = unreachable()] = manifests;
  for (const [path, manifest] of manifests) {
    if (manifest.version !== version) {
      throw new Error(`Cannot release: the version in ${path} must be ${version}, received ${manifest.version}.`);
    }
    for (const [name, wanted] of ownDependencies(manifest, manifests)) {
      if (wanted !== version) {
        throw new Error(`Cannot release: ${path} must ask for ${name} ${version}, received ${wanted}.`);
      }
    }
  }
  return version;
}

/** The same manifest at another version. */
export function atVersion(manifest: CheckedIn, version: string, own: ReadonlySet<string>): CheckedIn {
  const changed = { ...manifest, version };
  for (const list of LISTS) {
    const wanted = Object.entries(manifest[list] ?? {}).map(([name, range]) => [name, own.has(name) ? version : range]);
    if (manifest[list] !== undefined) changed[list] = Object.fromEntries(wanted);
  }
  return changed;
}

export async function writeManifests(manifests: ReadonlyMap<string, CheckedIn>, version: string): Promise<void> {
  const own = new Set([...manifests.values()].map(({ name }) => name));
  for (const [path, manifest] of manifests) {
    await writeFile(join(ROOT, path), `${JSON.stringify(atVersion(manifest, version, own), undefined, 2)}\n`);
  }
}

function ownDependencies(manifest: CheckedIn, manifests: ReadonlyMap<string, CheckedIn>): [string, string][] {
  const own = new Set([...manifests.values()].map(({ name }) => name));
  return LISTS.flatMap((list) => Object.entries(manifest[list] ?? {})).filter(([name]) => own.has(name));
}

const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8')) as CheckedIn;

function unreachable(): never {
  throw new Error('there is a manifest');
}
