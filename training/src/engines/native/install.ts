/** Finds tfjs-node and tfjs-node-gpu on this machine, and the environment that their library needs. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installLine } from '@onnoise/base/install';
import { program } from '@onnoise/base/text';

export type NativeKind = 'tfjs-node' | 'tfjs-node-gpu';

/** `lib/native.json` beside the addon, as the set-up script writes it. */
export interface NativeInstall {
  /** Where libtensorflow came from: the package's own download, as earlier set-ups had it, or a wheel of PyPI. */
  route: 'npm' | 'pypi';
  /** Version of libtensorflow. */
  tensorflow: string;
  /** Environment variables that the process which loads the addon must start with. */
  env: Record<string, string>;
  /** Bytes of its files, by their paths in the npm package. */
  files?: Record<string, number>;
}

const require = createRequire(import.meta.url);

/** The folder of the npm package; undefined where npm left it out. */
export function packageFolder(kind: NativeKind): string | undefined {
  for (const folder of require.resolve.paths(kind) ?? []) {
    const path = join(folder, '@tensorflow', kind);
    if (existsSync(join(path, 'package.json'))) return path;
  }
  return undefined;
}

/** undefined if nothing was set up. An addon built by hand counts, with no environment set for it. */
export function readInstall(kind: NativeKind): NativeInstall | undefined {
  const folder = packageFolder(kind);
  if (folder === undefined || !existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'))) return undefined;
  return readInstallFile(join(folder, 'lib', 'native.json')) ?? { route: 'npm', tensorflow: 'unknown', env: {} };
}

/** undefined if it is missing or the set-up did not write it. */
export function readInstallFile(path: string): NativeInstall | undefined {
  try {
    const { route, tensorflow, env, files } = JSON.parse(readFileSync(path, 'utf8'));
    const known = (route === 'npm' || route === 'pypi') && typeof tensorflow === 'string';
    if (!known || typeof env !== 'object' || env === null) return undefined;
    return { route, tensorflow, env, files };
  } catch {
    return undefined;
  }
}

/** The command that sets an engine up. */
export const setupCommand = (kind: NativeKind) => `npx ${program('setup', kind)}`;

/** The line that gets its npm package. npm must not run its script, which wants Python: setting it up comes after. */
export const packageInstallLine = (kind: NativeKind): string => installLine([`@tensorflow/${kind}@4.22.0`]);

/**
 * The environment of the engine's process. The user's variables stand; library folders go in front of theirs.
 *
 * @param tf32 whether products on the GPU may round their factors to TensorFloat-32 (10 bits of mantissa).
 */
export function nativeEnvironment({ env }: NativeInstall, tf32: boolean): NodeJS.ProcessEnv {
  const { LD_LIBRARY_PATH: libraries, ...rest } = env;
  const path = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...rest,
    ...process.env,
    ...(path && { LD_LIBRARY_PATH: path }),
    ...(!tf32 && { NVIDIA_TF32_OVERRIDE: '0' }),
    // TensorFlow logs everything: its log says why there is no GPU. None of it is shown.
    TF_CPP_MIN_LOG_LEVEL: '0',
  };
}
