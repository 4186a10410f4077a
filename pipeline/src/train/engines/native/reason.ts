/**
 * What TensorFlow says, in its log and its errors: why it computes on the CPU though a GPU was asked for, and why its
 * process ended. It falls back without an error; the reason stands in its log only. Its words are matched here and nowhere
 * else.
 */

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

/** Those that this process cannot load. TensorFlow says that some are missing, not which. */
export function missingLibraries(): string[] {
  return LIBRARIES.filter((name) => {
    try {
      // It finds the library as TensorFlow does, then complains that it is no addon.
      process.dlopen({ exports: {} }, name);
      return false;
    } catch (error) {
      return /cannot open shared object file/.test((error as Error).message);
    }
  });
}

interface Rule {
  sign: RegExp;
  /** Filled with what the sign's groups caught. */
  reason: (...caught: string[]) => string;
}

/** The first that is found counts, so what is nearer to the cause comes first. */
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
    // Of TensorFlow 2.9, which the npm route brings; 2.18 does not name them.
    sign: /Could not load dynamic library '(lib(?!cuda\.so)[^']+)'/,
    reason: (library) => `the CUDA library ${library} is missing, of CUDA 11 as TensorFlow 2.9 wants it`,
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
    return `the CUDA ${names} missing ("npx pipeline setup tfjs-node-gpu --cuda" fetches what is)`;
  }
  return 'TensorFlow found no GPU and did not say why';
}

/** What it says at every start, with errors that are none. */
const BANNERS =
  /To enable the following instructions|oneDNN custom operations|This TensorFlow binary|absl::InitializeLog|Unable to register cu|cuInit|Cannot dlopen some GPU libraries|cuda_diagnostics/;
const COMPLAINTS =
  /error|fatal|fail|cannot|abort|terminate called|what\(\)|free\(\)|malloc|corrupt|bad_alloc|undefined symbol|AVX/i;

/** The last line of a log that reports an error, or an empty text. */
export function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => !BANNERS.test(line));
  return lines.findLast((line) => COMPLAINTS.test(line))?.trim() ?? '';
}

/** Whether the message of an error, or the last words of a log, tell of memory that does not suffice. */
export function saysOutOfMemory(text: string): boolean {
  return /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|bad_alloc/.test(text);
}
