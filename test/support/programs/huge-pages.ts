/**
 * A program that starts as `train` does, prints what it was started with, and ends with 5. With TAKEN it does not see the
 * variable, as a program with special rights.
 */
if (process.env.TAKEN) delete process.env.GLIBC_TUNABLES;
const { hugePages, startAgain } = await import('#base/terminal/huge-pages.ts');

const wanted = hugePages(['train']);
if (wanted !== undefined) startAgain(wanted);
const options = process.execArgv.includes('tsx');
const tunables = process.env.GLIBC_TUNABLES;
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), tunables, options, id: process.pid }));
process.exitCode = 5;
