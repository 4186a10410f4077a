/** Versions: of Node, and of the C library. */

/** True when version `a` is `b` or newer: numbers with dots. */
export function isAtLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** glibc's, `2.41`; undefined where the C library is another one, as on Alpine, macOS and Windows. */
export function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // The names of the network's interfaces take time. The types of Node 20 lack this switch.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
