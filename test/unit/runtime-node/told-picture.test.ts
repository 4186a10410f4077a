import { readPicture } from '@onnoise/runtime-node';
import { TOLD_PICTURE } from '@onnoise/scheduler/model';
import { expect, test } from 'vitest';
import { grayPicture } from '#test/pictures/images.ts';

const SHAPE = [1, 8, 12] as const;
const read = async (width: number, height: number, told: boolean) => {
  const bytes = await grayPicture(width, height, (x) => (x < width / 2 ? 255 : 0))
    .png()
    .toBuffer();
  return readPicture({ bytes, name: 'low.png', ...(told && { use: TOLD_PICTURE }) }, [...SHAPE]);
};

test('a picture that the model is told is resized where its proportions are the model’s', async () => {
  const told = await read(6, 4, true);
  expect(told).toHaveLength(96);
  expect([told[0], told[11]]).toEqual([1, -1]);
});

test('others are refused, and so is one to start from', async () => {
  await expect(read(6, 5, true)).rejects.toThrow(
    'low.png must be 12 x 8 pixels, as the pictures that the model is told are, received 6 x 5',
  );
  await expect(read(6, 4, false)).rejects.toThrow(
    'low.png must be 12 x 8 pixels, as the pictures of the model are, received 6 x 4',
  );
});
