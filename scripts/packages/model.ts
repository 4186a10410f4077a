/**
 * A model folder in its package: in the repository the sources name its files in `models`, in the package beside themselves,
 * in a folder of the model's name. Node takes `dist/node.js` in the place of `dist/index.js`.
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { ROOT } from './paths.ts';

/** @param name of the folder in `models` */
export const packModel =
  (name: string) =>
  async (out: string): Promise<void> => {
    const dist = join(out, 'dist');
    await cp(join(ROOT, 'models', name), join(dist, name), { recursive: true });
    const index = join(dist, 'index.js');
    const text = await readFile(index, 'utf8');
    await writeFile(index, text.replaceAll(`'../../models/${name}/`, `'./${name}/`));
    await addNode(name, out);
  };

/** Adds what Node imports, and names it in the manifest. */
async function addNode(name: string, out: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(out, 'package.json'), 'utf8'));
  const addresses = await import(pathToFileURL(join(out, 'dist', 'index.js')).href);
  const source = await readFile(join(import.meta.dirname, 'model-in-node.ts'), 'utf8');
  const { code } = await transform(source, {
    loader: 'ts',
    define: {
      MODEL: JSON.stringify(name),
      PACKAGE: JSON.stringify(manifest.name),
      FILES: JSON.stringify(Object.keys(addresses[name])),
    },
  });
  await writeFile(join(out, 'dist', 'node.js'), `${code}export { files as ${name} };\n`);
  const { types, ...others } = manifest.exports['.'];
  manifest.exports['.'] = { types, node: './dist/node.js', ...others };
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
