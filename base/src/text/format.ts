/** Formats for people: durations, rates, sizes, paths. */
import { relative, resolve } from 'node:path';

/** `0.4 s`, `45 s`, `3:07 min`, `1:02:45 h`; an unknown duration is `?`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)} h`;
  return minutes > 0 ? `${minutes}:${two(rest)} min` : `${rest} s`;
}

/** Three significant digits below 100, whole numbers above: `0.0123`, `7.5`, `1234`. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** Bytes in binary units: `812 B`, `9.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatNumber(value)} ${units[unit]}`;
}

/** The shortest form of a path from here. */
export function formatPath(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return oneLine(short !== '' && !short.startsWith('..') ? short : path);
}

/** A path from here for a command line to paste, in quotes where a shell needs them. */
export function shellPath(path: string): string {
  const short = formatPath(path);
  return shellWord(short.startsWith('-') ? `./${short}` : short);
}

/** One word of a command line. The shells of Windows know double quotes alone, and no name there has one. */
export function shellWord(text: string, platform: string = process.platform): string {
  if (platform === 'win32') return /^[\w@+:,./\\-]+$/.test(text) ? text : `"${text}"`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text on one line: control characters, such as a line break in a name, are escaped as in JSON. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

/** `1 image`, `3 images`; `many` is an irregular plural. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
