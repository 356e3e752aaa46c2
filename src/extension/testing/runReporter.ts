import * as vscode from 'vscode';
import type { CaseResult } from '../../core/scoring/score';
import type { FailureText, ScoreEvent } from '../engine/callTypes';
import { resultText } from '../model/verdictText';
import { testMessageContexts } from '../tables/contextKeys';
import { inSlices } from '../slices';
import type { RunPart } from './runPlan';

/** Tells a test run what the engine reports of one part of it. */
export class RunReporter {
  private readonly open: Map<string, vscode.TestItem>;
  private readonly tally = { passed: 0, failed: 0 };

  constructor(
    private readonly run: vscode.TestRun,
    private readonly part: RunPart,
    /** Told of every verdict that has an output to compare. */
    private readonly onVerdict: (item: vscode.TestItem, result: CaseResult) => void,
  ) {
    this.open = new Map(part.items);
  }

  /** Says what is going to be run. Each item costs a message, so that it takes its time. */
  async enqueue(): Promise<void> {
    await inSlices(this.part.items.values(), (item) => this.run.enqueued(item));
  }

  report(event: ScoreEvent): void {
    switch (event.kind) {
      case 'note':
        this.say(event.text);
        break;
      case 'buildFailed':
        this.buildFailed(event.log, event.tail);
        break;
      case 'verdict':
        this.verdict(event.result, event.failure);
        break;
      case 'started':
        break;
    }
  }

  /** The part could not be run: everything left is in error, for this reason. */
  async fail(reason: string): Promise<void> {
    const message = new vscode.TestMessage(reason);
    this.run.errored(this.part.parent, message);
    this.say(reason);
    await this.skipRest();
  }

  /** What the engine said nothing about was not run. */
  async finish(): Promise<void> {
    const { passed, failed } = this.tally;
    await this.skipRest();
    if (passed + failed > 0) {
      this.say(`${passed} of ${passed + failed} cases pass.`);
    }
  }

  private async skipRest(): Promise<void> {
    const rest = [...this.open.values()];
    this.open.clear();
    await inSlices(rest, (item) => this.run.skipped(item));
  }

  /** The candidate's fault, and all of its cases': they are left out, its own row says why. */
  private buildFailed(log: string, tail: string): void {
    const message = new vscode.TestMessage(`The build failed.\n\n${tail}`);
    message.location = new vscode.Location(vscode.Uri.file(log), new vscode.Position(0, 0));
    this.run.errored(this.part.parent, message);
    this.say(`The build failed.\n${tail}\nThe whole log: ${log}`);
  }

  private verdict(result: CaseResult, failure: FailureText | undefined): void {
    const item = this.open.get(result.name);
    if (item === undefined) {
      return;
    }
    this.open.delete(result.name);
    this.onVerdict(item, result);
    const { durationMs } = result;
    switch (result.verdict) {
      case 'pass':
        this.tally.passed++;
        this.run.passed(item, durationMs);
        if (result.forgiven === true) {
          this.say(`${result.name} passes by the mirrorcode profile: it is not byte-exact.`);
        }
        break;
      case 'fail':
      case 'timeout':
      case 'crash':
        this.tally.failed++;
        this.run.failed(item, failureMessage(item, result, failure), durationMs);
        break;
      case 'infra':
        this.run.errored(item, failureMessage(item, result, failure), durationMs);
        break;
      case 'skipped':
        this.run.skipped(item);
        break;
    }
  }

  private say(text: string): void {
    const { target, parent } = this.part;
    const lines = text.replace(/\r?\n/gu, '\r\n');
    this.run.appendOutput(`${target.name} (${parent.label}): ${lines}\r\n`);
  }
}

/** The message of a case that does not pass: its first difference, its two texts, its place. */
export function failureMessage(
  item: vscode.TestItem,
  result: CaseResult,
  failure: FailureText | undefined,
): vscode.TestMessage {
  const text = capitalise(resultText(result)) + '.';
  const message =
    failure === undefined
      ? new vscode.TestMessage(text)
      : vscode.TestMessage.diff(text, failure.expected, failure.actual);
  if (item.uri !== undefined) {
    message.location = new vscode.Location(
      item.uri,
      new vscode.Position(failure === undefined ? 0 : failure.line, 0),
    );
  }
  if (result.actual !== undefined) {
    message.contextValue = testMessageContexts.failedCase;
  }
  return message;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
