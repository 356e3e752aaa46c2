import type { Disposable } from '../../core/disposable';
import { CancelledError } from '../../core/errors';
import type { EngineSettings, ProgressEvent } from '../engine/callTypes';
import type { EngineThread } from '../engine/engineThread';
import { Coalescer } from '../model/coalescer';
import { Signal } from '../model/signal';
import type { TargetInfo } from '../model/targetInfo';
import type { TargetAudit } from './auditReport';

/** How the audit of one target stands. */
export interface AuditState {
  readonly target: TargetInfo;
  /** The newest; absent until the first one is through. */
  readonly report?: TargetAudit;
  readonly running: boolean;
  /** Why the last one came to nothing. */
  readonly problem?: string;
}

export interface AuditRunOptions {
  /** With it the reference answers every case again. */
  readonly run?: EngineSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProgressEvent) => void;
}

interface Held {
  state: AuditState;
  readonly quiet: Coalescer;
  /** Counts the audits begun, so that an older one that ends later is dropped. */
  begun: number;
}

/** Milliseconds of quiet after the last change of a target's files before they are audited. */
const quietMs = 1200;

/**
 * The audits of the workspace's targets: made once somebody wants to know, and again when cases
 * change. What runs the reference is only made on demand.
 */
export class Audits implements Disposable {
  private readonly changed = new Signal<AuditState>();
  readonly onDidChange = this.changed.on;
  private readonly held = new Map<string, Held>();
  private disposed = false;

  constructor(
    private readonly engine: Pick<EngineThread, 'call'>,
    private readonly isAutomatic: (target: TargetInfo) => boolean,
    private readonly onError: (error: unknown) => void,
  ) {}

  of(target: TargetInfo): AuditState | undefined {
    return this.held.get(target.key)?.state;
  }

  /** Somebody looks at the target: it is audited unless it has been. */
  want(target: TargetInfo): void {
    if (!this.held.has(target.key) && this.isAutomatic(target)) {
      this.hold(target).quiet.run().catch(this.onError);
    }
  }

  /** Its files have changed: what has been audited once is audited again when it is quiet. */
  touch(target: TargetInfo): void {
    const held = this.held.get(target.key);
    if (held !== undefined) {
      held.state = { ...held.state, target };
      held.quiet.ask();
    }
  }

  /** Forgets targets that are gone. */
  keep(targets: readonly TargetInfo[]): void {
    const keys = new Set(targets.map(({ key }) => key));
    for (const [key, held] of this.held) {
      if (!keys.has(key)) {
        held.quiet.dispose();
        this.held.delete(key);
        this.changed.fire({ target: held.state.target, running: false });
      }
    }
  }

  /** @throws what the audit throws; CancelledError when cancelled. The last report stays then. */
  async audit(target: TargetInfo, options: AuditRunOptions = {}): Promise<TargetAudit> {
    const held = this.held.get(target.key) ?? this.hold(target);
    const mine = ++held.begun;
    this.set(held, { ...held.state, target, running: true });
    const { run, signal, onProgress } = options;
    try {
      const report = await this.engine.call(
        'audit',
        { target, ...(run !== undefined && { run: { settings: run } }) },
        { ...(signal !== undefined && { signal }), ...(onProgress && { onEvent: onProgress }) },
      );
      if (mine === held.begun) {
        this.set(held, { target, report, running: false });
      }
      return report;
    } catch (error) {
      if (mine === held.begun) {
        const cancelled = error instanceof CancelledError;
        this.set(held, {
          ...held.state,
          running: false,
          ...(!cancelled && { problem: error instanceof Error ? error.message : String(error) }),
        });
      }
      throw error;
    }
  }

  dispose(): void {
    this.disposed = true;
    for (const { quiet } of this.held.values()) {
      quiet.dispose();
    }
    this.changed.dispose();
  }

  private hold(target: TargetInfo): Held {
    const quiet = new Coalescer(
      async () => {
        const held = this.held.get(target.key);
        // Asked here, once it is quiet: hundreds of files may change at once.
        if (held !== undefined && this.isAutomatic(held.state.target)) {
          await this.audit(held.state.target);
        }
      },
      quietMs,
      this.onError,
    );
    const held: Held = { state: { target, running: false }, quiet, begun: 0 };
    this.held.set(target.key, held);
    return held;
  }

  private set(held: Held, state: AuditState): void {
    held.state = state;
    if (!this.disposed) {
      this.changed.fire(state);
    }
  }
}
