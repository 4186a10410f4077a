/** A round as an address: `#/game?seed=482193&model=digits`, with `steps` if they are not the default. */
import { SEEDS } from './plan.ts';

export const STEPS = 50;

/** From quick and rough to slow. */
export const STEP_CHOICES = [10, STEPS, 200] as const;

export interface Settings {
  /** undefined if the address has none: a new round. */
  seed: number | undefined;
  steps: number;
}

/** @param timesteps T of the model's schedule. Invalid values count as missing. */
export function parseSettings(query: URLSearchParams, timesteps: number): Settings {
  const steps = integer(query.get('steps'));
  return {
    seed: integer(query.get('seed')),
    steps: steps !== undefined && steps >= 1 && steps <= timesteps ? steps : Math.min(STEPS, timesteps),
  };
}

export function formatSettings(seed: number, steps: number, model: string, timesteps: number): Record<string, string> {
  const usual = Math.min(STEPS, timesteps);
  return { seed: String(seed), model, ...(steps !== usual && { steps: String(steps) }) };
}

/** From the browser's random numbers. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % SEEDS;
}

function integer(text: string | null): number | undefined {
  if (text === null || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
