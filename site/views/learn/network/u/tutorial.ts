/** The blocks of the tutorial's network, `SimpleUnet`: a block changes the size at its end, and a skip leaves after that. */
import type { Block } from './blocks.ts';

/** Of the tutorial's notebook. */
export const TUTORIAL = { channels: [64, 128, 256, 512, 1024], size: 64, parameters: 62_437_601 } as const;

export function tutorialBlocks({ channels, size }: { channels: readonly number[]; size: number } = TUTORIAL): Block[] {
  const deepest = channels.length - 1;
  const at = (level: number) => ({ channels: channels[level]!, side: size / 2 ** level, level });
  const downs = channels
    .slice(1)
    .map(
      (_, i): Block => ({ module: `downs.${i}`, title: 'Half the size', ...at(i + 1), part: 'down', skip: 'leaves' }),
    );
  const ups = channels.slice(1).map((_, i): Block => {
    const level = deepest - 1 - i;
    return { module: `ups.${i}`, title: 'Twice the size', ...at(level), part: 'up', skip: 'enters' };
  });
  return [
    { module: 'conv0', title: 'First convolution', ...at(0), part: 'down' },
    ...downs,
    ...ups,
    { module: 'output', title: 'Last convolution', ...at(0), channels: 1, part: 'up' },
  ];
}
