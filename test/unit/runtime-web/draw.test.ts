import { InputError } from '@onnoise/scheduler/rules';
import { expect, it, vi } from 'vitest';
import { drawPicture } from '#runtime-web/canvas/draw.ts';

it('draws one picture of a batch, gray or in colour, from values or bytes, and refuses one that is not there', () => {
  class ImageData {
    data: Uint8ClampedArray;
    constructor(width: number, height: number) {
      this.data = new Uint8ClampedArray(width * height * 4);
    }
  }
  vi.stubGlobal('ImageData', ImageData);
  const put: number[][] = [];
  const context = { putImageData: ({ data }: ImageData) => void put.push([...data]) };
  const canvas = { width: 300, height: 150, getContext: () => context } as unknown as HTMLCanvasElement;
  const gray = { images: Float32Array.of(-1, 1, 0, 2), shape: [1, 1, 2] } as const;
  drawPicture(canvas, gray, 1);
  expect([canvas.width, canvas.height]).toEqual([2, 1]);
  drawPicture(canvas, { images: Uint8ClampedArray.of(1, 2, 3), shape: [3, 1, 1] });
  expect(() => drawPicture(canvas, gray, 2)).toThrow(
    new InputError('Cannot draw the picture: index must be an integer from 0 to 1, received 2.'),
  );
  expect(put).toEqual([
    [128, 128, 128, 255, 255, 255, 255, 255],
    [1, 2, 3, 255],
  ]);
  vi.unstubAllGlobals();
});
