/** The channel to the parent, for a process that may end only once all it said is on its way. */
import type { Channel } from './child.ts';

/** What is written to a busy parent waits in this process, and would be lost with it: `exit` waits for it. */
export function parentChannel(parent: NodeJS.Process): Channel {
  let unsent = 0;
  let ending: number | undefined;
  const endOnceSent = () => {
    if (ending !== undefined && (unsent === 0 || !parent.connected)) parent.exit(ending);
  };
  return {
    on: (event: string, listener: (...args: never[]) => void) => parent.on(event, listener as () => void),
    send(message) {
      unsent++;
      parent.send?.(message, () => {
        unsent--;
        endOnceSent();
      });
    },
    exit(code = 0) {
      ending = code;
      endOnceSent();
    },
  };
}
