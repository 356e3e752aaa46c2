import type { Part } from './normalForm';
import { asObject, valueText } from './values';

/** Characters of a title. */
const titleLength = 200;

/** The arguments that say most about a call, best first, over the tools of all agents. */
const tellingArguments = [
  'command',
  'cmd',
  'script',
  'keystrokes',
  'code',
  'input',
  'path',
  'file_path',
  'filePath',
  'pattern',
  'query',
  'url',
  'prompt',
  'description',
  'message',
  'thought',
];

/** The first line of a text that has anything in it, cut to a title's length. */
export function firstLine(text: string): string {
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    const line = text.slice(at, Math.min(end, at + 4 * titleLength)).trim();
    if (line !== '') {
      return cut(line);
    }
    at = end + 1;
  }
  return '';
}

/** A command in one line: its first line may say no more than which shell runs the others. */
export function commandLine(text: string): string {
  const start = text.slice(0, 8 * titleLength);
  return cut(start.replace(/\s+/g, ' ').trim());
}

export function cut(text: string): string {
  return text.length > titleLength ? `${text.slice(0, titleLength - 1)}…` : text;
}

/** One line that says what a call does: its tool, and the argument that tells most. */
export function callTitle(name: string, callArguments: unknown): string {
  const told = telling(callArguments);
  return cut(told === '' ? name : `${name}: ${told}`);
}

function telling(callArguments: unknown): string {
  if (typeof callArguments === 'string') {
    return firstLine(callArguments);
  }
  const named = asObject(callArguments);
  const parts: string[] = [];
  for (const key of tellingArguments) {
    const value = named[key];
    if (value !== undefined && value !== null && value !== '') {
      parts.push(
        firstLine(Array.isArray(value) ? value.map(valueText).join(' ') : valueText(value)),
      );
    }
    // An editor's command says little without the path that it works on.
    if (parts.length === 2 || (parts.length === 1 && !isEditorCommand(parts[0]))) {
      break;
    }
  }
  return parts.length > 0 ? parts.join(' ') : firstLine(fewArguments(named));
}

function isEditorCommand(text: string | undefined): boolean {
  return text !== undefined && /^(view|create|str_replace|insert|undo_edit|write|edit)$/.test(text);
}

function fewArguments(named: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(named).slice(0, 3);
  return entries.map(([key, value]) => `${key}=${cut(valueText(value))}`).join(' ');
}

/** A title made of what an event shows: its first text, else its calls, else its results. */
export function partsTitle(parts: readonly Part[]): string {
  const calls = parts.filter((part) => part.type === 'toolCall');
  if (calls.length > 0) {
    return cut(calls.map((call) => callTitle(call.name, call.arguments)).join(' · '));
  }
  for (const part of parts) {
    const title = partTitle(part);
    if (title !== '') {
      return title;
    }
  }
  return '';
}

function partTitle(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return firstLine(part.text);
    case 'toolResult':
      return firstLine(part.error ?? part.text);
    case 'exec':
      return firstLine(part.command);
    case 'terminal':
      return cut(JSON.stringify(part.data).slice(1, -1));
    case 'image':
      return '(image)';
    case 'data':
      return cut(`${part.label}: ${firstLine(valueText(part.value))}`);
    case 'sample':
      return part.label;
    case 'toolCall':
      return callTitle(part.name, part.arguments);
  }
}
