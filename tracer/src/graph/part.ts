/**
 * Which part of a model is being traced: a layer, or a node of a graph model. Errors name it, since whoever traces a model
 * has no line that asks for an operator.
 */

const running: string[] = [];

/** The innermost part that is being traced, in words: `the layer conv1 (Conv2D)`. Undefined in a function. */
export const currentPart = (): string | undefined => running.at(-1);

/** The name of `runTracedPart`, as stacks show it: frames from there on are those of whoever traces the model. */
export const PART_FRAME = 'runTracedPart';

/** Runs `run` as the part that `words` name. */
export function runTracedPart<T>(words: string, run: () => T): T {
  running.push(words);
  try {
    return run();
  } finally {
    running.pop();
  }
}

/** Says that the part which is running has come to another one, in words. */
export function nameTracedPart(words: string): void {
  running[running.length - 1] = words;
}
