/**
 * Which line of a function asked for what is refused, read off the stack of the error. Limit: in a bundle the tracer's own
 * lines cannot be told from the function's, so none is given.
 */
import { PART_FRAME } from './part.ts';

/** Where this file lies: frames from here are the tracer's own. */
const OWN = decodeURI(new URL('..', import.meta.url).pathname);

/** `at name (place:line:column)` of V8, `name@place:line:column` of the others. */
const FRAME = /^(?:\s*at (?:.*\()?|[^\s@]*@)(?<place>[^\s()]+:\d+:\d+)\)?$/;

/** Packages, Node itself, and the sources of tfjs, which a source map may show in place of its package. */
const OTHERS = /node_modules|^node:|\/tfjs-[a-z-]+\/src\//;

/**
 * @param stack as an error has it
 * @returns the innermost place that is neither the tracer's nor a package's: `file:///home/me/model.ts:12:8`. Of a part of a
 *   model, only places within it.
 */
export function callerIn(stack: string | undefined): string | undefined {
  const lines = (stack ?? '').split('\n');
  const outside = lines.findIndex((line) => line.includes(PART_FRAME));
  const inside = outside < 0 ? lines : lines.slice(0, outside);
  const places = inside.map((line) => FRAME.exec(line)?.groups?.place);
  return places.find((place) => place && !OTHERS.test(place) && !decodeURI(place).includes(OWN));
}

/** V8 keeps ten frames of a stack, and an operator of tfjs is deeper than that. */
const DEPTH = 100;

/** Runs `run` with stacks deep enough for `callerIn`. */
export function withDeepStacks<T>(run: () => T): T {
  const v8 = Error as { stackTraceLimit?: number };
  const before = v8.stackTraceLimit;
  if (before === undefined) return run();
  v8.stackTraceLimit = Math.max(before, DEPTH);
  try {
    return run();
  } finally {
    v8.stackTraceLimit = before;
  }
}
