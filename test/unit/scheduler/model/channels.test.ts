import {
  channelNamesOf,
  type ImageShape,
  nameChannels,
  namesFault,
  partShown,
  shownChannels,
  shownOf,
  showRule,
} from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';

const SEQUENCES = ['flair', 't1', 't2', 't1ce'];
const shape = (channels: number): ImageShape => [channels, 4, 4];
const shown = (channels: number, show?: string, channelNames?: string[]) =>
  shownOf('draw', { shape: shape(channels), channelNames, show });

describe('the channels that are shown', () => {
  it('are the colours if there are some, else the first', () => {
    expect([1, 2, 3, 4, 8].map((channels) => shownChannels(channels))).toEqual([[0], [0], [0, 1, 2], [0], [0]]);
    expect(shownChannels(3, ['flair', 't1', 't2'])).toEqual([0]);
    expect(shownChannels(4, ['red', 'green', 'blue', 'alpha'])).toEqual([0, 1, 2]);
  });

  it.each([
    [4, 'flair', SEQUENCES, [0]],
    [4, '2', SEQUENCES, [1]],
    [4, 't1ce, 1,t2', SEQUENCES, [3, 0, 2]],
    [3, 'blue', undefined, [2]],
    [3, '3,2,1', undefined, [2, 1, 0]],
    [5, '5', undefined, [4]],
    [1, 'gray', undefined, [0]],
  ])('of %i channels: %s', (channels, show, names, numbers) => {
    expect(shown(channels, show, names)).toEqual(numbers);
  });

  it.each([
    [4, 'pd', SEQUENCES, 'name channels of the pictures, flair, t1, t2, t1ce, or 1 to 4, received "pd"'],
    [4, 'flair,t1,5', SEQUENCES, 'name channels of the pictures, flair, t1, t2, t1ce, or 1 to 4, received "5"'],
    [2, 'flair', undefined, 'name channels of the pictures, 1 to 2, received "flair"'],
    [1, '2', undefined, 'name channels of the pictures, gray, or 1, received "2"'],
    [4, 'flair,t1', SEQUENCES, `be ${showRule.words}, received "flair,t1"`],
    [4, '0', SEQUENCES, `be ${showRule.words}, received "0"`],
    [4, '', SEQUENCES, `be ${showRule.words}, received ""`],
  ])('of %i channels are not: %s', (channels, show, names, sentence) => {
    expect(() => shown(channels, show, names)).toThrow(`Cannot draw: --show must ${sentence}.`);
  });
});

it('the channels that are shown are no part where they are all in their order', () => {
  const part = (channels: number, show?: string, channelNames?: string[]) =>
    partShown('draw', { shape: shape(channels), channelNames, show });
  expect([part(1), part(3), part(1, '1'), part(3, 'red,green,blue')]).toEqual(new Array(4).fill(undefined));
  expect([part(2), part(3, '3'), part(3, '3,2,1'), part(4, '1,2,3')]).toEqual([[0], [2], [2, 1, 0], [0, 1, 2]]);
  expect([part(3, undefined, ['flair', 't1', 't2']), part(4, 't1ce', SEQUENCES)]).toEqual([[0], [3]]);
  const masked = { shape: shape(4), maskOutput: { classes: ['none', 'a', 'b'] } };
  expect(partShown('draw', masked)).toBeUndefined();
  expect(() => part(4, 'pd', SEQUENCES)).toThrow('--show must name channels of the pictures');
});

describe('the names of channels', () => {
  it('are told with their number', () => {
    expect([1, 2, 3].map((channels) => nameChannels(channels))).toEqual(['gray', '2 channels', 'RGB']);
    expect(nameChannels(2, ['flair', 't1'])).toBe('2 channels (flair, t1)');
    expect(nameChannels(3, ['a', 'b', 'c'])).toBe('3 channels (a, b, c)');
    expect(namesFault(['flair', 't1-ce_2'])).toBeUndefined();
  });

  it('come from model_index.json, one for each channel', () => {
    const read = (channel_names: unknown, channels = 2) => channelNamesOf('load', { channel_names }, channels);
    expect(read({ 0: 'flair', 1: 't1' })).toEqual(['flair', 't1']);
    expect([read(undefined), read(null)]).toEqual([undefined, undefined]);
    for (const wrong of [{ 0: 'flair' }, { 0: 'a', 1: 'a' }, { 0: 'a', 2: 'b' }, { 0: 'a', 1: 7 }, 'ab', 7]) {
      expect(() => read(wrong)).toThrow('channel_names of model_index.json must be a different name for each of 2');
    }
  });
});
