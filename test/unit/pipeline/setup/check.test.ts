import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEngine } from '#pipeline/setup/check.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

/** A package whose tfjs is this program. */
async function packageWith(script: string) {
  const folder = await temporaryFolder();
  const tfjs = join(folder, 'node_modules', '@tensorflow', 'tfjs');
  await mkdir(tfjs, { recursive: true });
  await writeFile(join(tfjs, 'index.js'), script);
  return folder;
}

const install = { route: 'npm', tensorflow: '2.9.1', env: {} } as const;

test('checkEngine gives up on a library that computes for ever', { tags: 'long' }, async () => {
  const folder = await packageWith('for (;;);');
  await expect(checkEngine('tfjs-node', folder, install, { limit: 3000 })).rejects.toThrow(
    /^Cannot use tfjs-node: .* its process gave no answer in 3 s\. npx pipeline setup tfjs-node --force/,
  );
});

test('checkEngine tells of a crash, with the words that tell of it', { tags: 'long' }, async () => {
  const folder = await packageWith(`
    const { writeSync } = require('node:fs');
    writeSync(2, "terminate called after throwing an instance of 'std::length_error'\\n");
    writeSync(2, 'This TensorFlow binary is optimized to use available CPU instructions\\n');
    writeSync(2, 'To enable the following instructions: AVX2 FMA, rebuild TensorFlow.\\n');
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  `);
  await expect(checkEngine('tfjs-node', folder, install)).rejects.toThrow(
    "its process ended with SIGSEGV: terminate called after throwing an instance of 'std::length_error'. npx pipeline setup",
  );
});
