/** What the network is told of each picture on show, in words. */
import { conditionWords } from '../../../components/condition-words.ts';
import { readCondition } from './fields.ts';
import { describeSeed, promised, run } from './state.ts';

interface Told {
  /** Name of its class, for a model with classes. */
  className: string | undefined;
  numbers: readonly { name: string; value: number }[];
}

const ANY = { mean: 0, std: 1, min: -Infinity, max: Infinity };

/** Of a picture of the run, or of the recording while its pictures, or the noise that they begin with, are on show. */
function toldOf(index: number): Told {
  const turn = (lists: readonly (readonly [string, readonly number[]])[]) =>
    lists.flatMap(([name, values]) => (values.length === 0 ? [] : [{ name, value: values[index % values.length]! }]));
  const made = run.value;
  if (made) {
    return { className: made.classes?.[index], numbers: turn(Object.entries(made.parameters.conditions ?? {})) };
  }
  const recording = promised.value;
  if (!recording) return { className: undefined, numbers: [] };
  const { classNames = [], draft } = recording;
  const lists = Object.entries(draft.conditions).map(
    ([name, text]) => [name, readCondition(text, { name, ...ANY }, Number(draft.count)) ?? []] as const,
  );
  return { className: classNames[index % classNames.length], numbers: turn(lists) };
}

/** To follow "Picture 4": `, class female, bone age 8 years 5 months`. */
function toldWords(index: number): string {
  const { className, numbers } = toldOf(index);
  const words = numbers.map(({ name, value }) => {
    const { label, say } = conditionWords(name);
    return `${label.charAt(0).toLowerCase()}${label.slice(1)} ${say(value)}`;
  });
  return [...(className === undefined ? [] : [`class ${className}`]), ...words].map((part) => `, ${part}`).join('');
}

/** `Picture 4, class 3, seed 173`; `Picture 4, class female, bone age 8 years 5 months, seed 173` */
export function describePicture(index: number): string {
  const made = run.value;
  return `Picture ${index + 1}${toldWords(index)}${made ? `, ${describeSeed(made, index)}` : ''}`;
}

/** Below a picture of a model that takes numbers: `female` and `8 y 5 m`; nothing of another. */
export function caption(index: number): string[] {
  const { className, numbers } = toldOf(index);
  if (numbers.length === 0) return [];
  const words = numbers.map(({ name, value }) => conditionWords(name).brief(value));
  return [...(className === undefined ? [] : [className]), ...words];
}
