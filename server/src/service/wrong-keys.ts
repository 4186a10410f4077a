/** Slows down who tries keys: an address may send a few wrong ones, and then one every few seconds. */

/** Wrong keys that an address may send at once, and the seconds after which it may send one more. */
const TRIES = 10;
const SECONDS_A_TRY = 3;
/** Most addresses that are remembered. */
const ADDRESSES = 10_000;

export interface WrongKeys {
  /** Seconds that an address must wait before its next key is looked at; 0: none. */
  waitOf(address: string): number;
  /** An address sent a wrong key. */
  wrong(address: string): void;
  /** An address sent a right key: it stays welcome there, whatever others behind the same address send. */
  right(address: string, name: string): void;
  isKnown(address: string, name: string): boolean;
}

/** @param now milliseconds of a clock */
export function createWrongKeys(now: () => number = Date.now): WrongKeys {
  /** Milliseconds at which an address has all its tries again. */
  const full = new Map<string, number>();
  const known = new Map<string, Set<string>>();
  const span = SECONDS_A_TRY * 1000;
  /** Puts an entry last, and forgets the first ones. */
  const keep = <V>(all: Map<string, V>, address: string, value: V) => {
    all.delete(address);
    all.set(address, value);
    if (all.size > ADDRESSES) all.delete(all.keys().next().value!);
  };
  return {
    waitOf(address) {
      const ahead = (full.get(address) ?? 0) - now();
      return Math.max(0, Math.ceil((ahead - (TRIES - 1) * span) / 1000));
    },
    wrong: (address) => keep(full, address, Math.max(full.get(address) ?? 0, now()) + span),
    right(address, name) {
      const names = known.get(address) ?? new Set();
      keep(known, address, names.add(name));
    },
    isKnown: (address, name) => known.get(address)?.has(name) ?? false,
  };
}
