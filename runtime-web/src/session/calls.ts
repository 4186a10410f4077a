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

/** Calls that wait for those before, however they end. */
export function oneAtATime(): Around {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(work);
    before = mine.catch(() => {});
    return mine;
  };
}
