/**
 * Work that is asked for many times runs once at a time. What is asked for while it runs is one more run after it, so
 * the last run begins after the last request.
 *
 * @param work must not reject
 * @returns asks for the work; resolves once nothing is asked for any more, or at once while it runs
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let asked = false;
  let running = false;
  return async () => {
    asked = true;
    if (running) return;
    running = true;
    while (asked) {
      asked = false;
      await work();
    }
    running = false;
  };
}
