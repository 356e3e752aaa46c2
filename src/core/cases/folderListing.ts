import type { CaseFile } from './caseFiles';
import { agreement, parseCaseFile, readText, unreadable } from './caseFiles';
import type { CaseListing, CaseSummary, UnreadableCase } from './caseStore';
import type { ListedFile } from './listingIndex';
import { plainHeaders } from './plainCase';

/** Reads what a listing says of a case file. */
export function listedFile(found: CaseFile): ListedFile {
  const read = readText(found);
  return 'text' in read ? (plainlyListed(found, read.text) ?? wholly(found, read.text)) : read;
}

/** Undefined where there may be something wrong. */
function plainlyListed(found: CaseFile, text: string): ListedFile | undefined {
  const { name, labels = [], duals = [], args, returncode } = plainHeaders(text) ?? {};
  const isPlain =
    name !== undefined && args !== undefined && agreement(found, { name, labels }) === undefined;
  return isPlain
    ? { summary: { labels, duals, args, hasGold: returncode !== undefined } }
    : undefined;
}

function wholly(found: CaseFile, text: string): ListedFile {
  const { value, problem } = parseCaseFile(found, text);
  return {
    ...(value !== undefined && {
      summary: {
        labels: value.labels,
        duals: value.duals,
        args: value.input.args,
        hasGold: value.gold !== undefined,
      },
    }),
    ...(problem !== undefined && { problem }),
  };
}

/** The listing of a folder's files, in their order. Of two cases with one name the first is read. */
export function listingOf(
  files: Iterable<{ readonly name: string; readonly path: string; readonly file: ListedFile }>,
): CaseListing {
  const cases: CaseSummary[] = [];
  const problems: UnreadableCase[] = [];
  const seen = new Set<string>();
  for (const { name, path, file } of files) {
    const { summary, problem } = file;
    if (seen.has(name)) {
      problems.push(givenTwice({ name, path }));
      continue;
    }
    seen.add(name);
    if (problem !== undefined) {
      problems.push(problem);
    }
    if (summary !== undefined) {
      cases.push({ name, ...summary, location: { path } });
    }
  }
  return { cases, unreadable: problems };
}

/** What is said of the second of two cases with one name. */
export function givenTwice(found: Pick<CaseFile, 'name' | 'path'>): UnreadableCase {
  return unreadable(found, `There is a hidden and a visible case of the name ${found.name}.`);
}
