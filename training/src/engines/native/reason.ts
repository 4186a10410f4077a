/**
 * Reads TensorFlow's log and errors: why it computes on the CPU though a GPU was wanted, and why its process ended. It
 * falls back without an error, and only its log has the reason. No other file matches its words.
 */
import { setupCommand } from './install.ts';

/** By the names of TensorFlow 2.18, which needs all of them to see a GPU. */
const LIBRARIES = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcusolver.so.11',
  'libcusparse.so.12',
  'libcudnn.so.9',
];

/** The ones that this process cannot load. TensorFlow says that some are missing, but not which. */
export function missingLibraries(): string[] {
  return LIBRARIES.filter((name) => {
    try {
      // This finds the library as TensorFlow does, then complains that it is no addon.
      process.dlopen({ exports: {} }, name);
      return false;
    } catch (error) {
      return /cannot open shared object file/.test((error as Error).message);
    }
  });
}

interface Rule {
  sign: RegExp;
  /** Gets what the groups of the sign matched. */
  reason: (...caught: string[]) => string;
}

/** The first match counts, so signs nearer to the cause come first. */
const rules: readonly Rule[] = [
  {
    sign: /kernel version (\S+) does not match DSO version (\S+)/,
    reason: (kernel, library) =>
      `the NVIDIA driver's kernel module is ${kernel} but its library is ${library}: restart the machine after a driver update`,
  },
  {
    // CUDA's loader stub: there is no libcuda.so.1.
    sign: /cuInit: UNKNOWN ERROR \(303\)/,
    reason: () => 'there is no NVIDIA driver (libcuda.so.1 is not found)',
  },
  {
    // From TensorFlow 2.9, which the package's own script installs; 2.18 does not name them.
    sign: /Could not load dynamic library '(lib(?!cuda\.so)[^']+)'/,
    reason: (library) => `the CUDA library ${library} is missing (TensorFlow 2.9 needs it from CUDA 11)`,
  },
  {
    sign: /kernel driver does not appear to be running|CUDA_ERROR_NO_DEVICE|no CUDA-capable device/,
    reason: () => 'the NVIDIA driver sees no GPU (try nvidia-smi; CUDA_VISIBLE_DEVICES hides GPUs)',
  },
  { sign: /failed call to cuInit: (.+)/, reason: (error) => `the NVIDIA driver does not start (${error})` },
  {
    sign: /Ignoring visible gpu device \(([^)]*)\)/,
    reason: (gpu) => `TensorFlow cannot use this GPU (${gpu})`,
  },
];

/**
 * One clause without a full stop.
 *
 * @param log what TensorFlow wrote to standard error.
 * @param missing names of CUDA libraries that its process cannot load.
 */
export function whyNoGpu(log: string, missing: readonly string[]): string {
  for (const { sign, reason } of rules) {
    const found = sign.exec(log);
    if (found) return reason(...found.slice(1));
  }
  if (missing.length > 0) {
    const names = `librar${missing.length > 1 ? 'ies' : 'y'} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'}`;
    return `the CUDA ${names} missing ("${setupCommand('tfjs-node-gpu')} --cuda" fetches what is)`;
  }
  return 'TensorFlow found no GPU and did not say why';
}

/** Lines that it logs at every start, among them "errors" that are harmless. */
const BANNERS =
  /To enable the following instructions|oneDNN custom operations|This TensorFlow binary|absl::InitializeLog|Unable to register cu|cuInit|Cannot dlopen some GPU libraries|cuda_diagnostics/;
const COMPLAINTS =
  /error|fatal|fail|cannot|abort|terminate called|what\(\)|free\(\)|malloc|corrupt|bad_alloc|undefined symbol|AVX/i;

/** The last line of a log that reports an error, or an empty text. */
export function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => !BANNERS.test(line));
  return lines.findLast((line) => COMPLAINTS.test(line))?.trim() ?? '';
}

/** Whether an error's message, or the last words of a log, say that memory ran out. */
export function saysOutOfMemory(text: string): boolean {
  return /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|bad_alloc/.test(text);
}
