/**
 * Work that threads share as onnxruntime's do: they take blocks until none is left, and a round ends when the last block is done.
 * Where a processor is busy, a thread waits for its turn with a block in its hands, and all others wait for it.
 */

/** Places in the shared memory. */
const [ROUND, NEXT, DONE, ACTIVE] = [0, 1, 2, 3];
const PLACES = 4;

/** Of a round. */
const BLOCKS = 16;
/** Turns of a loop in a block. A round is a third of a millisecond, about a layer of a small network. */
const TURNS = 8_000;
/** Looks at the memory before a helper goes to sleep. onnxruntime's threads spin as well. */
const SPINS = 20_000;
/** Milliseconds after which a round is lost: its helper does not run. */
const LOST = 500;

export const shareMemory = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * PLACES));

let state = 1;

function takeBlocks(memory: Int32Array): void {
  while (Atomics.add(memory, NEXT, 1) < BLOCKS) {
    let value = state;
    for (let i = 0; i < TURNS; i++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
    state = value;
    Atomics.add(memory, DONE, 1);
  }
}

/** A helper's side, for as long as its worker lives. @param place from 1 on; it helps in rounds of more threads than that */
export function help(memory: Int32Array, place: number): never {
  let round = 0;
  for (;;) {
    let spins = 0;
    while (spins < SPINS && Atomics.load(memory, ROUND) === round) spins++;
    Atomics.wait(memory, ROUND, round);
    round = Atomics.load(memory, ROUND);
    if (place < Atomics.load(memory, ACTIVE)) takeBlocks(memory);
  }
}

/**
 * Rounds by so many threads, this one among them, for so many milliseconds.
 * @returns milliseconds of a round; infinite when a helper does not run
 */
export function timeOfRound(memory: Int32Array, threads: number, milliseconds: number): number {
  const began = performance.now();
  let [rounds, now] = [0, began];
  Atomics.store(memory, ACTIVE, threads);
  while (now - began < milliseconds) {
    Atomics.store(memory, DONE, 0);
    Atomics.store(memory, NEXT, 0);
    Atomics.add(memory, ROUND, 1);
    Atomics.notify(memory, ROUND);
    takeBlocks(memory);
    while (Atomics.load(memory, DONE) < BLOCKS) {
      if (performance.now() - began > LOST) return Number.POSITIVE_INFINITY;
    }
    rounds++;
    now = performance.now();
  }
  return (now - began) / rounds;
}
