import { homePath } from '../../sandbox/environment';
import type { ShellResult } from '../workspace';
import { workspaceLimits } from '../workspace/sandboxWorkspace';
import { workspacePath } from '../workspacePaths';
import { commandLine } from './commandLine';
import type { Placeholders } from './commandLine';
import type { ProgramAgentParts } from './programParts';

/** Where the model is served inside. */
export const modelPort = 18_080;
const promptFile = `${homePath}/task.md`;
/** Bytes of what the program prints that are kept: they are told when it fails. */
const kept = 16 * 1024;

/** Starts an agent's program in its sandbox, the first time and whenever it is to go on. */
export class AgentProcess {
  /** The workspace as the program last found it: one that was made anew has nothing of its session. */
  private knownStart = 0;

  constructor(private readonly parts: ProgramAgentParts) {}

  /** @param isUnderWay Whether the run has come anywhere yet. */
  async run(isUnderWay: boolean): Promise<ShellResult> {
    const { agent, workspace, session, prompts, located } = this.parts;
    // The first request makes the workspace, where it is not there.
    await workspace.program.list(homePath);
    const isFresh = workspace.starts !== this.knownStart;
    if (isFresh) {
      await session?.restore();
      this.knownStart = workspace.starts;
    }
    // What goes on is the session, as far as it is kept.
    const goesOn = agent.resume !== undefined && (session?.isThere ?? isUnderWay);
    const again = isFresh ? prompts.resumed : prompts.goOn;
    const prompt = goesOn
      ? again
      : isUnderWay
        ? `${prompts.resumed}\n\n${prompts.task}`
        : prompts.task;
    await workspace.writeFile(promptFile, Buffer.from(prompt));
    const command = (goesOn ? agent.resume : undefined) ?? agent.command;
    const line = commandLine({ ...agent, path: located.path }, command, this.values(prompt));
    return workspace.shell(line, { timeoutMs: workspaceLimits.timeout * 1000, outputLimit: kept });
  }

  private values(prompt: string): Placeholders {
    const { located, endpoint, sessionId } = this.parts;
    return {
      ...(located.program === undefined ? {} : { program: located.program }),
      model: endpoint.name,
      baseUrl: `http://127.0.0.1:${modelPort}`,
      prompt,
      promptFile,
      sessionId,
      workspace: workspacePath,
    };
  }
}
