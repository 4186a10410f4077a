/**
 * The package's own download: libtensorflow 2.9.1 and a built addon, by its scripts/install.js. If there is no built
 * addon, this route compiles one, because that script would need Python.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { diskReason, networkReason, requireSpace } from '@onnoise/base/files';
import { formatBytes, formatPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { NativeInstall, NativeKind } from '@onnoise/training/engines';
import { runCommand } from './command.ts';
import { compileAddon, findCompiler } from './compile.ts';
import { download } from './download.ts';
import { isHttpAddress, networkAdvice } from './http-client.ts';
import { packagePaths } from './link.ts';
import type { Plan, SetupJob } from './route.ts';
import type { System } from './system.ts';

/** Version of the libtensorflow that the package downloads. */
const LIBTENSORFLOW = '2.9.1';
const STORAGE = 'https://storage.googleapis.com/';
/** Unpacked size of libtensorflow, as a multiple of its archive's. */
const UNPACKED = 4;
const REACH_MS = 5000;
const INSTALL_MS = 30 * 60_000;

/** Where the package downloads libtensorflow from, by its own rules. */
export function libtensorflowAddress(kind: NativeKind, { platform, arch }: System, env = process.env): string {
  const variable = (name: string) => env[name] || env[`npm_config_${name}`];
  const host = variable('TFJS_NODE_CDN_STORAGE') || env.CDN_STORAGE || STORAGE;
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

/** @throws InputError if its host cannot be reached; Failure if the disk has no room */
export async function planNpm(job: SetupJob, system: System): Promise<Plan> {
  const { kind, folder, force, installed, whole, signal } = job;
  const { libraries, headers, addon } = packagePaths(folder);
  // The user's own LD_LIBRARY_PATH would take precedence over the path in the addon.
  const env: Record<string, string> = system.platform === 'linux' ? { LD_LIBRARY_PATH: libraries } : {};
  if (!force && whole && installed?.route === 'npm') {
    return {
      lines: ['download   nothing, all of it is there'],
      changes: false,
      prepare: async () => {},
      install: async () => ({ ...installed, env }),
    };
  }
  const address = libtensorflowAddress(kind, system);
  if (!isHttpAddress(address)) {
    throw new InputError(
      `Cannot download libtensorflow: TFJS_NODE_CDN_STORAGE must be an address as ${STORAGE}, it makes "${address}".`,
    );
  }
  const size = await reach(job, address);
  const archive = join(job.cache, 'downloads', address.slice(address.lastIndexOf('/') + 1));
  // A zip is for Windows, where unpacking is not enough.
  const own = size === undefined || address.endsWith('.zip');
  if (size !== undefined) await requireSpace(folder, UNPACKED * size, `set up in ${folder}`);
  return {
    lines: [
      `download   ${size === undefined ? 'some hundred MiB' : formatBytes(size)} from ${new URL(address).host}: libtensorflow, and the addon`,
      `on disk    about ${UNPACKED} times that in ${formatPath(folder)}`,
      'compiler   none, unless no built addon comes',
    ],
    changes: true,
    async prepare() {
      // Its hash is not known.
      if (force) await rm(archive, { force: true });
      if (!own) await fetchLibrary(job, address, archive, size);
    },
    async install() {
      if (!own) await unpackLibrary(job, archive);
      job.hooks.note("Running the package's own scripts/install.js. It takes some minutes and prints nothing.");
      const said = await runInstall(folder, [libType(kind), ...(own ? ['download'] : [])], signal);
      if (!existsSync(libraries)) {
        throw new InputError(`Cannot set up ${kind}: its scripts/install.js brought no libtensorflow, ${said}.`);
      }
      const tensorflow = /_r(\d+_\d+)_/.exec(address)?.[1]?.replace('_', '.') ?? LIBTENSORFLOW;
      const install: NativeInstall = { route: 'npm', tensorflow, env };
      if (existsSync(addon)) return install;
      if (system.platform !== 'linux') {
        throw new InputError(`Cannot set up ${kind}: its scripts/install.js brought no addon, ${said}.`);
      }
      job.hooks.note('libtensorflow was downloaded without a built addon: compiling it.');
      const compiler = await findCompiler(process.env, signal);
      await compileAddon({ compiler, folder, libraries, headers, addon, ...(signal && { signal }) });
      return install;
    },
  };
}

/** Bytes of the download; undefined if its server does not say. */
async function reach({ http, signal }: SetupJob, address: string): Promise<number | undefined> {
  const name = address.slice(address.lastIndexOf('/') + 1);
  const { host } = new URL(address);
  const refuse = (reason: string) => new InputError(`Cannot download ${name}: ${reason}.`);
  const limit = AbortSignal.timeout(REACH_MS);
  try {
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    const { status, headers, body } = await http.ask(address, { method: 'HEAD', signal: stop });
    body.destroy();
    if (status !== 200) throw refuse(`${host} answers ${status}`);
    return Number(headers['content-length']) || undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError) throw error;
    const reason = limit.aborted ? `it does not answer in ${REACH_MS / 1000} s` : networkReason(error);
    throw refuse(`${host} cannot be reached, ${reason}; ${networkAdvice()}`);
  }
}

async function fetchLibrary({ hooks, http, signal }: SetupJob, address: string, archive: string, size: number) {
  const file = { url: address, headers: {}, size, sha256: undefined };
  await hooks.progress('Downloading libtensorflow', (report) =>
    download(file, archive, { http, ...(signal && { signal }), onBytes: (done) => report(done, size) }),
  );
}

/**
 * Unpacks libtensorflow to where scripts/install.js looks for it. That script downloads without a retry, and newer
 * versions of tar refuse the archive's chain of links (`.so` to `.so.2` to `.so.2.9.1`), so this makes the links.
 */
async function unpackLibrary({ folder, hooks }: SetupJob, archive: string) {
  const { deps } = packagePaths(folder);
  hooks.note('Unpacking libtensorflow.');
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
    // The archive is complete and can be unpacked once there is room.
    if (diskReason(error) !== undefined) throw error;
    await rm(archive, { force: true });
    throw new InputError(
      `Cannot unpack ${archive}: ${(error as Error).message}. It was removed; the same command downloads it again.`,
    );
  }
  await rm(archive, { force: true });
}

interface TarEntry {
  type: string;
  path: string;
  linkpath: string;
}

/** @returns its last line of error, for messages */
async function runInstall(folder: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const about = join(folder, 'package.json');
  const before = await readFile(about);
  // The script calls node-pre-gyp by name, and changes its own package.json while that runs.
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
    // Left over by a build with node-gyp.
    for (const name of ['build', 'build-tmp-napi-v8']) await rm(join(folder, name), { recursive: true, force: true });
  }
}
