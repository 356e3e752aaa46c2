import * as z from 'zod';
import type { Provenance } from './case';
import { headerKeys } from './caseLayout';
import { canonicalOsString } from './osString';

const text = z.string();
const texts = z.array(text);

/** Not `z.record`, which drops the key `__proto__`. */
const textsByName = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string'),
  'an object whose values are texts is expected',
);

/** What no argument and no variable can hold; the runner could only alter it. */
const noBytes = 'it holds a NUL, or a lone surrogate outside \\udc80 to \\udcff';
const osString = text
  .refine((value) => canonicalOsString(value) !== undefined, noBytes)
  .transform((value) => canonicalOsString(value) ?? value);

const variables = textsByName
  .refine((env) => Object.keys(env).every((name) => /^[^=]+$/u.test(name)), {
    error: 'the name of a variable is not empty and holds no =',
  })
  .refine(
    (env) =>
      Object.entries(env)
        .flat()
        .every((each) => canonicalOsString(each) !== undefined),
    { error: noBytes },
  )
  .transform(
    (env) =>
      Object.fromEntries(
        Object.entries(env).map((pair) => pair.map((each) => canonicalOsString(each) ?? each)),
      ) as Readonly<Record<string, string>>,
  );

/** How a gold came to be; unknown keys are refused rather than dropped. */
export const provenanceSchema = z.strictObject({
  reference: text,
  recorded: text,
  engine: text.optional(),
  determinism: z.strictObject({ runs: z.int(), varied: texts }).optional(),
}) as unknown as z.ZodType<Provenance>;

/** The value that each header takes. Unknown keys are an error, so that a typo is not lost. */
const schemas = {
  name: text.min(1),
  labels: texts,
  duals: texts,
  args: z.array(osString),
  env: variables,
  returncode: z.int().min(-128).max(255),
  provenance: provenanceSchema,
  suppress: textsByName,
} as const;

export type Headers = { [K in keyof typeof schemas]?: z.infer<(typeof schemas)[K]> };
type HeaderKey = (typeof headerKeys)[number];

const isText = (value: unknown) => typeof value === 'string';
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/**
 * Values that are right at a glance: the schema, which costs ten times as much, is asked about the
 * others alone, and says what is wrong with them. A listing reads thousands of headers.
 */
const plainlyRight: Readonly<Partial<Record<HeaderKey, (value: unknown) => boolean>>> = {
  name: (value) => isText(value) && value !== '',
  labels: areTexts,
  duals: areTexts,
  args: (value) =>
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string' && canonicalOsString(item) === item),
  returncode: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256,
};

/** The headers that lines give; of one that is wrong or stands twice, `onProblem` is told. */
export function readHeaders(
  lines: readonly string[],
  onProblem: (line: number, column: number, message: string) => void,
): Headers {
  const headers: Partial<Record<HeaderKey, unknown>> = {};
  for (const [i, line] of lines.entries()) {
    const parsed = parseHeader(line);
    if ('problem' in parsed) {
      onProblem(i, parsed.column, parsed.problem);
    } else if (parsed.key in headers) {
      onProblem(i, 0, `the header ${parsed.key} stands twice`);
    } else {
      headers[parsed.key] = parsed.value;
    }
  }
  // Each value is what its schema gives.
  return headers as Headers;
}

/** @returns the value, or a sentence that says what is wrong with it. */
function parseHeader(
  line: string,
): { key: HeaderKey; value: unknown } | { problem: string; column: number } {
  const colon = line.indexOf(':');
  const written = line.slice(0, Math.max(0, colon));
  const key = headerKeys.find((known) => known === written);
  if (key === undefined) {
    const known = headerKeys.join(', ');
    return {
      problem: `unknown header; known are ${known}, then parts such as -- stdin`,
      column: 0,
    };
  }
  const column = colon + 1 + (line.charAt(colon + 1) === ' ' ? 1 : 0);
  let json: unknown;
  try {
    json = JSON.parse(line.slice(colon + 1));
  } catch (error) {
    return { problem: `the value of ${key} is no JSON: ${String(error)}`, column };
  }
  if (plainlyRight[key]?.(json) === true) {
    return { key, value: json };
  }
  const parsed = schemas[key].safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where =
      issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    return { problem: `the value of ${key} is not right${where}: ${issue?.message ?? ''}`, column };
  }
  return { key, value: parsed.data };
}
