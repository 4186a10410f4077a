/** What the figures of few calls show, in the chapter's address. Default values are left out. */
import { SHAPES, type Shape } from '../../learning/shapes.ts';

/** Numbers of steps that the slider goes through. */
export const STEPS: readonly number[] = [1, 2, 4, 8, 50];

/** Of each figure; the paths are on show once there are some. */
const SHOWS = ['paths', 'pairs'] as const;
export type Show = (typeof SHOWS)[number];

export interface Settings {
  steps: number;
  data: Shape;
  show: Show;
  /** A student's id: of a shipped one, or its calls in the plane; undefined: the first that there is. */
  student: string | undefined;
}

export const STANDARD: Settings = { steps: 50, data: 'ring', show: 'paths', student: undefined };

/** The settings in the address, with defaults for what is missing or not possible. @param students ids */
export function readSettings(
  query: URLSearchParams,
  students: readonly string[],
): { settings: Settings; aside: string[] } {
  const aside: string[] = [];
  const read = <T extends string | undefined>(name: keyof Settings, choices: readonly string[], standard: T): T => {
    const text = query.get(name);
    if (text === null) return standard;
    if (choices.includes(text)) return text as T;
    aside.push(`${name}=${text.slice(0, 20)}`);
    return standard;
  };
  const settings = {
    steps: Number(read('steps', STEPS.map(String), String(STANDARD.steps))),
    data: read('data', SHAPES, STANDARD.data),
    show: read('show', SHOWS, STANDARD.show),
    student: read('student', students, STANDARD.student),
  };
  return { settings, aside };
}

export function formatSettings(settings: Settings): Record<string, string | number> {
  const told = Object.entries(settings).filter(([name, value]) => value !== STANDARD[name as keyof Settings]);
  return Object.fromEntries(told) as Record<string, string | number>;
}
