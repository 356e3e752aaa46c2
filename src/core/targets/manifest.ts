import * as z from 'zod';
import { agentDefinitionSchema, agentNamePattern } from './agentDefinition';
import { languages } from './target';

/** Bytes, or a number with a unit that a person reads: `"512 MiB"`. */
const size = z.union([
  z.int().positive(),
  z.string().regex(/^\d+(\.\d+)? ?(B|KiB|MiB|GiB)$/u, 'write it as "512 MiB"'),
]);

const language = z
  .strictObject({
    build: z
      .string()
      .describe(
        'A sh command line run in the candidate’s folder; $PROGRAM, $OUT and $SOURCES are set.',
      )
      .optional(),
    run: z
      .array(z.string())
      .min(1)
      .describe(
        'The command before the case’s arguments; {candidate}, {program} and {out} are replaced.',
      )
      .optional(),
    env: z.record(z.string(), z.string()).describe('Added to the pinned environment.').optional(),
    image: z
      .string()
      .describe(
        'Image for the docker engine; build:PATH builds one from a Dockerfile or the folder that holds it.',
      )
      .optional(),
  })
  .describe('How a candidate in this language is built and run; what is left out is as usual.');

const reference = z
  .strictObject({
    path: z
      .string()
      .describe('The executable: absolute, or from this file’s folder, or a command on PATH.')
      .optional(),
    image: z
      .string()
      .describe(
        'An image that holds the reference, for the docker engine; build:PATH builds one from a Dockerfile or the folder that holds it.',
      )
      .optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/u, 'it has to be 64 digits from 0 to 9 and a to f')
      .describe('Its SHA-256; golds from another file are reported as drift.')
      .optional(),
    argv0: z.string().describe('The name under which the program finds itself called.').optional(),
    args: z
      .array(z.string())
      .describe('Arguments before those of the case: ["select"] for qsv select.')
      .optional(),
    needs: z
      .array(z.string())
      .describe('Other programs and folders that it needs to find (absolute paths).')
      .optional(),
  })
  .describe('The executable whose behaviour is the truth.');

/** `mirrorcode.json`: JSON with comments. The JSON schema that VS Code checks is made from this. */
export const manifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][\w.+-]*$/u, 'use letters, digits, dots, dashes')
      .describe('The target’s name, which is also the command’s: numfmt.'),
    title: z.string().describe('What people call it.').optional(),
    tier: z.enum(['S', 'M', 'L']).describe('Size: S, M or L.').optional(),
    domain: z
      .string()
      .describe('What kind of program it is: Unix util, JSON, interpreter.')
      .optional(),
    reference: z
      .union([z.string(), reference])
      .describe('The executable, or what is to be said of it.')
      .optional(),
    docs: z.string().describe('Folder of the documentation that an agent is given.').optional(),
    cases: z.string().describe('Folder of the cases; "cases" when left out.').optional(),
    gold: z
      .string()
      .describe('A gold file of MirrorCode’s, instead of a folder of cases.')
      .optional(),
    languages: z
      .partialRecord(z.enum(languages), language)
      .describe('The languages of its tasks; all six when left out.')
      .optional(),
    limits: z
      .strictObject({
        timeout: z
          .number()
          .positive()
          .max(3600)
          .describe('Seconds for one case; 2 when left out.')
          .optional(),
        memory: size.describe('Memory of one case, as in "2 GiB".').optional(),
        processes: z
          .int()
          .positive()
          .max(4096)
          .describe('Processes at once in one case.')
          .optional(),
        output: size.describe('Length of each of stdout and stderr.').optional(),
        fileSize: size.describe('Size of the files of one case.').optional(),
      })
      .optional(),
    agents: z
      .record(
        z.string().regex(agentNamePattern, 'use letters, digits, dots, dashes'),
        agentDefinitionSchema,
      )
      .describe('Agents of a command line that can work on this target, by name.')
      .optional(),
    profile: z
      .enum(['exact', 'mirrorcode'])
      .describe('exact: every byte. mirrorcode: exit code mod 256, one trailing newline forgiven.')
      .optional(),
  })
  .describe('A reference program to be reimplemented.');

export type Manifest = z.infer<typeof manifestSchema>;

const units = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30 } as const;

/** Bytes. */
export function toBytes(value: number | string): number {
  const [, number, unit] = /^([\d.]+) ?(\w+)$/u.exec(String(value)) ?? [];
  return typeof value === 'number'
    ? value
    : Math.round(Number(number) * units[unit as keyof typeof units]);
}

/**
 * The manifest's JSON schema, as `schemas/mirrorcode.schema.json` holds it. Of unknown keys it says
 * nothing: what reads the file says it better, with the key that was meant.
 */
export function manifestJsonSchema(): object {
  return {
    ...z.toJSONSchema(manifestSchema, {
      target: 'draft-7',
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
      },
    }),
    title: 'MirrorCode target',
    allowComments: true,
    allowTrailingCommas: true,
  };
}
