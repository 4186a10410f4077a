/** The packages that are published, in an order in which each comes after those that it depends on. */
export interface PackageRecord {
  /** Its workspace: a folder at the root, and the name of its folder in build/packages. */
  readonly folder: string;
  /** Work after its files are compiled and copied; `out` is the folder that is published. */
  readonly finish?: (out: string) => Promise<void>;
}

export const PACKAGES: readonly PackageRecord[] = [
  { folder: 'scheduler' },
  { folder: 'tracer' },
  { folder: 'runtime-node' },
  { folder: 'server' },
  { folder: 'runtime-web' },
  { folder: 'pipeline' },
];
