/** `wanted` of the steps 1 to `steps`, evenly spread, always with the last; all of them if there are fewer. */
export function spreadSteps(steps: number, wanted: number): number[] {
  const kept = Math.min(steps, wanted);
  return Array.from({ length: kept }, (_, i) => Math.round(((i + 1) * steps) / kept));
}

/** At most `count` of the values, evenly spread. */
export function spread(values: Uint32Array, count: number): Uint32Array {
  const kept = Math.min(count, values.length);
  return Uint32Array.from({ length: kept }, (_, i) => values[Math.floor((i * values.length) / kept)]!);
}
