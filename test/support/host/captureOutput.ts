import { openSync, writeSync } from 'node:fs';
import { format } from 'node:util';
import { outputVariable } from './testHost';

/**
 * Sends what is printed in an extension host to the file that the one who started it reads along. The
 * extension host has set accessors on `console` that swallow what they are given.
 * @returns what prints a line.
 */
export function captureOutput(): (...parts: unknown[]) => void {
  const file = process.env[outputVariable];
  if (file === undefined) {
    return console.log;
  }
  const descriptor = openSync(file, 'a');
  const print = (...parts: unknown[]) => void writeSync(descriptor, `${format(...parts)}\n`);
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    Object.defineProperty(console, name, { configurable: true, value: print });
  }
  return print;
}
