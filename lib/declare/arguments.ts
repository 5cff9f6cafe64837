export type AnyFunction = (...args: never[]) => unknown;

/**
 * Whether a function cannot see what it is called with. Making an `AbortSignal` costs more than starting the rest of a
 * service, so a hook that has no way to look at one is not given one. Only ever true where that is certain: the parameter
 * list is empty, and nothing in the text can reach the arguments by another way.
 */
export function ignoresArguments(hook: AnyFunction): boolean {
  if (hook.length > 0) return false;
  const text = Function.prototype.toString.call(hook);
  return NO_PARAMETERS.test(text) && !REACHES.some((word) => text.includes(word));
}

// `async onStart() {`, `onStart = () => `, `function () {` and so on
const NO_PARAMETERS = /^[\w\s$*#.[\]'"]*\(\s*\)\s*(?:=>|\{)/;

// By `\u` any name can be written without being seen. A bound function and a `Proxy` have no text of their own, and may well
// stand for a function that does look.
const REACHES = ['arguments', 'eval', String.raw`\u`, '[native code]'];
