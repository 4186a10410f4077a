/**
 * A program that runs again in a second process. Its argument says what the second one does, once it has printed its
 * process: `code` ends with 7, `save` ends with 130 at the first SIGINT and 9 at another, `wait` waits.
 */
import { endWithFirst, followSecond, startSecond } from '#base/terminal/second-process.ts';

endWithFirst();
if (process.env.SECOND === undefined) {
  const second = startSecond({ SECOND: 'yes' });
  second.stderr!.pipe(process.stderr);
  process.exitCode = await followSecond(second);
} else {
  const stay = setInterval(() => {}, 1000);
  let interrupted = 0;
  if (process.argv[2] === 'save') {
    process.on('SIGINT', () => {
      interrupted++;
      setTimeout(() => process.exit(interrupted === 1 ? 130 : 9), 300);
    });
  }
  process.stdout.write(`${process.pid}\n`);
  if (process.argv[2] === 'code') {
    clearInterval(stay);
    process.exitCode = 7;
  }
}
