/** Tries an engine in a process of its own: whether it is set up, loads and sees a GPU, and why not. */
import { startEngineProcess } from './host.ts';
import { type NativeKind, packageFolder, readInstall, setupCommand } from './install.ts';

export type NativeStatus =
  | { available: false; reason: string; enable: string }
  | { available: true; gpu: boolean; tensorflow: string /** Why it computes on the CPU. */; noGpu: string };

const known = new Map<NativeKind, Promise<NativeStatus>>();

/** Asked once a process: what is not there now will not come while it runs. */
export function probeNative(kind: NativeKind): Promise<NativeStatus> {
  const status = known.get(kind) ?? probe(kind);
  known.set(kind, status);
  return status;
}

async function probe(kind: NativeKind): Promise<NativeStatus> {
  const enable = setupCommand(kind);
  if (packageFolder(kind) === undefined) {
    return { available: false, reason: `the npm package @tensorflow/${kind} is not installed`, enable: 'npm ci' };
  }
  const install = readInstall(kind);
  if (install === undefined) return { available: false, reason: 'it is not set up', enable };
  try {
    const child = await startEngineProcess(kind, install, { tf32: true });
    await child.stop();
    return { available: true, gpu: child.gpu, tensorflow: child.tensorflow, noGpu: child.noGpu() };
  } catch (error) {
    return { available: false, reason: `its native part does not load (${(error as Error).message})`, enable };
  }
}
