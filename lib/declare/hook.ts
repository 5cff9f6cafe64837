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

/** The bit of one hook, if it is one. */
export function hookOf(name: string): number {
  return bits.get(name) ?? 0;
}

/** Which hooks are among some names. */
export function hooksAmong(names: readonly string[]): number {
  let hooks = 0;
  for (let index = 0; index < names.length; index += 1) hooks |= hookOf(names[index] as string);
  return hooks;
}
