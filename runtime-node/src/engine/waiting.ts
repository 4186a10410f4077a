/** Those who wait for something that will be there, or fail. */
export interface Waiting {
  /** Resolves at the next `wake`. @throws what `fail` is given; the signal's reason */
  wait(signal: AbortSignal | undefined): Promise<void>;
  wake(): void;
  fail(error: Error): void;
}

export function createWaiting(): Waiting {
  const all = new Set<{ done(): void; failed(error: unknown): void }>();
  const each = (act: (one: { done(): void; failed(error: unknown): void }) => void) => {
    for (const one of [...all]) act(one);
  };
  return {
    wait: (signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const leave = () => {
          all.delete(own);
          signal?.removeEventListener('abort', abort);
        };
        const own = {
          done() {
            leave();
            resolve();
          },
          failed(error: unknown) {
            leave();
            reject(error);
          },
        };
        const abort = () => own.failed(signal!.reason);
        all.add(own);
        signal?.addEventListener('abort', abort);
      }),
    wake: () => each(({ done }) => done()),
    fail: (error) => each(({ failed }) => failed(error)),
  };
}
