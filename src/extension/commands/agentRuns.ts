import * as vscode from 'vscode';
import type { StoredRun } from '../../core/agents/run/runFolder';
import { UserError } from '../../core/errors';
import { budgetText, numberIn, positive } from '../flows/runFlow';
import { isInterrupted } from '../model/runText';
import type { Services } from '../services';
import type { RunSubject } from '../trees/agentRunNode';
import { commands } from '../tables/commands';
import { subjectOf } from './subjects';
import { requireTrust } from './trust';

/**
 * *Open in Replay* of a run: its transcript as far as it has come, followed while it grows. Of an agent
 * that is a program this is its own session while it works, and the log with the score once it is done.
 */
export async function openRun(argument: unknown): Promise<void> {
  const { dir, state } = runOf(argument);
  const isProgram = state.settings.agent !== undefined && state.status !== 'done';
  const names = isProgram ? ['session.jsonl', 'log.eval'] : ['log.eval'];
  for (const name of names) {
    const transcript = vscode.Uri.joinPath(vscode.Uri.file(dir), name);
    if (await isThere(transcript)) {
      await vscode.commands.executeCommand(commands.openInReplay, transcript);
      return;
    }
  }
  throw new UserError(`The run has no transcript yet: ${state.reason ?? 'it is starting'}.`);
}

function isThere(file: vscode.Uri): Thenable<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** *Pause Run*: the step under way is finished or given up; nothing of what is done is lost. */
export async function pauseRun({ engine, model }: Services, argument: unknown): Promise<void> {
  await engine.call('pauseRun', { dir: runOf(argument).dir });
  model.touch('runs');
}

/** *Resume Run*, from its last completed step. */
export async function resumeRun({ runs }: Services, argument: unknown): Promise<void> {
  requireTrust('Resuming a run');
  await runs.resume(runOf(argument));
}

/** *Stop Run*: ends the agent's work and scores what it has written. */
export async function stopRun(services: Services, argument: unknown): Promise<void> {
  requireTrust('Stopping a run');
  const run = runOf(argument);
  const stop = 'Stop and Score';
  const answer = await vscode.window.showWarningMessage(
    `Stop ${run.state.settings.model} on ${run.state.settings.target}? What it has written is scored, and it does not go on.`,
    { modal: true },
    stop,
  );
  if (answer !== stop) {
    return;
  }
  await services.engine.call('stopRun', { dir: run.dir });
  if (!run.isLive || isInterrupted(run)) {
    await services.runs.resume(run);
  }
  services.model.touch('runs');
}

/** *Extend Budget…*: more, or fewer, tokens and hours; at once where the run is at work. */
export async function extendRun(services: Services, argument: unknown): Promise<void> {
  const { engine, model, runs } = services;
  const run = runOf(argument);
  const { dir, state } = run;
  const { budget, spent } = state;
  const title = `Budget of ${state.settings.model} on ${state.settings.target}`;
  const tokens = await askNumber({
    title: `${title} (1/2)`,
    prompt: `Tokens in all, at most; ${spent.tokens.toLocaleString('en')} are spent.`,
    value: String(budget.tokens ?? spent.tokens * 2),
  });
  const hours =
    tokens === undefined
      ? undefined
      : await askNumber({
          title: `${title} (2/2)`,
          prompt: `Hours in all, at most; ${(spent.wallSeconds / 3600).toFixed(1)} are spent.`,
          value: String(Math.ceil((budget.wallSeconds ?? spent.wallSeconds * 2) / 360) / 10),
        });
  if (tokens === undefined || hours === undefined) {
    return;
  }
  const extended = { ...budget, tokens, wallSeconds: hours * 3600 };
  await engine.call('extendRun', { dir, budget: extended });
  model.touch('runs');
  const said = `The run may now spend ${budgetText(extended)}.`;
  if (run.isLive) {
    void vscode.window.setStatusBarMessage(said, 5000);
  } else if ((await vscode.window.showInformationMessage(said, 'Resume')) === 'Resume') {
    requireTrust('Resuming a run');
    await runs.resume({ ...run, state: { ...state, budget: extended } });
  }
}

/** *Set Model Key…*: keeps a provider's key, or forgets it. */
export async function setModelKey({ runs }: Services): Promise<void> {
  const provider = await vscode.window.showInputBox({
    title: 'Set Model Key',
    prompt: 'The provider, as models’ names begin: anthropic, openai, google, or your own.',
    validateInput: (text) => (/^[\w.-]+$/u.test(text) ? undefined : 'Give a name such as openai.'),
  });
  if (provider !== undefined) {
    await runs.keys.ask(provider);
  }
}

/** What a run's process has said, for when it failed before there was a transcript. */
export async function openRunLog({ runs }: Services): Promise<void> {
  const [last] = runs.logs;
  if (last === undefined) {
    throw new UserError('No run was started in this window.');
  }
  await vscode.window.showTextDocument(vscode.Uri.file(last));
}

async function askNumber(options: vscode.InputBoxOptions): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({ ...options, validateInput: positive });
  return text === undefined ? undefined : numberIn(text);
}

function runOf(argument: unknown): StoredRun {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'run') {
    throw new UserError('No run was given.', { action: 'Pick one in the Runs tree.' });
  }
  return (subject as RunSubject).run;
}
