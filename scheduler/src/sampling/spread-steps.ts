/** `wanted` of the steps 1 to `steps`, evenly spread, always with the last; all of them if there are fewer. */
export function spreadSteps(steps: number, wanted: number): number[] {
  const kept = Math.min(steps, wanted);
  return Array.from({ length: kept }, (_, i) => Math.round(((i + 1) * steps) / kept));
}
