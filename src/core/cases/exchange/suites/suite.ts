import { errorText, UserError } from '../../../errors';
import { nameFor, uniqueName } from '../../../recording/names';
import type { Case, CaseInput } from '../../case';
import type { Target } from '../../../targets/target';
import type { Refused } from '../exchange';
import type { Follow } from './suiteAnswer';

/** Whose calls a suite holds, and how to see what one leaves to the next. */
export interface ReadOptions {
  readonly target: Target;
  readonly follow: Follow;
}

/**
 * The cases of a test suite that was made for another tool. They come without golds, unless the
 * suite keeps both streams and the return code to the byte: recording the reference gives them.
 */
export interface Suite {
  readonly cases: Case[];
  readonly refused: Refused[];
}

/** Collects a suite's cases and what of it can't be one, with names of their own. */
export class SuiteBuilder implements Suite {
  readonly cases: Case[] = [];
  readonly refused: Refused[] = [];
  private readonly taken = new Set<string>();

  /** @param group Of all names: the suite's file without its extension. */
  constructor(private readonly group: string) {}

  add(input: CaseInput, name = nameFor(input)): void {
    this.cases.push({
      name: uniqueName(`${this.group}/${name}`, this.taken),
      labels: [],
      duals: [],
      input,
    });
  }

  /** Does some work of one place in the suite, a line or a file; what it throws is a refusal of that place alone. */
  async at(place: number | string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      const name =
        typeof place === 'number' ? `${this.group}, line ${place}` : `${this.group}/${place}`;
      this.refused.push({ name, reason: errorText(error) });
    }
  }
}
