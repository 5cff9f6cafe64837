/**
 * The hooks of a service, as bits: `import * as Hook`. Whether something has one is asked for each of them at each start and
 * stop. Where a hook is a step of a run, its bit is that of the step (`lifecycle/phase.ts`).
 */
import { ModeError } from '../base/errors.js';

export const onFirstStart = 0x0001;
export const onStart = 0x0002;
export const onInitDependencies = 0x0004;
export const onStarted = 0x0010;
export const onStop = 0x0040;
export const onShutdown = 0x0800;
export const onRestart = 0x2000;

/** No hook, but the name of a member that is nearly one. Beside the bits of the steps. */
export const nearly = 1 << 21;

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
  for (let index = 0; index < members.length; index += 1) {
    const name = members[index] as string;
    found |= bits.get(name) ?? (isLetterO(name.charCodeAt(0)) && meantBy(name) !== undefined ? nearly : 0);
  }
  return found;
}

function isLetterO(code: number): boolean {
  return code === 0x6f || code === 0x4f;
}

/**
 * The hook that a name is nearly: the same letters (`onstart`, `on_start`), or another form of the verb (`onStarting`, `onStoped`).
 * Not every name that looks like one: `onStep` and `onStartup` have a meaning of their own.
 */
function meantBy(name: string): string | undefined {
  const letters = name.replaceAll('_', '').toLowerCase();
  const [, verb] = FORMS.exec(letters) ?? [];
  return (
    names.find((hook) => hook.toLowerCase() === letters) ??
    (verb === undefined ? undefined : names.find((hook) => hook.toLowerCase().startsWith(`on${verb}`)))
  );
}

const FORMS = /^on(firststart|start|restart|stop|shutdown|initdependenc)(?:s|p*ed|p*ing|y|ie)$/;

/**
 * Refuses a method that is nearly a hook, since nobody would call it.
 *
 * @throws ModeError ERR_MODE_DECLARATION
 */
export function refuseNearly(owner: string, members: readonly string[]): void {
  for (const name of members) {
    const meant = bits.has(name) ? undefined : meantBy(name);
    if (meant === undefined) continue;
    throw new ModeError('ERR_MODE_DECLARATION', {
      message: `${owner} has a method ${name}, which is no hook, so nobody would call it; did you mean ${meant}?`,
      remedy: `Call it ${meant}, or, if it is for yourself, something that looks less like a hook.`,
      path: [owner],
    });
  }
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
