/** What a process that works on a run is told. */
export interface ChildOrder {
  /** The target's folder. */
  readonly target: string;
  /** The folder whose `.mirrorcode` takes the run. */
  readonly root: string;
  readonly baseUrl: string;
  readonly distDir: string;
  readonly engine: string;
  readonly dockerHost?: string;
  readonly compactAt?: number;
  /** The agent is the scripted program, not the workbench's own loop. */
  readonly program?: true;
  /** The folder of a run to go on with; a new one is started without. */
  readonly resume?: string;
}
