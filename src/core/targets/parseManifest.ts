import { findNodeAtLocation, getNodeValue, parseTree } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { UserError } from '../errors';
import type { Manifest } from './manifest';
import { manifestSchema } from './manifest';
import { describeIssue, issueText, syntaxText } from './manifestProblems';

/** Problems named in one message; the rest shows when these are mended. */
const mostNamed = 5;

type Issue = NonNullable<ReturnType<typeof manifestSchema.safeParse>['error']>['issues'][number];

/**
 * Reads the text of a `mirrorcode.json`: JSON with comments and trailing commas.
 * @throws UserError with line and column (base 1) of what is wrong.
 */
export function parseManifest(text: string, manifestPath: string): Manifest {
  const errors: ParseError[] = [];
  // An editor may have begun the file with a byte order mark; a space in its place keeps the offsets.
  const tree = parseTree(text.replace(/^\ufeff/u, ' '), errors, { allowTrailingComma: true });
  const [broken] = errors;
  if (broken !== undefined || tree === undefined) {
    const what = broken === undefined ? 'it is empty' : syntaxText(broken.error);
    throw new UserError(
      `${manifestPath}:${placeOf(text, broken?.offset ?? 0)} is not JSON: ${what}.`,
      { action: 'Correct it there; VS Code underlines it.' },
    );
  }
  const parsed = manifestSchema.safeParse(getNodeValue(tree), {
    error: describeIssue,
    reportInput: true,
  });
  if (!parsed.success) {
    const { issues } = parsed.error;
    const named = issues.slice(0, mostNamed).map((issue) => {
      const at = placeOf(text, offsetOf(tree, issue));
      const said = issueText(issue);
      return `${manifestPath}:${at} ${said}${said.endsWith('?') ? '' : '.'}`;
    });
    throw new UserError(named.join('\n'), {
      action: 'Correct it; in VS Code, completion shows what is possible.',
    });
  }
  return parsed.data;
}

/** Where an editor would underline it: the value, the unknown key, or what lacks something. */
function offsetOf(tree: Node, issue: Issue): number {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) {
      return unknownKey(node, issue) ?? node.offset;
    }
  }
  return unknownKey(tree, issue) ?? tree.offset;
}

function unknownKey(node: Node, issue: Issue): number | undefined {
  const [key] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  return node.children?.find((each) => each.children?.[0]?.value === key)?.offset;
}

/** Line and column, base 1. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
