/** A program that starts again with huge pages, prints what it was started with, and ends with 5. */
import { startAgain } from '../../pipeline/src/terminal/huge-pages.ts';

const tunables = process.env.GLIBC_TUNABLES;
if (tunables === undefined) startAgain('glibc.malloc.hugetlb=1');
const options = process.execArgv.includes('tsx');
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), tunables, options, id: process.pid }));
process.exitCode = 5;
