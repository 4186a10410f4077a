/**
 * A round as an address: `#/game?seed=482193&model=digits`, with `steps` and `pictures` if they are not the default.
 */
import { FEWEST_PICTURES, MOST_PICTURES, PICTURES, SEEDS } from './plan.ts';

export const STEPS = 50;

/** From quick and rough to slow. */
export const STEP_CHOICES = [10, STEPS, 200] as const;

export interface Settings {
  /** undefined if the address has none: a new round. */
  seed: number | undefined;
  steps: number;
  pictures: number;
}

/** @param timesteps T of the model's schedule. Invalid values count as missing. */
export function parseSettings(query: URLSearchParams, timesteps: number): Settings {
  const steps = integer(query.get('steps'));
  const pictures = integer(query.get('pictures'));
  const seed = integer(query.get('seed'));
  return {
    seed: seed !== undefined && seed < SEEDS ? seed : undefined,
    steps: steps !== undefined && steps >= 1 && steps <= timesteps ? steps : Math.min(STEPS, timesteps),
    pictures: pictures !== undefined && pictures >= FEWEST_PICTURES && pictures <= MOST_PICTURES ? pictures : PICTURES,
  };
}

export interface Written extends Settings {
  seed: number;
  /** Its id. */
  model: string;
}

/** @param timesteps T of the model's schedule */
export function formatSettings({ seed, steps, pictures, model }: Written, timesteps: number): Record<string, string> {
  return {
    seed: String(seed),
    model,
    ...(steps !== Math.min(STEPS, timesteps) && { steps: String(steps) }),
    ...(pictures !== PICTURES && { pictures: String(pictures) }),
  };
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
