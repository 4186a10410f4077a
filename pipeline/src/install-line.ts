/** What to type to get a package that is missing; it depends on where this program lies. */
import { installedVersion } from './installed-version.ts';
import { type Place, placeOf } from './place.ts';
import { program } from './terminal/program.ts';

export interface InstallOptions {
  /** Of the command to run again: npx installs and runs in one line. */
  words?: readonly string[];
  /** Whether npm may run the scripts of what it installs. Default: true. */
  scripts?: boolean;
  place?: Place;
}

/** @param names of packages, with a version where that matters; of ours, this program's version is asked for */
export function installLine(names: readonly string[], options: InstallOptions = {}): string {
  const { words = [], scripts = true, place = placeOf() } = options;
  if (place.kind === 'repository') return 'npm ci';
  const wanted = names.map((name) => (name.startsWith('@onnoise/') ? withVersion(name) : name));
  const noScripts = scripts ? [] : ['--ignore-scripts'];
  if (place.kind === 'npx') {
    const packages = ['onnoise', ...wanted].map((name) => `--package ${name}`);
    return ['npx', ...noScripts, ...packages, '--', program(...words)].join(' ');
  }
  return ['npm install', ...(place.kind === 'global' ? ['--global'] : []), ...noScripts, ...wanted].join(' ');
}

function withVersion(name: string): string {
  const version = installedVersion('@onnoise/pipeline');
  return version === undefined ? name : `${name}@${version}`;
}
