/**
 * The hooks of a service, as bits: `import * as Hook`. Whether something has one is asked for each of them at each start and
 * stop. Where a hook is a step of a run, its bit is that of the step (`lifecycle/phase.ts`).
 */
export const onFirstStart = 0x0001;
export const onStart = 0x0002;
export const onInitDependencies = 0x0004;
export const onStarted = 0x0010;
export const onStop = 0x0040;
export const onShutdown = 0x0800;
export const onRestart = 0x2000;

const bits: ReadonlyMap<string, number> = new Map([
  ['onFirstStart', onFirstStart],
  ['onStart', onStart],
  ['onInitDependencies', onInitDependencies],
  ['onStarted', onStarted],
  ['onStop', onStop],
  ['onShutdown', onShutdown],
  ['onRestart', onRestart],
]);
const names: readonly string[] = [...bits.keys()];
const masks: readonly number[] = [...bits.values()];

/** Which hooks are among some names. */
export function hooksAmong(members: readonly string[]): number {
  let found = 0;
  for (let index = 0; index < members.length; index += 1) found |= bits.get(members[index] as string) ?? 0;
  return found;
}

/** The hooks of an instance: those of its class, and those that it has as fields. */
export function withFields(known: number, instance: object): number {
  let found = known;
  for (let index = 0; index < names.length; index += 1) {
    const mask = masks[index] as number;
    if ((found & mask) === 0 && Object.hasOwn(instance, names[index] as string)) found |= mask;
  }
  return found;
}
