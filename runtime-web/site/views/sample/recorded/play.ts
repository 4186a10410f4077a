/** Fetches the recording and plays it, a few times over; for those who asked for less motion only its end is shown. */
import { type Moment, moment, readMoments } from './recording.ts';

const ADDRESS = 'learn/recorded-sampling.png';
/** Milliseconds of a step, and of the finished pictures. */
const [PACE, STAY] = [160, 2500];
const TIMES = 3;

/** Returns a function that ends it. Without a connection there is nothing to play. */
export function playRecording(): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
  const play = async () => {
    const moments = await fetchMoments();
    const last = moments.at(-1)!;
    if (ended) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      moment.value = last;
      return;
    }
    for (let time = 0; time < TIMES; time++) {
      for (const one of moments) {
        moment.value = one;
        await wait(one === last ? STAY : PACE);
        if (ended) return;
      }
    }
  };
  play().catch(() => {});
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

let fetched: Promise<Moment[]> | undefined;

function fetchMoments(): Promise<Moment[]> {
  fetched ??= readPicture().catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

async function readPicture(): Promise<Moment[]> {
  const response = await fetch(new URL(ADDRESS, document.baseURI));
  const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  return readMoments(data);
}
