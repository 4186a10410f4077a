/**
 * Builds and packs what npm publishes:
 *
 *     npm run build:packages          # build/packages/<folder>, all of them, or those named after --
 *     npm run pack                    # build/tarballs/<name>-<version>.tgz, all of them
 *     npm run pack -- scheduler       # of one folder
 *     npm run registry                # serves them as a registry does, so that npm and npx install them
 */
import { buildPackages } from './build.ts';
import { packPackages } from './pack.ts';
import { serveRegistry } from './registry.ts';

const PORT = 4873;

const [command, ...folders] = process.argv.slice(2);
if (command === 'build') for (const folder of await buildPackages(folders)) console.log(folder);
else if (command === 'pack') for (const tarball of await packPackages(folders)) console.log(tarball);
else if (command === 'registry') {
  const { url } = await serveRegistry(PORT);
  console.log(`npm install --registry ${url} onnoise`);
} else throw new Error(`The first argument must be build, pack or registry, received "${command}".`);
