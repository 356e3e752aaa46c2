import { isoTime } from '../../index/isoTime';
import type { SampleIndex } from '../../index/sampleIndex';
import { Members, forEachElement } from '../../json/members';
import type { EventKind, Usage } from '../../normalForm';
import { scoreShare } from '../../testRuns';
import { cut, firstLine } from '../../titles';
import { asObject, firstText, valueText } from '../../values';
import { tryParseJson } from '../../json/parseJson';
import { inspectKind } from './eventKind';
import { Mentions } from './mentions';
import { SpanStack } from './spanStack';

/** A value larger than this is not parsed while the index is made. */
const mostParsed = 4 * 1024 * 1024;
const openBrace = 0x7b;

/** The members of events that the index looks at. */
export const eventKeys = [
  'event',
  'timestamp',
  'span_id',
  'id',
  'parent_id',
  'type',
  'name',
  'action',
  'function',
  'model',
  'output',
  'error',
  'failed',
  'completed',
  'working_time',
  'score',
  'scorer',
  'message',
  'checkpoint_id',
  'tokens_before',
  'tokens_after',
  'arguments',
  'result',
  'input_refs',
] as const;

/** The members of Inspect's `ModelUsage` that are counted; `input_tokens` holds none of the others. */
const usageKeys = [
  'input_tokens',
  'input_tokens_cache_read',
  'input_tokens_cache_write',
  'output_tokens',
  'reasoning_tokens',
  'total_cost',
] as const;

/** Makes one row of the index of each Inspect event, from its bytes. */
export class InspectRows {
  private readonly spans: SpanStack;
  private readonly used = new Members(usageKeys);
  private readonly output = new Members(['usage', 'choices', 'error']);
  private readonly inner = new Members(['message', 'tool_calls', 'id', 'function', 'value']);
  /** Calls that models made and no tool event has carried out yet: the tool's name and the event. */
  readonly openCalls = new Map<string, { readonly name: string; readonly ordinal: number }>();
  /** Events of test tools, whose results may be attachments that come later in the file. */
  readonly testRuns: number[] = [];

  private readonly mentions: Mentions;
  /** Of the event that is being added. */
  private span = -1;
  private kind: EventKind = 'other';
  private modelFailed = false;

  constructor(private readonly index: SampleIndex) {
    this.spans = new SpanStack(index);
    this.mentions = new Mentions(index);
  }

  /** Adds an event whose members were just walked. */
  add(bytes: Buffer, members: Members, start: number, offset: number, length: number): void {
    const { index } = this;
    const type = members.name('event') ?? 'unknown';
    const tool = type === 'tool' ? (members.name('function') ?? '') : undefined;
    const ordinal = index.events.length;
    const time = timeOf(bytes, members, 'timestamp');
    this.span = -1;
    this.kind = inspectKind(type, tool);
    const depth = this.place(type, members, ordinal);
    this.modelFailed = false;
    const usage = type === 'model' ? this.model(bytes, members, ordinal) : undefined;
    const failed = this.failed(type, bytes, members);
    index.events.add({
      offset,
      length,
      kind: this.kind,
      type,
      time,
      durationMs: durationOf(bytes, members, time),
      span: this.span,
      depth,
      tool: tool ?? (type === 'sandbox' ? members.name('action') : undefined),
      model: type === 'model' ? members.name('model') : undefined,
      usage,
      failed,
    });
    if (type === 'tool') {
      this.closeCall(members, ordinal);
    }
    this.mentions.event(type, bytes, members, start, start + length);
    this.mark(bytes, members, ordinal, failed);
  }

  /** Notes what a message of the pool consists of. */
  pooled(number: number, bytes: Buffer, start: number, end: number): void {
    this.mentions.pooled(number, bytes, start, end);
  }

  /** Adds an event that is too large to be held. */
  addLarge(offset: number, length: number): void {
    this.index.events.add({ offset, length, kind: 'other', type: 'too large' });
  }

  /** Sets the innermost span; returns how many spans are open around the event. */
  private place(type: string, members: Members, ordinal: number): number {
    const { spans } = this.index;
    switch (type) {
      case 'span_begin':
        this.span = this.spans.begin(members, ordinal);
        break;
      case 'span_end':
        this.span = this.spans.end(members, ordinal);
        break;
      case 'step':
        // Logs of 2024 have steps, which nest by order.
        this.kind = members.text('action') === 'begin' ? 'spanBegin' : 'spanEnd';
        this.span = this.spans.step(members, ordinal);
        break;
      default:
        this.span = this.spans.of(members);
        return spans.depth(this.span);
    }
    return Math.max(0, spans.depth(this.span) - 1);
  }

  private model(bytes: Buffer, members: Members, ordinal: number): Usage | undefined {
    const member = members.find('output');
    this.modelFailed = members.has('error');
    if (member < 0) {
      return undefined;
    }
    this.output.walk(bytes, members.start(member), members.end(member));
    this.modelFailed ||= this.output.has('error');
    this.calls(bytes, ordinal);
    return this.usage(bytes);
  }

  private usage(bytes: Buffer): Usage | undefined {
    const member = this.output.find('usage');
    if (member < 0 || bytes[this.output.start(member)] !== openBrace) {
      return undefined;
    }
    const { used } = this;
    used.walk(bytes, this.output.start(member), this.output.end(member));
    return {
      inputUncached: used.number('input_tokens') ?? 0,
      cacheRead: used.number('input_tokens_cache_read') ?? 0,
      cacheWrite: used.number('input_tokens_cache_write') ?? 0,
      output: used.number('output_tokens') ?? 0,
      reasoning: used.number('reasoning_tokens') ?? 0,
      costUsd: used.number('total_cost') ?? null,
    };
  }

  private calls(bytes: Buffer, ordinal: number): void {
    const choices = this.output.find('choices');
    if (choices < 0) {
      return;
    }
    const { inner } = this;
    forEachElement(bytes, this.output.start(choices), this.output.end(choices), (start, end) => {
      inner.walk(bytes, start, end);
      const message = inner.find('message');
      if (message < 0) {
        return;
      }
      inner.walk(bytes, inner.start(message), inner.end(message));
      const calls = inner.find('tool_calls');
      if (calls >= 0) {
        forEachElement(bytes, inner.start(calls), inner.end(calls), (from, to) => {
          inner.walk(bytes, from, to);
          this.openCall(inner.text('id') ?? '', inner.name('function') ?? '', ordinal);
        });
      }
    });
  }

  private openCall(id: string, name: string, ordinal: number): void {
    this.openCalls.set(id, { name, ordinal });
  }

  private failed(type: string, bytes: Buffer, members: Members): boolean {
    if (type === 'tool') {
      const member = members.find('failed');
      return (
        members.has('error') ||
        (member >= 0 &&
          bytes.toString('latin1', members.start(member), members.end(member)) === 'true')
      );
    }
    return this.modelFailed || this.kind === 'error';
  }

  private mark(bytes: Buffer, members: Members, ordinal: number, failed: boolean): void {
    const { index, kind } = this;
    switch (kind) {
      case 'testRun':
        this.testRuns.push(ordinal);
        break;
      case 'score':
        this.score(bytes, members, ordinal);
        break;
      case 'compaction': {
        const before = members.number('tokens_before');
        const after = members.number('tokens_after');
        index.addMarker(
          ordinal,
          kind,
          before === undefined ? '' : `${before} → ${after ?? '?'} tokens`,
        );
        break;
      }
      case 'checkpoint':
        index.addMarker(ordinal, kind, `checkpoint ${members.number('checkpoint_id') ?? ''}`);
        break;
      case 'limit':
        index.addMarker(ordinal, kind, members.text('message') ?? members.text('type') ?? '');
        break;
      case 'submit':
        index.addMarker(ordinal, kind, members.text('function') ?? '');
        break;
      default:
        if (failed) {
          index.addMarker(ordinal, 'error', this.failure(bytes, members));
        }
    }
  }

  /** What an error says: text, or an object with a message. */
  private failure(bytes: Buffer, members: Members): string {
    const member = members.find('error');
    const short = member >= 0 && members.end(member) - members.start(member) < mostParsed;
    const error = short
      ? tryParseJson(bytes.subarray(members.start(member), members.end(member)))
      : undefined;
    const said = firstText(error, asObject(error)['message']);
    return firstLine(said) || (members.text('function') ?? members.text('event') ?? 'error');
  }

  private closeCall(members: Members, ordinal: number): void {
    const { index } = this;
    index.countToolCall(members.name('function') ?? '');
    const id = members.text('id') ?? '';
    const call = this.openCalls.get(id);
    if (call !== undefined) {
      index.events.setPair(ordinal, call.ordinal);
      this.openCalls.delete(id);
    }
  }

  private score(bytes: Buffer, members: Members, ordinal: number): void {
    const member = members.find('score');
    if (member < 0) {
      return;
    }
    this.inner.walk(bytes, members.start(member), members.end(member));
    const value = this.inner.find('value');
    if (value < 0 || this.inner.end(value) - this.inner.start(value) > mostParsed) {
      return;
    }
    const given = tryParseJson(bytes.subarray(this.inner.start(value), this.inner.end(value)));
    const share = scoreShare(given);
    if (share !== undefined) {
      this.index.addRate(ordinal, share);
    }
    const scorer = members.text('scorer') ?? 'score';
    this.index.addMarker(ordinal, 'score', cut(`${scorer}: ${valueText(given)}`));
  }
}

function timeOf(bytes: Buffer, members: Members, key: string): number {
  const member = members.find(key);
  return member < 0
    ? Number.NaN
    : isoTime(bytes, members.start(member) + 1, members.end(member) - 1);
}

function durationOf(bytes: Buffer, members: Members, time: number): number {
  const seconds = members.number('working_time');
  return seconds === undefined ? timeOf(bytes, members, 'completed') - time : seconds * 1000;
}
