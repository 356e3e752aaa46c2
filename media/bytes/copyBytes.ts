import type { CopyFormat } from '../../src/protocol/bytes';
import { openMenu } from '../ui/popupMenu';

const copyLabels: Readonly<Record<CopyFormat, string>> = {
  text: 'Copy',
  case: 'Copy as .case Text',
  escaped: 'Copy as Escaped String',
  hex: 'Copy as Hex',
  base64: 'Copy as Base64',
};

/** The menu of ways in which selected bytes are copied. */
export function openCopyMenu(
  at: { readonly x: number; readonly y: number },
  copy: (format: CopyFormat) => void,
): void {
  const items = (Object.entries(copyLabels) as [CopyFormat, string][]).map(([format, label]) => ({
    label,
    run: () => copy(format),
  }));
  openMenu(items, { ...at, label: 'Copy the selected bytes' });
}

/** What is said once the clipboard has them; `exact` is false where it can't hold them as they are. */
export function copiedNotice(
  { start, end, side }: { readonly start: number; readonly end: number; readonly side: string },
  { exact }: { readonly exact: boolean },
): string {
  const bytes = (end - start).toLocaleString('en');
  return exact
    ? `Copied ${bytes} bytes of the ${side} side.`
    : `These ${bytes} bytes are no text, so a clipboard can't hold them: copied as an escaped string.`;
}
