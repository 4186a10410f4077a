// A thread that draws phantoms; started by src/artist.ts.
import { parentPort, workerData } from 'node:worker_threads';

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { serveArtist } = await import('../src/artist.ts');
serveArtist(workerData, parentPort);
