import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode, UserError } from '../../errors';
import { FileStore, MemoryStore } from '../bytes/byteStore';
import { zipMethods } from '../zip/zipEntry';
import { unpackToBuffer } from '../zip/unpack';
import type { Packed } from '../zip/unpack';
import { openAsciicast } from './asciicast';
import { openAtif } from './atif';
import { openClaude } from './claude/openClaude';
import { openCodex } from './codex/openCodex';
import { detect, detectText } from './detect';
import type { Detected } from './detect';
import type { OpenedTranscript } from './format';
import { openInspectEval } from './inspect/inspectEval';
import { openInspectJson } from './inspect/inspectJson';
import { openMiniSweAgent } from './miniSweAgent';
import { conversationFolder, openOpenHands, openOpenHandsFolder } from './openhands/openOpenHands';
import { openSweAgent } from './sweAgent';

const knownFormats =
  'Known are Inspect logs (.eval and .json), ATIF trajectories, SWE-agent and mini-swe-agent trajectories, OpenHands events, sessions of Claude Code and Codex, and asciicasts.';
/** As much of a compressed file as is unpacked to see what it is. */
const peekBytes = 1024 * 1024;
/** A compressed rollout of more than this when unpacked is damaged. */
const mostUnpacked = 16 * 1024 ** 3;

/** Files that a folder is read through, where it holds one of them. */
const mainFiles = ['log.eval', path.join('agent', 'trajectory.json'), 'trajectory.json'];

/**
 * Opens a transcript, judging by its structure what it is.
 *
 * @throws UserError if there is no such file, or it is no transcript.
 */
export async function openFile(file: string, signal?: AbortSignal): Promise<OpenedTranscript> {
  if (isFolder(file)) {
    return openFolder(file, signal);
  }
  const conversation = conversationFolder(file);
  if (conversation !== undefined) {
    return openOpenHandsFolder(conversation);
  }
  const bytes = FileStore.open(file);
  try {
    const detected = detect(bytes);
    if (detected === undefined) {
      throw unknown(file, bytes.size);
    }
    return await openDetected(detected, bytes, file, signal);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'there is no such file' : String(error);
    throw new UserError(`The transcript ${file} cannot be opened: ${reason}.`, { cause: error });
  }
}

function unknown(file: string, size: number): UserError {
  return new UserError(
    size === 0 ? `${file} is empty.` : `${file} is no transcript of a format that is known.`,
    { action: knownFormats },
  );
}

async function openFolder(folder: string, signal?: AbortSignal): Promise<OpenedTranscript> {
  if (existsSync(path.join(folder, 'events'))) {
    return openOpenHandsFolder(folder);
  }
  const main = mainFiles.map((name) => path.join(folder, name)).find((name) => existsSync(name));
  if (main === undefined) {
    throw new UserError(`The folder ${folder} holds no transcript.`, { action: knownFormats });
  }
  return openFile(main, signal);
}

async function openDetected(
  detected: Detected,
  bytes: FileStore,
  file: string,
  signal: AbortSignal | undefined,
): Promise<OpenedTranscript> {
  if (detected.container === 'zip') {
    return openInspectEval(bytes, signal);
  }
  if (detected.container === 'zstd') {
    return openCompressed(bytes, file);
  }
  switch (detected.format) {
    case 'inspect-json':
      return openInspectJson(bytes, signal);
    case 'atif':
      return openAtif(bytes, file, signal);
    case 'swe-agent':
      return openSweAgent(bytes, file);
    case 'mini-swe-agent':
      return openMiniSweAgent(bytes, file);
    case 'openhands':
      return openOpenHands(bytes, file, detected.layout);
    case 'claude-code':
      return openClaude(bytes, file);
    case 'codex':
      return openCodex(bytes, file, () => bytes.close());
    case 'asciicast':
      return openAsciicast(bytes, file, detected.first);
  }
}

/** Codex compresses rollouts that it archives; the lines inside are the same. */
async function openCompressed(bytes: FileStore, file: string): Promise<OpenedTranscript> {
  const packed: Packed = {
    file: bytes,
    offset: 0,
    length: bytes.size,
    method: zipMethods.zstd,
    mostBytes: Math.min(mostUnpacked, 1024 * 1024 + bytes.size * 200),
  };
  // Cut short on purpose; whether all of it unpacks is found out when it is read.
  const { buffer } = await unpackToBuffer({ ...packed, mostBytes: peekBytes });
  const detected = detectText(new MemoryStore(buffer));
  if (detected?.container !== 'text' || detected.format !== 'codex') {
    throw unknown(file, bytes.size);
  }
  return openCodex(packed, file, () => bytes.close());
}
