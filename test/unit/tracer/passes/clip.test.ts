import { describe, it } from 'vitest';
import { dropClippedRelus } from '#tracer/passes/clip.ts';
import { expectPass, handmade } from './handmade.ts';

const number = (value: number) => ({ data: Float32Array.of(value), dims: [] });

const clipped = (least: number) =>
  handmade({
    inputs: { x: [2, 3] },
    constants: { least: number(least), most: number(0.5) },
    nodes: ['relu = Relu(x)', 'y = Clip(relu, least, most)'],
  });

describe('dropClippedRelus', () => {
  it('drops a ReLU before a Clip from 0', async () => {
    await expectPass(clipped(0), dropClippedRelus, ['y = Clip(x, least, most)']);
  });

  it('leaves one before a Clip from below 0', async () => {
    await expectPass(clipped(-1), dropClippedRelus, ['relu = Relu(x)', 'y = Clip(relu, least, most)']);
  });
});
