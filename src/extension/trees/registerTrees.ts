import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { CaseDrag } from '../curation/caseDrag';
import { registerCommand } from '../commands/registerCommands';
import { registerQueue } from '../commands/registerQueue';
import { setContextKey } from '../contextKey';
import type { Services } from '../services';
import { views } from '../tables/views';
import { captureNodes } from './captureNodes';
import { failingCases } from './judgedNodes';
import { NodeTree } from './nodeTree';
import { runNodes } from './runNodes';
import { taskNodes } from './taskNodes';
import type { TreeNode } from './treeNode';

/** What of the trees the tests read. */
export interface Trees extends Disposable {
  readonly tasks: NodeTree;
  readonly runs: NodeTree;
  readonly capture: NodeTree;
}

type GroupBy = 'tier' | 'domain';
const groupByKey = 'tasks.groupBy';

/** The three trees of the activity bar, kept in step with the model. */
export function registerTrees(services: Services): Trees {
  const { model, context, audits } = services;
  const groupBy = (): GroupBy =>
    context.workspaceState.get<GroupBy>(groupByKey) === 'domain' ? 'domain' : 'tier';
  const tasks = new NodeTree(() =>
    taskNodes({
      targets: model.targets.map((target) => ({
        ...model.view(target),
        audit: () => {
          audits.want(target);
          return audits.of(target);
        },
      })),
      broken: model.broken,
      groupBy: groupBy(),
    }),
  );
  const runs = new NodeTree(() =>
    runNodes({
      scores: model.scores,
      runs: model.runs,
      now: new Date(),
      failing: (score) => failingCases(model, score),
    }),
  );
  const capture = new NodeTree(() => captureNodes(model.captures));
  const captureView = show(views.capture, capture, { canSelectMany: true });
  setContextKey('mirrorcode.groupBy', groupBy());

  const group = async (by: GroupBy) => {
    await context.workspaceState.update(groupByKey, by);
    setContextKey('mirrorcode.groupBy', by);
    tasks.refresh();
  };
  const subscriptions = vscode.Disposable.from(
    tasks,
    runs,
    capture,
    show(views.tasks, tasks, {
      canSelectMany: true,
      dragAndDropController: new CaseDrag(services),
    }),
    show(views.runs, runs),
    captureView,
    registerQueue(services, { tree: capture, view: captureView }),
    registerCommand(services, 'groupByTier', () => group('tier')),
    registerCommand(services, 'groupByDomain', () => group('domain')),
    audits.onDidChange(() => tasks.refresh()),
    model.onDidChange((change) => {
      if (change === 'targets') {
        setContextKey('mirrorcode.hasTargets', model.targets.length + model.broken.length > 0);
        setContextKey('mirrorcode.looked', true);
      }
      if (change === 'captures') {
        const { length } = model.captures;
        captureView.badge =
          length === 0 ? undefined : { value: length, tooltip: `${length} captured, not accepted` };
        capture.refresh();
        return;
      }
      if (change === 'scores' || change === 'runs') {
        runs.refresh();
      }
      if (change !== 'runs') {
        tasks.refresh();
      }
    }),
  );
  return { tasks, runs, capture, dispose: () => void subscriptions.dispose() };
}

function show(
  id: string,
  tree: NodeTree,
  options: Partial<vscode.TreeViewOptions<TreeNode>> = {},
): vscode.TreeView<TreeNode> {
  return vscode.window.createTreeView(id, {
    treeDataProvider: tree,
    showCollapseAll: true,
    ...options,
  });
}
