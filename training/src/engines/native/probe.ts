/** Tries an engine in its own process: is it set up, does it load, does it see a GPU, and if not, why? */
import { startEngineProcess } from './host.ts';
import { type NativeKind, packageFolder, packageInstallLine, readInstall, setupCommand } from './install.ts';

export type NativeStatus =
  | { available: false; reason: string; enable: string }
  | { available: true; gpu: boolean; tensorflow: string /** Why it computes on the CPU. */; noGpu: string };

const known = new Map<NativeKind, Promise<NativeStatus>>();

/** Probes once per process: what is missing now will not appear while it runs. */
export function probeNative(kind: NativeKind): Promise<NativeStatus> {
  const status = known.get(kind) ?? probe(kind);
  known.set(kind, status);
  return status;
}

async function probe(kind: NativeKind): Promise<NativeStatus> {
  const enable = setupCommand(kind);
  if (packageFolder(kind) === undefined) {
    return {
      available: false,
      reason: `the npm package @tensorflow/${kind} is not installed`,
      enable: packageInstallLine(kind),
    };
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
