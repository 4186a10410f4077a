/**
 * Why TensorFlow computes on the CPU though a GPU was asked for, from what it wrote when it started. It falls back without
 * an error; the reason stands in its log only.
 */

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
    sign: /Could not load dynamic library '(lib(?!cuda\.so)[^']+)'/,
    reason: (library) => `the CUDA library ${library} is missing`,
  },
  {
    sign: /Cannot dlopen some GPU libraries/,
    reason: () => 'CUDA libraries are missing',
  },
  {
    sign: /kernel driver does not appear to be running|CUDA_ERROR_NO_DEVICE|no CUDA-capable device/,
    reason: () => 'the NVIDIA driver sees no GPU (try nvidia-smi; CUDA_VISIBLE_DEVICES hides GPUs)',
  },
  {
    sign: /Could not find cuda drivers|libcuda\.so\.1|cuInit: UNKNOWN ERROR \(303\)/,
    reason: () => 'there is no NVIDIA driver (libcuda.so.1 is not found)',
  },
  { sign: /failed call to cuInit: (.+)/, reason: (error) => `the NVIDIA driver does not start (${error})` },
  {
    sign: /Ignoring visible gpu device \(([^)]*)\)/,
    reason: (gpu) => `TensorFlow cannot use this GPU (${gpu})`,
  },
];

/** One clause without a full stop. @param log what TensorFlow wrote to standard error */
export function whyNoGpu(log: string): string {
  for (const { sign, reason } of rules) {
    const found = sign.exec(log);
    if (found) return reason(...found.slice(1));
  }
  return 'TensorFlow found no GPU and did not say why';
}
