/** A theme icon and the theme colour it has. */
export interface NodeIcon {
  readonly id: string;
  readonly color?: string;
}

/** One row of a tree, as data: what it shows, and what lies below it once a person looks. */
export interface TreeNode {
  /** Unique in its tree and the same after a refresh, so that what is open stays open. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** What a screen reader says after the label; the description, where that says all. */
  readonly spoken?: string;
  /** Markdown. */
  readonly tooltip?: string;
  readonly icon?: NodeIcon;
  /** One of `itemContexts`. */
  readonly context?: string;
  readonly command?: {
    readonly id: string;
    readonly title: string;
    readonly args: readonly unknown[];
  };
  /** What commands on this row are about. */
  readonly subject?: unknown;
  readonly expand?: 'collapsed' | 'expanded';
  readonly children?: () => readonly TreeNode[] | Promise<readonly TreeNode[]>;
}

/** The tree as indented text, down to `depth` levels: for tests and for the log. */
export async function treeText(nodes: readonly TreeNode[], depth = Infinity): Promise<string> {
  const lines: string[] = [];
  const walk = async (level: readonly TreeNode[], indent: number): Promise<void> => {
    for (const { label, description, icon, children } of level) {
      const text = description === undefined ? label : `${label}  ${description}`;
      lines.push(`${'  '.repeat(indent)}${icon === undefined ? '' : `[${icon.id}] `}${text}`);
      if (children !== undefined && indent + 1 < depth) {
        await walk(await children(), indent + 1);
      }
    }
  };
  await walk(nodes, 0);
  return lines.join('\n');
}
