import { goOn } from '../agentLoop';
import { insideHome } from '../program/commandLine';
import { ProgramAgent } from '../program/programAgent';
import { SessionFiles } from '../program/sessionFiles';
import { MessagePool } from '../proxy/messagePool';
import { taskPrompt } from '../taskPrompt';
import { noteResumed, resumedNote, taskTools } from './openAgent';
import type { AgentParts } from './openAgent';
import { runFile } from './runFolder';
import type { RunProgram } from './runOptions';

/** Makes an agent that is a program ready, with what is kept of its session. */
export async function openProgram(parts: AgentParts, program: RunProgram): Promise<ProgramAgent> {
  const { dir, state, target, from } = parts;
  const { language, submitGate } = state.settings;
  const sessionId = state.ids.sample;
  const session = sessionOf(parts, program, sessionId);
  if (from !== undefined) {
    await noteResumed(parts);
  }
  return new ProgramAgent(
    {
      ...parts,
      ...program,
      sessionId,
      tools: taskTools(parts),
      ...(session === undefined ? {} : { session }),
      prompts: {
        task: taskPrompt(target, language, { submitGate, asCommands: true }),
        resumed: `${resumedNote} Please go on.`,
        goOn: goOn.replace('call the submit tool', 'run submit'),
      },
      pool: await MessagePool.read(runFile(dir, 'journal')),
    },
    from,
  );
}

function sessionOf(
  { dir, workspace, from }: AgentParts,
  { agent }: RunProgram,
  sessionId: string,
): SessionFiles | undefined {
  if (agent.session === undefined) {
    return undefined;
  }
  const { folder, file = '*.jsonl' } = agent.session;
  const fill = (text: string) => text.replaceAll('{sessionId}', sessionId);
  return new SessionFiles({
    files: workspace.program,
    inside: insideHome(fill(folder)),
    main: fill(file),
    folder: runFile(dir, 'sessions'),
    session: runFile(dir, 'session'),
    marked: from?.session ?? {},
  });
}
