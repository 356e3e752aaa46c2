import type { Case, Content } from '../cases/case';
import { contentSize } from '../cases/content';
import type { Target } from '../targets/target';
import type { AuditOptions } from './auditTarget';
import { auditContext } from './auditTarget';
import { shapeOf } from './checks/duplicates';
import { optionUsage } from './checks/optionCoverage';
import { optionsInArgs, optionsInText } from './options';

/** What a curator wants to know of a case beside its name and labels. */
export interface CaseFacts {
  readonly name: string;
  readonly labels: readonly string[];
  readonly duals: readonly string[];
  readonly args: readonly string[];
  /** The options that its command line uses, sorted. */
  readonly options: readonly string[];
  /** Bytes: stdin and files; stdout, stderr and the files left behind. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly returncode?: number;
  /** Number of the cluster of near duplicates, from 0; absent where it stands alone. */
  readonly cluster?: number;
}

/** How an option is covered. */
export interface OptionFacts {
  readonly option: string;
  readonly documented: boolean;
  readonly visible: number;
  readonly hidden: number;
}

export interface CurationFacts {
  readonly cases: readonly CaseFacts[];
  readonly options: readonly OptionFacts[];
  readonly clusters: number;
}

/** @throws UserError when the store can't be listed; AbortError when cancelled. */
export async function curationFacts(
  target: Target,
  options: Pick<AuditOptions, 'signal' | 'onProgress'> = {},
): Promise<CurationFacts> {
  const { context } = await auditContext(target, options);
  const documented = optionsInText(context.docs);
  const clusters = new Clusters(context.cases.map(shapeOf));
  const cases = context.cases.map(({ source }, i): CaseFacts => {
    const { name, labels, duals, input, gold } = source;
    const cluster = clusters.of(i);
    return {
      name,
      labels,
      duals,
      args: input.args,
      options: [...optionsInArgs(input.args, documented)].sort(),
      ...sizes(source),
      ...(gold !== undefined && { returncode: gold.returncode }),
      ...(cluster !== undefined && { cluster }),
    };
  });
  const used = optionUsage(context, documented);
  const all = [...new Set([...documented, ...used.keys()])].sort();
  return {
    cases,
    options: all.map((option) => ({
      option,
      documented: documented.has(option),
      visible: used.get(option)?.visible.length ?? 0,
      hidden: used.get(option)?.hidden.length ?? 0,
    })),
    clusters: clusters.count,
  };
}

/** Cases of one shape, numbered in the order in which the second of them comes. */
class Clusters {
  private readonly numbers = new Map<string, number>();

  constructor(private readonly shapes: readonly string[]) {
    const seen = new Set<string>();
    for (const shape of shapes) {
      if (seen.has(shape) && !this.numbers.has(shape)) {
        this.numbers.set(shape, this.numbers.size);
      }
      seen.add(shape);
    }
  }

  get count(): number {
    return this.numbers.size;
  }

  of(i: number): number | undefined {
    return this.numbers.get(this.shapes[i] ?? '');
  }
}

function sizes({ input, gold }: Case): { readonly bytesIn: number; readonly bytesOut: number } {
  const files = (entries: Case['input']['files']) =>
    entries.flatMap((entry) => (entry.kind === 'file' ? [entry.content] : []));
  const sum = (contents: readonly Content[]) =>
    contents.reduce((total, content) => total + contentSize(content), 0);
  return {
    bytesIn: sum([input.stdin, ...files(input.files)]),
    bytesOut: gold === undefined ? 0 : sum([gold.stdout, gold.stderr, ...files(gold.outputs)]),
  };
}
