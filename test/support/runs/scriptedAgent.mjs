#!/usr/bin/env node
/**
 * A small agent of a command line, as Claude Code and Codex are: it asks its model over HTTP, runs what
 * the model asks for in a shell, and keeps its session in a file of Claude Code's form. It knows one
 * tool, `bash`. Arguments: the API, `stream` or `whole`, the session's file; the prompt is its stdin.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [api, how, file] = process.argv.slice(2);
const { MODEL_URL: base, MODEL_KEY: key, MODEL_NAME: model } = process.env;
const stream = how === 'stream';

const parameters = { type: 'object', properties: { cmd: { type: 'string' } } };

/** How each API is asked and what it answers: words, and calls of the shell. */
const apis = {
  anthropic: {
    path: '/v1/messages',
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    body: (messages) => ({
      ...{ model, stream, max_tokens: 1000, messages },
      tools: [
        { name: 'bash', description: 'Runs it.', input_schema: parameters },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    }),
    said: (events) => {
      if (!stream) return { role: 'assistant', content: events[0].content };
      const content = [];
      for (const { type, index, content_block: block, delta } of events) {
        if (type === 'content_block_start') content[index] = { ...block, json: '' };
        if (delta?.type === 'text_delta') content[index].text += delta.text;
        if (delta?.type === 'input_json_delta') content[index].json += delta.partial_json;
      }
      return {
        role: 'assistant',
        content: content.map(({ json, ...block }) =>
          json === '' ? block : { ...block, input: JSON.parse(json) },
        ),
      };
    },
    calls: ({ content }) =>
      content
        .filter(({ type }) => type === 'tool_use')
        .map(({ id, input }) => ({ id, cmd: input.cmd })),
    results: (results) => [
      {
        role: 'user',
        content: results.map(({ id, text }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: text,
        })),
      },
    ],
  },
  chat: {
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}` },
    body: (messages) => ({
      ...{ model, stream, messages },
      tools: [{ type: 'function', function: { name: 'bash', parameters } }],
    }),
    said: (events) => {
      if (!stream) return events[0].choices[0].message;
      const message = { role: 'assistant', content: '', tool_calls: [] };
      for (const { delta } of events.flatMap(({ choices }) => choices)) {
        message.content += delta.content ?? '';
        for (const { index, ...call } of delta.tool_calls ?? []) {
          message.tool_calls[index] ??= { ...call, function: { ...call.function, arguments: '' } };
          message.tool_calls[index].function.arguments += call.function.arguments;
        }
      }
      return message;
    },
    calls: ({ tool_calls: calls }) =>
      calls.map(({ id, function: { arguments: given } }) => ({ id, cmd: JSON.parse(given).cmd })),
    results: (results) =>
      results.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text })),
  },
  responses: {
    path: '/v1/responses',
    headers: { authorization: `Bearer ${key}` },
    body: (messages) => ({
      ...{ model, stream, store: false },
      input: messages.flatMap((message) => message.items ?? [message]),
      tools: [{ type: 'function', name: 'bash', parameters }, { type: 'web_search' }],
    }),
    said: (events) => ({
      items: (stream
        ? events.find(({ type }) => type === 'response.completed').response
        : events[0]
      ).output,
    }),
    calls: ({ items }) =>
      items
        .filter(({ type }) => type === 'function_call')
        .map(({ call_id: id, arguments: given }) => ({ id, cmd: JSON.parse(given).cmd })),
    results: (results) =>
      results.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text })),
  },
};

const { path: place, headers, body, said, calls, results } = apis[api];

/** @returns the events of a stream, or the one document. */
async function ask(messages) {
  const answer = await fetch(base + place, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body(messages)),
  });
  const text = await answer.text();
  if (!answer.ok) {
    console.error(`API error ${answer.status}: ${text}`);
    process.exit(1);
  }
  if (!stream) return [JSON.parse(text)];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
}

const messages = [];
let parentUuid = null;
function keep(message) {
  messages.push(message);
  const uuid = randomUUID();
  const line = {
    ...{ parentUuid, uuid, sessionId: path.basename(file, '.jsonl'), cwd: process.cwd() },
    type: message.role === 'assistant' || message.items ? 'assistant' : 'user',
    timestamp: new Date().toISOString(),
    message,
  };
  parentUuid = uuid;
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

mkdirSync(path.dirname(file), { recursive: true });
if (existsSync(file)) {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { message, uuid } = JSON.parse(line);
    messages.push(message);
    parentUuid = uuid;
  }
}
keep({ role: 'user', content: readFileSync(0, 'utf8') });
for (;;) {
  const answer = said(await ask(messages));
  keep(answer);
  const asked = calls(answer);
  if (asked.length === 0) break;
  const done = asked.map(({ id, cmd }) => {
    const { stdout, stderr } = spawnSync('bash', ['-c', cmd], { encoding: 'utf8' });
    return { id, text: stdout + stderr };
  });
  results(done).forEach(keep);
}
