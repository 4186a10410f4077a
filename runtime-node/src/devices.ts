/**
 * Finds the devices that this machine can sample on by running a model of one node on each.
 *
 * onnxruntime does not fall back within a list of providers and prints errors itself, so devices are tried one at a
 * time, and CUDA only if its files are there. WebGPU is tried in its own process: Dawn, its implementation, prints
 * warnings, and a broken driver may end the process.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onnxReason } from '@onnoise/scheduler/model';
import { installedFile } from './installed.ts';
import { createSession, Tensor } from './onnxruntime.ts';

export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];
export const DEVICE_CHOICES = ['auto', ...DEVICES] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

export interface DeviceStatus {
  device: Device;
  available: boolean;
  /** What was found or what is missing: one phrase without a full stop. */
  reason: string;
  /** Works, but on the processor, slower than `cpu`: `auto` skips it. */
  software?: true;
  /** What would make it available, if anything: a command, or a phrase. */
  enable?: string;
}

/** Where the facts come from; replaced in tests. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** True if the file or folder exists. */
  exists: (path: string) => boolean;
  /** Names in a folder; empty if it does not exist. */
  list: (path: string) => string[];
  /** Runs the probe; rejects with what onnxruntime says. */
  tryDevice: (device: Device) => Promise<void>;
}

/** What may not be read is not there: Deno throws where a program has no permission. */
function unlessForbidden<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** `y = -x` over one value: the smallest model that shows a device at work. IR 8, opset 13. */
const PROBE = 'CAg6NgoLCgF4EgF5IgNOZWcSBXByb2JlWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQDQ==';

export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  exists: (path) => unlessForbidden(() => existsSync(path), false),
  list: (path) => unlessForbidden(() => (existsSync(path) ? readdirSync(path) : []), []),
  tryDevice: async (device) => {
    if (device === 'webgpu') return tryApart(device);
    const session = await createSession(Buffer.from(PROBE, 'base64'), { executionProviders: [device] });
    try {
      const { y } = await session.run({ x: new Tensor('float32', [2], [1]) });
      if (y?.data[0] !== -2) throw new Error(`computed ${y?.data[0]} where -2 is right`);
    } finally {
      await session.release();
    }
  },
};

/** The same in a process of its own, which prints the outcome in one line. */
const PROGRAM = `
const [library, device, probe] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(library);
const say = (text) => process.stdout.write(text.split('\\n')[0], () => process.exit(0));
InferenceSession.create(Buffer.from(probe, 'base64'), { executionProviders: [device] })
  .then((session) => session.run({ x: new Tensor('float32', [2], [1]) }))
  .then(({ y }) => say(y.data[0] === -2 ? 'works' : 'computed ' + y.data[0] + ' where -2 is right'))
  .catch((error) => say(String(error.message)));
`;
/** Milliseconds; the first use of a driver may compile for some seconds. */
const PROBE_TIME = 60_000;

async function tryApart(device: Device): Promise<void> {
  const library = installedFile('onnxruntime-node');
  if (library === undefined) throw new Error('onnxruntime-node is not installed beside the program');
  const options = { timeout: PROBE_TIME, killSignal: 'SIGKILL' as const, env: { ...process.env, NODE_OPTIONS: '' } };
  const said = await promisify(execFile)(process.execPath, ['-e', PROGRAM, library, device, PROBE], options).then(
    ({ stdout }) => stdout.split('\n').at(-1)!,
    ({ killed, signal, code }: { killed?: boolean; signal?: string; code?: number }) =>
      killed ? `its driver gave no answer in ${PROBE_TIME / 1000} seconds` : `its driver ended with ${signal ?? code}`,
  );
  if (said !== 'works') throw new Error(said);
}

/** Checks whether a device works here. Never throws for one that does not. */
export async function inspectDevice(device: Device, machine: Machine = thisMachine): Promise<DeviceStatus> {
  const missing = device === 'cuda' ? missingCuda(machine) : undefined;
  if (missing !== undefined) return { device, available: false, ...missing };
  try {
    await machine.tryDevice(device);
    return { device, available: true, ...describe(device, machine) };
  } catch (error) {
    return { device, available: false, reason: onnxReason(error), ...advice(device, machine) };
  }
}

/**
 * A graphics processor that the operating system knows of, as a phrase, or undefined.
 * WebGPU also runs on a software renderer, correctly but some 25 times slower than the CPU provider. This check tells
 * them apart without running anything. macOS always has a GPU; on Windows there is no telling, so one is assumed.
 */
export function findGpu({ platform, list, exists }: Machine = thisMachine): string | undefined {
  if (platform === 'darwin') return 'Metal';
  if (platform === 'win32') return 'Direct3D';
  const nvidia = nvidiaOf(list);
  if (nvidia !== undefined) return `/dev/${nvidia}`;
  if (exists('/dev/dxg')) return '/dev/dxg';
  const node = list('/dev/dri').find((name) => name.startsWith('renderD'));
  return node && `/dev/dri/${node}`;
}

/** The device file of an NVIDIA GPU; a container may have any of the machine's. */
const nvidiaOf = (list: Machine['list']) => list('/dev').find((name) => /^nvidia\d+$/.test(name));
const hasNvidia = ({ list }: Machine) => nvidiaOf(list) !== undefined;

function missingCuda(machine: Machine): Omit<DeviceStatus, 'device' | 'available'> | undefined {
  const { platform, arch, exists } = machine;
  if (platform !== 'linux' || arch !== 'x64') {
    return { reason: `onnxruntime-node has CUDA on linux x64 only, this is ${platform} ${arch}` };
  }
  const main = installedFile('onnxruntime-node');
  if (main === undefined || !exists(join(dirname(main), '..', PROVIDERS, 'libonnxruntime_providers_cuda.so'))) {
    return {
      reason: "onnxruntime's CUDA files are not installed",
      enable: hasNvidia(machine)
        ? INSTALL_CUDA
        : `${INSTALL_CUDA} (on a machine with an NVIDIA GPU; none is seen here)`,
    };
  }
  return undefined;
}

const INSTALL_CUDA = 'node node_modules/onnxruntime-node/script/install --onnxruntime-node-install';

/** The folder of onnxruntime-node's native libraries, where it also looks for CUDA's. */
const PROVIDERS = join('bin', 'napi-v6', 'linux', 'x64');

/** Why `auto` does not even look for CUDA's files; undefined if there is an NVIDIA GPU, or one of Windows' beneath Linux. */
export const lacksNvidia = (machine: Machine = thisMachine): string | undefined =>
  hasNvidia(machine) || machine.exists('/dev/dxg') ? undefined : 'no NVIDIA GPU is seen';

/** Why `auto` skips WebGPU without trying it; undefined if there is a GPU. */
export const lacksGpu = (machine: Machine = thisMachine): string | undefined =>
  findGpu(machine) === undefined ? 'no GPU is seen' : undefined;

function describe(device: Device, machine: Machine): Pick<DeviceStatus, 'reason' | 'software'> {
  if (device === 'cpu') return { reason: 'part of onnxruntime-node' };
  if (device === 'cuda') return { reason: 'CUDA files installed, GPU found' };
  const lack = lacksGpu(machine);
  if (lack === undefined) return { reason: `GPU found (${findGpu(machine)})` };
  const reason = `${lack}: a software renderer computes, right but far slower than cpu, and auto skips it`;
  return { reason, software: true };
}

function advice(device: Device, machine: Machine): { enable?: string } {
  if (device === 'cuda') {
    return {
      enable: hasNvidia(machine)
        ? 'install the CUDA and cuDNN versions that the message names, and see: ldd node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'
        : 'an NVIDIA GPU with its driver; none is seen here',
    };
  }
  if (device === 'webgpu' && machine.platform === 'linux') {
    return { enable: "install your GPU's Vulkan driver (software, for tests: apt-get install mesa-vulkan-drivers)" };
  }
  return {};
}
