import { digits } from '@onnoise/model-digits';
import { createSamplingWorker, drawPicture } from '@onnoise/runtime-web';
import { useEffect, useRef } from 'react';

const worker = createSamplingWorker(); // one for the page: it holds the network
const loaded = worker.load(digits);

/** A new picture of a digit. */
export function Digit({ label, seed }) {
  const canvas = useRef(null);
  useEffect(() => {
    const stop = new AbortController();
    loaded
      .then(() => worker.sample({ labels: [label], seed }, { signal: stop.signal }))
      .then((made) => drawPicture(canvas.current, made))
      .catch((error) => stop.signal.aborted || console.error(error));
    return () => stop.abort();
  }, [label, seed]);
  return <canvas ref={canvas} />;
}
