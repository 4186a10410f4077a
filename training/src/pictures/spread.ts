/** Images of a run that stand for all. */

/** At most `count` of the values, evenly spread. */
export function spread(values: Uint32Array, count: number): Uint32Array {
  const kept = Math.min(count, values.length);
  return Uint32Array.from({ length: kept }, (_, i) => values[Math.floor((i * values.length) / kept)]!);
}
