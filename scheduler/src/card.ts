/** What runtimes read from a model card, the README.md of a model folder. */

/** Names of the classes, from the card's line `- classes: cat, dog`; undefined where it does not name each of them. */
export function classNamesOf(card: string, classes: number): string[] | undefined {
  const names = /^- classes: (.+)$/m.exec(card)?.[1]?.split(', ');
  return classes > 0 && names?.length === classes ? names : undefined;
}
