/**
 * What the package itself would download: libtensorflow 2.9.1 and a built addon, by its scripts/install.js. Where the
 * addon does not come it is compiled here, since that script would need Python for it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { temporaryName } from '../../pipeline/src/output.ts';
import { formatBytes } from '../../pipeline/src/terminal/format.ts';
import type { NativeKind } from '../../pipeline/src/train/engines/native/install.ts';
import { runCommand } from './command.ts';
import { compileAddon, findCompiler } from './compile.ts';
import { checkFolder, isDiskError } from './disk.ts';
import { download } from './download.ts';
import { packagePaths } from './link.ts';
import { networkAdvice, networkReason } from './network.ts';
import type { Job, Plan } from './route.ts';
import type { System } from './system.ts';

/** Of the libtensorflow that the package downloads. */
const LIBTENSORFLOW = '2.9.1';
const REACH_MS = 5000;
const INSTALL_MS = 30 * 60_000;

/** Where the package downloads libtensorflow from, by its own rules. */
export function libtensorflowAddress(kind: NativeKind, { platform, arch }: System, env = process.env): string {
  const variable = (name: string) => env[name] || env[`npm_config_${name}`];
  const host = variable('TFJS_NODE_CDN_STORAGE') || env.CDN_STORAGE || 'https://storage.googleapis.com/';
  const special: Record<string, string> = {
    'darwin-arm64': 'r2_7_darwin_arm64_cpu',
    'linux-arm': 'r2_5_linux_arm7l',
    'linux-arm64': 'r2_7_linux_arm64',
  };
  const other = special[`${platform}-${arch}`];
  if (other) return `${host}tf-builds/libtensorflow_${other}.tar.gz`;
  const base = variable('TFJS_NODE_BASE_URI') || `${host}tensorflow/libtensorflow/libtensorflow-`;
  const name = platform === 'win32' ? 'windows' : platform;
  return `${base}${libType(kind)}-${name}-x86_64-${LIBTENSORFLOW}.${platform === 'win32' ? 'zip' : 'tar.gz'}`;
}

const libType = (kind: NativeKind) => (kind === 'tfjs-node-gpu' ? 'gpu' : 'cpu');

/** @throws InputError where its host cannot be reached */
export async function planNpm(job: Job, system: System): Promise<Plan> {
  const { kind, folder, force, installed, signal } = job;
  const { libraries, addon } = packagePaths(folder);
  if (!force && installed?.route === 'npm' && existsSync(libraries) && existsSync(addon)) {
    return { lines: ['download   nothing, all of it is there'], run: async () => installed };
  }
  const address = libtensorflowAddress(kind, system);
  await checkFolder('the cache', job.cache, 'Give yourself the rights to it, or clone the project elsewhere.');
  const size = await reach(job, address);
  return {
    lines: [
      `download   ${size === null ? 'some hundred MiB' : formatBytes(size)} from ${new URL(address).host}: libtensorflow, and the addon`,
      `on disk    about four times that in ${folder}`,
      'compiler   none, unless no built addon comes',
    ],
    async run() {
      const tensorflow = /_r(\d+_\d+)_/.exec(address)?.[1]?.replace('_', '.') ?? LIBTENSORFLOW;
      await replacing(folder, async () => {
        // A zip is for Windows, where more than unpacking is to do.
        const own = size === null || address.endsWith('.zip');
        if (!own) await fetchLibrary(job, address, size);
        job.hooks.say("Running the package's own scripts/install.js; some minutes, with nothing to see.");
        const said = await runInstall(folder, [libType(kind), ...(own ? ['download'] : [])], signal);
        if (!existsSync(libraries)) {
          throw new InputError(`Cannot set up ${kind}: its scripts/install.js brought no libtensorflow, ${said}.`);
        }
        if (existsSync(addon)) return;
        if (system.platform !== 'linux') {
          throw new InputError(`Cannot set up ${kind}: its scripts/install.js brought no addon, ${said}.`);
        }
        job.hooks.say('libtensorflow came, a built addon did not: compiling it.');
        const compiler = await findCompiler(process.env, signal);
        const { headers } = packagePaths(folder);
        await compileAddon({ compiler, folder, libraries, headers, addon, ...(signal && { signal }) });
      });
      return { route: 'npm', tensorflow, env: {} };
    },
  };
}

/** Bytes of the download, null where its server does not say. */
async function reach({ network, signal }: Job, address: string): Promise<number | null> {
  const name = address.slice(address.lastIndexOf('/') + 1);
  const { host } = new URL(address);
  const refuse = (reason: string) => new InputError(`Cannot download ${name}: ${reason}.`);
  const limit = AbortSignal.timeout(REACH_MS);
  try {
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    const { status, headers, body } = await network.ask(address, { method: 'HEAD', signal: stop });
    body.destroy();
    if (status !== 200) throw refuse(`${host} answers ${status}`);
    return Number(headers['content-length']) || null;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError) throw error;
    const reason = limit.aborted ? `it does not answer in ${REACH_MS / 1000} s` : networkReason(error);
    throw refuse(`${host} cannot be reached, ${reason}; ${networkAdvice()}`);
  }
}

/**
 * Downloads libtensorflow to where scripts/install.js looks for it. That script would do it without a second try, and
 * newer versions of tar refuse the chain of links in the archive (`.so` to `.so.2` to `.so.2.9.1`): links are made here.
 */
async function fetchLibrary({ folder, cache, hooks, network, signal }: Job, address: string, size: number) {
  const { deps } = packagePaths(folder);
  const archive = join(cache, 'downloads', address.slice(address.lastIndexOf('/') + 1));
  const file = { url: address, headers: {}, size, sha256: null };
  await hooks.progress('Downloading libtensorflow', (report) =>
    download(file, archive, { network, ...(signal && { signal }), onBytes: (done) => report(done, size) }),
  );
  hooks.say('Unpacking libtensorflow.');
  const tar = createRequire(join(folder, 'package.json'))('tar') as { x(options: object): Promise<void> };
  const links: TarEntry[] = [];
  const filter = (_: string, entry: TarEntry) => {
    if (entry.type !== 'SymbolicLink') return true;
    links.push(entry);
    return false;
  };
  await mkdir(deps, { recursive: true });
  try {
    await tar.x({ file: archive, cwd: deps, strict: true, filter });
    for (const { path, linkpath } of links) {
      if (!linkpath.includes('/')) await symlink(linkpath, join(deps, path));
    }
  } catch (error) {
    // The archive is whole: with room it is unpacked another time.
    if (isDiskError(error)) throw error;
    await rm(archive, { force: true });
    throw new InputError(
      `Cannot unpack ${archive}: ${(error as Error).message}. It was removed; the same command downloads it anew.`,
    );
  }
  await rm(archive, { force: true });
}

interface TarEntry {
  type: string;
  path: string;
  linkpath: string;
}

/** Does work that makes `deps` and `lib` anew; those of before are back if it fails. */
async function replacing(folder: string, work: () => Promise<void>): Promise<void> {
  const old = ['deps', 'lib'].map((name) => join(folder, name)).map((path) => ({ path, aside: temporaryName(path) }));
  const moved: typeof old = [];
  for (const place of old) {
    if (!existsSync(place.path)) continue;
    await rename(place.path, place.aside);
    moved.push(place);
  }
  try {
    await work();
  } catch (error) {
    for (const { path } of old) await rm(path, { recursive: true, force: true });
    for (const { path, aside } of moved) await rename(aside, path);
    throw error;
  }
  for (const { aside } of moved) await rm(aside, { recursive: true, force: true });
}

/** @returns its last words, for where it failed */
async function runInstall(folder: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const about = join(folder, 'package.json');
  const before = await readFile(about);
  // It calls node-pre-gyp by name, and while that runs it has its own package.json changed.
  const preGyp = createRequire(about).resolve('@mapbox/node-pre-gyp/package.json');
  const tools = join(dirname(preGyp), '..', '..', '.bin');
  const env = { ...process.env, PATH: [tools, dirname(process.execPath), process.env.PATH].join(delimiter) };
  const limit = AbortSignal.timeout(INSTALL_MS);
  try {
    const { stdout, stderr } = await runCommand(process.execPath, ['scripts/install.js', ...args], {
      cwd: folder,
      env,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const line = `${stdout}\n${stderr}`.split('\n').findLast((text) => /error|failed|ERR!/i.test(text));
    return line ? `it says "${line.trim().slice(0, 200)}"` : 'it does not say why';
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) return `it took more than ${INSTALL_MS / 60_000} minutes`;
    throw error;
  } finally {
    await writeFile(about, before);
    // What a build with node-gyp leaves.
    for (const name of ['build', 'build-tmp-napi-v8']) await rm(join(folder, name), { recursive: true, force: true });
  }
}
