import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '#base/files/running.ts';

const lifetime = JSON.stringify(new URL('../../../../runtime-node/src/child/lifetime.ts', import.meta.url).href);
const childModule = JSON.stringify(new URL('../../../../runtime-node/src/child/index.ts', import.meta.url).href);
const fixture = JSON.stringify(fileURLToPath(new URL('../../../support/programs/child.ts', import.meta.url)));
const SPIN = 'process.send(process.pid, () => { for (;;); })';

/** A process that starts a child, which runs `child` and then computes forever, and then runs `parent`. */
async function family(child: string, parent: string) {
  const script = `
    const { endWithThis } = await import(${lifetime});
    const { fork } = await import('node:child_process');
    const { writeFileSync } = await import('node:fs');
    const start = \`data:text/javascript,\${encodeURIComponent(${JSON.stringify(child)}.replace('PARENT', process.pid))}\`;
    const child = fork('-', [], { execArgv: ['--import', 'tsx', '--import', start], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.once('message', (pid) => {
      console.log(pid);
      ${parent}
    });`;
  return run(script);
}

/** The same for a child of `startChild`, which `parent` may call. */
async function startedFamily(options: string, parent: string) {
  return run(`
    const { startChild } = await import(${childModule});
    const child = await startChild(${fixture}, 'well', { execArgv: ['--import', 'tsx'], ${options} });
    console.log(child.pid);
    ${parent}`);
}

async function run(script: string) {
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  onTestFinished(() => void program.kill('SIGKILL'));
  program.stdout.setEncoding('utf8');
  const [said] = await once(program.stdout, 'data');
  const pid = Number(said);
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return { program, pid };
}

const soon = { timeout: 20_000, interval: 100 };

test('endWithThis kills a child that is deaf when its parent exits', { tags: 'long' }, async () => {
  const { pid } = await family(SPIN, 'endWithThis(child); setTimeout(() => process.exit(3), 300);');
  await expect.poll(() => isRunning(pid), soon).toBe(false);
});

test('endWithParent ends a process that is deaf once its parent was killed', { tags: 'long' }, async () => {
  const child = `const { endWithParent } = await import(${lifetime}); endWithParent(PARENT, 100); ${SPIN}`;
  const { program, pid } = await family(child, 'setInterval(() => {}, 1000);');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isRunning(pid)).toBe(true);
  program.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), soon).toBe(false);
});

test('a child of startChild ends once its parent was killed', { tags: 'long' }, async () => {
  const { program, pid } = await startedFamily('', 'setInterval(() => {}, 1000);');
  expect(isRunning(pid)).toBe(true);
  program.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), soon).toBe(false);
});

test('a child that is deaf ends with the parent where it is asked to', { tags: 'long' }, async () => {
  const parent = "child.call('spin').catch(() => {}); setTimeout(() => process.exit(3), 300);";
  const { pid } = await startedFamily('endWithThis: true', parent);
  await expect.poll(() => isRunning(pid), soon).toBe(false);
});
