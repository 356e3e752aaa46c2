import { canBeExecuteOnly } from '../../sandbox/executeOnly';
import type { SandboxSpec } from '../../sandbox/sandbox';
import { referenceProgram, referenceSpec } from '../../sandbox/specs';
import type { Target } from '../../targets/target';

/**
 * The sandbox in which the reference answers an agent. A program that prints files (`sed`, `hexyl`)
 * could be asked for its own, so that it is shown such that it can be run and not read.
 * @throws UserError when the target has no reference on this machine, or what it needs is missing.
 */
export async function oracleSpec(target: Target, lanes: number): Promise<SandboxSpec> {
  const spec = await referenceSpec(target, lanes);
  const inside = referenceProgram(target);
  if (spec.image !== undefined) {
    return { ...spec, executeOnly: [inside] };
  }
  if (await isReadableReference(target)) {
    return spec;
  }
  return {
    ...spec,
    mounts: spec.mounts.map((mount) =>
      mount.target === inside ? { ...mount, unreadable: true } : mount,
    ),
  };
}

/**
 * Whether the reference could be made to print its own file, which no sandbox can prevent: a script
 * has to be read to be run. One in an image is not looked at.
 */
export async function isReadableReference({
  reference,
}: Pick<Target, 'reference'>): Promise<boolean> {
  const { path: file, image } = reference ?? {};
  if (file === undefined || image !== undefined) {
    return false;
  }
  // One that is not there is told where it is to be run.
  return canBeExecuteOnly(file).then(
    (can) => !can,
    () => false,
  );
}

/** Said of a reference that is a script. */
export const readableReferenceAdvice =
  'The reference is a script: a program that prints or copies files could be made to give its own ' +
  'source to an agent. Compile it, or see that it opens no file that its caller names.';
