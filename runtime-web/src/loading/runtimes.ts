/** Downloads onnxruntime-web while the network is on its way, and says so only once the network is there. */
import type { DeviceReport } from '../session/device-report.ts';
import { loadOrt, type Ort, type OrtOptions } from '../session/ort.ts';

export interface Runtimes {
  /** Starts the download for this device; what fails is told by `load`. */
  begin(choice: DeviceReport): void;
  /** Its progress is told from here on. */
  load(choice: DeviceReport): Promise<Ort>;
  /** There is no network for it. */
  stop(): void;
}

export function createRuntimes({ signal, onProgress, ...options }: OrtOptions): Runtimes {
  const stopped = new AbortController();
  const stop = () => stopped.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  let begun: { device: string; ort: Promise<Ort> } | undefined;
  let told = false;
  let latest: Parameters<NonNullable<typeof onProgress>> | undefined;
  const start = (choice: DeviceReport) =>
    loadOrt(choice, {
      ...options,
      signal: stopped.signal,
      onProgress: (...progress) => {
        latest = progress;
        if (told) onProgress?.(...progress);
      },
    });
  return {
    begin(choice) {
      begun = { device: choice.device, ort: start(choice) };
      begun.ort.catch(() => {});
    },
    async load(choice) {
      told = true;
      if (latest) onProgress?.(...latest);
      return begun?.device === choice.device ? begun.ort : start(choice);
    },
    stop,
  };
}
