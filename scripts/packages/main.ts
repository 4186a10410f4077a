/**
 * Builds and packs what npm publishes:
 *
 *     npm run build:packages          # build/packages/<folder>, all of them, or those named after --
 *     npm run pack                    # build/tarballs/<name>-<version>.tgz, all of them
 *     npm run pack -- scheduler       # of one folder
 */
import { buildPackages } from './build.ts';
import { packPackages } from './pack.ts';

const [command, ...folders] = process.argv.slice(2);
if (command === 'build') for (const folder of await buildPackages(folders)) console.log(folder);
else if (command === 'pack') for (const tarball of await packPackages(folders)) console.log(tarball);
else throw new Error(`The first argument must be build or pack, received "${command}".`);
