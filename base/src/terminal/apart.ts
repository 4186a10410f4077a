/**
 * Standard error without the warnings of native libraries. Dawn, below onnxruntime's WebGPU, writes them straight to
 * descriptor 2, where JavaScript cannot stop them. So a command that samples on a GPU runs in a second process: its
 * descriptor 2 is a pipe that is read here, and the command's own messages go to descriptor 4, the terminal.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';
import { followSecond, startSecond } from './second-process.ts';

const COMMANDS: readonly string[] = ['sample', 'worker', 'evaluate'];
const MARK = 'ONNOISE_STDERR_FD';
const FD = 4;
/** Dawn's form: `Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from ...`. */
const DAWN = /^Warning: /;

/** Whether a command line opens a network on a GPU. It calls `hasGpu` only if the device is left to us. */
export async function opensGpu(args: readonly string[], hasGpu: () => Promise<boolean>): Promise<boolean> {
  if (!COMMANDS.includes(args[0] ?? '') || args.includes('--help') || args.includes('-h')) return false;
  const at = args.findLastIndex((arg) => arg === '--device' || arg.startsWith('--device='));
  const device = at < 0 ? 'auto' : args[at]!.includes('=') ? args[at]!.split('=')[1] : args[at + 1];
  return device === 'webgpu' || (device === 'auto' && (await hasGpu()));
}

/** True in the second process. */
export const isApart = (): boolean => process.env[MARK] !== undefined;

/** Called once in the second process: sends the program's messages to the terminal, past the pipe. */
export function speakToTerminal(): void {
  delete process.env[MARK];
  const stream = isatty(FD) ? new WriteStream(FD) : new Writable({ decodeStrings: true, write: writeWhole });
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, get: () => stream });
}

/** Writes synchronously, as Node does to files and pipes, so that nothing is lost when the process ends. */
function writeWhole(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
  try {
    for (let at = 0; at < chunk.length; ) {
      try {
        at += writeSync(FD, chunk, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
    }
    done();
  } catch (error) {
    done(error as Error);
  }
}

/** Runs the program's own command line in the second process and returns its exit code. */
export async function runApart(): Promise<number> {
  const child = startSecond({ [MARK]: String(FD) });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (!DAWN.test(line)) process.stderr.write(`${line}\n`);
  });
  return followSecond(child);
}
