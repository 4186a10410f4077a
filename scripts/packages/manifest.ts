/**
 * The package.json that is published, made from the checked-in one: there `exports` names TypeScript sources, here what was
 * built from them. Licence, engines and repository are those of the root.
 */
export interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  type: 'module';
  private?: boolean;
  keywords?: string[];
  bin?: Record<string, string>;
  /** What is published beside `dist`, the readme and the licence. */
  files?: string[];
  sideEffects?: boolean | string[];
  exports?: Exports;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

type Exports = string | { [condition: string]: Exports };

export interface RootManifest {
  license: string;
  engines: Record<string, string>;
  repository: { type: string; url: string };
  homepage?: string;
}

const SOURCE = /^\.\/src\/(.+)\.tsx?$/;

/**
 * @param folder of the package in the repository
 * @param folders `dist`, where it has sources, and others that are published beside those that it names
 */
export function publishedManifest(
  own: Manifest,
  root: RootManifest,
  folder: string,
  folders: readonly string[],
): object {
  const { name, version, description, keywords, bin, files = [], sideEffects, exports } = own;
  return {
    name,
    version,
    description,
    ...(keywords && { keywords }),
    license: root.license,
    repository: { ...root.repository, directory: folder },
    ...(root.homepage && { homepage: root.homepage }),
    engines: root.engines,
    type: own.type,
    ...(bin && { bin }),
    files: [...folders, ...files],
    ...(sideEffects !== undefined && { sideEffects: builtSideEffects(sideEffects) }),
    ...(exports !== undefined && { exports: { ...builtExports(exports), './package.json': './package.json' } }),
    dependencies: own.dependencies,
    optionalDependencies: own.optionalDependencies,
    peerDependencies: own.peerDependencies,
    peerDependenciesMeta: own.peerDependenciesMeta,
  };
}

/** `'./src/index.ts'` becomes `{ '.': { types, default } }`; a path that is no source stays. */
function builtExports(exports: Exports): Record<string, unknown> {
  if (typeof exports === 'string') return { '.': builtTarget(exports) };
  return Object.fromEntries(Object.entries(exports).map(([key, target]) => [key, builtTarget(target)]));
}

function builtTarget(target: Exports): unknown {
  if (typeof target !== 'string') return builtExports(target);
  const [, path] = SOURCE.exec(target) ?? [];
  return path === undefined ? target : { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` };
}

const builtSideEffects = (sideEffects: boolean | string[]): boolean | string[] =>
  typeof sideEffects === 'boolean' ? sideEffects : sideEffects.map((path) => path.replace(SOURCE, './dist/$1.js'));
