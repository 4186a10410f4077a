/** Which settings differ between trainings. */

/** A setting, and its value on each side as JSON; undefined where the side does not have it. */
interface Differing {
  name: string;
  values: (string | undefined)[];
}

/**
 * The settings that are not the same in all configurations, by their dotted names and in order. Sides without a
 * configuration have no say.
 */
export function differingSettings(configs: readonly (object | undefined)[]): Differing[] {
  const flat = configs.map((config) => config && new Map(flatten(config)));
  const names = [...new Set(flat.flatMap((config) => [...(config?.keys() ?? [])]))].sort();
  return names
    .map((name) => ({ name, values: flat.map((config) => config?.get(name)) }))
    .filter(({ values }) => new Set(values.filter((_, i) => flat[i] !== undefined)).size > 1);
}

function flatten(value: object, above = ''): [name: string, json: string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const name = above === '' ? key : `${above}.${key}`;
    const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return nested ? flatten(inner, name) : [[name, JSON.stringify(inner) ?? 'undefined']];
  });
}
