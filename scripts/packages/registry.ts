/**
 * A registry for trying the packages before they are published: it has the tarballs of build/tarballs, and sends npm on to
 * its own registry for everything else. So `npm install onnoise` and `npx onnoise` do here what they will do for users.
 *
 * Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Manifest, tarballName } from './manifest.ts';
import { PACKAGES_FOLDER, TARBALLS_FOLDER } from './paths.ts';

const NPM = 'https://registry.npmjs.org';

export interface Registry {
  /** http://127.0.0.1:4873 */
  url: string;
  close(): Promise<void>;
}

/** @param port 0 for any that is free */
export async function serveRegistry(port = 0): Promise<Registry> {
  const packages = await readPackages();
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const { host } = request.headers;
    const metadata = packages.get(path.slice(1));
    const tarball = path.endsWith('.tgz')
      ? [...packages.values()].find(({ file }) => path.endsWith(`/${file}`))
      : undefined;
    if (tarball !== undefined) {
      response.setHeader('content-type', 'application/octet-stream').end(tarball.bytes);
    } else if (metadata !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(describe(metadata, `http://${host}`)));
    } else {
      response.writeHead(302, { location: NPM + request.url }).end();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Packed {
  manifest: Manifest;
  file: string;
  bytes: Buffer;
}

async function readPackages(): Promise<Map<string, Packed>> {
  const packages = new Map<string, Packed>();
  for (const folder of await readdir(PACKAGES_FOLDER)) {
    const manifest = JSON.parse(await readFile(join(PACKAGES_FOLDER, folder, 'package.json'), 'utf8')) as Manifest;
    const file = tarballName(manifest);
    packages.set(manifest.name, { manifest, file, bytes: await readFile(join(TARBALLS_FOLDER, file)) });
  }
  return packages;
}

function describe({ manifest, file, bytes }: Packed, url: string): object {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const dist = { integrity, tarball: `${url}/${name}/-/${file}` };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
