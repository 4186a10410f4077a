/** What can be changed of the live run, and how the chapter's address says it. Default values are left out. */
import { SCHEDULES, type ScheduleName } from './chain.ts';
import { SHAPES, type Shape } from './shapes.ts';

/** Adam's learning rates, from far too small to far too large. */
export const RATES: readonly number[] = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 10];
/** Neurons of each hidden layer. */
export const WIDTHS: readonly number[] = [1, 2, 4, 8, 16, 64];
export const TIMESTEPS: readonly number[] = [2, 5, 20, 100, 1000];

export interface Setup {
  data: Shape;
  rate: number;
  width: number;
  timesteps: number;
  schedule: ScheduleName;
}

export const STANDARD: Setup = { data: 'moons', rate: 3e-3, width: 64, timesteps: 100, schedule: 'cosine' };

/** Their names in the address, and what is possible. */
const CHOICES: { readonly [K in keyof Setup]: { name: string; choices: readonly Setup[K][] } } = {
  data: { name: 'data', choices: SHAPES },
  rate: { name: 'rate', choices: RATES },
  width: { name: 'width', choices: WIDTHS },
  timesteps: { name: 'T', choices: TIMESTEPS },
  schedule: { name: 'schedule', choices: SCHEDULES },
};
const KEYS = Object.keys(CHOICES) as (keyof Setup)[];

/** The settings in the address, with defaults for what is missing or not possible. */
export function readSetup(query: URLSearchParams): { settings: Setup; aside: string[] } {
  const aside: string[] = [];
  const read = <K extends keyof Setup>(key: K): Setup[K] => {
    const { name, choices } = CHOICES[key];
    const text = query.get(name);
    const found = choices.find((choice) => String(choice) === text || (text !== '' && choice === Number(text)));
    if (text !== null && found === undefined) aside.push(`${name}=${text.slice(0, 20)}`);
    return found ?? STANDARD[key];
  };
  const settings: Setup = {
    data: read('data'),
    rate: read('rate'),
    width: read('width'),
    timesteps: read('timesteps'),
    schedule: read('schedule'),
  };
  return { settings, aside };
}

export function formatSetup(setup: Setup): Record<string, string | number> {
  const changed = KEYS.filter((key) => setup[key] !== STANDARD[key]);
  return Object.fromEntries(changed.map((key) => [CHOICES[key].name, setup[key]]));
}
