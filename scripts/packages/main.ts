/**
 * Builds and packs what npm publishes:
 *
 *     npm run build:packages          # build/packages/<folder>, all of them, or those named after --
 *     npm run pack                    # build/tarballs/<name>-<version>.tgz, all of them
 *     npm run pack -- scheduler       # of one folder
 *     npm run registry                # builds, packs and serves them as a registry does, to try npm install and npx
 */
import { mkdir } from 'node:fs/promises';
import { startRegistry } from '../../test/support/consumers/registry.ts';
import { buildPackages } from './build.ts';
import { packPackages } from './pack.ts';
import { packAll } from './packed.ts';
import { TARBALLS_FOLDER } from './paths.ts';

const NPM = 'https://registry.npmjs.org/';

const [command, ...folders] = process.argv.slice(2);
if (command === 'build') for (const folder of await buildPackages(folders)) console.log(folder);
else if (command === 'pack') for (const tarball of await packPackages(folders)) console.log(tarball);
else if (command === 'registry') {
  await mkdir(TARBALLS_FOLDER, { recursive: true });
  const { url } = await startRegistry(await packAll(TARBALLS_FOLDER), NPM);
  console.log(`npx --registry ${url} --ignore-scripts onnoise`);
} else throw new Error(`The first argument must be build, pack or registry, received "${command}".`);
