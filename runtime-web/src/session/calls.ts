/** What calls of onnxruntime-web go through, one function for all of them; and calls that wait for each other. */
import type { InferenceSession } from 'onnxruntime-web';

type Around = <T>(work: () => Promise<T>) => Promise<T>;

/** What has sessions: onnxruntime-web, or a part of it. */
export type HasSessions = Pick<typeof import('onnxruntime-web'), 'InferenceSession'>;

/** The same onnxruntime, which opens, runs and releases sessions through a function. */
export function aroundCalls<Ort extends HasSessions>(ort: Ort, around: Around): Ort {
  const create = async (...given: Parameters<typeof ort.InferenceSession.create>) =>
    aroundSession(await around(() => ort.InferenceSession.create(...given)), around);
  return { ...ort, InferenceSession: { ...ort.InferenceSession, create } as typeof ort.InferenceSession };
}

function aroundSession(session: InferenceSession, around: Around): InferenceSession {
  const [run, release] = [session.run.bind(session), session.release.bind(session)];
  session.run = ((...given: Parameters<typeof run>) => around(() => run(...given))) as typeof run;
  session.release = () => around(release);
  return session;
}

/**
 * Calls that wait for those before, however they end. One whose signal aborts while it waits is rejected at once, and never begins.
 */
export function oneAtATime(): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (work, signal) => {
    const turn = before;
    const mine = orLeave(turn, signal).then(work);
    before = Promise.allSettled([turn, mine]).then(() => {});
    return mine;
  };
}

/** @throws the signal's reason, as soon as it has one */
export async function orLeave<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  work.catch(() => undefined); // nobody may be left who waits for it
  signal.throwIfAborted();
  let leave = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
  });
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
