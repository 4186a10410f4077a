/** How busy the processor is, all programs together. The system counts in steps of 10 ms, so it takes many to be exact. */
import { cpus } from 'node:os';

export interface Meter {
  /** Counts while something lasts. */
  during(work: () => Promise<unknown>): Promise<void>;
  /** Share of all cores' time that was used in what was counted, 0 to 1. */
  busy(): number;
}

export function createMeter(read = readTimes): Meter {
  let used = 0;
  let all = 0;
  return {
    async during(work) {
      const before = read();
      await work();
      const after = read();
      used += after.used - before.used;
      all += after.all - before.all;
    },
    busy: () => (all === 0 ? 0 : used / all),
  };
}

/** Milliseconds since the machine started, of all cores. */
function readTimes(): { used: number; all: number } {
  let [used, all] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    used += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return { used, all };
}
