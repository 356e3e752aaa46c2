import * as vscode from 'vscode';
import type { TreeNode } from './treeNode';

const states = {
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

/** Shows `TreeNode`s in a view. The nodes are made anew on every refresh; ids keep what is open. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  /** What each row that was shown lies below, for whoever reveals it. */
  private readonly parents = new Map<string, TreeNode>();
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(readonly roots: () => readonly TreeNode[] | Promise<readonly TreeNode[]>) {}

  /** The node of an id, as it would be shown now. */
  async find(id: string): Promise<TreeNode | undefined> {
    const search = async (nodes: readonly TreeNode[]): Promise<TreeNode | undefined> => {
      for (const node of nodes) {
        const found = node.id === id ? node : await search(await this.getShown(node));
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    };
    return search(await this.getShown());
  }

  getParent({ id }: TreeNode): TreeNode | undefined {
    return this.parents.get(id);
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getChildren(node?: TreeNode): vscode.ProviderResult<TreeNode[]> {
    return this.getShown(node);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const item = new vscode.TreeItem(
      node.label,
      node.expand === undefined ? vscode.TreeItemCollapsibleState.None : states[node.expand],
    );
    item.id = node.id;
    item.accessibilityInformation = {
      label: [node.label, node.spoken ?? node.description]
        .filter((part) => part !== undefined)
        .join(', '),
    };
    if (node.description !== undefined) {
      item.description = node.description;
    }
    if (node.tooltip !== undefined) {
      item.tooltip = new vscode.MarkdownString(node.tooltip);
    }
    if (node.icon !== undefined) {
      const { id, color } = node.icon;
      item.iconPath = new vscode.ThemeIcon(
        id,
        color === undefined ? undefined : new vscode.ThemeColor(color),
      );
    }
    if (node.context !== undefined) {
      item.contextValue = node.context;
    }
    if (node.command !== undefined) {
      const { id, title, args } = node.command;
      item.command = { command: id, title, arguments: [...args] };
    }
    return item;
  }

  private async getShown(node?: TreeNode): Promise<TreeNode[]> {
    const children = await (node === undefined ? this.roots() : (node.children?.() ?? []));
    if (node !== undefined) {
      children.forEach(({ id }) => this.parents.set(id, node));
    }
    return [...children];
  }

  dispose(): void {
    this.changed.dispose();
  }
}
