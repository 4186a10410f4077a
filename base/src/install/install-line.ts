/** What to type to get a package that is missing; it depends on where this program lies. */

import { program } from '../text/program.ts';
import { installedVersion } from './installed-version.ts';
import { type Place, placeOf } from './place.ts';

/** No package needs its script, and that of onnxruntime-node fails where only npm can be reached. */
const NO_SCRIPTS = '--ignore-scripts';

export interface InstallOptions {
  /** Of the command to run again: npx installs and runs in one line. */
  words?: readonly string[];
  place?: Place;
}

/** @param names of packages, with a version where that matters; of ours, this program's version is asked for */
export function installLine(names: readonly string[], options: InstallOptions = {}): string {
  const { words = [], place = placeOf() } = options;
  if (place.kind === 'repository') return 'npm ci';
  const wanted = names.map((name) => (name.startsWith('@onnoise/') ? withVersion(name) : name));
  if (place.kind === 'npx') {
    const packages = ['onnoise', ...wanted].map((name) => `--package ${name}`);
    return ['npx', NO_SCRIPTS, ...packages, '--', program(...words)].join(' ');
  }
  return ['npm install', ...(place.kind === 'global' ? ['--global'] : []), NO_SCRIPTS, ...wanted].join(' ');
}

function withVersion(name: string): string {
  const version = installedVersion('@onnoise/pipeline');
  return version === undefined ? name : `${name}@${version}`;
}
