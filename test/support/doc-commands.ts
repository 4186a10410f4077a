/** The shell commands of a page of the docs, so that a test can run them as they stand. */

export interface ShellBlock {
  code: string;
  /** The comment before it, which readers do not see: `not run: it needs the internet`. */
  note?: string;
}

const BLOCK = /(?:<!-- (?<note>[^>]*) -->\n\n)?```sh\n(?<code>[\s\S]*?)```/g;

export function shellBlocks(markdown: string): ShellBlock[] {
  return Array.from(markdown.matchAll(BLOCK), ({ groups }) => ({
    code: groups!.code!,
    ...(groups!.note !== undefined && { note: groups!.note }),
  }));
}
