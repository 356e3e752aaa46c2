import { decodeOsString } from '../../cases/osString';
import { isInsidePath } from '../../cases/paths';
import type { FieldReader, FrameWriter } from '../../sandbox/frames';
import { refuse } from './refusal';
import { toServer } from './serverFrames';

/** Asks the server in the sandbox. @throws WorkspaceError when it was restarted. */
export type Ask = (type: number, fill: (writer: FrameWriter) => void) => Promise<FieldReader>;

export interface ListedFile {
  /** Below the folder that was listed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Files that a program in the sandbox keeps, wherever they lie there, and signals to what runs. */
export class ProgramFiles {
  constructor(private readonly ask: Ask) {}

  /** The regular files below a folder, as many as a program may have; none where there is no folder. */
  async list(folder: string): Promise<readonly ListedFile[]> {
    const answer = await this.ask(toServer.list, (writer) => writer.string(folder));
    refuse(answer.u32(), `Listing ${folder}`);
    const files: ListedFile[] = [];
    while (answer.left > 0) {
      const size = answer.u64();
      const path = decodeOsString(answer.string());
      if (isInsidePath(path)) {
        files.push({ path, size });
      }
    }
    return files;
  }

  /** At most 1 MiB of a file from an offset on. @throws WorkspaceError when it can't be read. */
  async readOn(path: string, offset: number): Promise<Buffer> {
    const answer = await this.ask(toServer.tail, (writer) => writer.u64(offset).string(path));
    refuse(answer.u32(), `Reading ${path}`);
    return answer.rest();
  }

  /** Adds bytes, at most 8 MiB, at a file's end, and makes the folders on the way. */
  async append(path: string, bytes: Uint8Array): Promise<void> {
    const answer = await this.ask(toServer.append, (writer) => writer.string(path).bytes(bytes));
    refuse(answer.u32(), `Writing ${path}`);
  }

  /** Sends a signal to every process of the agent's. */
  async signal(number: number): Promise<void> {
    const answer = await this.ask(toServer.signal, (writer) => writer.u32(number));
    refuse(answer.u32(), 'Signalling the agent');
  }
}
