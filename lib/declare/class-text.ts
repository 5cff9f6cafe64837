/** What only the text of a class can tell. Asked where nothing else says anything. */
import type { Class } from './definition.js';

// what may hide a brace or the word, the braces, and the word where it is no property of something
const TOKENS =
  /\/\/.*|\/\*[^]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[{}()[\]]|(?<![.\w$#])constructor(?=\s*\()/g;

// what compilers write to set fields, and people to do more than that: it takes what the base class takes
const HANDS_ON = /^constructor\s*\(\s*(?:\.\.\.\s*[\w$]+\s*)?\)\s*\{[^{}]*?super\s*\(\s*\.\.\.\s*[\w$]+\s*\)/;

/**
 * How a class says what it takes: in a constructor that is written in it (`'class'`), not at all, so that the one of its base
 * class is called (`'inherited'`), as a list that it does something else with (`'rest'`), or in a way that nobody can see, as it is a function (`'function'`).
 */
export function ownConstructor(cls: Class): 'class' | 'inherited' | 'rest' | 'function' {
  const text = Function.prototype.toString.call(cls);
  if (!/^class\b/.test(text)) return 'function';
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === 'constructor') {
      if (depth === 1) return kindOf(text.slice(index));
    } else if ('{(['.includes(token)) depth += 1;
    else if ('})]'.includes(token)) depth -= 1;
  }
  return 'inherited';
}

function kindOf(constructor: string): 'class' | 'inherited' | 'rest' {
  if (HANDS_ON.test(constructor)) return 'inherited';
  return /^constructor\s*\(\s*\.\.\./.test(constructor) ? 'rest' : 'class';
}
