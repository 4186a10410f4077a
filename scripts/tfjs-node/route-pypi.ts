/** libtensorflow out of the wheels of PyPI, and the addon compiled against it. No Python takes part. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, formatPath } from '../../pipeline/src/terminal/format.ts';
import { compileAddon, findCompiler } from './compile.ts';
import { checkSpace } from './disk.ts';
import { download, downloadedBytes } from './download.ts';
import { isLinked, linkDeps, packagePaths } from './link.ts';
import { type Address, findFile } from './package-index.ts';
import type { Job, Plan } from './route.ts';
import { findDriver } from './system.ts';
import { stateOf, unpack } from './unpack.ts';
import { cudaWheels, projectOf, TENSORFLOW, tensorflowWheel, versionOf, type Wheel } from './wheels.ts';

/** @throws InputError for what would stop it: no network, no compiler, no space, a folder that cannot be written */
export async function planPypi(job: Job): Promise<Plan> {
  const { kind, folder, cache, force, whole, network, index, signal } = job;
  const main = tensorflowWheel(kind);
  const site = join(cache, `${projectOf(main)}-${versionOf(main)}`);
  const downloads = join(cache, 'downloads');
  const libraries = join(site, 'tensorflow');
  const headers = join(libraries, 'include');

  const cuda = kind === 'tfjs-node-gpu' ? await decideCuda(job, site) : null;
  const wheels = [main, ...(cuda?.wheels ?? [])];
  const missing: Wheel[] = [];
  for (const wheel of wheels) if (force || (await stateOf(wheel, site)) !== 'whole') missing.push(wheel);

  const { addon } = packagePaths(folder);
  const built = job.installed?.route === 'pypi' && whole && isLinked(folder, libraries);
  const compiler = built && missing.length === 0 ? null : await findCompiler(process.env, signal);

  const paths = missing.map((wheel) => join(downloads, wheel.file));
  const there = await Promise.all(paths.map(downloadedBytes));
  const bytes = sum(missing.map(({ size }, i) => Math.max(0, size - there[i]!)));
  const unpacked = sum(wheels.map((wheel) => wheel.unpacked));
  await checkSpace(cache, spaceNeeded(missing, there));
  const addresses: Address[] = [];
  // A few at a time: an index is no place to storm, nor is a signal.
  for (let i = 0; i < missing.length; i += 4) {
    const few = missing.slice(i, i + 4);
    addresses.push(
      ...(await Promise.all(few.map((wheel) => findFile(network, index, projectOf(wheel), wheel.file, signal)))),
    );
  }

  const hosts = [...new Set(addresses.map(({ url }) => new URL(url).host))].join(', ');
  const names = missing.map((wheel) => `${projectOf(wheel)} ${versionOf(wheel)}`).join(', ');
  const lines = [
    missing.length > 0
      ? `download   ${formatBytes(bytes)} from ${hosts} (index ${new URL(index).host}): ${names}`
      : 'download   nothing, all of it is there',
    `on disk    ${formatBytes(unpacked)} in ${formatPath(site)}`,
    ...(cuda ? [`CUDA       ${cuda.reason}`] : []),
    `compiler   ${compiler === null ? 'none, the addon is built' : `${compiler.join(' ')}, some seconds`}`,
  ];

  return {
    lines,
    changes: compiler !== null,
    async prepare() {
      await mkdir(downloads, { recursive: true });
      for (const [i, wheel] of missing.entries()) await fetchWheel(job, wheel, addresses[i]!, paths[i]!, site);
    },
    async install() {
      if (compiler !== null) {
        job.hooks.say('Compiling the addon.');
        await compileAddon({ compiler, folder, libraries, headers, addon, ...(signal && { signal }) });
      }
      await linkDeps(folder, libraries, headers);
      return { route: 'pypi', tensorflow: TENSORFLOW, env: environmentOf(site, cuda?.wheels ?? []) };
    },
  };
}

async function fetchWheel(
  { hooks, network, signal }: Job,
  wheel: Wheel,
  address: { url: string; headers: Record<string, string> },
  path: string,
  site: string,
): Promise<void> {
  const { size, sha256, unpacked } = wheel;
  const stop = signal && { signal };
  await hooks.progress(`Downloading ${projectOf(wheel)}`, (report) =>
    download({ ...address, size, sha256 }, path, { network, ...stop, onBytes: (done) => report(done, size) }),
  );
  await hooks.progress(`Unpacking ${projectOf(wheel)}`, (report) =>
    unpack(path, wheel, site, { ...stop, onBytes: (done) => report(done, unpacked) }),
  );
  await rm(path, { force: true });
}

/** Bytes that must be free: wheels come one by one, and each is removed once it is unpacked. @param there bytes of each */
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
 * What the engine's process needs in its environment. The folder of libtensorflow comes first, since the user's own
 * LD_LIBRARY_PATH would beat the path that is written in the addon.
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

async function decideCuda(job: Job, site: string): Promise<{ wheels: readonly Wheel[]; reason: string }> {
  const wheels = cudaWheels();
  const take = (reason: string) => ({ wheels, reason });
  const leave = (reason: string) => ({ wheels: [], reason: `left out ${reason}` });
  if (job.cuda === true) return take('as --cuda asks');
  if (job.cuda === false) return leave('as --no-cuda asks; it will compute on the CPU');
  const driver = await findDriver();
  if (driver !== null) return take(`for the NVIDIA driver of ${driver}`);
  const states = await Promise.all(wheels.map((wheel) => stateOf(wheel, site)));
  if (!states.includes('absent')) return take('is there, though no NVIDIA driver is seen');
  const size = formatBytes(sum(wheels.map((wheel) => wheel.size)));
  return leave(
    `for want of an NVIDIA driver (libcuda.so.1); it will compute on the CPU. -- --cuda gets the ${size} all the same`,
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
