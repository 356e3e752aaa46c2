import { readFileSync } from 'node:fs';

/**
 * What tells a process from another that gets its number later, after a restart of the machine above
 * all. Linux alone says it: the kernel's boot id and when the process began (proc(5), `starttime`).
 */
export function processMark(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; what follows it counts from the third field.
    const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return began === undefined ? undefined : `${boot}/${began}`;
  } catch {
    return undefined;
  }
}
