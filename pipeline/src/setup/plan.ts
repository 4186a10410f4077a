/** What a set-up will do: libtensorflow from the wheels of PyPI, and the addon compiled against it. It needs no Python. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireSpace } from '@onnoise/base/files';
import { formatBytes, formatPath } from '@onnoise/base/text';
import type { NativeInstall, NativeKind } from '@onnoise/training/engines';
import { compileAddon, findCompiler } from './compile.ts';
import { download, downloadedBytes, isDownloaded } from './download.ts';
import type { HttpClient } from './http-client.ts';
import { isLinked, linkDeps, packagePaths } from './link.ts';
import { type Address, findFile } from './package-index.ts';
import { findDriver } from './system.ts';
import { stateOf, unpack } from './unpack.ts';
import type { Wheel } from './wheel.ts';
import { cudaWheels, projectOf, TENSORFLOW, tensorflowWheel, versionOf } from './wheels.ts';

/** How a set-up reports what it does. */
export interface Hooks {
  /** A result: what a dry run would do, and what came of a set-up. */
  say(line: string): void;
  /** What it is doing. */
  note(line: string): void;
  /** Runs work that reports bytes done and bytes in all. */
  progress<T>(label: string, work: (report: (done: number, total: number) => void) => Promise<T>): Promise<T>;
}

export interface SetupJob {
  kind: NativeKind;
  /** Of the npm package. */
  folder: string;
  /** Where downloads and libraries live, outside node_modules. */
  cache: string;
  /** What is set up now; undefined for nothing. */
  installed: NativeInstall | undefined;
  /** Whether no file of `installed` is missing or truncated. */
  whole: boolean;
  /** Whether to do everything again. */
  force: boolean;
  /** Whether to get CUDA's libraries; undefined: if there is a driver. */
  cuda: boolean | undefined;
  /** The index of Python packages. */
  index: string;
  http: HttpClient;
  hooks: Hooks;
  signal?: AbortSignal;
}

/** Checked as far as possible beforehand. */
export interface Plan {
  /** The steps in words, a line each. */
  lines: string[];
  /** Whether the package's `deps` and `lib` are replaced. */
  changes: boolean;
  /** Does what can be done without touching the package. */
  prepare(): Promise<void>;
  /** Gives the package its `deps` and addon. */
  install(): Promise<NativeInstall>;
}

/** @throws InputError for an obstacle: no network, no compiler, a folder that cannot be written; Failure for no space */
export async function planSetup(job: SetupJob): Promise<Plan> {
  const { kind, folder, cache, force, whole, index, signal } = job;
  const main = tensorflowWheel(kind);
  const site = join(cache, `${projectOf(main)}-${versionOf(main)}`);
  const downloads = join(cache, 'downloads');
  const libraries = join(site, 'tensorflow');
  const headers = join(libraries, 'include');

  const cuda = kind === 'tfjs-node-gpu' ? await decideCuda(job, site) : undefined;
  const wheels = [main, ...(cuda?.wheels ?? [])];
  const missing: Wheel[] = [];
  for (const wheel of wheels) if (force || (await stateOf(wheel, site)) !== 'whole') missing.push(wheel);

  const { addon } = packagePaths(folder);
  const built = job.installed?.route === 'pypi' && whole && isLinked(folder, libraries);
  const compiler = built && missing.length === 0 ? undefined : await findCompiler(process.env, signal);

  const pathOf = (wheel: Wheel) => join(downloads, wheel.file);
  const toFetch: Wheel[] = [];
  for (const wheel of missing) if (!(await isDownloaded(wheel, pathOf(wheel), signal))) toFetch.push(wheel);
  const needed = spaceNeeded(missing, await Promise.all(missing.map(pathOf).map(downloadedBytes)));
  await requireSpace(cache, needed, `set up in ${cache}`);
  const addresses = await findWheels(job, toFetch, downloads);

  const unpacked = sum(wheels.map((wheel) => wheel.unpacked));
  const lines = [
    `download   ${await describeDownload(toFetch, addresses, pathOf, index)}`,
    ...(missing.length > toFetch.length ? [`unpack     ${namesOf(missing)}`] : []),
    `on disk    ${formatBytes(unpacked)} in ${formatPath(site)}`,
    ...(cuda ? [`CUDA       ${cuda.reason}`] : []),
    `compiler   ${compiler === undefined ? 'none, the addon is built' : `${compiler.join(' ')}, some seconds`}`,
  ];

  return {
    lines,
    changes: compiler !== undefined,
    async prepare() {
      await mkdir(downloads, { recursive: true });
      for (const wheel of missing) await fetchWheel(job, wheel, addresses.get(wheel), pathOf(wheel), site);
    },
    async install() {
      if (compiler !== undefined) {
        job.hooks.note('Compiling the addon.');
        await compileAddon({ compiler, folder, libraries, headers, addon, ...(signal && { signal }) });
      }
      await linkDeps(folder, libraries, headers);
      return { route: 'pypi', tensorflow: TENSORFLOW, env: environmentOf(site, cuda?.wheels ?? []) };
    },
  };
}

const namesOf = (wheels: readonly Wheel[]) =>
  wheels.map((wheel) => `${projectOf(wheel)} ${versionOf(wheel)}`).join(', ');

/** @param pathOf where a wheel is downloaded to */
async function describeDownload(
  wheels: readonly Wheel[],
  addresses: ReadonlyMap<Wheel, Address>,
  pathOf: (wheel: Wheel) => string,
  index: string,
): Promise<string> {
  if (wheels.length === 0) return 'nothing, all of it is there';
  const all = sum(wheels.map(({ size }) => size));
  const there = await Promise.all(wheels.map((wheel) => downloadedBytes(pathOf(wheel))));
  const bytes = sum(wheels.map(({ size }, i) => Math.max(0, size - there[i]!)));
  const hosts = new Set([...addresses.values()].map(({ url }) => new URL(url).host));
  return (
    `${formatBytes(bytes)}${bytes < all ? ` of ${formatBytes(all)}` : ''} ` +
    `from ${[...hosts].join(', ')} (index ${new URL(index).host}): ${namesOf(wheels)}`
  );
}

/** @throws InputError if the index cannot be reached; it says where to put a file by hand */
async function findWheels(
  { http, index, signal }: SetupJob,
  wheels: readonly Wheel[],
  downloads: string,
): Promise<Map<Wheel, Address>> {
  const advice = `A file fetched elsewhere belongs in ${formatPath(downloads)}.`;
  const find = async (wheel: Wheel) =>
    [wheel, await findFile(http, index, projectOf(wheel), wheel.file, { signal, advice })] as const;
  const found: (readonly [Wheel, Address])[] = [];
  // A few at a time, to spare the index and to stop soon on a signal.
  for (let i = 0; i < wheels.length; i += 4) found.push(...(await Promise.all(wheels.slice(i, i + 4).map(find))));
  return new Map(found);
}

/** @param address of the wheel, if it is not downloaded yet */
async function fetchWheel(
  { hooks, http, signal }: SetupJob,
  wheel: Wheel,
  address: Address | undefined,
  path: string,
  site: string,
): Promise<void> {
  const { size, sha256, unpacked } = wheel;
  const stop = signal && { signal };
  if (address !== undefined) {
    await hooks.progress(`Downloading ${projectOf(wheel)}`, (report) =>
      download({ ...address, size, sha256 }, path, { http, ...stop, onBytes: (done) => report(done, size) }),
    );
  }
  await hooks.progress(`Unpacking ${projectOf(wheel)}`, (report) =>
    unpack(path, wheel, site, { ...stop, onBytes: (done) => report(done, unpacked) }),
  );
  await rm(path, { force: true });
}

/** Bytes that must be free: wheels come one by one, and each is removed once unpacked. @param there bytes on disk */
export function spaceNeeded(wheels: readonly Pick<Wheel, 'size' | 'unpacked'>[], there: readonly number[]): number {
  let [now, most] = [0, 0];
  for (const [i, { size, unpacked }] of wheels.entries()) {
    now += Math.max(0, size - there[i]!) + unpacked;
    most = Math.max(most, now);
    now -= size;
  }
  return most;
}

/**
 * The environment of the engine's process. The folder of libtensorflow comes first, because the user's own
 * LD_LIBRARY_PATH would take precedence over the path in the addon.
 *
 * @param wheels those of CUDA
 */
export function environmentOf(site: string, wheels: readonly Wheel[]): Record<string, string> {
  const nvcc = join('nvidia', 'cuda_nvcc');
  const cuda = wheels.filter(({ folder }) => folder !== nvcc).map(({ folder }) => join(site, folder, 'lib'));
  const data = join(site, nvcc);
  return {
    LD_LIBRARY_PATH: [join(site, 'tensorflow'), ...cuda].join(':'),
    ...(wheels.length > 0 && { XLA_FLAGS: `--xla_gpu_cuda_data_dir=${/\s/.test(data) ? `"${data}"` : data}` }),
  };
}

async function decideCuda(job: SetupJob, site: string): Promise<{ wheels: readonly Wheel[]; reason: string }> {
  const wheels = cudaWheels();
  const take = (reason: string) => ({ wheels, reason });
  const leave = (reason: string) => ({ wheels: [], reason: `left out ${reason}` });
  if (job.cuda === true) return take('as --cuda asks');
  if (job.cuda === false) return leave('as --no-cuda asks; it will compute on the CPU');
  const driver = await findDriver();
  if (driver !== undefined) return take(`for the NVIDIA driver of ${driver}`);
  const states = await Promise.all(wheels.map((wheel) => stateOf(wheel, site)));
  if (!states.includes('absent')) return take('is there, though no NVIDIA driver is seen');
  const size = formatBytes(sum(wheels.map((wheel) => wheel.size)));
  return leave(`without an NVIDIA driver (libcuda.so.1); it will compute on the CPU. --cuda gets the ${size} anyway`);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
