/** A program that starts again with huge pages, prints what it was started with, and ends with 5. */
import { runWithHugePages } from '../../pipeline/src/terminal/huge-pages.ts';
import { endWithFirst } from '../../pipeline/src/terminal/second-process.ts';

endWithFirst();
const tunables = process.env.GLIBC_TUNABLES;
if (tunables === undefined) {
  process.exitCode = await runWithHugePages('glibc.malloc.hugetlb=1');
} else {
  const options = process.execArgv.includes('tsx');
  process.stdout.write(JSON.stringify({ args: process.argv.slice(2), tunables, options }));
  process.exitCode = 5;
}
