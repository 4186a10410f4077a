/** Opens the camera when the visitor wants it, and releases it afterwards. */

/** @throws Error with one sentence: what prevents it, and what to do. */
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error(
      'Cannot use a camera here: browsers lend one to pages at https or on localhost only. A file will do.',
    );
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } },
    });
  } catch (error) {
    throw new Error(`Cannot use the camera: ${reason(error instanceof Error ? error.name : '')} A file will do.`);
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Names of the Media Capture specification. */
export function reason(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'this page may not. Allow it beside the address, if you wish, and try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'there is none that this browser can find.';
    case 'NotReadableError':
    case 'AbortError':
      return 'another program seems to be using it.';
    default:
      return 'the browser does not say why.';
  }
}
