/** The reference of all packages, `npm run api`: compiles the examples, then writes docs/api. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { collectExamples, compileExamples } from './examples.ts';

const examples = await collectExamples();
const said = await compileExamples(examples);
if (said !== '') throw new Error(`These examples do not compile:\n${said}`);
console.log(`${examples.length} examples compile.`);

const typedoc = join(dirname(createRequire(import.meta.url).resolve('typedoc/package.json')), 'bin', 'typedoc');
const child = spawn(process.execPath, [typedoc], { cwd: import.meta.dirname, stdio: 'inherit' });
const [code] = await once(child, 'exit');
process.exitCode = code;
