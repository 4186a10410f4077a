import { describe, expect, test } from 'vitest';
import { noteOnNarrow } from '#training/plan/narrow.ts';

const note = (channels: number, model: Record<string, unknown>) =>
  noteOnNarrow({ model }, { shape: [channels, 64, 64] });

describe('the first level of a network', () => {
  test('is too narrow for a picture and nine planes of a mask in patches', () => {
    expect(note(10, { patch_size: 2, block_out_channels: [32, 64, 128] })).toEqual([
      "The network's first level has 32 channels for the 40 values of 2 x 2 pixels, so noise will stay in its pictures. Try --model.block_out_channels 48,64,128.",
    ]);
  });

  test('is wide enough for a picture, for a network without patches, and for one that has no such levels', () => {
    expect(note(1, { patch_size: 2, block_out_channels: [32, 64] })).toEqual([]);
    expect(note(3, { block_out_channels: [32, 64] })).toEqual([]);
    expect(note(10, { patch_size: 2, block_out_channels: [48, 64] })).toEqual([]);
    expect(note(10, { channels: [64, 128] })).toEqual([]);
  });
});
