import { Recorder } from '../../../core/recording/recorder';
import { helpOf } from '../../../core/recording/referenceHelp';
import type { TargetInfo } from '../../model/targetInfo';
import type { EngineSettings } from '../callTypes';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';

/** What references print for `--help`, asked once a target while this thread lives. */
export class ReferenceHelps {
  private readonly texts = new Map<string, Promise<string>>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly engines: Engines,
  ) {}

  /** Runs the reference in a sandbox the first time. @throws what that throws. */
  of(info: TargetInfo, settings: EngineSettings): Promise<string> {
    const known = this.texts.get(info.key) ?? this.ask(info, settings);
    this.texts.set(info.key, known);
    // What failed is tried again by the next who asks.
    known.catch(() => this.texts.delete(info.key));
    return known;
  }

  /** What has been asked before; runs nothing. */
  async known(info: TargetInfo): Promise<string> {
    return (await this.texts.get(info.key)?.catch(() => undefined)) ?? '';
  }

  private async ask(info: TargetInfo, settings: EngineSettings): Promise<string> {
    const target = await this.catalogue.open(info);
    const recorder = await Recorder.open(target, await this.engines.get(settings), { lanes: 1 });
    try {
      return await helpOf(recorder);
    } finally {
      await recorder.dispose();
    }
  }
}
