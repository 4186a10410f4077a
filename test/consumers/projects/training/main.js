/** The pipeline as a library, from pictures to pictures, in the folder that it is started in. */
import { readFile, writeFile } from 'node:fs/promises';
import { loadModel, sheet } from 'onnoise';
import { exportRun, prepareImages, train } from 'onnoise/pipeline';

const settings = JSON.parse(await readFile(new URL('tiny.json', import.meta.url), 'utf8'));
const { source, ...data } = settings.data;
const images = await prepareImages({ data: source, size: data.size, channels: data.channels });
const losses = [];
await train({ run: 'run', settings, hooks: { onStep: ({ loss }) => losses.push(loss) } });
const { bytes } = await exportRun({ run: 'run', out: 'model' });
const model = await loadModel('model', { device: 'cpu' });
const { images: made, shape } = await model.sample({ count: 4, steps: 4 });
await writeFile('sheet.png', await sheet(made, shape));
console.log(JSON.stringify({ count: images.count, losses, bytes, shape, finite: made.every(Number.isFinite) }));
images.close();
