import { availableParallelism } from 'node:os';
import type { Engine } from '../../../core/sandbox/sandbox';
import { probeEngines, selectEngine } from '../../../core/sandbox/selectEngine';
import type { EngineOptions } from '../../../core/sandbox/selectEngine';
import { languageTitles } from '../../../core/targets/languageDefaults';
import { languages } from '../../../core/targets/target';
import type { EngineCalls } from '../api';
import type { EngineSettings } from '../callTypes';
import type { Handlers } from '../rpcServer';

/** The engine of this window: made when first asked for, kept until the settings change. */
export class Engines {
  private current: { readonly key: string; readonly engine: Promise<Engine> } | undefined;

  constructor(private readonly distDir: string) {}

  /** @throws InfraError when no engine works here. */
  async get(settings: EngineSettings): Promise<Engine> {
    const key = JSON.stringify([settings.engine, this.options(settings)]);
    if (this.current?.key !== key) {
      // Sandboxes that the old one gave may still be in use: they end with their own users.
      this.current = { key, engine: selectEngine(settings.engine, this.options(settings)) };
    }
    const { current } = this;
    try {
      return await current.engine;
    } catch (error) {
      if (this.current === current) {
        this.current = undefined; // what was missing may be there the next time
      }
      throw error;
    }
  }

  async dispose(): Promise<void> {
    const engine = await this.current?.engine.catch(() => undefined);
    this.current = undefined;
    await engine?.dispose();
  }

  /** How many programs run at once. */
  jobs({ jobs }: EngineSettings): number {
    return jobs > 0 ? jobs : availableParallelism();
  }

  options({ dockerSocket, dockerImages }: EngineSettings): EngineOptions {
    return {
      distDir: this.distDir,
      dockerImages,
      ...(dockerSocket !== '' && { dockerHost: dockerSocket }),
    };
  }
}

export function engineHandlers(
  engines: Engines,
): Handlers<Pick<EngineCalls, 'probe' | 'diagnose'>> {
  return {
    probe: async ({ settings }, { signal }) => [
      ...(await probeEngines({ ...engines.options(settings), signal })),
    ],
    diagnose: async ({ settings }, { signal, emit }) => {
      const { diagnose } = await import('../../../core/doctor'); // seldom asked for
      return diagnose({
        ...engines.options(settings),
        signal,
        choice: settings.engine,
        onToolchain: (language, done) =>
          emit({ done, total: languages.length, message: languageTitles[language] }),
      });
    },
  };
}
