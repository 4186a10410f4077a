/**
 * A smaller build of onnxruntime-web's WebAssembly, without what most networks never call. Where it lacks something it traps, and after
 * that its memory means nothing. So it never has the last word on a failure: whatever fails in it, a trap or an error of its own, ends
 * its use in this worker, and the page asks another worker, with the whole build, again.
 */
import { aroundCalls, type HasSessions } from './calls.ts';

export interface SmallRuntime {
  /** Of the WebAssembly, made of the file that this version of onnxruntime-web has. */
  url: string;
  /** Its size, not compressed. */
  bytes: number;
}

let stopped = false;

/** Whether something failed in the small build: this worker's onnxruntime is of no more use. */
export const smallRuntimeStopped = (): boolean => stopped;

/** The same onnxruntime, which stops for good at the first failure. */
export const stoppable = <Ort extends HasSessions>(ort: Ort): Ort => aroundCalls(ort, orStop);

async function orStop<T>(work: () => Promise<T>): Promise<T> {
  if (stopped) throw new Error('The small runtime has stopped.');
  try {
    return await work();
  } catch (error) {
    stopped = true;
    throw error;
  }
}
