import { describe, expect, test, vi } from 'vitest';
import { describeProgress, type ProgressEvent, withProgress } from '#base/terminal/progress.ts';
import { formatBytes, formatDuration, formatNumber, plural, shellPath, shellWord } from '#base/text/format.ts';

/** A stream that records its output. */
function paper(isTTY: boolean) {
  const lines: string[] = [];
  const stream = { isTTY, write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { lines, stream };
}

describe('withProgress off a terminal', () => {
  test('writes a plain line when both five seconds and a tenth have passed, and at the end', async () => {
    const { lines, stream } = paper(false);
    let seconds = 0;
    const result = await withProgress('Training', { unit: 'steps', stream, now: () => seconds }, async (report) => {
      for (let done = 0; done <= 100; done++) {
        seconds = done * 0.4;
        report({ done, total: 100, note: `loss ${done}` });
      }
      return 'trained';
    });
    expect(result).toBe('trained');
    expect(lines.map((line) => line.split('  ')[1])).toEqual(['13%', '26%', '39%', '52%', '65%', '78%', '91%', '100%']);
    expect(lines[0]).toBe('Training  13%  13/100 steps  2.5 steps/s  35 s left  loss 13\n');
    expect(lines.at(-1)).toBe('Training  100%  100/100 steps  2.5 steps/s  took 40 s  loss 100\n');
  });

  test('writes the last state when the work fails, and passes the error on', async () => {
    const { lines, stream } = paper(false);
    const work = withProgress('Reading', { unit: 'images', stream, now: () => 1 }, async (report) => {
      report({ done: 2, total: 9 });
      throw new Error('broken');
    });
    await expect(work).rejects.toThrow('broken');
    expect(lines).toEqual(['Reading  22%  2/9 images\n']);
  });

  test('tells what comes after the last unit once, with the last of its notes', async () => {
    const { lines, stream } = paper(false);
    await withProgress('Training', { unit: 'steps', stream, now: () => 1 }, async (report) => {
      report({ done: 2, total: 2, note: 'loss 1' });
      for (let i = 1; i <= 50; i++) report({ done: 2, total: 2, note: `drawing pictures, ${i} of 50` });
    });
    expect(lines.map((line) => line.trim().split('  ').at(-1))).toEqual(['loss 1', 'drawing pictures, 50 of 50']);
  });

  test('writes a line a minute while the work is slow, and while nothing is reported', async () => {
    vi.useFakeTimers();
    try {
      const { lines, stream } = paper(false);
      let seconds = 0;
      const pass = async (more: number) => {
        seconds += more;
        await vi.advanceTimersByTimeAsync(1000 * more);
      };
      await withProgress('Training', { unit: 'steps', stream, now: () => seconds }, async (report) => {
        await pass(61); // the first report is late
        report({ done: 0, total: 1000 });
        for (let done = 1; done <= 40; done++) {
          await pass(6);
          report({ done, total: 1000 });
        }
        await pass(130); // one step takes long
      });
      const told = lines.map((line) => line.trim().split('  ').slice(1, 3).join(' '));
      expect(told[0]).toMatch(/^no steps yet after /);
      expect(told.slice(1, 5)).toEqual(['0% 9/1000 steps', '1% 19/1000 steps', '2% 29/1000 steps', '3% 39/1000 steps']);
      expect(told.slice(5)).toEqual(Array(told.length - 5).fill('4% 40/1000 steps'));
      expect(told.length).toBeGreaterThan(5);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('describeProgress', () => {
  const line = (event: ProgressEvent, seconds: number, from = { seconds: 0, done: 0 }, bar = false) =>
    describeProgress('Training', event, { seconds, from }, 'steps', bar);

  test('does not count what a resumed run did before, nor the time to get ready', () => {
    expect(line({ done: 150, total: 200 }, 30, { seconds: 20, done: 100 })).toBe(
      'Training  75%  150/200 steps  5 steps/s  10 s left',
    );
  });

  test('draws a bar', () => {
    expect(line({ done: 1, total: 2 }, 0, undefined, true)).toContain(`[${'='.repeat(12)}${' '.repeat(12)}]  50%`);
    expect(line({ done: 5, total: 2 }, 0, undefined, true)).toContain(`[${'='.repeat(24)}]  100%`);
  });

  test('copes with a total of 0', () => {
    expect(line({ done: 0, total: 0 }, 0)).toBe('Training  0%  0/0 steps  took 0.0 s');
  });
});

describe('format', () => {
  test('shellWord and shellPath quote a path where a shell needs it', () => {
    const quoted = {
      'models/a': 'models/a',
      'x y': "'x y'",
      "it's": "'it'\\''s'",
      '~a': "'~a'",
      $b: "'$b'",
      'c*': "'c*'",
    };
    for (const [path, word] of Object.entries(quoted)) expect(shellWord(path, 'linux')).toBe(word);
    expect([shellWord('C:\\a', 'win32'), shellWord('C:\\my models', 'win32')]).toEqual(['C:\\a', '"C:\\my models"']);
    expect(shellPath('-x')).toBe('./-x');
  });

  test('numbers, times, bytes and counts are as long as they need to be', () => {
    const told = (format: (value: number) => string, values: readonly number[]) => values.map(format).join(', ');
    expect(told(formatDuration, [0, 9.9, 9.96, 59.4, 60, 187, 3600, 3765, Number.POSITIVE_INFINITY])).toBe(
      '0.0 s, 9.9 s, 10 s, 59 s, 1:00 min, 3:07 min, 1:00:00 h, 1:02:45 h, ?',
    );
    expect(told(formatNumber, [0.01234, 7.5, 99.99, 123.4, 12345])).toBe('0.0123, 7.5, 100, 123, 12345');
    expect(told(formatBytes, [812, 1536, 9.5 * 2 ** 20, 3 * 2 ** 30])).toBe('812 B, 1.5 KiB, 9.5 MiB, 3 GiB');
    expect(told((count) => plural(count, 'picture'), [1, 0])).toBe('1 picture, 0 pictures');
  });
});
