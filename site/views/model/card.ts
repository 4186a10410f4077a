/** The first lines of a model card, as plain text: they are shown, and nothing else is read from them. */

const MOST_LINES = 2;
const MOST_LETTERS = 400;

export interface Card {
  heading: string | undefined;
  /** The first paragraphs, without markup. */
  lines: string[];
}

export function readCard(markdown: string): Card {
  const text = markdown.replace(/^\uFEFF/, '').replace(/^---\r?\n[\s\S]*?\r?\n---(\r?\n|$)/, ''); // front matter
  const blocks = text.split(/\r?\n\s*\r?\n/).map((block) => block.trim());
  const heading = /^#\s+(.+)$/m.exec(blocks[0] ?? '')?.[1];
  const lines: string[] = [];
  for (const block of heading === undefined ? blocks : blocks.slice(1)) {
    if (/^(#|```|~~~)/.test(block)) break; // the next part
    const words = plain(block);
    if (words !== '') lines.push(words.length > MOST_LETTERS ? `${words.slice(0, MOST_LETTERS - 1)}…` : words);
    if (lines.length === MOST_LINES) break;
  }
  return { heading: heading && plain(heading), lines };
}

function plain(markdown: string): string {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>/g, '')
    .replace(/[`*]|\b_|_\b/g, (mark) => (mark === '_' ? mark : ''))
    .replace(/\s+/g, ' ')
    .trim();
}
