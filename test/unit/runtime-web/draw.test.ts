import { InputError } from '@onnoise/scheduler/rules';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { drawPicture } from '#runtime-web/canvas/draw.ts';

/** The part of a canvas that is used: it keeps what was put on it. */
function fakeCanvas() {
  const put: number[][] = [];
  const context = { putImageData: ({ data }: { data: Uint8ClampedArray }) => void put.push(Array.from(data)) };
  const canvas = { width: 300, height: 150, getContext: () => context };
  return { canvas: canvas as unknown as HTMLCanvasElement, put };
}

beforeEach(() => {
  const FakeImageData = class {
    data: Uint8ClampedArray;
    constructor(width: number, height: number) {
      this.data = new Uint8ClampedArray(width * height * 4);
    }
  };
  vi.stubGlobal('ImageData', FakeImageData);
});
afterEach(() => vi.unstubAllGlobals());

it('draws one picture of a batch, gray or in colour, from values or bytes', () => {
  const { canvas, put } = fakeCanvas();
  drawPicture(canvas, { images: Float32Array.of(-1, 1, 0, 2), shape: [1, 1, 2] }, 1);
  expect([canvas.width, canvas.height]).toEqual([2, 1]);
  drawPicture(canvas, { images: Uint8ClampedArray.of(1, 2, 3), shape: [3, 1, 1] });
  expect(put).toEqual([
    [128, 128, 128, 255, 255, 255, 255, 255],
    [1, 2, 3, 255],
  ]);
});

it('refuses a picture that is not in the batch', () => {
  const { canvas, put } = fakeCanvas();
  const draw = () => drawPicture(canvas, { images: new Float32Array(4), shape: [1, 1, 2] }, 2);
  expect(draw).toThrow(InputError);
  expect(draw).toThrow('Cannot draw the picture: index must be an integer from 0 to 1, received 2.');
  expect(put).toEqual([]);
});
