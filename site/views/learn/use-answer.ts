/** Asks the network whenever the question changes; the latest question wins, and the old answer stays until then. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Answer, ask, type Call, type Lesson } from './lesson.ts';
import { attempt } from './trouble.ts';

export interface Answered extends Answer {
  /** The question that it belongs to. */
  to: Call;
}

/** @param call undefined: nothing to ask. It must keep its identity as long as it is the same question. */
export function useAnswer(lesson: Lesson | undefined, call: Call | undefined): Answered | undefined {
  const [answer, setAnswer] = useState<Answered>();
  const latest = useRef<Call | undefined>(undefined);
  const busy = useRef(false);
  const turn = attempt.value;

  useEffect(() => {
    latest.current = call;
    if (!lesson || !call || busy.current || answer?.to === call) return;
    const run = async () => {
      busy.current = true;
      let asked: Call | undefined;
      try {
        while (latest.current && latest.current !== asked) {
          asked = latest.current;
          const to = asked;
          const answered = await ask(lesson, to);
          if (latest.current) setAnswer({ ...answered, to });
        }
      } catch {
        // `trouble` has the sentence
      } finally {
        busy.current = false;
      }
    };
    void run();
  }, [lesson, call, turn]);

  useEffect(
    () => () => {
      latest.current = undefined;
    },
    [],
  );
  return answer;
}
