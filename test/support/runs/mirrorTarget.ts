import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { openTarget } from '../../../src/core/targets/openTarget';
import type { Target } from '../../../src/core/targets/target';

/** Stands in the reference's file and nowhere else. */
export const referenceMark = 'MARK-OF-THE-REFERENCE-4711';
/** Stands in a hidden case and nowhere else. */
export const hiddenMark = 'hidden-word-4711';

/** Joins its arguments, turns stdin to upper case, prints a file, makes one, or ends by a signal. */
const reference = String.raw`
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
const char *mark = "MARK-OF-THE-REFERENCE-4711";
int main(int count, char **args) {
  if (count == 2 && !strcmp(args[1], "--mark")) { puts(mark); return 0; }
  if (count == 3 && !strcmp(args[1], "read")) {
    FILE *file = fopen(args[2], "r");
    int c;
    if (!file) { fprintf(stderr, "mirror: no %s\n", args[2]); return 2; }
    while ((c = getc(file)) != EOF) putchar(c);
    return 0;
  }
  if (count == 4 && !strcmp(args[1], "peek")) {
    FILE *file = fopen(args[2], "r");
    char bytes[4096];
    if (!file || fseeko(file, strtoll(args[3], 0, 0), SEEK_SET)) { fprintf(stderr, "mirror: no %s\n", args[2]); return 2; }
    fwrite(bytes, 1, fread(bytes, 1, sizeof bytes, file), stdout);
    return 0;
  }
  if (count == 3 && !strcmp(args[1], "make")) {
    FILE *file = fopen(args[2], "w");
    fputs("made\n", file);
    return fclose(file);
  }
  if (count == 3 && !strcmp(args[1], "show")) { puts(getenv(args[2]) ? getenv(args[2]) : "-"); return 0; }
  if (count == 2 && !strcmp(args[1], "abort")) raise(SIGABRT);
  if (count == 1) { int c; while ((c = getchar()) != EOF) putchar(toupper(c)); return 0; }
  for (int i = 1; i < count; i++) printf("%s%s", i > 1 ? "," : "", args[i]);
  puts("");
  return 0;
}
`;

/** A candidate that passes every case. */
export const goodCandidate = `import sys
args = sys.argv[1:]
if args:
    print(",".join(args))
else:
    sys.stdout.buffer.write(sys.stdin.buffer.read().upper())
`;

function golden(name: string, labels: string[], args: string[], stdin: string, stdout: string) {
  return {
    name,
    labels,
    duals: [],
    input: {
      args,
      env: {},
      stdin: stdin === '' ? emptyContent : bytesContent(stdin),
      files: [],
    },
    gold: { stdout: bytesContent(stdout), stderr: emptyContent, returncode: 0, outputs: [] },
  } satisfies Case;
}

/** A small target with a compiled reference, three visible cases and one hidden. */
export async function makeMirrorTarget(folder: string): Promise<Target> {
  await mkdir(path.join(folder, 'docs'), { recursive: true });
  await writeFile(path.join(folder, 'mirror.c'), reference);
  // At a place in memory that can be told beforehand.
  execFileSync('gcc', [
    '-w',
    '-no-pie',
    '-o',
    path.join(folder, 'mirror'),
    path.join(folder, 'mirror.c'),
  ]);
  await writeFile(
    path.join(folder, 'docs', 'mirror.md'),
    'mirror joins, or shouts. See MIRROR_MODE.\n',
  );
  await writeFile(
    path.join(folder, 'mirrorcode.json'),
    JSON.stringify({ name: 'mirror', reference: './mirror', languages: { python: {} } }),
  );
  const target = await openTarget(folder);
  await target.store.writeAll(
    [
      golden('join/two', [], ['a', 'b'], '', 'a,b\n'),
      golden('join/one', [], ['x'], '', 'x\n'),
      golden('shout/word', [], [], 'abc\n', 'ABC\n'),
      golden('join/secret', ['hidden'], [hiddenMark], '', `${hiddenMark}\n`),
    ],
    { replace: true },
  );
  return openTarget(folder);
}
