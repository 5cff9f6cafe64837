/**
 * Whether a function cannot see what it is called with. Making an `AbortSignal` costs more than starting the rest of a
 * service, so a hook that has no way to look at one is not given one. Only ever true where that is certain: the parameter
 * list is empty, and nothing in the text can reach the arguments by another way.
 */
export function ignoresArguments(hook: (...args: never[]) => unknown): boolean {
  return hook.length === 0 && NO_PARAMETERS.test(Function.prototype.toString.call(hook));
}

// `async onStart() {`, `onStart = () => `, `function () {` and so on, and then neither `arguments` nor `eval` to the end.
const NO_PARAMETERS = /^[\w\s$*#.[\]'"]*\(\s*\)\s*(?:=>|\{)(?!.*\b(?:arguments|eval)\b)/s;
