/**
 * Builds and packs what npm publishes:
 *
 *     npm run build:packages          # build/packages/<folder>, all of them, or those named after --
 *     npm run pack                    # builds them, and packs them as build/tarballs/<name>-<version>.tgz
 *     npm run pack -- scheduler       # of one folder
 *     npm run registry                # builds, packs and serves them as a registry does, to try npm install and npx
 */
import { mkdir } from 'node:fs/promises';
import { buildPackages } from './build.ts';
import { upstreamRegistry } from './npm-settings.ts';
import { type Packed, packAll } from './packed.ts';
import { TARBALLS_FOLDER } from './paths.ts';

const [command, ...folders] = process.argv.slice(2);
if (command === 'build') for (const folder of await buildPackages(folders)) console.log(folder);
else if (command === 'pack') for (const { file } of await pack(folders)) console.log(file);
else if (command === 'registry') {
  // Only here: deploy/Dockerfile builds the packages without the tests.
  const { startRegistry } = await import('../../test/support/consumers/registry.ts');
  const { url } = await startRegistry(await pack(), upstreamRegistry());
  console.log(`npx --registry ${url} --ignore-scripts onnoise`);
} else throw new Error(`The first argument must be build, pack or registry, received "${command}".`);

async function pack(names: readonly string[] = []): Promise<Packed[]> {
  await mkdir(TARBALLS_FOLDER, { recursive: true });
  return packAll(TARBALLS_FOLDER, names);
}
