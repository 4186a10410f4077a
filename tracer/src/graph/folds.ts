/** How often a graph was made smaller, and by what: kept beside graphs, which are plain data. */
const counts = new WeakMap<object, Map<string, number>>();

/** @param what as a command: `fold a bias into its convolution` */
export function countFold(graph: object, what: string, times = 1): void {
  if (times === 0) return;
  const own = counts.get(graph) ?? new Map<string, number>();
  counts.set(graph, own.set(what, (own.get(what) ?? 0) + times));
}

/** What was done to a graph since its trace began. A copy of the graph has none. */
export const foldsOf = (graph: object): ReadonlyMap<string, number> => counts.get(graph) ?? new Map();
