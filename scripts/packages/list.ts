/** The packages that are published, in an order in which each comes after those that it depends on. */
import { packModel } from './model.ts';
import { bundleStandalone } from './standalone.ts';

export interface PackageRecord {
  /** Its workspace: a folder at the root, and the name of its folder in build/packages. */
  readonly folder: string;
  /** What its sources may use; undefined for a package without sources. */
  readonly platform?: 'node' | 'web';
  /** Work after its files are compiled and copied; `out` is the folder that is published. */
  readonly finish?: (out: string) => Promise<void>;
}

export const PACKAGES: readonly PackageRecord[] = [
  { folder: 'scheduler', platform: 'node' },
  { folder: 'tracer', platform: 'node' },
  { folder: 'runtime-node', platform: 'node' },
  { folder: 'server', platform: 'node' },
  { folder: 'runtime-web', platform: 'web', finish: bundleStandalone },
  { folder: 'model-digits', platform: 'web', finish: packModel('digits') },
  { folder: 'model-hands', platform: 'web', finish: packModel('hands') },
  { folder: 'base', platform: 'node' },
  { folder: 'medical', platform: 'node' },
  { folder: 'training', platform: 'node' },
  { folder: 'evaluation', platform: 'node' },
  { folder: 'phantom', platform: 'node' },
  { folder: 'pipeline', platform: 'node' },
  { folder: 'onnoise', platform: 'node' },
];

/** All of them, or those of the folders that are named. */
export function packagesOf(folders: readonly string[]): readonly PackageRecord[] {
  const known = PACKAGES.map(({ folder }) => folder);
  for (const folder of folders) {
    if (!known.includes(folder))
      throw new Error(`The folder must be one of ${known.join(', ')}, received "${folder}".`);
  }
  return folders.length === 0 ? PACKAGES : PACKAGES.filter(({ folder }) => folders.includes(folder));
}
