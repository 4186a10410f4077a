/**
 * A registry on the loopback. It has our tarballs as if they were published, and redirects for all other packages to the real
 * registry. For the consumer tests it can have those of package-lock.json in their versions there alone: what a consumer gets
 * does not change from one day to the next, and npm takes it from its cache after `npm ci`.
 *
 * The documents are npm's abbreviated ones: github.com/npm/registry, docs/responses/package-metadata.md.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Packed } from '../../../scripts/packages/packed.ts';
import { ROOT } from '../repository.ts';

export interface Registry {
  /** http://127.0.0.1:port/ */
  url: string;
  stop(): Promise<void>;
}

/** What npm reads of a version before it downloads it. */
interface Manifest {
  name: string;
  version: string;
  dist: { tarball: string; integrity: string };
  [field: string]: unknown;
}

/** An entry of `packages` in package-lock.json. */
interface LockEntry {
  name?: string;
  version?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
}

/** Fields that a lock and a registry write alike. */
const FIELDS = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bin',
  'engines',
  'os',
  'cpu',
  'libc',
  'hasInstallScript',
] as const;

/** npm rewrites addresses on this host to the registry it was given. */
const NPM = 'https://registry.npmjs.org/';

/**
 * @param upstream the real registry's URL, with a slash at its end
 * @param locked whether packages of package-lock.json have its versions alone
 */
export async function startRegistry(packed: readonly Packed[], upstream: string, locked = false): Promise<Registry> {
  const known = locked ? lockedManifests() : new Map<string, Manifest[]>();
  const tarballs = new Map(packed.map(({ manifest, file }) => [tarballPath(manifest.name, manifest.version), file]));
  for (const { manifest, integrity } of packed) known.set(manifest.name, [describe(manifest, integrity)]);

  const server = createServer(({ method, url }, response) => {
    const path = decodeURIComponent(new URL(url!, NPM).pathname.slice(1));
    const headers = { 'cache-control': 'no-store' }; // npm's cache outlives the run
    const manifests = known.get(path);
    const tarball = tarballs.get(path);
    if (method !== 'GET') response.writeHead(404).end();
    else if (manifests !== undefined)
      response
        .writeHead(200, { ...headers, 'content-type': 'application/json' })
        .end(JSON.stringify(document(manifests)));
    else if (tarball !== undefined) response.writeHead(200, headers).end(readFileSync(tarball));
    else response.writeHead(302, { ...headers, location: upstream + url!.slice(1) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The other packages of package-lock.json, each with all versions that it has, without those that `overrides` chose. */
function lockedManifests(): Map<string, Manifest[]> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  const found = new Map<string, Manifest[]>();
  for (const [path, entry] of Object.entries(lock.packages)) {
    const { version, integrity } = entry;
    if (version === undefined || integrity === undefined || entry.link || entry.inBundle) continue;
    const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const versions = found.get(name) ?? [];
    if (!versions.some((other) => other.version === version))
      versions.push(describe({ ...entry, name, version }, integrity));
    found.set(name, versions);
  }
  for (const name of overridden(rootOverrides())) found.delete(name);
  return found;
}

/** Rules by name, or by the name of the package whose dependencies they are for. */
interface Overrides {
  [name: string]: string | Overrides;
}

const rootOverrides = () =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { overrides?: Overrides }).overrides ?? {};

const overridden = (rules: Overrides): string[] =>
  Object.entries(rules).flatMap(([name, rule]) => (typeof rule === 'string' ? [name] : overridden(rule)));

function describe(source: { name: string; version: string; [field: string]: unknown }, integrity: string): Manifest {
  const { name, version } = source;
  const fields = Object.fromEntries(FIELDS.filter((key) => source[key] !== undefined).map((key) => [key, source[key]]));
  return { name, version, ...fields, dist: { tarball: NPM + tarballPath(name, version), integrity } };
}

const tarballPath = (name: string, version: string) => `${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;

/** The package's document; its newest version is the latest. */
function document(manifests: readonly Manifest[]) {
  const order = new Intl.Collator('en', { numeric: true });
  const latest = manifests
    .map(({ version }) => version)
    .toSorted(order.compare)
    .at(-1);
  return {
    name: manifests[0]!.name,
    'dist-tags': { latest },
    versions: Object.fromEntries(manifests.map((manifest) => [manifest.version, manifest])),
  };
}
