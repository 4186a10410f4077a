/** The skips of a U-Net, and its blocks in rows: the way down on the left, the way up on the right, skips between them. */
import type { Block } from './blocks.ts';

/** What a block of the way down hands over to one of the way up. */
export interface Skip {
  from: Block;
  to: Block;
  /** Channels that come to `to` from below, which the skip's are laid beside. */
  below: number;
}

export interface Row {
  left?: Block | undefined;
  skip?: Skip | undefined;
  right?: Block | undefined;
}

/** Last in, first out: what was laid by last is taken first. @param blocks in the order in which a picture goes through */
export function skipsOf(blocks: readonly Block[]): Skip[] {
  const laidBy: Block[] = [];
  const skips: Skip[] = [];
  for (const [i, block] of blocks.entries()) {
    if (block.skip === 'leaves') laidBy.push(block);
    if (block.skip !== 'enters') continue;
    skips.push({ from: laidBy.pop()!, to: block, below: blocks[i - 1]!.channels });
  }
  return skips;
}

/** From the top of the U to its bottom, without the middle. */
export function rowsOf(blocks: readonly Block[]): Row[] {
  const skips = skipsOf(blocks);
  const skipFrom = (block: Block | undefined) => skips.find(({ from }) => from === block);
  const skipTo = (block: Block | undefined) => skips.find(({ to }) => to === block);
  const lefts = blocks.filter(({ part }) => part === 'down');
  const rights = blocks.filter(({ part }) => part === 'up').reverse();
  const rows: Row[] = [];
  while (lefts.length > 0 || rights.length > 0) {
    const [left, right] = [lefts[0], rights[0]];
    const skip = skipFrom(left);
    if (skip && skip === skipTo(right)) rows.push({ left: lefts.shift(), skip, right: rights.shift() });
    else if (skip) rows.push({ right: rights.shift() });
    else if (skipTo(right)) rows.push({ left: lefts.shift() });
    else rows.push({ left: lefts.shift(), right: rights.shift() });
  }
  return rows;
}
